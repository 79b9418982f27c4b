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

static const struct command c_pod_create = {
	.name = "create", .run = cmd_pod_create,
	.summary = "Create a new empty pod", .operands = "[NAME]",
	.opts = { .tables = { opts_pod_create } }, .max_args = 1,
	.description = "After creating the pod, the pod ID is printed to "
	    "stdout.\n\nThe pod will be created with the initial state "
	    "'created'. Its containers belong together, and share no "
	    "namespaces yet.",
	.examples = "pod create --infra=false\n"
	    "pod create --infra=false --label foo=bar mypod",
};

static const struct command c_pod_exists = {
	.name = "exists", .run = cmd_pod_exists,
	.summary = "Check if a pod exists in local storage",
	.operands = "POD", .operand = "pod",
	.opts = { .tables = { opts_exists } }, .min_args = 1, .max_args = 1,
	.description = "If the named pod exists in local storage, bulkhead "
	    "pod exists exits with 0, otherwise the exit code will be 1.",
	.examples = "pod exists podID\n"
	    "pod exists mypod || bulkhead pod create --infra=false mypod",
};

static const struct command c_pod_inspect = {
	.name = "inspect", .run = cmd_pod_inspect,
	.summary = "Displays a pod configuration",
	.operands = "POD [POD...]", .operand = "pod",
	.opts = { .tables = { opts_pod_inspect } }, .max_args = -1,
	.description = "Display the configuration for a pod by name or id."
	    "\n\nBy default, this will render all results as JSON.",
	.examples = "pod inspect podID",
};

static const struct command c_pod_ps = {
	.name = "ps", .aliases = "ls list", .run = cmd_pod_ps,
	.summary = "List pods",
	.opts = { .tables = { opts_pod_ps } },
	.description = "List all pods on system including their names, ids "
	    "and current state.",
	.examples = "pod ps\npod ps --ctr-names --filter status=running",
};

static const struct command c_pod_rm = {
	.name = "rm", .run = cmd_pod_rm,
	.summary = "Remove one or more pods",
	.operands = "POD [POD...]", .operand = "pod",
	.opts = { .tables = { opts_pod_rm } }, .max_args = -1,
	.description = "bulkhead rm will remove one or more stopped pods and "
	    "their containers from the host.\n\nThe pod name or ID can be "
	    "used.  A pod with running containers will not be removed without "
	    "--force. If --force is specified, all containers will be "
	    "stopped, then removed.",
	.examples = "pod rm mywebserverpod\npod rm -f 860a4b23\n"
	    "pod rm -f -a",
};

static const struct command *const pod_group[] = {
	&c_pod_create, &c_pod_exists, &c_pod_inspect, &c_pod_ps, &c_pod_rm,
	NULL
};

const struct command c_pod = {
	.name = "pod", .summary = "Manage pods",
	.description = "Pods are a group of one or more containers that "
	    "belong together", .group = pod_group,
};

const struct command c_volume = {
	.name = "volume", .summary = "Manage volumes",
	.description = "Volumes are created in and can be shared between "
	    "containers", .group = volume_group,
};
