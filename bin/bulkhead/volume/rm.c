/*
 * bulkhead volume rm: remove volumes.
 */
#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "command_session.h"
#include "record.h"
#include "remove.h"
#include "say.h"
#include "session.h"
#include "storage.h"
#include "volumes.h"

static const struct opt options[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Remove all volumes", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL,
	  "Remove a volume by force, even if it is being used by a container",
	  NULL, NULL },
	OPT_HELP,
	{ "time", 't', OPT_UINT, NULL,
	  "Seconds to wait for running containers to stop before killing the "
	  "container", "10", NULL },
	{ 0 }
};

/* podman's exit codes: 1 for a missing volume, 2 for one in use. */
static int
failed(struct session *s)
{
	int	 code = errno == ENOENT ? 1 : errno == EBUSY ? 2 : EXIT_ENGINE;

	(void)session_error(s);
	return (code);
}

/* By force with the containers that use it. Of a damaged record: NULL. */
static int
remove_volume(struct session *s, const struct rec *o, const struct rec *v,
    const char *name)
{
	if (v != NULL && opt_flag(o, "force", false) &&
	    remove_users(s, v, opt_num(o, "time", -1)) == -1)
		return (-1);
	if (volumes_remove(s, name, "") == -1)
		return (-1);
	puts(name);
	return (0);
}

static int
remove_named(struct session *s, const struct rec *o, const char *ref)
{
	bool			 force = opt_flag(o, "force", false);
	scoped_rec struct rec	*v = volumes_find(s, ref);
	int			 code = 0;

	if (v == NULL && (!force || errno != EUCLEAN))
		return (force && errno == ENOENT ? 0 : failed(s));
	if (remove_volume(s, o, v, rec_str(v, KEY(id), ref)) == -1)
		code = failed(s);
	return (code);
}

/* A volume that has gone since it was listed is no failure. */
static int
remove_all(struct session *s, const struct rec *o)
{
	struct rec	*all = volumes_list(s), *v;
	size_t		 it = 0;
	int		 code = all == NULL ? session_error(s) : 0;

	while ((v = rec_sub(all, KEY(obj), &it)) != NULL) {
		if (remove_volume(s, o, v, rec_str(v, KEY(id), "")) == -1 &&
		    errno != ENOENT)
			code = failed(s);
		rec_free(v);
	}
	rec_free(all);
	return (code);
}

static int
check(struct cli *cli)
{
	if (opt_flag(cli->opts, "all", false) == (cli->argc > 0))
		return (say_error("choose either one or more volumes or all"));
	return (0);
}

static int
run(struct cli *cli)
{
	int	 code = 0, one;

	for (int i = 0; i < cli->argc; i++)
		if ((one = remove_named(cli->session, cli->opts,
		    cli->argv[i])) != 0)
			code = one;
	if (cli->argc == 0)
		code = remove_all(cli->session, cli->opts);
	storage_tidy(cli->session);
	return (code);
}

const struct command command_volume_rm = {
	.noun = "volume", .verb = "rm", .aliases = "remove",
	.brief = "Remove one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.options = { options }, .max_args = -1,
	.description = "Remove one or more existing volumes.\n\nBy default "
	    "only volumes that are not being used by any containers will be "
	    "removed. To remove the volumes anyways, use the --force flag.",
	.examples = "volume rm myvol1 myvol2\nvolume rm --all\n"
	    "volume rm --force myvol",
	.need = NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS |
	    NEED_WRITE,
	.before = check, .run = run,
};
