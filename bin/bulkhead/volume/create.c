/*
 * bulkhead volume create: make a volume.
 */
#include <stdio.h>
#include <string.h>

#include "command_session.h"
#include "env.h"
#include "grant.h"
#include "record.h"
#include "say.h"
#include "spec.h"
#include "volopt.h"
#include "volumes.h"

static const struct opt options[] = {
	OPT("driver", 'd', STRING, "Specify volume driver name", .def = "local",
	    .complete = "local"),
	OPT_HELP,
	OPT("ignore", 0, FLAG, "Don't fail if volume already exists"),
	OPT("label", 'l', LIST, "Set metadata for a volume", .def = "[]"),
	OPT("opt", 'o', ARRAY, "Set driver specific options", .def = "[]",
	    .complete = "type=|o=|device="),
	{ 0 }
};

/* What is made of the command line, before there is a session. */
struct creating {
	const char	*name;
	struct rec	*keys;
};

/*
 * The session's `privileged`: whether a directory of the host may be a volume
 * is decided with root's rights.
 */
static int
grant_device(struct session *s)
{
	struct creating		*c = s->arg;
	scoped_rec struct rec	*r = rec_new();
	int			 rc = -1;

	if (r != NULL && rec_add(r, KEY(name), c->name) == 0 &&
	    rec_add_all(r, c->keys) == 0 && (rc = grant_volume(s, r)) == 0 &&
	    rec_get(r, KEY(grant)) != NULL)
		rc = rec_set(c->keys, KEY(grant), rec_get(r, KEY(grant)));
	return (rc);
}

/* Check the command line: 0, or the exit code. */
static int
check(const struct cli *cli, struct creating *c)
{
	const struct rec	*o = cli->opts;
	struct parse_err	 e;

	if (strcmp(opt_str(o, "driver", "local"), "local") != 0)
		return (say_error(ERR_NOT_IMPLEMENTED, "the volume driver "
		    "\"%s\" is not supported by bulkhead yet, which has "
		    "\"local\"", opt_str(o, "driver", "")));
	if (cli->argc > 0 && spec_name(c->name, &e) == -1)
		return (say_error(ERR_INVALID_ARG, "running volume create "
		    "option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: "
		    "invalid argument"));
	if (labels_take(NULL, o, c->keys, &e) == -1 ||
	    volopt_take(o, c->keys, &e) == -1)
		return (say_parse(&e));
	return (0);
}

static int
run(struct cli *cli)
{
	struct session		*s = cli->session;
	scoped_rec struct rec	*keys = rec_new();
	char			 own[ID_TEXT], name[VOLUME_NAME];
	struct creating		 c = { cli->argc > 0 ? cli->argv[0] : own,
				    keys };
	int			 code = check(cli, &c);

	if (code != 0)
		return (code);
	s->privileged = grant_device;
	s->arg = &c;
	if (command_new_id(own) == -1 || command_open(s, cli, NEED_END |
	    NEED_WRITE, NULL) == -1)
		return (EXIT_ENGINE);
	if (volumes_create(s, c.name, keys, opt_flag(cli->opts, "ignore",
	    false), name) == -1)
		return (session_error(s));
	puts(name);
	return (0);
}

const struct command command_volume_create = {
	.noun = "volume", .verb = "create",
	.brief = "Create a new volume", .operands = "[NAME]",
	.options = { options }, .max_args = 1,
	.description = "If using the default driver, \"local\", the volume "
	    "will be created on the host in the volumes directory under "
	    "container storage.",
	.examples = "volume create myvol\nvolume create\n"
	    "volume create --label foo=bar myvol",
	.run = run,
};
