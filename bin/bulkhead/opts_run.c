/*
 * run and create. Order is that of the help text, which sorts by itself.
 */
#include "tables.h"

#define KEYS_HELP \
	"Override the key sequence for detaching a container. Format is a " \
	"single character [a-Z] or a comma separated sequence of " \
	"`ctrl-<value>`, where `<value>` is one of: `a-z`, `@`, `^`, `[`, " \
	"`\\`, `]`, `^` or `_`"

const struct opt opts_create[] = {
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
	{ "env-file", 0, OPT_LIST, NULL,
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
	{ "label-file", 0, OPT_LIST, NULL,
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

const struct opt opts_run[] = {
	{ "detach", 'd', OPT_FLAG, NULL,
	  "Run container in background and print container ID", NULL, NULL },
	{ "sig-proxy", 0, OPT_FLAG, NULL,
	  "Proxy received signals to the process", "true", NULL },
	{ 0 }
};

/* podman's options of which some values mean what we do anyway. */
#define ONLY(name, values) \
	{ name, 0, OPT_ONLY, NULL, NULL, NULL, values }
/* podman's options that do not exist here yet. */
#define NO(name, letter) \
	{ name, letter, OPT_REFUSED, NULL, NULL, NULL, NULL }
#define NO_FLAG(name, letter) \
	{ name, letter, OPT_REFUSED_FLAG, NULL, NULL, NULL, NULL }

const struct opt opts_create_refused[] = {
	ONLY("cgroupns", "private"),
	ONLY("health-cmd", "none"),
	ONLY("ipc", "private|shareable"),
	ONLY("pid", "private"),
	ONLY("systemd", "false"),
	ONLY("uts", "private"),
	{ "disable-content-trust", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL,
	  NULL },
	{ "no-healthcheck", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	NO("arch", 0), NO("authfile", 0), NO("blkio-weight", 0),
	NO("blkio-weight-device", 0), NO("cgroup-conf", 0),
	NO("cgroup-parent", 0), NO("cgroups", 0), NO("chrootdirs", 0),
	NO("conmon-pidfile", 0), NO("cpu-period", 0), NO("cpu-quota", 0),
	NO("cpu-rt-period", 0), NO("cpu-rt-runtime", 0), NO("cpu-shares", 'c'),
	NO("cpus", 0), NO("cpuset-cpus", 0), NO("cpuset-mems", 0),
	NO("creds", 0), NO("cert-dir", 0), NO("decryption-key", 0),
	NO("device", 0), NO("device-cgroup-rule", 0),
	NO("device-read-bps", 0), NO("device-read-iops", 0),
	NO("device-write-bps", 0), NO("device-write-iops", 0),
	NO("env-merge", 0), NO("expose", 0), NO("gidmap", 0),
	NO("gpus", 0), NO("group-add", 0), NO("group-entry", 0),
	NO("health-interval", 0), NO("health-log-destination", 0),
	NO("health-max-log-count", 0), NO("health-max-log-size", 0),
	NO("health-on-failure", 0), NO("health-retries", 0),
	NO("health-start-period", 0), NO("health-startup-cmd", 0),
	NO("health-startup-interval", 0), NO("health-startup-retries", 0),
	NO("health-startup-success", 0), NO("health-startup-timeout", 0),
	NO("health-timeout", 0), NO("hosts-file", 0), NO("hostuser", 0),
	NO_FLAG("http-proxy", 0), NO("image-volume", 0), NO("init-ctr", 0),
	NO("init-path", 0), NO("intel-rdt-closid", 0), NO("ip", 0),
	NO("ip6", 0), NO("mac-address", 0), NO("memory", 'm'),
	NO("memory-reservation", 0), NO("memory-swap", 0),
	NO("memory-swappiness", 0), NO("network-alias", 0),
	NO_FLAG("no-hostname", 0), NO_FLAG("oom-kill-disable", 0),
	NO("oom-score-adj", 0), NO("os", 0), NO_FLAG("passwd", 0),
	NO("passwd-entry", 0), NO("personality", 0), NO("pids-limit", 0),
	NO("platform", 0), NO("pod", 0), NO("pod-id-file", 0),
	NO("preserve-fd", 0), NO("preserve-fds", 0), NO_FLAG("privileged", 0),
	NO("publish", 'p'), NO_FLAG("publish-all", 'P'), NO("rdt-class", 0),
	NO("requires", 0), NO("retry", 0), NO("retry-delay", 0),
	NO_FLAG("rmi", 0), NO("sdnotify", 0), NO("seccomp-policy", 0),
	NO("secret", 0), NO("shm-size-systemd", 0), NO("signature-policy", 0),
	NO("subgidname", 0), NO("subuidname", 0), NO("sysctl", 0),
	NO("timeout", 0), NO_FLAG("tls-verify", 0), NO("tz", 0),
	NO("uidmap", 0), NO("variant", 0), NO("volumes-from", 0),
	{ 0 }
};
