/*
 * bulkhead pod inspect: show all that is known of pods.
 */
#include "command.h"
#include "inspecting.h"

static const struct opt options[] = {
	OPT("format", 'f', STRING, "Format the output to a Go template or json",
	    .def = "json", .complete = "json"),
	OPT_HELP,
	OPT("latest", 'l', FLAG, "Act on the latest pod bulkhead is aware of"),
	{ 0 }
};

const struct command command_pod_inspect = {
	.noun = "pod", .verb = "inspect",
	.brief = "Displays a pod configuration",
	.operands = "POD [POD...]", .operand = "pod",
	.options = { options }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Display the configuration for a pod by name or id."
	    "\n\nBy default, this will render all results as JSON.",
	.examples = "pod inspect podID",
	.run = inspect_run, .about = &inspect_pods,
};
