/*
 * bulkhead volume exists: tell by the exit code whether a volume exists.
 */
#include <errno.h>

#include "command_session.h"
#include "record.h"
#include "volumes.h"

static const struct opt options[] = {
	OPT_HELP,
	{ 0 }
};

static int
run(struct cli *cli)
{
	/* podman wants the whole name here. */
	scoped_rec struct rec	*v = volumes_get(cli->session, cli->argv[0]);
	int			 code = 0;

	if (v == NULL)
		code = errno == ENOENT || errno == EXDEV ? 1 :
		    session_error(cli->session);
	else if (rec_num(v, KEY(removing), 0) != 0)
		code = 1;
	return (code);
}

const struct command command_volume_exists = {
	.noun = "volume", .verb = "exists",
	.brief = "Volume exists", .operands = "VOLUME", .operand = "volume",
	.options = { options }, .min_args = 1, .max_args = 1,
	.description = "If the given volume exists, bulkhead volume exists "
	    "exits with 0, otherwise the exit code will be 1.",
	.examples = "volume exists myvol",
	.need = NEED_STATE,
	.run = run,
};
