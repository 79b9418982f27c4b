/*
 * bulkhead rm: remove containers.
 */
#include <errno.h>

#include <bsd/string.h>

#include "command_session.h"
#include "each.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	EACH_ALL("Remove all containers"),
	EACH_CIDFILE,
	/* No container depends on another. */
	OPT("depend", 0, IGNORED_FLAG, NULL),
	EACH_FILTER(0),
	OPT("force", 'f', FLAG,
	    "Force removal of a running or unusable container"),
	OPT_HELP, EACH_IGNORE, EACH_LATEST, EACH_TIME,
	OPT("volumes", 'v', FLAG,
	    "Remove anonymous volumes associated with the container"),
	{ 0 }
};

static int
rm_one(struct cli *cli, const struct rec *row)
{
	cli->session->rm_volumes = opt_flag(cli->opts, "volumes", false);
	return (remove_container(cli->session, row, opt_flag(cli->opts,
	    "force", false), opt_num(cli->opts, "time", -1)));
}

/* With --force, begin to stop a container that runs. */
static int
begin_one(struct cli *cli, const struct rec *row, struct stop *st)
{
	if (!opt_flag(cli->opts, "force", false) ||
	    rec_num(row, KEY(state), 0) == CTR_STARTING ||
	    !container_is_running(row))
		return (0);
	return (stop_begin(cli->session, st, row, opt_num(cli->opts, "time",
	    -1), false));
}

static int
end_one(struct cli *cli, struct stop *st)
{
	scoped_rec struct rec	*row = NULL;
	char			 id[ID_TEXT];

	(void)strlcpy(id, rec_str(st->row, KEY(id), ""), sizeof(id));
	if (stop_end(cli->session, st) == -1)
		return (-1);
	row = container_again(cli->session, id);
	if (row == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (rm_one(cli, row));
}

static const struct each	each = {
	.fn = rm_one, .begin = begin_one, .end = end_one,
	.print = true, .all_states = ~0u, .damaged = true,
	.missing = 1, .failed = 2,
};

const struct command command_container_rm = {
	.noun = "container", .verb = "rm", .at_top = "rm",
	.brief = "Remove one or more containers",
	.description = "Removes one or more containers from the host. The "
	    "container name or ID can be used.\n\nCommand does not remove "
	    "images. Running or unusable containers will not be removed "
	    "without the -f option.",
	.examples = "rm imageID\nrm mywebserver myflaskserver 860a4b23\n"
	    "rm --force --all\nrm -f c684f0d469f2",
	.operands = EACH_OPERANDS, .operand = "container",
	.options = { options }, .max_args = -1, .args_error = EACH_NONE,
	.need = NEED_END, .before = each_read_files, .run = each_run,
	.about = &each,
};
