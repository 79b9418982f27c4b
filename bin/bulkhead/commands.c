/*
 * What can be asked for, and finding it.
 */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "given.h"
#include "log.h"
#include "record.h"
#include "rootlog.h"
#include "say.h"
#include "tables.h"
#include "version.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define WANT_ONE	"you must provide at least one name or id"
#define CTRS		"CONTAINER [CONTAINER...]"

const struct opt opts_global[] = {
	{ "cgroup-manager", 0, OPT_ONLY, NULL,
	  "Cgroup manager to use (\"cgroupfs\"|\"systemd\")", NULL,
	  "cgroupfs|systemd" },
	{ "log-level", 0, OPT_STRING, NULL,
	  "Log messages above specified level (trace, debug, info, warn, "
	  "warning, error, fatal, panic)", "warn",
	  "trace|debug|info|warn|warning|error|fatal|panic" },
	{ "root", 0, OPT_STRING, NULL,
	  "Path to the root directory in which data, including images, is "
	  "stored", NULL, "file" },
	{ "runroot", 0, OPT_STRING, NULL,
	  "Path to the 'run directory' where all state information is stored",
	  NULL, "file" },
	{ "storage-driver", 0, OPT_STRING, NULL,
	  "Select which storage driver is used to manage storage of images "
	  "and containers", NULL, "overlay|vfs" },
	{ "tmpdir", 0, OPT_STRING, NULL,
	  "Path to the directory for state that ends with the boot", NULL,
	  "file" },
	{ "trace", 0, OPT_FLAG, NULL,
	  "Print every message between the programs", NULL, NULL },
	{ "events-backend", 0, OPT_STRING, NULL,
	  "Events backend to use (\"file\"|\"journald\"|\"none\")", NULL,
	  "file|journald|none" },
	{ "conmon", 0, OPT_STRING, NULL,
	  "Path of the conmon binary that info looks at", NULL, "file" },
	{ "network-config-dir", 0, OPT_STRING, NULL,
	  "Path of the configuration directory for networks", NULL, "file" },
	{ "runtime", 0, OPT_STRING, NULL,
	  "Name or path of the OCI runtime; containers are run by launch, "
	  "bulkhead's own", NULL, NULL },
	{ "transient-store", 0, OPT_FLAG, NULL,
	  "Containers that are created end with the boot, records and all",
	  NULL, NULL },
	{ "volumepath", 0, OPT_STRING, NULL,
	  "Path to the volume directory in which volume data is stored", NULL,
	  "file" },
	{ "cdi-spec-dir", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "default-mounts-file", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "hooks-dir", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "imagestore", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "network-cmd-path", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "runtime-flag", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "storage-opt", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "syslog", 0, OPT_REFUSED_FLAG, NULL, NULL, NULL, NULL },
	{ 0 }
};

const struct opt opts_before[] = {
	{ "module", 0, OPT_ARRAY, NULL,
	  "Load the containers.conf(5) module", NULL, NULL },
	{ "namespace", 0, OPT_STRING, NULL,
	  "Scope of the state: only what was made in it is seen", NULL, NULL },
	{ "state-type", 0, OPT_STRING, NULL,
	  "Where the state is kept: in a database, or in memory until the "
	  "command ends", NULL, "kyotocabinet|memory" },
	{ 0 }
};

const struct opt opts_root[] = {
	{ "help", 0, OPT_FLAG, NULL, "Help for bulkhead", NULL, NULL },
	{ "version", 'v', OPT_FLAG, NULL, "version for bulkhead", NULL, NULL },
	{ "dump-options", 0, OPT_FLAG, NULL, NULL, NULL, NULL },
	{ "dump-page", 0, OPT_STRING, NULL, NULL, NULL, NULL },
	{ "config", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "connection", 'c', OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "cpu-profile", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "identity", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "max-workers", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "memory-profile", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "noout", 0, OPT_REFUSED_FLAG, NULL, NULL, NULL, NULL },
	{ "out", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "remote", 'r', OPT_REFUSED_FLAG, NULL, NULL, NULL, NULL },
	{ "ssh", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "tls-ca", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "tls-cert", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "tls-key", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ "url", 0, OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ 0 }
};

static const struct command c_cleanup = {
	.name = "cleanup", .run = cmd_cleanup,
	.summary = "Clean up what one or more ended containers left",
	.operands = CTRS, .operand = "container",
	.opts = { .tables = { opts_cleanup } }, .max_args = -1,
	.args_error = WANT_ONE,
	.description = "Records the exit of containers and removes what "
	    "belonged to their run. Bulkhead calls it when a container ends; "
	    "calling it again does no harm.",
	.examples = "container cleanup --all\ncontainer cleanup ctrID1 ctrID2",
};

static const struct command c_config_show = {
	.name = "show", .run = cmd_config_show,
	.summary = "Display the settled configuration",
	.operands = "[FILE]", .operand = "containers|storage|registries",
	.opts = { .tables = { opts_config_show } }, .max_args = 1,
	.description = "Prints what all configuration files, variables and "
	    "options together come to, each value with its origin. What is "
	    "printed for one FILE (containers, storage or registries) is a "
	    "file that means the same.",
	.examples = "config show\nconfig show storage\n"
	    "--root /srv/images config show --format json",
};

static const struct command c_config_explain = {
	.name = "explain", .run = cmd_config_explain,
	.summary = "Say where the value of a key comes from",
	.operands = "KEY [KEY...]",
	.opts = { .tables = { opts_config_explain } }, .min_args = 1,
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

static const struct command c_config_check = {
	.name = "check", .run = cmd_config_check,
	.summary = "Look for mistakes in configuration files",
	.operands = "FILE [FILE...]", .operand = "file",
	.opts = { .tables = { opts_config_check } }, .min_args = 1,
	.max_args = -1,
	.description = "Prints each mistake and each unknown key with file, "
	    "line, column and what stands there. The file need not be where "
	    "it would count; - is the standard input.",
	.examples = "config check /etc/containers/containers.conf\n"
	    "config check --type registries new.conf",
};

static const struct command *const config_group[] = {
	&c_config_check, &c_config_explain, &c_config_show, NULL
};

static const struct command c_config = {
	.name = "config", .summary = "Look at the configuration",
	.description = "Look at the configuration", .group = config_group,
};

static const struct command c_create = {
	.name = "create", .run = cmd_create,
	.summary = "Create but do not start a container",
	.operands = "IMAGE [COMMAND [ARG...]]", .operand = "image",
	.opts = { .tables = { opts_create, opts_create_refused },
	    .stop_early = true },
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

static const struct command c_events = {
	.name = "events", .run = cmd_events,
	.summary = "Show bulkhead events",
	.opts = { .tables = { opts_events } },
	.description = "Monitor bulkhead events.\n\n"
	    "By default, streaming mode is used, printing new events as they "
	    "occur.  Previous events can be listed via --since and --until.",
	.examples = "events\nevents --filter event=create\n"
	    "events --format {{.Image}}\nevents --since 1h30s\n"
	    "events --stream=false --filter type=container",
};

static const struct command c_history = {
	.name = "history", .run = cmd_history,
	.summary = "Show what happened to a container, or how an image was "
	    "made",
	.operands = "{CONTAINER|IMAGE}", .operand = "object",
	.opts = { .tables = { opts_history } }, .min_args = 1, .max_args = 1,
	.description = "Displays the history of a container: each change of "
	    "its state, when, by whom, with which command, and why. The "
	    "history of a container that was removed is still there, until "
	    "newer ones need the room.\n\n"
	    "For an image, displays the steps in which it was made.",
	.examples = "history myCtr\nhistory --human=false --no-trunc myCtr\n"
	    "history fedora\nhistory --format json fedora",
};

static const struct command c_images = {
	.name = "images", .run = cmd_images,
	.summary = "List images in local storage",
	.operands = "[IMAGE]", .operand = "image",
	.opts = { .tables = { opts_images } }, .max_args = 1,
	.description = "Lists images previously pulled to the system or "
	    "created on the system.",
	.examples = "images --format json\n"
	    "images --sort repository --format \"table {{.ID}} "
	    "{{.Repository}} {{.Tag}}\"\nimages --filter dangling=true",
};

static const struct command c_image_list = {
	.name = "list", .aliases = "ls", .run = cmd_images,
	.summary = "List images in local storage",
	.operands = "[IMAGE]", .operand = "image",
	.opts = { .tables = { opts_images } }, .max_args = 1,
	.description = "Lists images previously pulled to the system or "
	    "created on the system.",
	.examples = "image list --format json\n"
	    "image list --filter dangling=true",
};

static const struct command c_import = {
	.name = "import", .run = cmd_import,
	.summary = "Import a tarball to create a filesystem image",
	.operands = "PATH [REFERENCE]", .operand = "file",
	.opts = { .tables = { opts_import } }, .min_args = 1, .max_args = 2,
	.description = "Create a container image from the contents of the "
	    "specified tarball (.tar, .tar.gz, .tgz, .tar.zst).\n\n"
	    "Optionally tag the image. You can specify the instructions using "
	    "the --change option.",
	.examples = "import --message \"my base\" base.tar base:1\n"
	    "import - < ctr.tar",
};

static const struct command c_info = {
	.name = "info", .run = cmd_info,
	.summary = "Display bulkhead system information",
	.opts = { .tables = { opts_info } },
	.description = "Display information pertaining to the host, current "
	    "storage stats, and build of bulkhead.\n\n"
	    "Useful for the user and when reporting issues.",
	.examples = "info",
};

static const struct command c_inspect = {
	.name = "inspect", .run = cmd_inspect,
	.summary = "Display the configuration of object denoted by ID",
	.operands = "{CONTAINER|IMAGE} [...]", .operand = "object",
	.opts = { .tables = { opts_inspect } }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Displays the low-level information on an object "
	    "identified by name or ID.\nFor more inspection options, see:\n\n"
	    "    bulkhead container inspect\n    bulkhead image inspect",
	.examples = "inspect fedora\ninspect --type image fedora\n"
	    "inspect CtrID ImgID\n"
	    "inspect --format \"imageId: {{.Id}} size: {{.Size}}\" fedora",
};

static const struct command c_container_inspect = {
	.name = "inspect", .run = cmd_container_inspect,
	.summary = "Display the configuration of a container",
	.operands = CTRS, .operand = "container",
	.opts = { .tables = { opts_inspect_ctr } }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Displays the low-level information on a container "
	    "identified by name or ID.",
	.examples = "container inspect myCtr\n"
	    "container inspect -l --format '{{.Id}} {{.Config.Labels}}'",
};

static const struct command c_image_inspect = {
	.name = "inspect", .run = cmd_image_inspect,
	.summary = "Display the configuration of an image",
	.operands = "IMAGE [IMAGE...]", .operand = "image",
	.opts = { .tables = { opts_inspect_image } }, .max_args = -1,
	.args_error = "no names or ids specified",
	.description = "Displays the low-level information of an image "
	    "identified by name or ID.",
	.examples = "image inspect alpine\n"
	    "image inspect --format \"imageId: {{.Id}} size: {{.Size}}\" "
	    "alpine",
};

static const struct command c_kill = {
	.name = "kill", .run = cmd_kill,
	.summary = "Kill one or more running containers with a specific signal",
	.operands = CTRS, .operand = "running",
	.opts = { .tables = { opts_kill } }, .max_args = -1,
	.args_error = WANT_ONE,
	.description = "The main process inside each container specified will "
	    "be sent SIGKILL, or any signal specified with option --signal.",
	.examples = "kill mywebserver\nkill 860a4b23\nkill --signal TERM ctrID",
};

static const struct command c_load = {
	.name = "load", .run = cmd_load,
	.summary = "Load image(s) from a tar archive",
	.opts = { .tables = { opts_load } },
	.description = "Loads an image from a locally stored archive (tar "
	    "file) into container storage.",
	.examples = "load -i image.tar\nload < image.tar.gz",
};

static const struct command c_logs = {
	.name = "logs", .run = cmd_logs,
	.summary = "Fetch the logs of one or more containers",
	.operands = CTRS, .operand = "container",
	.opts = { .tables = { opts_logs } }, .max_args = -1,
	.args_error = "specify at least one container name or ID to log",
	.description = "Retrieves logs for one or more containers.\n\n"
	    "This does not guarantee execution order when combined with "
	    "bulkhead run (i.e. your run may not have generated any logs at "
	    "the time you execute bulkhead logs).",
	.examples = "logs ctrID\nlogs --names ctrID1 ctrID2\n"
	    "logs --tail 2 mywebserver\n"
	    "logs --follow=true --since 10m ctrID\n"
	    "logs mywebserver mydbserver",
};

static const struct command c_pause = {
	.name = "pause", .run = cmd_pause,
	.summary = "Pause all the processes in one or more containers",
	.operands = CTRS, .operand = "running",
	.opts = { .tables = { opts_pause } }, .max_args = -1,
	.args_error = WANT_ONE,
	.description = "Pauses one or more running containers.  The container "
	    "name or ID can be used.",
	.examples = "pause mywebserver\npause 860a4b23\npause --all",
};

static const struct command c_unpause = {
	.name = "unpause", .run = cmd_unpause,
	.summary = "Unpause the processes in one or more containers",
	.operands = CTRS, .operand = "paused",
	.opts = { .tables = { opts_unpause } }, .max_args = -1,
	.args_error = WANT_ONE,
	.description = "Unpauses one or more previously paused containers.  "
	    "The container name or ID can be used.",
	.examples = "unpause ctrID\nunpause --all",
};

static const struct command c_ps = {
	.name = "ps", .run = cmd_ps, .summary = "List containers",
	.opts = { .tables = { opts_ps } },
	.description = "Prints out information about the containers",
	.examples = "ps -a\nps -a --format \"{{.ID}}  {{.Image}}  "
	    "{{.Labels}}  {{.Mounts}}\"\nps --sort names",
};

static const struct command c_container_list = {
	.name = "list", .aliases = "ls", .run = cmd_ps,
	.summary = "List containers",
	.opts = { .tables = { opts_ps } },
	.description = "Prints out information about the containers",
	.examples = "container list -a\ncontainer list --sort names",
};

static const struct command c_refresh = {
	.name = "refresh", .run = cmd_refresh,
	.summary = "Put in order what the last boot left",
	.opts = { .tables = { opts_refresh } },
	.description = "Writes down that what ran in an earlier boot has ended, "
	    "and removes what it left: run directories, containers that were "
	    "to go at their end, layers and images half made. The first "
	    "command of a boot that changes anything does this by itself; "
	    "here it can be planned, or done at once. Doing it twice in a "
	    "boot changes nothing.",
	.examples = "refresh --plan\nrefresh --apply\n"
	    "refresh --plan --state /backup/bulkhead",
};

static const struct command c_rm = {
	.name = "rm", .run = cmd_rm,
	.summary = "Remove one or more containers",
	.operands = CTRS, .operand = "container",
	.opts = { .tables = { opts_rm } }, .max_args = -1,
	.args_error = WANT_ONE,
	.description = "Removes one or more containers from the host. The "
	    "container name or ID can be used.\n\nCommand does not remove "
	    "images. Running or unusable containers will not be removed "
	    "without the -f option.",
	.examples = "rm imageID\nrm mywebserver myflaskserver 860a4b23\n"
	    "rm --force --all\nrm -f c684f0d469f2",
};

static const struct command c_rmi = {
	.name = "rmi", .run = cmd_rmi,
	.summary = "Removes one or more images from local storage",
	.operands = "IMAGE [IMAGE...]", .operand = "image",
	.opts = { .tables = { opts_rmi } }, .max_args = -1,
	.args_error = "image name or ID must be specified",
	.description = "Removes one or more previously pulled or locally "
	    "created images.",
	.examples = "rmi imageID\nrmi --force alpine\n"
	    "rmi c4dfb1609ee2 93fd78260bd1 c0ed59d05ff7",
};

static const struct command c_image_rm = {
	.name = "rm", .run = cmd_rmi,
	.summary = "Removes one or more images from local storage",
	.operands = "IMAGE [IMAGE...]", .operand = "image",
	.opts = { .tables = { opts_rmi } }, .max_args = -1,
	.args_error = "image name or ID must be specified",
	.description = "Removes one or more previously pulled or locally "
	    "created images.",
	.examples = "image rm imageID\nimage rm --force alpine",
};

static const struct command c_run = {
	.name = "run", .run = cmd_run,
	.summary = "Run a command in a new container",
	.operands = "IMAGE [COMMAND [ARG...]]", .operand = "image",
	.opts = { .tables = { opts_create, opts_run, opts_create_refused },
	    .stop_early = true },
	.min_args = 1, .max_args = -1,
	.description = "Runs a command in a new container from the given "
	    "image",
	.examples = "run imageID ls -alF /etc\n"
	    "run --network=host imageID dnf -y install java\n"
	    "run --volume /var/hostdir:/var/ctrdir -i -t fedora /bin/bash",
};

static const struct command c_start = {
	.name = "start", .run = cmd_start,
	.summary = "Start one or more containers",
	.operands = CTRS, .operand = "container",
	.opts = { .tables = { opts_start } }, .max_args = -1,
	.args_error = "start requires at least one argument",
	.description = "Starts one or more containers.  The container name or "
	    "ID can be used.",
	.examples = "start --latest\nstart 860a4b231279 5421ab43b45\n"
	    "start --interactive --attach imageID",
};

static const struct command c_stop = {
	.name = "stop", .run = cmd_stop,
	.summary = "Stop one or more containers",
	.operands = CTRS, .operand = "running",
	.opts = { .tables = { opts_stop } }, .max_args = -1,
	.args_error = WANT_ONE,
	.description = "Stops one or more running containers.  The container "
	    "name or ID can be used.\n\nA timeout to forcibly stop the "
	    "container can also be set but defaults to 10 seconds otherwise.",
	.examples = "stop ctrID\nstop --latest\n"
	    "stop --time 2 mywebserver 6e534f14da9d",
};

static const struct command c_version = {
	.name = "version", .run = cmd_version,
	.summary = "Display the Bulkhead version information",
	.opts = { .tables = { opts_version } },
	.description = "Display the Bulkhead version information",
	.examples = "version\nversion --format '{{.Client.Version}}'",
};

static const struct command c_wait = {
	.name = "wait", .run = cmd_wait,
	.summary = "Block on one or more containers",
	.operands = CTRS, .operand = "container",
	.opts = { .tables = { opts_wait } }, .max_args = -1,
	.args_error = "\"bulkhead wait\" requires a name, id, or the "
	    "\"--latest\" flag",
	.description = "Block until one or more containers stop and then "
	    "print their exit codes.",
	.examples = "wait --interval 5s ctrID\nwait ctrID1 ctrID2",
};

static const struct command *const container_group[] = {
	&c_cleanup, &c_create, &c_container_inspect, &c_kill,
	&c_container_list, &c_logs, &c_pause, &c_ps, &c_rm, &c_run, &c_start,
	&c_stop, &c_unpause, &c_wait, NULL
};

static const struct command c_container = {
	.name = "container", .summary = "Manage containers",
	.description = "Manage containers", .group = container_group,
};

static const struct command *const image_group[] = {
	&c_history, &c_import, &c_image_inspect, &c_image_list, &c_load, &c_image_rm, NULL
};

static const struct command c_image = {
	.name = "image", .summary = "Manage images",
	.description = "Manage images", .group = image_group,
};

static const struct command c_system_locks = {
	.name = "locks", .run = cmd_locks,
	.summary = "Show who holds which lock, and who waits",
	.opts = { .tables = { opts_locks } },
	.description = "Lists the locks of containers, pods and volumes that "
	    "are held just now: the lock's number, whose it is, the process "
	    "that holds it, its command, for how long, and how many wait for "
	    "it. It waits for none of them.",
	.examples = "system locks\nsystem locks --all\n"
	    "system locks --format json",
};

static const struct command c_system_renumber = {
	.name = "renumber", .run = cmd_renumber,
	.summary = "Give all locks new numbers",
	.opts = { .tables = { opts_renumber } },
	.description = "Gives the locks of all containers, pods and volumes "
	    "the numbers from 0 up, in one step, when no other command is at "
	    "work, and prints which have changed. It is needed when "
	    "engine.num_locks was made smaller than the highest number in "
	    "use.",
	.examples = "system renumber --plan\nsystem renumber",
};

static const struct command c_system_migrate = {
	.name = "migrate", .run = cmd_migrate,
	.summary = "Migrate containers",
	.opts = { .tables = { opts_migrate } },
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

static const struct command c_system_shutdown = {
	.name = "shutdown", .run = cmd_shutdown,
	.summary = "Stop containers and close the storage",
	.opts = { .tables = { opts_shutdown } },
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

static const struct command *const system_group[] = {
	&c_info, &c_system_locks, &c_system_migrate, &c_system_renumber,
	&c_system_shutdown, NULL
};

static const struct command c_system = {
	.name = "system", .summary = "Manage bulkhead",
	.description = "Manage bulkhead", .group = system_group,
};

const struct command *const commands[] = {
	&c_config, &c_container, &c_create, &c_events, &c_history,
	&c_image, &c_images, &c_import, &c_info,
	&c_inspect, &c_kill, &c_load, &c_logs, &c_pause, &c_pod, &c_ps, &c_refresh, &c_rm, &c_rmi,
	&c_run, &c_start, &c_stop, &c_system, &c_unpause, &c_version, &c_volume, &c_wait,
	NULL
};

/* The path to a command as a person types it, and its members. */
struct place {
	char				 path[64];
	const struct command *const	*members;
};

static bool
is_named(const struct command *c, const char *name)
{
	size_t	 n, len = strlen(name);

	if (strcmp(c->name, name) == 0)
		return (true);
	for (const char *s = c->aliases; s != NULL && *s != '\0'; s += n) {
		s += strspn(s, " ");
		n = strcspn(s, " ");
		if (n == len && memcmp(s, name, n) == 0)
			return (true);
	}
	return (false);
}

static const struct command *
find(const struct command *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (is_named(*list, name))
			return (*list);
	return (NULL);
}

static int
unknown(const struct place *at, const char *name)
{
	const char	*gap = *at->path ? " " : "";

	if (help_is_podmans(at->path, name))
		return (say_error("`bulkhead %s%s%s` is not supported by "
		    "bulkhead yet", at->path, gap, name));
	say_error("unrecognized command `bulkhead %s%s%s`", at->path, gap,
	    name);
	if (*at->path == '\0')
		help_suggest(at->members, name);
	fprintf(stderr, "Try 'bulkhead %s%s--help' for more information\n",
	    at->path, gap);
	return (EXIT_ENGINE);
}

/* Which objects are meant must be said once, and only once. */
static int
check_selection(const struct command *c, const struct rec *o, int argc)
{
	bool	 all = opt_flag(o, "all", false);
	bool	 latest = opt_flag(o, "latest", false);
	bool	 file = opt_given(o, "cidfile");

	if (opt_given(o, "filter")) {
		if (argc > 0)
			return (say_error("--filter takes no arguments"));
		return (0);
	}
	if (file && (all || latest))
		return (say_error("--all, --latest, and --cidfile cannot be "
		    "used together"));
	if (all && latest)
		return (say_error("--all and --latest cannot be used "
		    "together"));
	if (argc > 0 && all)
		return (say_error(c->run == cmd_rmi ? "when using the --all "
		    "switch, you may not pass any images names or IDs" :
		    "no arguments are needed with --all"));
	if (argc > 0 && latest)
		return (say_error("--latest and containers cannot be used "
		    "together"));
	if (argc == 0 && !all && !latest && !file)
		return (say_error("%s", c->args_error));
	return (0);
}

static int
check_args(const struct command *c, const char *path, const struct rec *o,
    int argc)
{
	if (c->args_error != NULL)
		return (check_selection(c, o, argc));
	if (c->max_args == 0 && argc > 0)
		return (say_error("`bulkhead %s` takes no arguments", path));
	if (c->max_args == -1 && argc < c->min_args)
		return (say_error("requires at least %d arg(s), only received "
		    "%d", c->min_args, argc));
	if (c->min_args == 0 && c->max_args > 0 && argc > c->max_args)
		return (say_error("accepts at most %d arg(s), received %d",
		    c->max_args, argc));
	if (c->max_args > 0 && (argc < c->min_args || argc > c->max_args))
		return (say_error("accepts between %d and %d arg(s), received "
		    "%d", c->min_args, c->max_args, argc));
	return (0);
}

/* --trace and --log-level, which may stand before or behind the command. */
static int
settle_globals(struct globals *g)
{
	static const char *const	 levels[] = { "panic", "fatal",
					    "error", "warning", "warn", "info",
					    "debug", "trace" };
	const char			*level;
	size_t				 i;

	g->trace = opt_flag(g->global, "trace", false);
	level = opt_str(g->global, "log-level", "warn");
	for (i = 0; i < NITEMS(levels); i++)
		if (strcmp(level, levels[i]) == 0)
			break;
	if (i == NITEMS(levels))
		return (say_error("log level \"%s\" is not supported, choose "
		    "from: trace, debug, info, warn, warning, error, fatal, "
		    "panic", level));
	g->verbose = i < 5 ? 0 : i == 5 ? 1 : 2;
	log_init("bulkhead", g->verbose > 1, 0);
	return (0);
}

/* The command line is not one of ours, which has been said. */
static int
misused(const struct globals *g)
{
	if (opt_flag(g->global, "trace", false))
		say_trace();
	say_code(ERR_INVALID_ARG);
	return (EXIT_ENGINE);
}

static int
run(struct globals *g, const struct command *c, const char *path, int argc,
    char **argv)
{
	struct opt_set	 set = c->opts;
	int		 n, r;

	set.command = path;
	n = opt_parse(&set, argc, argv, g->opts, g->global);
	if (opt_flag(g->global, "trace", false))
		say_trace();
	if (n != -1 && opt_flag(g->opts, "help", false)) {
		help_command(c, path);
		return (0);
	}
	r = n == -1 ? EXIT_ENGINE : settle_globals(g);
	if (r == 0)
		r = check_args(c, path, g->opts, n);
	if (r != 0) {
		say_code(ERR_INVALID_ARG);
		return (r);
	}
	g->cmd = c;
	given_open_options(&c->opts, g->opts);
	rootlog_open(g->opts);
	return (c->run(g, n, argv));
}

/* `bulkhead help [COMMAND [COMMAND]]` */
static int
help(struct place *at, int argc, char **argv)
{
	const struct command	*c = NULL;

	for (int i = 0; i < argc; i++) {
		if (at->members == NULL ||
		    (c = find(at->members, argv[i])) == NULL) {
			fprintf(stderr, "Unknown help topic [`%s`]\n",
			    argv[i]);
			return (EXIT_ENGINE);
		}
		if (*at->path != '\0')
			strncat(at->path, " ",
			    sizeof(at->path) - strlen(at->path) - 1);
		strncat(at->path, c->name,
		    sizeof(at->path) - strlen(at->path) - 1);
		at->members = c->group;
	}
	if (c == NULL)
		help_program();
	else
		help_command(c, at->path);
	return (0);
}

/* `bulkhead container ...` */
static int
run_group(struct globals *g, const struct command *group, int argc,
    char **argv)
{
	struct place		 at = { .members = group->group };
	const struct command	*c;
	int			 n;

	snprintf(at.path, sizeof(at.path), "%s", group->name);
	if (argc == 0 || strcmp(argv[0], "--help") == 0 ||
	    strcmp(argv[0], "-h") == 0) {
		help_command(group, at.path);
		if (argc == 0)
			return (say_error("missing command 'bulkhead %s "
			    "COMMAND'", at.path));
		return (0);
	}
	if (argv[0][0] == '-') {
		struct opt_set	 set = { .command = at.path,
				    .stop_early = true };

		if ((n = opt_parse(&set, argc, argv, g->opts, g->global)) ==
		    -1)
			return (misused(g));
		return (run_group(g, group, n, argv));
	}
	if ((c = find(group->group, argv[0])) == NULL)
		return (unknown(&at, argv[0]));
	n = (int)strlen(at.path);
	snprintf(at.path + n, sizeof(at.path) - (size_t)n, " %s", argv[0]);
	return (run(g, c, at.path, argc - 1, argv + 1));
}

int
commands_run(struct globals *g, int argc, char **argv)
{
	struct opt_set		 set = { .command = "", .tables = { opts_root,
				    opts_before }, .stop_early = true };
	struct place		 top = { .members = commands };
	const struct command	*c;
	int			 n;

	argv++;
	argc--;
	if ((n = opt_parse(&set, argc, argv, g->opts, g->global)) == -1)
		return (misused(g));
	if (opt_flag(g->opts, "version", false)) {
		printf("bulkhead version %s\n", BULKHEAD_VERSION);
		return (0);
	}
	if (opt_flag(g->opts, "dump-options", false)) {
		help_dump();
		return (0);
	}
	if (opt_given(g->opts, "dump-page")) {
		if (strcmp(opt_str(g->opts, "dump-page", ""), "-") == 0) {
			page_list();
			return (0);
		}
		return (page_print(opt_str(g->opts, "dump-page", "")) == 0 ?
		    0 : EXIT_ENGINE);
	}
	if (n == 0 || opt_flag(g->opts, "help", false)) {
		help_program();
		if (n == 0 && !opt_given(g->opts, "help"))
			return (say_error("missing command 'bulkhead "
			    "COMMAND'"));
		return (0);
	}
	if (strcmp(argv[0], "help") == 0)
		return (help(&top, n - 1, argv + 1));
	if ((c = find(commands, argv[0])) == NULL)
		return (unknown(&top, argv[0]));
	if (c->group != NULL)
		return (run_group(g, c, n - 1, argv + 1));
	return (run(g, c, argv[0], n - 1, argv + 1));
}
