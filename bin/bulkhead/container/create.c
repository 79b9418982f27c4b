/*
 * bulkhead create: make a container, and do not start it.
 */
#include "create.h"

#include <stdio.h>

#include "command.h"
#include "command_session.h"
#include "creating.h"
#include "say.h"

#define KEYS_HELP \
	"Override the key sequence for detaching a container. Format is a " \
	"single character [a-Z] or a comma separated sequence of " \
	"`ctrl-<value>`, where `<value>` is one of: `a-z`, `@`, `^`, `[`, " \
	"`\\`, `]`, `^` or `_`"

const struct opt create_options[] = {
	{ "add-host", 0, OPT_LIST, NULL,
	  "Add a custom host-to-IP mapping (host:ip)", "[]", NULL },
	{ "annotation", 0, OPT_LIST, NULL,
	  "Add annotations to container (key=value)", NULL, NULL },
	{ "attach", 'a', OPT_LIST, NULL,
	  "Attach to STDIN, STDOUT or STDERR", NULL, "stdin|stdout|stderr" },
	{ "cap-add", 0, OPT_LIST, NULL,
	  "Add capabilities to the container", NULL, "capability" },
	{ "cap-drop", 0, OPT_LIST, NULL,
	  "Drop capabilities from the container", NULL, "capability" },
	{ "cidfile", 0, OPT_STRING, NULL,
	  "Write the container ID to the file", NULL, "file" },
	{ "detach-keys", 0, OPT_STRING, "[a-Z]", KEYS_HELP,
	  "ctrl-p,ctrl-q", NULL },
	{ "dns", 0, OPT_LIST, NULL,
	  "Set custom DNS servers", NULL, NULL },
	{ "dns-option", 0, OPT_LIST, NULL,
	  "Set custom DNS options", NULL, NULL },
	{ "dns-search", 0, OPT_LIST, NULL,
	  "Set custom DNS search domains", NULL, NULL },
	{ "entrypoint", 0, OPT_STRING, NULL,
	  "Overwrite the default ENTRYPOINT of the image", NULL, NULL },
	{ "env", 'e', OPT_ARRAY, NULL,
	  "Set environment variables in container", NULL, "variable" },
	{ "env-file", 0, OPT_FILE_LIST, NULL,
	  "Read in a file of environment variables", NULL, "file" },
	{ "env-host", 0, OPT_FLAG, NULL,
	  "Use all current host environment variables in container", NULL,
	  NULL },
	{ "help", 0, OPT_FLAG, NULL, "", NULL, NULL },
	{ "hostname", 'h', OPT_STRING, NULL,
	  "Set container hostname", NULL, NULL },
	{ "init", 0, OPT_FLAG, NULL,
	  "Run an init binary inside the container that forwards signals and "
	  "reaps processes", NULL, NULL },
	{ "interactive", 'i', OPT_FLAG, NULL,
	  "Keep STDIN open even if not attached", NULL, NULL },
	{ "label", 'l', OPT_ARRAY, NULL,
	  "Set metadata on container", NULL, NULL },
	{ "label-file", 0, OPT_FILE_LIST, NULL,
	  "Read in a line delimited file of labels", NULL, "file" },
	{ "log-driver", 0, OPT_STRING, NULL,
	  "Logging driver for the container", "k8s-file",
	  "k8s-file|json-file|none" },
	{ "log-opt", 0, OPT_LIST, NULL,
	  "Logging driver options", NULL, "path=|max-size=|tag=" },
	{ "mount", 0, OPT_ARRAY, NULL,
	  "Attach a filesystem mount to the container", NULL,
	  "type=bind|type=tmpfs|type=volume" },
	{ "name", 0, OPT_STRING, NULL,
	  "Assign a name to the container", NULL, NULL },
	{ "network", 0, OPT_ARRAY, NULL,
	  "Connect a container to a network", NULL, "none|host|private" },
	{ "no-hosts", 0, OPT_FLAG, NULL,
	  "Do not create /etc/hosts within the container, instead use the "
	  "version from the image", NULL, NULL },
	{ "pidfile", 0, OPT_STRING, NULL,
	  "Write the container process ID to the file", NULL, "file" },
	{ "pod", 0, OPT_STRING, NULL,
	  "Run container in an existing pod", NULL, "pod" },
	{ "pull", 0, OPT_STRING, NULL,
	  "Pull image policy", "missing", "missing|never" },
	{ "quiet", 'q', OPT_FLAG, NULL,
	  "Suppress output information when pulling images", NULL, NULL },
	{ "read-only", 0, OPT_FLAG, NULL,
	  "Make containers root filesystem read-only", NULL, NULL },
	{ "read-only-tmpfs", 0, OPT_FLAG, NULL,
	  "When running containers in read-only mode mount a read-write tmpfs "
	  "on /run, /tmp and /var/tmp", "true", NULL },
	{ "replace", 0, OPT_FLAG, NULL,
	  "If a container with the same name exists, replace it", NULL, NULL },
	{ "restart", 0, OPT_STRING, NULL,
	  "Restart policy to apply when a container exits", NULL,
	  "always|no|never|on-failure|unless-stopped" },
	{ "rm", 0, OPT_FLAG, NULL,
	  "Remove container after exit", NULL, NULL },
	{ "rootfs", 0, OPT_FLAG, NULL,
	  "The first argument is not an image but the rootfs to the exploded "
	  "container", NULL, NULL },
	{ "security-opt", 0, OPT_ARRAY, NULL,
	  "Security Options", NULL,
	  "no-new-privileges|seccomp=|mask=|unmask=" },
	{ "shm-size", 0, OPT_SIZE, NULL,
	  "Size of /dev/shm (format: <number>[<unit>], where unit = b "
	  "(bytes), k (kibibytes), m (mebibytes), or g (gibibytes))",
	  "65536k", NULL },
	{ "stop-signal", 0, OPT_SIGNAL, NULL,
	  "Signal to stop a container. Default is SIGTERM", NULL, "signal" },
	{ "stop-timeout", 0, OPT_UINT, NULL,
	  "Timeout (in seconds) that containers stopped by user command have "
	  "to exit. If exceeded, the container will be forcibly stopped via "
	  "SIGKILL.", "10", NULL },
	{ "tmpfs", 0, OPT_ARRAY, "tmpfs",
	  "Mount a temporary filesystem (tmpfs) into a container", NULL,
	  NULL },
	{ "tty", 't', OPT_FLAG, NULL,
	  "Allocate a pseudo-TTY for container", NULL, NULL },
	{ "ulimit", 0, OPT_LIST, NULL,
	  "Ulimit options", NULL, "limit" },
	{ "umask", 0, OPT_STRING, NULL,
	  "Set umask in container", "0022", NULL },
	{ "unsetenv", 0, OPT_LIST, NULL,
	  "Unset environment default variables in container", NULL,
	  "variable" },
	{ "unsetenv-all", 0, OPT_FLAG, NULL,
	  "Unset all default environment variables in container", NULL,
	  NULL },
	{ "user", 'u', OPT_STRING, NULL,
	  "Username or UID (format: <name|uid>[:<group|gid>])", NULL, NULL },
	{ "userns", 0, OPT_STRING, NULL,
	  "User namespace to use", NULL, "host|auto|private" },
	{ "volume", 'v', OPT_ARRAY, NULL,
	  "Bind mount a volume into the container", NULL, "file" },
	{ "workdir", 'w', OPT_STRING, NULL,
	  "Working directory inside the container", NULL, NULL },
	{ 0 }
};

/* podman's options of which some values mean what we do anyway. */
#define ONLY(name, values) \
	{ name, 0, OPT_ONLY, NULL, NULL, NULL, values }

const struct opt create_refused[] = {
	ONLY("cgroupns", "private"),
	ONLY("health-cmd", "none"),
	ONLY("ipc", "private|shareable"),
	ONLY("pid", "private"),
	ONLY("systemd", "false"),
	ONLY("uts", "private"),
	{ "disable-content-trust", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL,
	  NULL },
	{ "no-healthcheck", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	OPT_NO("arch", 0), OPT_NO("authfile", 0), OPT_NO("blkio-weight", 0),
	OPT_NO("blkio-weight-device", 0), OPT_NO("cgroup-conf", 0),
	OPT_NO("cgroup-parent", 0), OPT_NO("cgroups", 0),
	OPT_NO("chrootdirs", 0), OPT_NO("conmon-pidfile", 0),
	OPT_NO("cpu-period", 0), OPT_NO("cpu-quota", 0),
	OPT_NO("cpu-rt-period", 0), OPT_NO("cpu-rt-runtime", 0),
	OPT_NO("cpu-shares", 'c'), OPT_NO("cpus", 0), OPT_NO("cpuset-cpus", 0),
	OPT_NO("cpuset-mems", 0), OPT_NO("creds", 0), OPT_NO("cert-dir", 0),
	OPT_NO("decryption-key", 0), OPT_NO("device", 0),
	OPT_NO("device-cgroup-rule", 0), OPT_NO("device-read-bps", 0),
	OPT_NO("device-read-iops", 0), OPT_NO("device-write-bps", 0),
	OPT_NO("device-write-iops", 0), OPT_NO("env-merge", 0),
	OPT_NO("expose", 0), OPT_NO("gidmap", 0), OPT_NO("gpus", 0),
	OPT_NO("group-add", 0), OPT_NO("group-entry", 0),
	OPT_NO("health-interval", 0), OPT_NO("health-log-destination", 0),
	OPT_NO("health-max-log-count", 0), OPT_NO("health-max-log-size", 0),
	OPT_NO("health-on-failure", 0), OPT_NO("health-retries", 0),
	OPT_NO("health-start-period", 0), OPT_NO("health-startup-cmd", 0),
	OPT_NO("health-startup-interval", 0),
	OPT_NO("health-startup-retries", 0),
	OPT_NO("health-startup-success", 0),
	OPT_NO("health-startup-timeout", 0), OPT_NO("health-timeout", 0),
	OPT_NO("hosts-file", 0), OPT_NO("hostuser", 0),
	OPT_NO_FLAG("http-proxy", 0), OPT_NO("image-volume", 0),
	OPT_NO("init-ctr", 0), OPT_NO("init-path", 0),
	OPT_NO("intel-rdt-closid", 0), OPT_NO("ip", 0), OPT_NO("ip6", 0),
	OPT_NO("mac-address", 0), OPT_NO("memory", 'm'),
	OPT_NO("memory-reservation", 0), OPT_NO("memory-swap", 0),
	OPT_NO("memory-swappiness", 0), OPT_NO("network-alias", 0),
	OPT_NO_FLAG("no-hostname", 0), OPT_NO_FLAG("oom-kill-disable", 0),
	OPT_NO("oom-score-adj", 0), OPT_NO("os", 0), OPT_NO_FLAG("passwd", 0),
	OPT_NO("passwd-entry", 0), OPT_NO("personality", 0),
	OPT_NO("pids-limit", 0), OPT_NO("platform", 0),
	OPT_NO("pod-id-file", 0), OPT_NO("preserve-fd", 0),
	OPT_NO("preserve-fds", 0), OPT_NO_FLAG("privileged", 0),
	OPT_NO("publish", 'p'), OPT_NO_FLAG("publish-all", 'P'),
	OPT_NO("rdt-class", 0), OPT_NO("requires", 0), OPT_NO("retry", 0),
	OPT_NO("retry-delay", 0), OPT_NO_FLAG("rmi", 0), OPT_NO("sdnotify", 0),
	OPT_NO("seccomp-policy", 0), OPT_NO("secret", 0),
	OPT_NO("shm-size-systemd", 0), OPT_NO("signature-policy", 0),
	OPT_NO("subgidname", 0), OPT_NO("subuidname", 0), OPT_NO("sysctl", 0),
	OPT_NO("timeout", 0), OPT_NO_FLAG("tls-verify", 0), OPT_NO("tz", 0),
	OPT_NO("uidmap", 0), OPT_NO("variant", 0), OPT_NO("volumes-from", 0),
	{ 0 }
};

static int
run(struct cli *cli)
{
	struct creating	 m;
	int		 code = EXIT_ENGINE;

	if (creating_make(&m, cli, NULL) == 0) {
		if (create_settle(&m.c) == 0) {
			printf("%s\n", m.c.id);
			code = 0;
		} else {
			(void)session_error(&m.s);
			creating_undo(&m);
		}
	}
	if (creating_is_open(&m))
		session_close(&m.s);
	creating_clear(&m);
	return (code);
}

const struct command command_container_create = {
	.noun = "container", .verb = "create", .at_top = "create",
	.starts = true,
	.brief = "Create but do not start a container",
	.operands = "IMAGE [COMMAND [ARG...]]", .operand = "image",
	.options = { create_options, create_refused }, .stop_early = true,
	.min_args = 1, .max_args = -1,
	.description = "Creates a new container from the given image or "
	    "storage and prepares it for running the specified command.\n\n"
	    "The container ID is then printed to stdout. You can then start "
	    "it at any time with the bulkhead start <container_id> command. "
	    "The container will be created with the initial state 'created'.",
	.examples = "create alpine ls\n"
	    "create --annotation HELLO=WORLD alpine ls\n"
	    "create -t -i --name myctr alpine ls",
	.run = run,
};
