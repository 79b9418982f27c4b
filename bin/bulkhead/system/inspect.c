/*
 * bulkhead inspect: show all that is known of objects of any kind.
 */
#include "inspecting.h"

#include <string.h>

#include "command.h"
#include "each.h"
#include "nitems.h"
#include "say.h"

static const struct opt options[] = {
	INSPECT_FORMAT, OPT_HELP, EACH_LATEST,
	OPT_NO_FLAG("size", .letter = 's'),
	OPT("type", 't', STRING, "Specify inspect-object type", .def = "all",
	    .complete = "all|container|image|volume|pod"),
	{ 0 }
};

static int
run(struct cli *cli)
{
	static const struct {
		const char			*name;
		const struct inspect_kind	*kind;
	} types[] = {
		{ "all", &inspect_all },
		{ "container", &inspect_containers },
		{ "image", &inspect_images },
		{ "volume", &inspect_volumes },
		{ "pod", &inspect_any_pods },
	};
	const char	*type = opt_str(cli->opts, "type", "all");

	if (strcmp(type, "image") == 0 && opt_flag(cli->opts, "latest", false))
		return (say_error(ERR_INVALID_ARG, "latest is not "
		    "supported for type \"image\""));
	for (size_t i = 0; i < NITEMS(types); i++)
		if (strcmp(types[i].name, type) == 0)
			return (inspect_objects(cli, i == 0 &&
			    opt_flag(cli->opts, "latest", false) ?
			    &inspect_containers : types[i].kind));
	if (strcmp(type, "network") == 0)
		return (say_error(ERR_NOT_IMPLEMENTED, "--type %s is not "
		    "supported by bulkhead yet", type));
	return (say_error(ERR_INVALID_ARG, "invalid type \"%s\": must be "
	    "\"image\", \"container\", \"volume\", \"pod\" or \"all\"", type));
}

const struct command command_system_inspect = {
	.noun = "system", .verb = "inspect", .at_top = "inspect",
	.top_only = true,
	.brief = "Display the configuration of object denoted by ID",
	.operands = "{CONTAINER|IMAGE} [...]", .operand = "object",
	.options = { options }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Displays the low-level information on an object "
	    "identified by name or ID.\nFor more inspection options, see:\n\n"
	    "    bulkhead container inspect\n    bulkhead image inspect",
	.examples = "inspect fedora\ninspect --type image fedora\n"
	    "inspect CtrID ImgID\n"
	    "inspect --format \"imageId: {{.Id}} size: {{.Size}}\" fedora",
	.run = run,
};
