/*
 * The commands that have no file of their own yet.
 */
#include "cmd.h"

#include "tables.h"

#define WANT_ONE	"you must provide at least one name or id"
#define CTRS		"CONTAINER [CONTAINER...]"

const struct command command_config_show = {
	.noun = "config", .verb = "show",
	.old = cmd_config_show,
	.brief = "Display the settled configuration",
	.operands = "[FILE]", .operand = "containers|storage|registries",
	.options = { opts_config_show }, .max_args = 1,
	.description = "Prints what all configuration files, variables and "
	    "options together come to, each value with its origin. What is "
	    "printed for one FILE (containers, storage or registries) is a "
	    "file that means the same.",
	.examples = "config show\nconfig show storage\n"
	    "--root /srv/images config show --format json",
};

const struct command command_config_explain = {
	.noun = "config", .verb = "explain",
	.old = cmd_config_explain,
	.brief = "Say where the value of a key comes from",
	.operands = "KEY [KEY...]",
	.options = { opts_config_explain }, .min_args = 1,
	.max_args = -1,
	.description = "Prints the value of a key such as engine.num_locks, "
	    "the file and line, variable or option that set it, what that "
	    "overrode, oldest first, and whether the state's database has "
	    "pinned another.\n\nThe last word of a name is enough where it "
	    "is the only one; the name of a table stands for all its keys.",
	.examples = "config explain engine.num_locks\n"
	    "config explain graphroot\n"
	    "config explain --format json registries",
};

const struct command command_config_check = {
	.noun = "config", .verb = "check",
	.old = cmd_config_check,
	.brief = "Look for mistakes in configuration files",
	.operands = "FILE [FILE...]", .operand = "file",
	.options = { opts_config_check }, .min_args = 1,
	.max_args = -1,
	.description = "Prints each mistake and each unknown key with file, "
	    "line, column and what stands there. The file need not be where "
	    "it would count; - is the standard input.",
	.examples = "config check /etc/containers/containers.conf\n"
	    "config check --type registries new.conf",
};

const struct command command_system_events = {
	.noun = "system", .verb = "events", .at_top = "events", .top_only = true,
	.old = cmd_events,
	.brief = "Show bulkhead events",
	.options = { opts_events },
	.description = "Monitor bulkhead events.\n\n"
	    "By default, streaming mode is used, printing new events as they "
	    "occur.  Previous events can be listed via --since and --until.",
	.examples = "events\nevents --filter event=create\n"
	    "events --format {{.Image}}\nevents --since 1h30s\n"
	    "events --stream=false --filter type=container",
};

const struct command command_image_import = {
	.noun = "image", .verb = "import", .at_top = "import",
	.old = cmd_import,
	.brief = "Import a tarball to create a filesystem image",
	.operands = "PATH [REFERENCE]", .operand = "file",
	.options = { opts_import }, .min_args = 1, .max_args = 2,
	.description = "Create a container image from the contents of the "
	    "specified tarball (.tar, .tar.gz, .tgz, .tar.zst).\n\n"
	    "Optionally tag the image. You can specify the instructions using "
	    "the --change option.",
	.examples = "import --message \"my base\" base.tar base:1\n"
	    "import - < ctr.tar",
};

const struct command command_system_info = {
	.noun = "system", .verb = "info", .at_top = "info",
	.old = cmd_info,
	.brief = "Display bulkhead system information",
	.options = { opts_info },
	.description = "Display information pertaining to the host, current "
	    "storage stats, and build of bulkhead.\n\n"
	    "Useful for the user and when reporting issues.",
	.examples = "info",
};

const struct command command_image_load = {
	.noun = "image", .verb = "load", .at_top = "load",
	.old = cmd_load,
	.brief = "Load image(s) from a tar archive",
	.options = { opts_load },
	.description = "Loads an image from a locally stored archive (tar "
	    "file) into container storage.",
	.examples = "load -i image.tar\nload < image.tar.gz",
};

const struct command command_image_rm = {
	.noun = "image", .verb = "rm", .at_top = "rmi",
	.old = cmd_rmi,
	.brief = "Removes one or more images from local storage",
	.operands = "IMAGE [IMAGE...]", .operand = "image",
	.options = { opts_rmi }, .max_args = -1,
	.args_error = "image name or ID must be specified",
	.description = "Removes one or more previously pulled or locally "
	    "created images.",
	.examples = "image rm imageID\nimage rm --force alpine",
	.top_examples = "rmi imageID\nrmi --force alpine\n"
	    "rmi c4dfb1609ee2 93fd78260bd1 c0ed59d05ff7",
	.all_error = "when using the --all switch, you may not pass any images "
	    "names or IDs",
};

const struct command command_system_migrate = {
	.noun = "system", .verb = "migrate",
	.old = cmd_migrate,
	.brief = "Migrate containers",
	.options = { opts_migrate },
	.description = "Brings containers over to what this bulkhead makes "
	    "of them: stops those that run, in the order of their "
	    "dependencies, rewrites all records in one transaction, and "
	    "starts again what was stopped. What will be done is checked and "
	    "printed first: with an unknown runtime nothing is touched.\n\n"
	    "Containers that are removed when they end (--rm) are left to "
	    "run. A migration that was killed is finished by the next one.",
	.examples = "system migrate\nsystem migrate --plan\n"
	    "system migrate --new-runtime launch",
};

const struct command command_system_shutdown = {
	.noun = "system", .verb = "shutdown",
	.old = cmd_shutdown,
	.brief = "Stop containers and close the storage",
	.options = { opts_shutdown },
	.description = "For before the machine stops or bulkhead is removed: "
	    "finishes deletions that were put off, and closes storage and "
	    "state. While containers run it refuses, and names them; with "
	    "--force it stops them first, what depends on others before "
	    "these, and prints their IDs. Restart policies hold again at the "
	    "next start of the machine.\n\n"
	    "There is no daemon: the next command works as before, and a "
	    "second shutdown finds nothing to do.",
	.examples = "system shutdown\nsystem shutdown --force --time 30",
};
