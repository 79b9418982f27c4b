/*
 * The commands about volumes and pods.
 */
#include "tables.h"

#define HELP	{ "help", 0, OPT_FLAG, NULL, NULL, NULL, NULL }
#define LATEST	{ "latest", 'l', OPT_FLAG, NULL, \
		  "Act on the latest pod bulkhead is aware of", NULL, NULL }
#define FILTER(letter) \
		{ "filter", letter, OPT_LIST, NULL, \
		  "Filter output based on conditions given", NULL, NULL }
#define FORMAT(text, def) \
		{ "format", 'f', OPT_STRING, NULL, text, def, "json" }
#define TIME	{ "time", 't', OPT_UINT, NULL, \
		  "Seconds to wait for running containers to stop before " \
		  "killing the container", "10", NULL }
#define NO(name, letter) \
		{ name, letter, OPT_REFUSED, NULL, NULL, NULL, NULL }
#define NO_FLAG(name, letter) \
		{ name, letter, OPT_REFUSED_FLAG, NULL, NULL, NULL, NULL }

const struct opt opts_volume_create[] = {
	{ "driver", 'd', OPT_STRING, NULL, "Specify volume driver name",
	  "local", "local" },
	HELP,
	{ "ignore", 0, OPT_FLAG, NULL,
	  "Don't fail if volume already exists", NULL, NULL },
	{ "label", 'l', OPT_LIST, NULL, "Set metadata for a volume", "[]",
	  NULL },
	{ "opt", 'o', OPT_ARRAY, NULL, "Set driver specific options", "[]",
	  "type=|o=|device=" },
	{ 0 }
};

const struct opt opts_volume_ls[] = {
	FILTER('f'),
	{ "format", 0, OPT_STRING, NULL,
	  "Format volume output using Go template", NULL, "json|table" },
	HELP,
	{ "noheading", 'n', OPT_FLAG, NULL, "Do not print headers", NULL,
	  NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Print volume output in quiet mode",
	  NULL, NULL },
	{ 0 }
};

const struct opt opts_volume_inspect[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Inspect all volumes", NULL, NULL },
	FORMAT("Format volume output using Go template", "json"), HELP,
	{ 0 }
};

const struct opt opts_volume_rm[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Remove all volumes", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL,
	  "Remove a volume by force, even if it is being used by a container",
	  NULL, NULL },
	HELP, TIME,
	{ 0 }
};

const struct opt opts_volume_prune[] = {
	{ "filter", 0, OPT_ARRAY, NULL,
	  "Provide filter values (e.g. 'label=<key>=<value>')", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL, "Do not prompt for confirmation",
	  NULL, NULL },
	HELP,
	{ 0 }
};

const struct opt opts_exists[] = {
	HELP,
	{ 0 }
};

const struct opt opts_pod_create[] = {
	HELP,
	{ "infra", 0, OPT_FLAG, NULL,
	  "Create an infra container associated with the pod to share "
	  "namespaces with", "true", NULL },
	{ "label", 'l', OPT_ARRAY, NULL, "Set metadata on container", NULL,
	  NULL },
	{ "label-file", 0, OPT_FILE_LIST, NULL,
	  "Read in a line delimited file of labels", NULL, "file" },
	{ "name", 'n', OPT_STRING, NULL, "Assign a name to the pod", NULL,
	  NULL },
	{ "pod-id-file", 0, OPT_STRING, NULL,
	  "Write the pod ID to the file", NULL, "file" },
	{ "replace", 0, OPT_FLAG, NULL,
	  "If a pod with the same name exists, replace it", NULL, NULL },
	{ "exit-policy", 0, OPT_ONLY, NULL, NULL, NULL, "continue" },
	{ "share", 0, OPT_STRING, NULL,
	  "A comma delimited list of kernel namespaces the pod will share",
	  "none", "none" },
	NO("add-host", 0), NO("blkio-weight", 0), NO("blkio-weight-device", 0),
	NO("cgroup-parent", 0), NO("cpu-shares", 'c'), NO("cpus", 0),
	NO("cpuset-cpus", 0), NO("cpuset-mems", 0), NO("device", 0),
	NO("device-read-bps", 0), NO("device-write-bps", 0), NO("dns", 0),
	NO("dns-option", 0), NO("dns-search", 0), NO("gidmap", 0),
	NO("gpus", 0), NO("hostname", 'h'), NO("infra-command", 0),
	NO("infra-conmon-pidfile", 0), NO("infra-image", 0),
	NO("infra-name", 0), NO("ip", 0), NO("ip6", 0), NO("mac-address", 0),
	NO("memory", 'm'), NO("memory-swap", 0), NO("network", 0),
	NO("network-alias", 0), NO_FLAG("no-hosts", 0), NO("pid", 0),
	NO("publish", 'p'), NO("restart", 0), NO("security-opt", 0),
	NO_FLAG("share-parent", 0), NO("shm-size", 0), NO("subgidname", 0),
	NO("subuidname", 0), NO("sysctl", 0), NO("uidmap", 0),
	NO("userns", 0), NO("uts", 0), NO("volume", 'v'),
	NO("volumes-from", 0),
	{ 0 }
};

const struct opt opts_pod_ps[] = {
	{ "ctr-ids", 0, OPT_FLAG, NULL,
	  "Display the container UUIDs. If no-trunc is not set they will be "
	  "truncated", NULL, NULL },
	{ "ctr-names", 0, OPT_FLAG, NULL, "Display the container names", NULL,
	  NULL },
	{ "ctr-status", 0, OPT_FLAG, NULL, "Display the container status",
	  NULL, NULL },
	FILTER('f'),
	{ "format", 0, OPT_STRING, NULL,
	  "Pretty-print pods to JSON or using a Go template", NULL,
	  "json|table" },
	HELP, LATEST,
	{ "no-trunc", 0, OPT_FLAG, NULL,
	  "Do not truncate pod and container IDs", NULL, NULL },
	{ "noheading", 0, OPT_FLAG, NULL, "Do not print headers", NULL, NULL },
	{ "ns", 0, OPT_FLAG, NULL,
	  "Display namespace information of the pod", NULL, NULL },
	{ "quiet", 'q', OPT_FLAG, NULL,
	  "Print the numeric IDs of the pods only", NULL, NULL },
	{ "sort", 0, OPT_STRING, NULL,
	  "Sort output by created, id, name, or number", "created",
	  "created|id|name|number" },
	{ 0 }
};

const struct opt opts_pod_inspect[] = {
	FORMAT("Format the output to a Go template or json", "json"), HELP,
	LATEST,
	{ 0 }
};

const struct opt opts_pod_rm[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Remove all running pods", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL,
	  "Force removal of a running pod by first stopping all containers, "
	  "then removing all containers in the pod.  The default is false",
	  NULL, NULL },
	HELP,
	{ "ignore", 'i', OPT_FLAG, NULL,
	  "Ignore errors when a specified pod is missing", NULL, NULL },
	LATEST,
	{ "pod-id-file", 0, OPT_FILE_ARRAY, NULL, "Read the pod ID from the file",
	  NULL, "file" },
	TIME,
	{ 0 }
};
