/*
 * bulkhead create: make a container, and do not start it.
 */
#include "command_session.h"
#include "creating.h"

#include <stdio.h>

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
	OPT("hosts-file", 0, STRING,
	    "Base file to create the /etc/hosts file inside the container: a "
	    "path, or none", .complete = "file"),
	OPT("http-proxy", 0, FLAG,
	    "Set proxy environment variables in the container based on the "
	    "host proxy vars", .def = "true"),
	OPT("image-volume", 0, STRING,
	    "Tells bulkhead how to handle the builtin image volumes",
	    .def = "bind", .complete = "bind|tmpfs|ignore"),
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
	OPT("oom-score-adj", 0, INT,
	    "Tune the host's OOM preferences (-1000 to 1000)"),
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
	OPT("sysctl", 0, LIST, "Sysctl options"),
	OPT("tmpfs", 0, ARRAY,
	    "Mount a temporary filesystem (tmpfs) into a container",
	    .metavar = "tmpfs"),
	OPT("tty", 't', FLAG, "Allocate a pseudo-TTY for container"),
	OPT("tz", 0, STRING, "Set timezone in container",
	    .complete = "local"),
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
	OPT_NO("arch"), OPT_NO("authfile"), OPT_NO("blkio-weight"),
	OPT_NO("blkio-weight-device"), OPT_NO("cgroup-conf"),
	OPT_NO("cgroup-parent"), OPT_NO("cgroups"), OPT_NO("chrootdirs"),
	OPT_NO("conmon-pidfile"), OPT_NO("cpu-period"), OPT_NO("cpu-quota"),
	OPT_NO("cpu-rt-period"), OPT_NO("cpu-rt-runtime"),
	OPT_NO("cpu-shares", .letter = 'c'), OPT_NO("cpus"),
	OPT_NO("cpuset-cpus"), OPT_NO("cpuset-mems"), OPT_NO("creds"),
	OPT_NO("cert-dir"), OPT_NO("decryption-key"), OPT_NO("device"),
	OPT_NO("device-cgroup-rule"), OPT_NO("device-read-bps"),
	OPT_NO("device-read-iops"), OPT_NO("device-write-bps"),
	OPT_NO("device-write-iops"), OPT_NO("env-merge"), OPT_NO("expose"),
	OPT_NO("gidmap"), OPT_NO("gpus"), OPT_NO("group-add"),
	OPT_NO("group-entry"), OPT_NO("health-interval"),
	OPT_NO("health-log-destination"), OPT_NO("health-max-log-count"),
	OPT_NO("health-max-log-size"), OPT_NO("health-on-failure"),
	OPT_NO("health-retries"), OPT_NO("health-start-period"),
	OPT_NO("health-startup-cmd"), OPT_NO("health-startup-interval"),
	OPT_NO("health-startup-retries"), OPT_NO("health-startup-success"),
	OPT_NO("health-startup-timeout"), OPT_NO("health-timeout"),
	OPT_NO("hostuser"),
	OPT_NO("init-ctr"), OPT_NO("init-path"),
	OPT_NO("intel-rdt-closid"), OPT_NO("ip"), OPT_NO("ip6"),
	OPT_NO("mac-address"), OPT_NO("memory", .letter = 'm'),
	OPT_NO("memory-reservation"), OPT_NO("memory-swap"),
	OPT_NO("memory-swappiness"), OPT_NO("network-alias"),
	OPT_NO_FLAG("no-hostname"), OPT_NO_FLAG("oom-kill-disable"),
	OPT_NO("os"), OPT_NO_FLAG("passwd"),
	OPT_NO("passwd-entry"), OPT_NO("personality"), OPT_NO("pids-limit"),
	OPT_NO("platform"), OPT_NO("pod-id-file"), OPT_NO("preserve-fd"),
	OPT_NO("preserve-fds"), OPT_NO_FLAG("privileged"),
	OPT_NO("publish", .letter = 'p'),
	OPT_NO_FLAG("publish-all", .letter = 'P'), OPT_NO("rdt-class"),
	OPT_NO("requires"), OPT_NO("retry"), OPT_NO("retry-delay"),
	OPT_NO_FLAG("rmi"), OPT_NO("sdnotify"), OPT_NO("seccomp-policy"),
	OPT_NO("secret"), OPT_NO("shm-size-systemd"),
	OPT_NO("signature-policy"), OPT_NO("subgidname"), OPT_NO("subuidname"),
	OPT_NO("timeout"), OPT_NO_FLAG("tls-verify"),
	OPT_NO("uidmap"), OPT_NO("variant"),
	OPT_NO("volumes-from"),
	{ 0 }
};

static int
run(struct cli *cli)
{
	struct creating	 m;
	int		 code = EXIT_ENGINE;

	if (creating_make(&m, cli, NULL) == 0) {
		if (create_complete(&m.c) == 0) {
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
