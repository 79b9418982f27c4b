/*
 * bulkhead image inspect: show all that is known of images.
 */
#include "inspecting.h"

#include "command.h"

static const struct opt options[] = {
	INSPECT_FORMAT, OPT_HELP,
	{ 0 }
};

const struct command command_image_inspect = {
	.noun = "image", .verb = "inspect",
	.brief = "Display the configuration of an image",
	.operands = "IMAGE [IMAGE...]", .operand = "image",
	.options = { options }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Displays the low-level information of an image "
	    "identified by name or ID.",
	.examples = "image inspect alpine\n"
	    "image inspect --format \"imageId: {{.Id}} size: {{.Size}}\" "
	    "alpine",
	.run = inspect_run, .about = &inspect_images,
};
