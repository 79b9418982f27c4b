/*
 * bulkhead volume inspect: show all that is known of volumes.
 */
#include "command.h"
#include "inspecting.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG, "Inspect all volumes"),
	OPT("format", 'f', STRING, "Format volume output using Go template",
	    .def = "json", .complete = "json"),
	OPT_HELP,
	{ 0 }
};

const struct command command_volume_inspect = {
	.noun = "volume", .verb = "inspect",
	.brief = "Display detailed information on one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.options = { options }, .max_args = -1,
	.args_error = "provide one or more volume names or use --all",
	.all_error = "provide one or more volume names or use --all",
	.description = "Display detailed information on one or more volumes."
	    "\n\nUse a Go template to change the format from JSON.",
	.examples = "volume inspect myvol\nvolume inspect --all\n"
	    "volume inspect --format \"{{.Driver}} {{.Scope}}\" myvol",
	.run = inspect_run, .about = &inspect_volumes,
};
