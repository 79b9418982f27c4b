/*
 * bulkhead create: make a container, and do not start it.
 */
#include "command_session.h"
#include "creating.h"

#include <stdio.h>

#include "command.h"
#include "say.h"

#define KEYS_HELP \
	"Override the key sequence for detaching a container. Format is a " \
	"single character [a-Z] or a comma separated sequence of " \
	"`ctrl-<value>`, where `<value>` is one of: `a-z`, `@`, `^`, `[`, " \
	"`\\`, `]`, `^` or `_`"

const struct opt create_options[] = {
	OPT("add-host", 0, LIST, "Add a custom host-to-IP mapping (host:ip)",
	    .def = "[]"),
	OPT("annotation", 0, LIST, "Add annotations to container (key=value)"),
	OPT("attach", 'a', LIST, "Attach to STDIN, STDOUT or STDERR",
	    .complete = "stdin|stdout|stderr"),
	OPT("cap-add", 0, LIST, "Add capabilities to the container",
	    .complete = "capability"),
	OPT("cap-drop", 0, LIST, "Drop capabilities from the container",
	    .complete = "capability"),
	OPT("cidfile", 0, STRING, "Write the container ID to the file",
	    .complete = "file"),
	OPT("detach-keys", 0, STRING, KEYS_HELP, .metavar = "[a-Z]",
	    .def = "ctrl-p,ctrl-q"),
	OPT("dns", 0, LIST, "Set custom DNS servers"),
	OPT("dns-option", 0, LIST, "Set custom DNS options"),
	OPT("dns-search", 0, LIST, "Set custom DNS search domains"),
	OPT("entrypoint", 0, STRING,
	    "Overwrite the default ENTRYPOINT of the image"),
	OPT("env", 'e', ARRAY, "Set environment variables in container",
	    .complete = "variable"),
	OPT("env-file", 0, FILE_LIST, "Read in a file of environment variables",
	    .complete = "file"),
	OPT("env-host", 0, FLAG,
	    "Use all current host environment variables in container"),
	OPT("help", 0, FLAG, ""),
	OPT("hostname", 'h', STRING, "Set container hostname"),
	OPT("init", 0, FLAG,
	    "Run an init binary inside the container that forwards signals "
	    "and reaps processes"),
	OPT("interactive", 'i', FLAG, "Keep STDIN open even if not attached"),
	OPT("label", 'l', ARRAY, "Set metadata on container"),
	OPT("label-file", 0, FILE_LIST,
	    "Read in a line delimited file of labels", .complete = "file"),
	OPT("log-driver", 0, STRING, "Logging driver for the container",
	    .def = "k8s-file", .complete = "k8s-file|json-file|none"),
	OPT("log-opt", 0, LIST, "Logging driver options",
	    .complete = "path=|max-size=|tag="),
	OPT("mount", 0, ARRAY, "Attach a filesystem mount to the container",
	    .complete = "type=bind|type=tmpfs|type=volume"),
	OPT("name", 0, STRING, "Assign a name to the container"),
	OPT("network", 0, ARRAY, "Connect a container to a network",
	    .complete = "none|host|private"),
	OPT("no-hosts", 0, FLAG,
	    "Do not create /etc/hosts within the container, instead use the "
	    "version from the image"),
	OPT("pidfile", 0, STRING, "Write the container process ID to the file",
	    .complete = "file"),
	OPT("pod", 0, STRING, "Run container in an existing pod",
	    .complete = "pod"),
	OPT("pull", 0, STRING, "Pull image policy", .def = "missing",
	    .complete = "missing|never"),
	OPT("quiet", 'q', FLAG,
	    "Suppress output information when pulling images"),
	OPT("read-only", 0, FLAG, "Make containers root filesystem read-only"),
	OPT("read-only-tmpfs", 0, FLAG,
	    "When running containers in read-only mode mount a read-write "
	    "tmpfs on /run, /tmp and /var/tmp", .def = "true"),
	OPT("replace", 0, FLAG,
	    "If a container with the same name exists, replace it"),
	OPT("restart", 0, STRING,
	    "Restart policy to apply when a container exits",
	    .complete = "always|no|never|on-failure|unless-stopped"),
	OPT("rm", 0, FLAG, "Remove container after exit"),
	OPT("rootfs", 0, FLAG,
	    "The first argument is not an image but the rootfs to the "
	    "exploded container"),
	OPT("security-opt", 0, ARRAY, "Security Options",
	    .complete = "no-new-privileges|seccomp=|mask=|unmask="),
	OPT("shm-size", 0, SIZE,
	    "Size of /dev/shm (format: <number>[<unit>], where unit = b "
	    "(bytes), k (kibibytes), m (mebibytes), or g (gibibytes))",
	    .def = "65536k"),
	OPT("stop-signal", 0, SIGNAL,
	    "Signal to stop a container. Default is SIGTERM",
	    .complete = "signal"),
	OPT("stop-timeout", 0, UINT,
	    "Timeout (in seconds) that containers stopped by user command "
	    "have to exit. If exceeded, the container will be forcibly "
	    "stopped via SIGKILL.", .def = "10"),
	OPT("tmpfs", 0, ARRAY,
	    "Mount a temporary filesystem (tmpfs) into a container",
	    .metavar = "tmpfs"),
	OPT("tty", 't', FLAG, "Allocate a pseudo-TTY for container"),
	OPT("ulimit", 0, LIST, "Ulimit options", .complete = "limit"),
	OPT("umask", 0, STRING, "Set umask in container", .def = "0022"),
	OPT("unsetenv", 0, LIST,
	    "Unset environment default variables in container",
	    .complete = "variable"),
	OPT("unsetenv-all", 0, FLAG,
	    "Unset all default environment variables in container"),
	OPT("user", 'u', STRING,
	    "Username or UID (format: <name|uid>[:<group|gid>])"),
	OPT("userns", 0, STRING, "User namespace to use",
	    .complete = "host|auto|private"),
	OPT("volume", 'v', ARRAY, "Bind mount a volume into the container",
	    .complete = "file"),
	OPT("workdir", 'w', STRING, "Working directory inside the container"),
	{ 0 }
};

/* podman's options of which some values mean what we do anyway. */
#define ONLY(name, values)	OPT(name, 0, ONLY, NULL, .complete = values)

const struct opt create_refused[] = {
	ONLY("cgroupns", "private"),
	ONLY("health-cmd", "none"),
	ONLY("ipc", "private|shareable"),
	ONLY("pid", "private"),
	ONLY("systemd", "false"),
	ONLY("uts", "private"),
	OPT("disable-content-trust", 0, IGNORED_FLAG, NULL),
	OPT("no-healthcheck", 0, IGNORED_FLAG, NULL),
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
			(void)session_error(cli->session);
			creating_undo(&m);
		}
	}
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
