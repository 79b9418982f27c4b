/*
 * bulkhead container list: as bulkhead ps.
 */
#include "command.h"

extern const struct command command_container_ps;

const struct command command_container_list = {
	.noun = "container", .verb = "list", .aliases = "ls",
	.examples = "container list -a\ncontainer list --sort names",
	.same_as = &command_container_ps,
};
