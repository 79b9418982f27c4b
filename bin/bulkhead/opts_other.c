/*
 * Every command but run and create.
 */
#include "tables.h"

#define HELP	{ "help", 0, OPT_FLAG, NULL, NULL, NULL, NULL }
#define LATEST	{ "latest", 'l', OPT_FLAG, NULL, \
		  "Act on the latest container bulkhead is aware of", NULL, \
		  NULL }
#define FILTER(letter) \
		{ "filter", letter, OPT_LIST, NULL, \
		  "Filter output based on conditions given", NULL, \
		  "filter" }
#define FORMAT(text, def) \
		{ "format", 'f', OPT_STRING, NULL, text, def, "json" }
#define NO(name, letter) \
		{ name, letter, OPT_REFUSED, NULL, NULL, NULL, NULL }
#define NO_FLAG(name, letter) \
		{ name, letter, OPT_REFUSED_FLAG, NULL, NULL, NULL, NULL }
#define CIDFILE { "cidfile", 0, OPT_FILE_ARRAY, NULL, \
		  "Read the container ID from the file", NULL, "file" }
#define IGNORE	{ "ignore", 'i', OPT_FLAG, NULL, \
		  "Ignore errors when a specified container is missing", \
		  NULL, NULL }
#define TIME	{ "time", 't', OPT_UINT, NULL, \
		  "Seconds to wait for stop before killing the container", \
		  "10", NULL }

const struct opt opts_start[] = {
	{ "all", 0, OPT_FLAG, NULL,
	  "Start all containers regardless of their state or configuration",
	  NULL, NULL },
	{ "attach", 'a', OPT_FLAG, NULL,
	  "Attach container's STDOUT and STDERR", NULL, NULL },
	{ "detach-keys", 0, OPT_STRING, "[a-Z]",
	  "Select the key sequence for detaching a container",
	  "ctrl-p,ctrl-q", NULL },
	FILTER('f'), HELP,
	{ "interactive", 'i', OPT_FLAG, NULL,
	  "Keep STDIN open even if not attached", NULL, NULL },
	LATEST,
	{ "sig-proxy", 0, OPT_FLAG, NULL,
	  "Proxy received signals to the process",
	  "true if attaching, false otherwise", NULL },
	{ 0 }
};

const struct opt opts_logs[] = {
	NO_FLAG("color", 0),
	{ "follow", 'f', OPT_FLAG, NULL,
	  "Follow log output.  The default is false", NULL, NULL },
	HELP, LATEST,
	{ "names", 'n', OPT_FLAG, NULL,
	  "Output the container name in the log", NULL, NULL },
	{ "since", 0, OPT_STRING, NULL, "Show logs since TIMESTAMP", NULL,
	  NULL },
	{ "tail", 0, OPT_INT, NULL,
	  "Output the specified number of LINES at the end of the logs.  "
	  "Defaults to -1, which prints all lines", "-1", NULL },
	{ "timestamps", 't', OPT_FLAG, NULL,
	  "Output the timestamps in the log", NULL, NULL },
	{ "until", 0, OPT_STRING, NULL, "Show logs until TIMESTAMP", NULL,
	  NULL },
	{ 0 }
};

const struct opt opts_ps[] = {
	{ "all", 'a', OPT_FLAG, NULL,
	  "Show all the containers, default is only running containers", NULL,
	  NULL },
	{ "at", 0, OPT_STRING, "time",
	  "List the containers as they were at this moment", NULL, NULL },
	{ "external", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	FILTER('f'),
	{ "format", 0, OPT_STRING, NULL,
	  "Pretty-print containers to JSON or using a Go template", NULL,
	  "json|table" },
	HELP,
	{ "last", 'n', OPT_INT, NULL,
	  "Print the n last created containers (all states)", "-1", NULL },
	LATEST,
	{ "no-trunc", 0, OPT_FLAG, NULL, "Display the extended information",
	  NULL, NULL },
	{ "noheading", 0, OPT_FLAG, NULL, "Do not print headers", NULL, NULL },
	{ "quiet", 'q', OPT_FLAG, NULL,
	  "Print the numeric IDs of the containers only", NULL, NULL },
	{ "sort", 0, OPT_STRING, "choice",
	  "Sort output by: command, created, id, image, names, runningfor, "
	  "size, status", NULL,
	  "command|created|id|image|names|runningfor|status" },
	{ "sync", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	{ "pod", 'p', OPT_FLAG, NULL,
	  "Print the ID and name of the pod the containers are associated "
	  "with", NULL, NULL },
	NO_FLAG("ns", 0), NO_FLAG("size", 's'),
	NO("watch", 'w'),
	{ 0 }
};

const struct opt opts_cleanup[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Cleans up all containers", NULL,
	  NULL },
	HELP, LATEST,
	{ "restart", 0, OPT_FLAG, NULL,
	  "After cleanup, start it again if its restart policy says so", NULL,
	  NULL },
	{ "rm", 0, OPT_FLAG, NULL,
	  "After cleanup, remove the container entirely", NULL, NULL },
	/* The reaper's: the raw wait status, where there is no monitor's. */
	{ "exit-status", 0, OPT_INT, NULL, NULL, NULL, NULL },
	NO("exec", 0), NO_FLAG("rmi", 0),
	{ 0 }
};

const struct opt opts_refresh[] = {
	{ "apply", 0, OPT_FLAG, NULL,
	  "Do it, and print what was done", NULL, NULL },
	{ "boot-id", 0, OPT_STRING, NULL,
	  "Plan as if the machine were in this boot", NULL, NULL },
	HELP,
	{ "plan", 0, OPT_FLAG, NULL,
	  "Print what would be done, a line for each object, and do nothing",
	  NULL, NULL },
	{ "state", 0, OPT_STRING, NULL,
	  "Plan for a copy of a state directory, which is only read", NULL,
	  "file" },
	{ 0 }
};

/* What an archive may take: load and import. */
#define LIMITS								\
	{ "max-files", 0, OPT_UINT, NULL,				\
	  "Most files that all layers of the archive may hold together; " \
	  "0 is no limit", "2000000", NULL },				\
	{ "max-ratio", 0, OPT_UINT, NULL,				\
	  "Most bytes, beyond the first GiB, that a layer may unpack to " \
	  "for each byte it is stored in; 0 is no limit", "250", NULL }, \
	{ "max-size", 0, OPT_SIZE, NULL,				\
	  "Most bytes that all layers of the archive may unpack to "	\
	  "together; 0 is no limit", "64g", NULL }

const struct opt opts_load[] = {
	HELP,
	{ "input", 'i', OPT_STRING, NULL,
	  "Read from specified archive file (default: stdin)", NULL, "file" },
	LIMITS,
	{ "quiet", 'q', OPT_FLAG, NULL, "Suppress the output", NULL, NULL },
	{ 0 }
};

const struct opt opts_import[] = {
	{ "arch", 0, OPT_STRING, NULL,
	  "Set the architecture of the imported image", NULL, NULL },
	{ "change", 'c', OPT_ARRAY, NULL,
	  "Apply the following possible instructions to the created image: "
	  "CMD | ENTRYPOINT | ENV | EXPOSE | LABEL | ONBUILD | STOPSIGNAL | "
	  "USER | VOLUME | WORKDIR", "[]",
	  "CMD=|ENTRYPOINT=|ENV=|EXPOSE=|LABEL=|STOPSIGNAL=|USER=|VOLUME=|"
	  "WORKDIR=" },
	HELP,
	LIMITS,
	{ "message", 'm', OPT_STRING, NULL,
	  "Set commit message for imported image", NULL, NULL },
	{ "os", 0, OPT_STRING, NULL, "Set the OS of the imported image", NULL,
	  NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Suppress output", NULL, NULL },
	{ "variant", 0, OPT_STRING, NULL,
	  "Set the variant of the imported image", NULL, NULL },
	{ 0 }
};

const struct opt opts_images[] = {
	{ "all", 'a', OPT_FLAG, NULL,
	  "Show all images (default hides intermediate images)", NULL, NULL },
	{ "digests", 0, OPT_FLAG, NULL, "Show digests", NULL, NULL },
	FILTER('f'),
	{ "format", 0, OPT_STRING, NULL,
	  "Change the output format to JSON or a Go template", NULL,
	  "json|table" },
	HELP,
	{ "no-trunc", 0, OPT_FLAG, NULL, "Do not truncate output", NULL,
	  NULL },
	{ "noheading", 'n', OPT_FLAG, NULL, "Do not print column headings",
	  NULL, NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Display only image IDs", NULL,
	  NULL },
	{ "sort", 0, OPT_STRING, NULL,
	  "Sort by created, id, repository, size, tag", "created",
	  "created|id|repository|size|tag" },
	NO_FLAG("history", 0),
	{ 0 }
};

const struct opt opts_rmi[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Remove all images", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL, "Force Removal of the image", NULL,
	  NULL },
	HELP,
	{ "ignore", 'i', OPT_FLAG, NULL,
	  "Ignore errors if a specified image does not exist", NULL, NULL },
	NO_FLAG("no-prune", 0),
	{ 0 }
};

#define INSPECT_FORMAT \
	FORMAT("Format the output to a Go template or json", "json")

const struct opt opts_inspect[] = {
	INSPECT_FORMAT, HELP, LATEST, NO_FLAG("size", 's'),
	{ "type", 't', OPT_STRING, NULL,
	  "Specify inspect-object type", "all", "all|container|image|volume|pod" },
	{ 0 }
};

const struct opt opts_inspect_ctr[] = {
	INSPECT_FORMAT, HELP, LATEST, NO_FLAG("size", 's'),
	{ 0 }
};

const struct opt opts_inspect_image[] = {
	INSPECT_FORMAT, HELP,
	{ 0 }
};

const struct opt opts_config_show[] = {
	{ "format", 'f', OPT_STRING, NULL,
	  "How it is printed: as files (toml) or as JSON, with the origin of "
	  "each value", "toml", "toml|json" },
	HELP,
	{ 0 }
};

const struct opt opts_config_explain[] = {
	{ "format", 'f', OPT_STRING, NULL, "How it is printed", "text",
	  "text|json" },
	HELP,
	{ 0 }
};

const struct opt opts_config_check[] = {
	HELP,
	{ "type", 't', OPT_STRING, NULL,
	  "What kind of file it is, where its name does not tell", NULL,
	  "containers|storage|registries|libpod|policy|mounts|seccomp" },
	{ 0 }
};

const struct opt opts_info[] = {
	FORMAT("Change the output format to JSON or a Go template", NULL),
	HELP,
	{ "debug", 'D', OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	{ 0 }
};

const struct opt opts_migrate[] = {
	HELP,
	{ "new-runtime", 0, OPT_STRING, NULL,
	  "Specify a new runtime for all containers", "launch", "launch" },
	{ "plan", 0, OPT_FLAG, NULL,
	  "Say what would be done, and do nothing", NULL, NULL },
	{ 0 }
};

const struct opt opts_shutdown[] = {
	{ "force", 'f', OPT_FLAG, NULL, "Stop running containers", NULL,
	  NULL },
	HELP,
	{ "time", 't', OPT_UINT, NULL,
	  "Seconds to wait for each container before killing it", "10",
	  NULL },
	{ 0 }
};
