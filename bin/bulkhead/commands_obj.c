/*
 * The commands about volumes and pods.
 */
#include "cmd.h"

#include "tables.h"

static const struct command c_volume_create = {
	.name = "create", .run = cmd_volume_create,
	.summary = "Create a new volume", .operands = "[NAME]",
	.opts = { .tables = { opts_volume_create } }, .max_args = 1,
	.description = "If using the default driver, \"local\", the volume "
	    "will be created on the host in the volumes directory under "
	    "container storage.",
	.examples = "volume create myvol\nvolume create\n"
	    "volume create --label foo=bar myvol",
};

static const struct command c_volume_exists = {
	.name = "exists", .run = cmd_volume_exists,
	.summary = "Volume exists", .operands = "VOLUME", .operand = "volume",
	.opts = { .tables = { opts_exists } }, .min_args = 1, .max_args = 1,
	.description = "If the given volume exists, bulkhead volume exists "
	    "exits with 0, otherwise the exit code will be 1.",
	.examples = "volume exists myvol",
};

static const struct command c_volume_inspect = {
	.name = "inspect", .run = cmd_volume_inspect,
	.summary = "Display detailed information on one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.opts = { .tables = { opts_volume_inspect } }, .max_args = -1,
	.description = "Display detailed information on one or more volumes."
	    "\n\nUse a Go template to change the format from JSON.",
	.examples = "volume inspect myvol\nvolume inspect --all\n"
	    "volume inspect --format \"{{.Driver}} {{.Scope}}\" myvol",
};

static const struct command c_volume_ls = {
	.name = "ls", .aliases = "list", .run = cmd_volume_ls,
	.summary = "List volumes",
	.opts = { .tables = { opts_volume_ls } },
	.description = "List all available volumes. The output of the volumes "
	    "can be filtered and the output format can be changed to JSON or "
	    "a user specified Go template.",
	.examples = "volume ls\nvolume ls --filter dangling=true --format "
	    "json",
};

static const struct command c_volume_prune = {
	.name = "prune", .run = cmd_volume_prune,
	.summary = "Remove all unused volumes",
	.opts = { .tables = { opts_volume_prune } },
	.description = "Volumes that are not currently owned by a container "
	    "will be removed.\n\nThe command prompts for confirmation which "
	    "can be overridden with the --force flag. Note all data will be "
	    "destroyed.",
	.examples = "volume prune\nvolume prune --force --filter label=old",
};

static const struct command c_volume_rm = {
	.name = "rm", .aliases = "remove", .run = cmd_volume_rm,
	.summary = "Remove one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.opts = { .tables = { opts_volume_rm } }, .max_args = -1,
	.description = "Remove one or more existing volumes.\n\nBy default "
	    "only volumes that are not being used by any containers will be "
	    "removed. To remove the volumes anyways, use the --force flag.",
	.examples = "volume rm myvol1 myvol2\nvolume rm --all\n"
	    "volume rm --force myvol",
};

static const struct command *const volume_group[] = {
	&c_volume_create, &c_volume_exists, &c_volume_inspect, &c_volume_ls,
	&c_volume_prune, &c_volume_rm, NULL
};

const struct command c_volume = {
	.name = "volume", .summary = "Manage volumes",
	.description = "Volumes are created in and can be shared between "
	    "containers", .group = volume_group,
};
