/*
 * bulkhead volume rm: remove volumes.
 */
#include <errno.h>
#include <stdio.h>

#include "calls.h"
#include "command_session.h"
#include "record.h"
#include "stop.h"
#include "say.h"
#include "storage.h"
#include "volumes.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG, "Remove all volumes"),
	OPT("force", 'f', FLAG,
	    "Remove a volume by force, even if it is being used by a "
	    "container"),
	OPT_HELP,
	OPT("time", 't', UINT,
	    "Seconds to wait for running containers to stop before killing "
	    "the container", .def = "10"),
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

/* By force with the containers that use it. */
static int
remove_volume(struct cli *cli, const struct rec *v)
{
	struct session	*s = cli->session;
	const char	*name = rec_str(v, KEY(id), "");
	bool		 force = opt_flag(cli->opts, "force", false);

	if (!force && rec_get(v, KEY(error)) != NULL)
		return (error_set(&s->client.error, EUCLEAN, "the record of "
		    "volume %s is damaged; remove it with --force", name));
	if (force && remove_users(s, v, opt_num(cli->opts, "time", -1)) == -1)
		return (-1);
	if (volumes_remove(s, name, "") == -1)
		return (-1);
	puts(name);
	return (0);
}

static int
remove_named(struct cli *cli, const char *ref)
{
	bool			 force = opt_flag(cli->opts, "force", false);
	scoped_rec struct rec	*v = state_object_get(&cli->session->client,
				    OBJ_VOLUME, force ? OBJ_REMAINS : 0, ref);

	if (v == NULL && force && errno == ENOENT)
		return (0);
	return (v == NULL || remove_volume(cli, v) == -1 ?
	    failed(cli->session) : 0);
}

/* A volume that has gone since it was listed is no failure. */
static int
remove_all(struct cli *cli)
{
	scoped_rec struct rec	*all = volumes_list(cli->session);
	struct rec		*v;
	int			 code = 0;

	if (all == NULL)
		return (session_error(cli->session));
	rec_each(v, all, KEY(obj))
		if (remove_volume(cli, v) == -1 && errno != ENOENT)
			code = failed(cli->session);
	return (code);
}

static int
run(struct cli *cli)
{
	int	 code = 0, one;

	for (int i = 0; i < cli->argc; i++)
		if ((one = remove_named(cli, cli->argv[i])) != 0)
			code = one;
	if (cli->argc == 0)
		code = remove_all(cli);
	storage_tidy(cli->session);
	return (code);
}

const struct command command_volume_rm = {
	.noun = "volume", .verb = "rm", .aliases = "remove",
	.brief = "Remove one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.options = { options }, .max_args = -1,
	.args_error = "choose either one or more volumes or all",
	.all_error = "choose either one or more volumes or all",
	.description = "Remove one or more existing volumes.\n\nBy default "
	    "only volumes that are not being used by any containers will be "
	    "removed. To remove the volumes anyways, use the --force flag.",
	.examples = "volume rm myvol1 myvol2\nvolume rm --all\n"
	    "volume rm --force myvol",
	.need = NEED_END | NEED_WRITE, .run = run,
};
