/*
 * What the program offers: the options that stand before a command, the nouns,
 * and the list of commands, which the makefile makes from the files in the
 * nouns' directories: container/run.c declares command_container_run.
 */
#include "command_session.h"
#include "version.h"

static const struct opt global[] = {
	OPT("cgroup-manager", 0, ONE_OF,
	    "Cgroup manager to use (\"cgroupfs\"|\"systemd\")",
	    .complete = "cgroupfs|systemd"),
	OPT("log-level", 0, STRING,
	    "Log messages above specified level (trace, debug, info, warn, "
	    "warning, error, fatal, panic)", .def = "warn",
	    .complete = "trace|debug|info|warn|warning|error|fatal|panic"),
	OPT("root", 0, STRING,
	    "Path to the root directory in which data, including images, is "
	    "stored", .complete = "file"),
	OPT("runroot", 0, STRING,
	    "Path to the 'run directory' where all state information is stored",
	    .complete = "file"),
	OPT("storage-driver", 0, STRING,
	    "Select which storage driver is used to manage storage of images "
	    "and containers", .complete = "overlay|vfs"),
	OPT("tmpdir", 0, STRING,
	    "Path to the directory for state that ends with the boot",
	    .complete = "file"),
	OPT("trace", 0, FLAG, "Print every message between the programs"),
	OPT("events-backend", 0, STRING,
	    "Events backend to use (\"file\"|\"journald\"|\"none\")",
	    .complete = "file|journald|none"),
	OPT("conmon", 0, STRING, "Path of the conmon binary that info looks at",
	    .complete = "file"),
	OPT("network-config-dir", 0, STRING,
	    "Path of the configuration directory for networks",
	    .complete = "file"),
	OPT("runtime", 0, STRING,
	    "Name or path of the OCI runtime; containers are run by launch, "
	    "bulkhead's own"),
	OPT("transient-store", 0, FLAG,
	    "Containers that are created end with the boot, records and all"),
	OPT("volumepath", 0, STRING,
	    "Path to the volume directory in which volume data is stored",
	    .complete = "file"),
	OPT_NO("cdi-spec-dir"), OPT_NO("default-mounts-file"),
	OPT_NO("hooks-dir"), OPT_NO("imagestore"), OPT_NO("network-cmd-path"),
	OPT_NO("runtime-flag"), OPT_NO("storage-opt"), OPT_NO_FLAG("syslog"),
	{ 0 }
};

static const struct opt before[] = {
	OPT("module", 0, ARRAY, "Load the containers.conf(5) module"),
	OPT("namespace", 0, STRING,
	    "Scope of the state: only what was made in it is seen"),
	OPT("state-type", 0, STRING,
	    "Where the state is kept: in a database, or in memory until the "
	    "command ends", .complete = "kyotocabinet|memory"),
	{ 0 }
};

static const struct opt own[] = {
	OPT("help", 0, FLAG, "Help for bulkhead"),
	OPT("version", 'v', FLAG, "version for bulkhead"),
	OPT("dump-options", 0, FLAG, NULL),
	OPT("dump-page", 0, STRING, NULL),
	OPT_NO("config"), OPT_NO("connection", .letter = 'c'),
	OPT_NO("cpu-profile"), OPT_NO("identity"), OPT_NO("max-workers"),
	OPT_NO("memory-profile"), OPT_NO_FLAG("noout"), OPT_NO("out"),
	OPT_NO_FLAG("remote", .letter = 'r'), OPT_NO("ssh"), OPT_NO("tls-ca"),
	OPT_NO("tls-cert"), OPT_NO("tls-key"), OPT_NO("url"),
	{ 0 }
};

static const struct noun	nouns[] = {
	{ "config", "Look at the configuration", "Look at the configuration",
	  NULL },
	{ "container", "Manage containers", "Manage containers",
	  "attach checkpoint clone commit cp diff exec exists export init "
	  "mount port prune rename restart restore runlabel stats top umount "
	  "unmount update" },
	{ "image", "Manage images", "Manage images",
	  "build diff exists mount prune pull push save scp search sign tag "
	  "tree trust umount unmount untag" },
	{ "pod", "Manage pods", "Pods are a group of one or more containers "
	  "that belong together",
	  "clone kill logs pause prune restart start stats stop top unpause" },
	{ "system", "Manage bulkhead", "Manage bulkhead",
	  "check connection df events prune reset service" },
	{ "volume", "Manage volumes", "Volumes are created in and can be "
	  "shared between containers", "export import mount reload unmount" },
	{ 0 }
};

#define COMMAND(name)	extern const struct command command_##name;
#include "commands.h"
#undef COMMAND

static const struct command *const	commands[] = {
#define COMMAND(name)	&command_##name,
#include "commands.h"
	NULL
};

const struct program	program = {
	.name = "bulkhead", .version = BULKHEAD_VERSION,
	.brief = "Manage containers and images",
	.global = global, .before = before, .own = own,
	.nouns = nouns, .commands = commands, .run = command_run,
	.later = "attach auto-update build commit completion cp diff exec "
	    "exists export farm generate healthcheck init kube login logout "
	    "machine manifest mount network play port pull push quadlet rename "
	    "restart save search secret stats tag top umount unmount unshare "
	    "untag update",
};
