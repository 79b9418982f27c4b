/*
 * bulkhead pod inspect: show all that is known of pods.
 */
#include "command.h"
#include "inspecting.h"
#include "say.h"

static const struct opt options[] = {
	{ "format", 'f', OPT_STRING, NULL,
	  "Format the output to a Go template or json", "json", "json" },
	OPT_HELP,
	{ "latest", 'l', OPT_FLAG, NULL,
	  "Act on the latest pod bulkhead is aware of", NULL, NULL },
	{ 0 }
};

static int
run(struct cli *cli)
{
	bool	 latest = opt_flag(cli->opts, "latest", false);

	if (cli->argc == 0 && !latest)
		return (say_error("no names or ids specified"));
	if (cli->argc > 0 && latest)
		return (say_error("--latest and pods cannot be used "
		    "together"));
	return (inspect_run(cli, INSPECT_ONLY_PODS));
}

const struct command command_pod_inspect = {
	.noun = "pod", .verb = "inspect",
	.brief = "Displays a pod configuration",
	.operands = "POD [POD...]", .operand = "pod",
	.options = { options }, .max_args = -1,
	.description = "Display the configuration for a pod by name or id."
	    "\n\nBy default, this will render all results as JSON.",
	.examples = "pod inspect podID",
	.run = run,
};
