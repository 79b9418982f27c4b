/*
 * bulkhead container inspect: show all that is known of containers.
 */
#include "inspecting.h"

#include "command.h"
#include "each.h"

static const struct opt options[] = {
	INSPECT_FORMAT, OPT_HELP, EACH_LATEST,
	OPT_NO_FLAG("size", .letter = 's'),
	{ 0 }
};

const struct command command_container_inspect = {
	.noun = "container", .verb = "inspect",
	.brief = "Display the configuration of a container",
	.operands = EACH_OPERANDS, .operand = "container",
	.options = { options }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Displays the low-level information on a container "
	    "identified by name or ID.",
	.examples = "container inspect myCtr\n"
	    "container inspect -l --format '{{.Id}} {{.Config.Labels}}'",
	.run = inspect_run, .about = &inspect_containers,
};
