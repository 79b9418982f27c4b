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
