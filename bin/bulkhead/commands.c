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

const struct command command_container_create = {
	.noun = "container", .verb = "create", .at_top = "create", .starts = true,
	.old = cmd_create,
	.brief = "Create but do not start a container",
	.operands = "IMAGE [COMMAND [ARG...]]", .operand = "image",
	.options = { opts_create, opts_create_refused }, .stop_early = true,
	.min_args = 1, .max_args = -1,
	.description = "Creates a new container from the given image or "
	    "storage and prepares it for running the specified command.\n\n"
	    "The container ID is then printed to stdout. You can then start "
	    "it at any time with the bulkhead start <container_id> command. "
	    "The container will be created with the initial state 'created'.",
	.examples = "create alpine ls\n"
	    "create --annotation HELLO=WORLD alpine ls\n"
	    "create -t -i --name myctr alpine ls",
};

const struct command command_system_events = {
	.verb = "events", .at_top = "events",
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

const struct command command_image_history = {
	.noun = "image", .verb = "history", .at_top = "history",
	.old = cmd_history,
	.brief = "Show what happened to a container, or how an image was "
	    "made",
	.operands = "{CONTAINER|IMAGE}", .operand = "object",
	.options = { opts_history }, .min_args = 1, .max_args = 1,
	.description = "Displays the history of a container: each change of "
	    "its state, when, by whom, with which command, and why. The "
	    "history of a container that was removed is still there, until "
	    "newer ones need the room.\n\n"
	    "For an image, displays the steps in which it was made.",
	.examples = "history myCtr\nhistory --human=false --no-trunc myCtr\n"
	    "history fedora\nhistory --format json fedora",
};

const struct command command_image_list = {
	.noun = "image", .verb = "list", .aliases = "ls", .at_top = "images",
	.old = cmd_images,
	.brief = "List images in local storage",
	.operands = "[IMAGE]", .operand = "image",
	.options = { opts_images }, .max_args = 1,
	.description = "Lists images previously pulled to the system or "
	    "created on the system.",
	.examples = "image list --format json\n"
	    "image list --filter dangling=true",
	.top_examples = "images --format json\n"
	    "images --sort repository --format \"table {{.ID}} "
	    "{{.Repository}} {{.Tag}}\"\nimages --filter dangling=true",
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

const struct command command_container_run = {
	.noun = "container", .verb = "run", .at_top = "run", .starts = true,
	.old = cmd_run,
	.brief = "Run a command in a new container",
	.operands = "IMAGE [COMMAND [ARG...]]", .operand = "image",
	.options = { opts_create, opts_run, opts_create_refused }, .stop_early = true,
	.min_args = 1, .max_args = -1,
	.description = "Runs a command in a new container from the given "
	    "image",
	.examples = "run imageID ls -alF /etc\n"
	    "run --network=host imageID dnf -y install java\n"
	    "run --volume /var/hostdir:/var/ctrdir -i -t fedora /bin/bash",
};

const struct command command_system_locks = {
	.noun = "system", .verb = "locks",
	.old = cmd_locks,
	.brief = "Show who holds which lock, and who waits",
	.options = { opts_locks },
	.description = "Lists the locks of containers, pods and volumes that "
	    "are held just now: the lock's number, whose it is, the process "
	    "that holds it, its command, for how long, and how many wait for "
	    "it. It waits for none of them.",
	.examples = "system locks\nsystem locks --all\n"
	    "system locks --format json",
};

const struct command command_system_renumber = {
	.noun = "system", .verb = "renumber",
	.old = cmd_renumber,
	.brief = "Give all locks new numbers",
	.options = { opts_renumber },
	.description = "Gives the locks of all containers, pods and volumes "
	    "the numbers from 0 up, in one step, when no other command is at "
	    "work, and prints which have changed. It is needed when "
	    "engine.num_locks was made smaller than the highest number in "
	    "use.",
	.examples = "system renumber --plan\nsystem renumber",
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

const struct command command_volume_create = {
	.noun = "volume", .verb = "create",
	.old = cmd_volume_create,
	.brief = "Create a new volume", .operands = "[NAME]",
	.options = { opts_volume_create }, .max_args = 1,
	.description = "If using the default driver, \"local\", the volume "
	    "will be created on the host in the volumes directory under "
	    "container storage.",
	.examples = "volume create myvol\nvolume create\n"
	    "volume create --label foo=bar myvol",
};

const struct command command_volume_exists = {
	.noun = "volume", .verb = "exists",
	.old = cmd_volume_exists,
	.brief = "Volume exists", .operands = "VOLUME", .operand = "volume",
	.options = { opts_exists }, .min_args = 1, .max_args = 1,
	.description = "If the given volume exists, bulkhead volume exists "
	    "exits with 0, otherwise the exit code will be 1.",
	.examples = "volume exists myvol",
};

const struct command command_volume_inspect = {
	.noun = "volume", .verb = "inspect",
	.old = cmd_volume_inspect,
	.brief = "Display detailed information on one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.options = { opts_volume_inspect }, .max_args = -1,
	.description = "Display detailed information on one or more volumes."
	    "\n\nUse a Go template to change the format from JSON.",
	.examples = "volume inspect myvol\nvolume inspect --all\n"
	    "volume inspect --format \"{{.Driver}} {{.Scope}}\" myvol",
};

const struct command command_volume_ls = {
	.noun = "volume", .verb = "ls", .aliases = "list",
	.old = cmd_volume_ls,
	.brief = "List volumes",
	.options = { opts_volume_ls },
	.description = "List all available volumes. The output of the volumes "
	    "can be filtered and the output format can be changed to JSON or "
	    "a user specified Go template.",
	.examples = "volume ls\nvolume ls --filter dangling=true --format "
	    "json",
};

const struct command command_volume_prune = {
	.noun = "volume", .verb = "prune",
	.old = cmd_volume_prune,
	.brief = "Remove all unused volumes",
	.options = { opts_volume_prune },
	.description = "Volumes that are not currently owned by a container "
	    "will be removed.\n\nThe command prompts for confirmation which "
	    "can be overridden with the --force flag. Note all data will be "
	    "destroyed.",
	.examples = "volume prune\nvolume prune --force --filter label=old",
};

const struct command command_volume_rm = {
	.noun = "volume", .verb = "rm", .aliases = "remove",
	.old = cmd_volume_rm,
	.brief = "Remove one or more volumes",
	.operands = "VOLUME [VOLUME...]", .operand = "volume",
	.options = { opts_volume_rm }, .max_args = -1,
	.description = "Remove one or more existing volumes.\n\nBy default "
	    "only volumes that are not being used by any containers will be "
	    "removed. To remove the volumes anyways, use the --force flag.",
	.examples = "volume rm myvol1 myvol2\nvolume rm --all\n"
	    "volume rm --force myvol",
};

const struct command command_pod_create = {
	.noun = "pod", .verb = "create",
	.old = cmd_pod_create,
	.brief = "Create a new empty pod", .operands = "[NAME]",
	.options = { opts_pod_create }, .max_args = 1,
	.description = "After creating the pod, the pod ID is printed to "
	    "stdout.\n\nThe pod will be created with the initial state "
	    "'created'. Its containers belong together, and share no "
	    "namespaces yet.",
	.examples = "pod create --infra=false\n"
	    "pod create --infra=false --label foo=bar mypod",
};

const struct command command_pod_exists = {
	.noun = "pod", .verb = "exists",
	.old = cmd_pod_exists,
	.brief = "Check if a pod exists in local storage",
	.operands = "POD", .operand = "pod",
	.options = { opts_exists }, .min_args = 1, .max_args = 1,
	.description = "If the named pod exists in local storage, bulkhead "
	    "pod exists exits with 0, otherwise the exit code will be 1.",
	.examples = "pod exists podID\n"
	    "pod exists mypod || bulkhead pod create --infra=false mypod",
};

const struct command command_pod_inspect = {
	.noun = "pod", .verb = "inspect",
	.old = cmd_pod_inspect,
	.brief = "Displays a pod configuration",
	.operands = "POD [POD...]", .operand = "pod",
	.options = { opts_pod_inspect }, .max_args = -1,
	.description = "Display the configuration for a pod by name or id."
	    "\n\nBy default, this will render all results as JSON.",
	.examples = "pod inspect podID",
};

const struct command command_pod_ps = {
	.noun = "pod", .verb = "ps", .aliases = "ls list",
	.old = cmd_pod_ps,
	.brief = "List pods",
	.options = { opts_pod_ps },
	.description = "List all pods on system including their names, ids "
	    "and current state.",
	.examples = "pod ps\npod ps --ctr-names --filter status=running",
};

const struct command command_pod_rm = {
	.noun = "pod", .verb = "rm",
	.old = cmd_pod_rm,
	.brief = "Remove one or more pods",
	.operands = "POD [POD...]", .operand = "pod",
	.options = { opts_pod_rm }, .max_args = -1,
	.description = "bulkhead rm will remove one or more stopped pods and "
	    "their containers from the host.\n\nThe pod name or ID can be "
	    "used.  A pod with running containers will not be removed without "
	    "--force. If --force is specified, all containers will be "
	    "stopped, then removed.",
	.examples = "pod rm mywebserverpod\npod rm -f 860a4b23\n"
	    "pod rm -f -a",
};
