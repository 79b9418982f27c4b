/*
 * bulkhead volume inspect: show all that is known of volumes.
 */
#include "command.h"
#include "inspecting.h"
#include "say.h"

static const struct opt options[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Inspect all volumes", NULL, NULL },
	{ "format", 'f', OPT_STRING, NULL,
	  "Format volume output using Go template", "json", "json" },
	OPT_HELP,
	{ 0 }
};

static int
run(struct cli *cli)
{
	if (opt_flag(cli->opts, "all", false) == (cli->argc > 0))
		return (say_error("provide one or more volume names or use "
		    "--all"));
	return (inspect_run(cli, INSPECT_VOLUME));
}

const struct command command_volume_inspect = {
	.noun = "volume", .verb = "inspect",
	.brief = "Display detailed information on one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.options = { options }, .max_args = -1,
	.description = "Display detailed information on one or more volumes."
	    "\n\nUse a Go template to change the format from JSON.",
	.examples = "volume inspect myvol\nvolume inspect --all\n"
	    "volume inspect --format \"{{.Driver}} {{.Scope}}\" myvol",
	.run = run,
};
