/*
 * The program: the options that stand before a command, the nouns, and the
 * list of commands, which the makefile makes from the files in the nouns'
 * directories: container/run.c declares command_container_run.
 */
#include "program.h"

#include <unistd.h>

#include "command_session.h"
#include "root.h"
#include "say.h"
#include "session.h"
#include "version.h"

static const struct opt global[] = {
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
	OPT_NO("cdi-spec-dir", 0), OPT_NO("default-mounts-file", 0),
	OPT_NO("hooks-dir", 0), OPT_NO("imagestore", 0),
	OPT_NO("network-cmd-path", 0), OPT_NO("runtime-flag", 0),
	OPT_NO("storage-opt", 0), OPT_NO_FLAG("syslog", 0),
	{ 0 }
};

static const struct opt before[] = {
	{ "module", 0, OPT_ARRAY, NULL,
	  "Load the containers.conf(5) module", NULL, NULL },
	{ "namespace", 0, OPT_STRING, NULL,
	  "Scope of the state: only what was made in it is seen", NULL, NULL },
	{ "state-type", 0, OPT_STRING, NULL,
	  "Where the state is kept: in a database, or in memory until the "
	  "command ends", NULL, "kyotocabinet|memory" },
	{ 0 }
};

static const struct opt own[] = {
	{ "help", 0, OPT_FLAG, NULL, "Help for bulkhead", NULL, NULL },
	{ "version", 'v', OPT_FLAG, NULL, "version for bulkhead", NULL, NULL },
	{ "dump-options", 0, OPT_FLAG, NULL, NULL, NULL, NULL },
	{ "dump-page", 0, OPT_STRING, NULL, NULL, NULL, NULL },
	OPT_NO("config", 0), OPT_NO("connection", 'c'),
	OPT_NO("cpu-profile", 0), OPT_NO("identity", 0),
	OPT_NO("max-workers", 0), OPT_NO("memory-profile", 0),
	OPT_NO_FLAG("noout", 0), OPT_NO("out", 0), OPT_NO_FLAG("remote", 'r'),
	OPT_NO("ssh", 0), OPT_NO("tls-ca", 0), OPT_NO("tls-cert", 0),
	OPT_NO("tls-key", 0), OPT_NO("url", 0),
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

static int
run(struct cli *cli)
{
	const struct command	*c = command_body(cli->command);
	struct session		 s = { 0 };
	int			 code;

	if (geteuid() == 0)
		root_open_log(cli->opts);
	cli->session = &s;
	if (c->before != NULL && (code = c->before(cli)) != 0)
		return (code);
	if (c->need == 0)
		return (c->run(cli));
	if (command_open(&s, cli, c->need, NULL) == -1)
		return (EXIT_ENGINE);
	code = c->run(cli);
	session_close(&s);
	return (code);
}

const struct program	program = {
	.name = "bulkhead", .version = BULKHEAD_VERSION,
	.brief = "Manage containers and images",
	.global = global, .before = before, .own = own,
	.nouns = nouns, .commands = commands, .run = run,
	.later = "attach auto-update build commit completion cp diff exec "
	    "exists export farm generate healthcheck init kube login logout "
	    "machine manifest mount network play port pull push quadlet rename "
	    "restart save search secret stats tag top umount unmount unshare "
	    "untag update",
};
