/*
 * bulkhead volume exists: tell by the exit code whether a volume exists.
 */
#include <errno.h>

#include "command.h"
#include "command_session.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "volumes.h"

static const struct opt options[] = {
	OPT_HELP,
	{ 0 }
};

static int
run(struct cli *cli)
{
	struct session	 s = { 0 };
	struct rec	*v;
	int		 code = 0;

	if (command_open(&s, cli, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	/* podman wants the whole name here. */
	if ((v = volumes_get(&s, cli->argv[0])) == NULL)
		code = errno == ENOENT ? 1 : session_error(&s);
	else if (rec_num(v, KEY(removing), 0) != 0)
		code = 1;
	rec_free(v);
	session_close(&s);
	return (code);
}

const struct command command_volume_exists = {
	.noun = "volume", .verb = "exists",
	.brief = "Volume exists", .operands = "VOLUME", .operand = "volume",
	.options = { options }, .min_args = 1, .max_args = 1,
	.description = "If the given volume exists, bulkhead volume exists "
	    "exits with 0, otherwise the exit code will be 1.",
	.examples = "volume exists myvol",
	.run = run,
};
