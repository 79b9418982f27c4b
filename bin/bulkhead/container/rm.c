/*
 * bulkhead rm: remove containers.
 */
#include "command.h"
#include "each.h"
#include "remove.h"
#include "session.h"

static const struct opt options[] = {
	EACH_ALL("Remove all containers"),
	EACH_CIDFILE,
	/* No container depends on another. */
	{ "depend", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	EACH_FILTER(0),
	{ "force", 'f', OPT_FLAG, NULL,
	  "Force removal of a running or unusable container", NULL, NULL },
	OPT_HELP, EACH_IGNORE, EACH_LATEST, EACH_TIME,
	{ "volumes", 'v', OPT_FLAG, NULL,
	  "Remove anonymous volumes associated with the container", NULL,
	  NULL },
	{ 0 }
};

struct removal {
	bool	 force;
	int64_t	 timeout;
};

static int
rm_one(struct session *s, const struct rec *row, void *ctx)
{
	const struct removal	*r = ctx;

	return (remove_container(s, row, r->force, r->timeout));
}

static int
run(struct cli *cli)
{
	struct removal	 r = { opt_flag(cli->opts, "force", false),
			    opt_num(cli->opts, "time", -1) };
	struct each	 each = { .fn = rm_one, .print = true,
			    .all_states = ~0u, .damaged = r.force,
			    .missing = 1, .failed = 2 };

	cli->session->rm_volumes = opt_flag(cli->opts, "volumes", false);
	return (each_container(cli, cli->session, &each, &r));
}

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
	.need = NEED_END, .before = each_read_files, .run = run,
};
