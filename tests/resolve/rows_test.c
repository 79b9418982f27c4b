/*
 * The rows of FEATURES that are about configuration, each by its number: what
 * two older cores did, as far as it was right.
 */
#include <fcntl.h>

#include "sysroot.h"

static void
test_object(void)
{
	struct resolver	 r;
	struct rec	*rq = fresh("rootless"), *c;
	int		 fd;

	(void)rec_add(rq, any_key("opt:root"), "/g");
	(void)rec_add(rq, any_key("opt:volumepath"), "/v");
	resolver_start(&r, program);
	fd = resolver_ask(&r, MSG_config_resolve, rq, 0);
	c = rec_from_fd(fd, RECORD(any), NULL);
	check(fd != -1 && (fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE) != 0 &&
	    write(fd, "x", 1) == -1, "S1 S89: the configuration is one sealed "
	    "memfd that nobody can alter", __LINE__);
	check(has(c, "origin:storage.graphroot", "--root") &&
	    has(c, "origin:engine.volume_path", "--volumepath") &&
	    rec_get(c, any_key("origin:storage.runroot")) == NULL &&
	    rec_get(c, any_key("origin:engine.tmp_dir")) == NULL,
	    "S1 S2 X11: what was explicitly set has an origin, and nothing "
	    "else has", __LINE__);
	check(strncmp(rec_str(c, KEY(digest), ""), "sha256:", 7) == 0,
	    "S89: it carries its digest", __LINE__);
	(void)stop(r.pid, &r.ch);
	rec_free(c);
	rec_free(rq);
}

static void
test_options(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	put(ETC_CONF, "[engine]\ncgroup_manager = \"systemd\"\n");
	(void)rec_add(rq, any_key("opt:cgroup-manager"), "cgroupfs");
	(void)rec_add(rq, any_key("opt:tmpdir"), "/one");
	(void)rec_add(rq, any_key("opt:tmpdir"), "/two");
	c = answer(rq, 0);
	check(has(c, "engine.cgroup_manager", "cgroupfs") &&
	    has(c, "engine.tmp_dir", "/two") &&
	    has(c, "path.run", "/two/bulkhead"),
	    "S3 S22: options come after the files, in order", __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	(void)rec_add(rq, any_key("opt:events-backend"), "nobody");
	(void)rec_add(rq, any_key("opt:cgroup-manager"), "nobody");
	c = answer(rq, 0);
	check(refuses(c, "--events-backend: ") &&
	    strstr(said, "cgroup") == NULL,
	    "S3: the first option that is wrong ends it", __LINE__);
	rec_free(c);
}

static void
refuse_option(const char *option, const char *value)
{
	struct rec	*rq = fresh("rootless"), *c;
	char		 key[64], what[128];

	(void)snprintf(key, sizeof(key), "opt:%s", option);
	(void)rec_add(rq, KEY_FROM(key), value);
	c = answer(rq, 0);
	(void)snprintf(what, sizeof(what), "S22: --%s=%s is refused by name",
	    option, value);
	(void)snprintf(key, sizeof(key), "--%s", option);
	check(refuses(c, key), what, __LINE__);
	rec_free(c);
}

static void
test_validation(void)
{
	struct rec	*rq, *c;

	refuse_option("runtime", "");
	refuse_option("conmon", "");
	refuse_option("hooks-dir", "");
	refuse_option("root", "");
	refuse_option("cgroup-manager", "cgmanager");
	refuse_option("state-type", "etcd");
	refuse_option("events-backend", "syslog");
	refuse_option("storage-driver", "btrfs");
	refuse_option("transient-store", "maybe");

	rq = fresh("rootless");
	(void)rec_add(rq, any_key("opt:root"), "/g");
	c = answer(rq, 0);
	check(has(c, "engine.volume_path", "/g/volumes") &&
	    has(c, "path.state", "/g/bulkhead.state"),
	    "S22: a graph root takes the state and the volumes along",
	    __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	put(ETC_CONF, "[engine]\nstatic_dir = \"relative\"\n");
	check(refuses(answer(rq, 0), "containers.conf:2: engine.static_dir "
	    "must be an absolute path"),
	    "S19: what is wrong is named with file, line and value", __LINE__);
}

static void
test_sources(void)
{
	struct rec	*rq = fresh("system"), *c;

	put("/usr/share/containers/libpod.conf", "num_locks = 1\n");
	put("/etc/containers/libpod.conf", "max_log_size = 9000\n");
	put(USR_CONF, "[engine]\nnum_locks = 3\nretry = 3\n");
	put(ETC_CONF, "[engine]\nretry = 4\nstop_timeout = 4\n");
	c = answer(rq, CONFIG_TEXT);
	check(has(c, "engine.num_locks", "3") && has(c, "engine.retry", "4") &&
	    has(c, "containers.log_size_max", "9000") &&
	    has(c, "engine.stop_timeout", "4"),
	    "S17: built-in, libpod.conf, vendor, administrator: each overrides "
	    "the keys that it names", __LINE__);
	check(has(c, "file", at("/usr/share/containers/libpod.conf")),
	    "S11: where the old files were, they still are", __LINE__);
	check(has(c, "origin:engine.retry", at(ETC_CONF ":2")) &&
	    has(c, "overrode:engine.num_locks", "built-in 2048"),
	    "S7 S12 S18: one merge with a place for each value, where one file "
	    "replaced another", __LINE__);
	rec_free(c);

	/* What Debian's podman installs lifts no limit; these do. */
	rq = fresh("system");
	put("/etc/containers/libpod.conf", "max_log_size = -1\n");
	c = answer(rq, 0);
	check(has(c, "containers.log_size_max", "67108864") &&
	    rec_get(c, any_key("overrode:containers.log_size_max")) == NULL,
	    "Z04: the default of an old libpod.conf lifts no limit", __LINE__);
	rec_free(c);
	rq = fresh("system");
	put("/etc/containers/libpod.conf", "max_log_size = -1\n");
	put("/etc/containers/containers.conf",
	    "[containers]\nlog_size_max = -1\n");
	c = answer(rq, 0);
	check(has(c, "containers.log_size_max", "-1"),
	    "Z04: log_size_max = -1 lifts the limit of logs", __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	put("/etc/containers/libpod.conf", "num_locks = 1\n");
	put("/home/.config/containers/libpod.conf", "no_pivot_root = true\n");
	c = answer(rq, 0);
	check(has(c, "engine.num_locks", "2048") &&
	    has(c, "engine.no_pivot_root", "true"),
	    "S12 S18: a user's libpod.conf alone counts for the user",
	    __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	put(ETC_CONF, "[engine]\nretry = 1\n");
	put("/etc/containers/containers.conf.d/10.conf",
	    "[engine]\nretry = 2\nstop_timeout = 2\n");
	put("/home/.config/containers/containers.conf.d/10.conf",
	    "[engine]\nretry = 3\n");
	put("/etc/containers/containers.conf.modules/m",
	    "[engine]\nnum_locks = 4\n");
	put("/over", "[engine]\nnum_locks = 5\n");
	(void)rec_add(rq, KEY_AS(opt_module), "m");
	(void)rec_add(rq, any_key("env:CONTAINERS_CONF_OVERRIDE"), at("/over"));
	c = answer(rq, 0);
	check(has(c, "engine.retry", "3") &&
	    has(c, "engine.stop_timeout", "10") &&
	    has(c, "engine.num_locks", "5"),
	    "S21: a later drop-in hides its namesake, then modules, then the "
	    "override", __LINE__);
	rec_free(c);
}

static void
test_errors(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	(void)rec_add(rq, any_key("env:CONTAINERS_CONF"), at("/none"));
	check(refuses(answer(rq, 0), "No such file"),
	    "S8: a file that is named must be there", __LINE__);
	rq = fresh("rootless");
	put_dir("/dir", 0755);
	(void)rec_add(rq, any_key("env:CONTAINERS_CONF"), at("/dir"));
	check(refuses(answer(rq, 0), "not a regular file"),
	    "S8: and be a file", __LINE__);
	rq = fresh("rootless");
	put(USER_CONF, "[engine]\nretry = = 1\n");
	check(refuses(answer(rq, 0), "containers.conf:2:9: expected a value "
	    "near \"= 1\""), "S8: bad TOML is told with line, column and "
	    "text", __LINE__);
	rq = fresh("rootless");
	put("/named", "[engine]\nretry = 7\n");
	(void)rec_add(rq, any_key("env:CONTAINERS_CONF"), at("/named"));
	c = answer(rq, 0);
	check(has(c, "engine.num_locks", "2048"),
	    "S8: what it does not name has its default", __LINE__);
	rec_free(c);
}

static void
test_provenance(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	put(USER_CONF, "[engine]\nnum_locks = 2048\n");
	c = answer(rq, 0);
	check(has(c, "origin:engine.num_locks", at(USER_CONF ":2")),
	    "S13 X11: a value that is given counts as given, even if it is "
	    "the default", __LINE__);
	check(rec_get(c, any_key("origin:engine.volume_path")) == NULL &&
	    rec_get(c, any_key("origin:engine.static_dir")) == NULL,
	    "X11: a file does not mark what it does not name", __LINE__);
	rec_free(c);
}

/* The settings that the state must agree with, each followed by a space. */
static const char *
set_of(const struct rec *c)
{
	static char	 all[512];
	const char	*v;
	size_t		 it = 0, n = 0;

	all[0] = '\0';
	while (c != NULL && rec_next(c, KEY(set), &it, &v))
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s ", v);
	return (all);
}

static void
test_set(void)
{
	const char	*storage = "[storage]\ndriver = \"overlay\"\n"
			    "runroot = \"/run/containers/storage\"\n"
			    "graphroot = \"/var/lib/containers/storage\"\n";
	struct rec	*rq = fresh("system"), *c;

	put("/usr/share/containers/storage.conf", storage);
	put(USR_CONF, "[engine]\nnum_locks = 9\n");
	c = answer(rq, 0);
	check(strcmp(set_of(c), "") == 0, "S13 X11: nothing is set that no "
	    "file names, or only the vendor's as it is built in", __LINE__);
	rec_free(c);
	rq = fresh("system");
	put("/etc/containers/storage.conf", storage);
	c = answer(rq, 0);
	check(strcmp(set_of(c), "path.graph path.run_storage storage.driver ")
	    == 0, "S13 X11: a file sets what it names, the default too",
	    __LINE__);
	rec_free(c);
	rq = fresh("rootless");
	put(USR_CONF, "[engine]\nstatic_dir = \"/s\"\n");
	put(USER_CONF, "[engine]\ntmp_dir = \"/t\"\n");
	(void)rec_add(rq, any_key("opt:volumepath"), "/v");
	(void)rec_add(rq, any_key("opt:root"), "/g");
	c = answer(rq, 0);
	check(strcmp(set_of(c), "path.graph path.state path.run "
	    "engine.volume_path ") == 0 && has(c, "path.state", "/s/bulkhead")
	    && has(c, "path.run", "/t/bulkhead"), "S13 S57: static_dir and "
	    "tmp_dir of a file are set, and used", __LINE__);
	rec_free(c);
}

static void
test_user(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	put("/home/.config/containers/policy.json", "{}");
	put("/etc/containers/policy.json", "{}");
	put_dir("/run/user", 0755);
	c = answer(rq, 0);
	check(has(c, "path.graph", at("/home/.local/share/containers/storage"))
	    && has(c, "storage.driver", "overlay"),
	    "S14 S65: a user's storage is at home, with the kernel's overlay",
	    __LINE__);
	check(has(c, "path.policy_json",
	    at("/home/.config/containers/policy.json")),
	    "S14 S64: a user's policy.json comes before the system's",
	    __LINE__);
	check(has(c, "env.XDG_CONFIG_HOME", at("/home/.config")),
	    "S25: without XDG_CONFIG_HOME it is in HOME", __LINE__);
	rec_free(c);

	rq = fresh("system");
	put("/home/.config/containers/policy.json", "{}");
	put("/etc/containers/policy.json", "{}");
	c = answer(rq, 0);
	check(has(c, "path.policy_json", at("/etc/containers/policy.json")),
	    "S64: root has the system's", __LINE__);
	check(rec_get(c, KEY_AS(env_runtime_dir)) == NULL,
	    "S23: root needs no runtime directory", __LINE__);
	rec_free(c);
	c = answer(fresh("rootless"), 0);
	check(c != NULL && rec_get(c, any_key("path.policy_json")) == NULL,
	    "S64: with none, none is made up", __LINE__);
	rec_free(c);
}

static void
test_runtime_dir(void)
{
	struct rec	*rq = fresh("rootless"), *c;
	uid_t		 uid = geteuid() == 0 ? 65534 : geteuid();
	char		 dir[64];

	(void)snprintf(dir, sizeof(dir), "/run/user/%u", (unsigned int)uid);
	put_dir(dir, 0700);
	c = answer(rq, 0);
	check(has(c, "env.XDG_RUNTIME_DIR", at(dir)),
	    "S23: /run/user/UID, if it is the user's and closed", __LINE__);
	check(rec_get(c, KEY_AS(env_bus)) == NULL,
	    "S24: no bus where there is no socket", __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	put_dir(dir, 0755);
	put_dir("/tmp", 0755);
	(void)rec_add(rq, any_key("env:TMPDIR"), at("/tmp"));
	c = answer(rq, 0);
	check(c != NULL && strncmp(rec_str(c, KEY_AS(env_runtime_dir), ""),
	    at("/tmp/"), strlen(at("/tmp/"))) == 0,
	    "S23: not if others can look in", __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	put_dir("/xdg", 0700);
	(void)rec_add(rq, any_key("env:XDG_RUNTIME_DIR"), at("/xdg"));
	put("/xdg/bus", "");
	c = answer(rq, 0);
	check(has(c, "env.XDG_RUNTIME_DIR", at("/xdg")),
	    "S23: what the caller says comes first", __LINE__);
	(void)snprintf(dir, sizeof(dir), "unix:path=%s", at("/xdg/bus"));
	check(has(c, "env.DBUS_SESSION_BUS_ADDRESS", dir),
	    "S24: the bus at its usual place", __LINE__);
	rec_free(c);

	rq = rec_new();
	(void)rec_add(rq, KEY(mode), "rootless");
	(void)rec_add_num(rq, KEY(uid), 1000);
	check(refuses(answer(rq, 0), "HOME"),
	    "S23 S25: without HOME it says what to set", __LINE__);
}

/* A user's question without a session: TMPDIR and HOME are left. */
static struct rec *
no_session(mode_t home)
{
	struct rec	*rq = fresh("rootless");

	put_dir("/tmp", 0755);
	(void)rec_add(rq, any_key("env:TMPDIR"), at("/tmp"));
	if (home != 0)
		put_dir("/home", home);
	return (rq);
}

static void
test_no_runtime_dir(void)
{
	unsigned int	 uid = geteuid() == 0 ? 65534 : geteuid();
	struct rec	*rq, *c = answer(no_session(0755), 0);
	char		 taken[64], last[64];

	(void)snprintf(taken, sizeof(taken), "/tmp/podman-run-%u", uid);
	(void)snprintf(last, sizeof(last), "/tmp/bulkhead-run-%u", uid);
	check(has(c, "path.run", at("/home/rundir/bulkhead")) &&
	    has(c, "env.XDG_RUNTIME_DIR", at(taken)),
	    "S23: without a session the run directory is in HOME, and podman's "
	    "in TMPDIR", __LINE__);
	rec_free(c);
	for (int how = 0; how < 3; how++) {
		rq = no_session(0700);
		if (how == 0)
			put(taken, "");
		else if (how == 1)
			put_dir(taken, 0777);
		else if (symlink(at("/home"), at(taken)) == -1)
			err(1, "%s", taken);
		c = answer(rq, 0);
		check(has(c, "env.XDG_RUNTIME_DIR", at("/home/rundir")) &&
		    has(c, "path.run_storage", at("/home/rundir/containers")),
		    "S23: a name in TMPDIR that is taken is passed over",
		    __LINE__);
		rec_free(c);
	}
	c = answer(no_session(0500), 0);
	check(has(c, "path.run", last), "S23: the last is /tmp, where HOME "
	    "cannot be written to", __LINE__);
	rec_free(c);
	c = answer(no_session(0), 0);
	check(has(c, "path.run", last), "S23: or is not there", __LINE__);
	rec_free(c);
	rq = no_session(0);
	put(taken, "");
	check(refuses(answer(rq, 0), "set XDG_RUNTIME_DIR"),
	    "S23: with no place at all it says what to set", __LINE__);
}

/* What older cores read once, and missed once XDG_CONFIG_HOME was set. */
static void
test_config_home(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	put(USER_CONF, "[engine]\nretry = 77\n");
	c = answer(rq, 0);
	check(has(c, "engine.retry", "77"),
	    "X6: the user's file without XDG_CONFIG_HOME", __LINE__);
	rq = rec_new();
	(void)rec_add(rq, KEY(mode), "rootless");
	(void)rec_add_num(rq, KEY(uid), 1000);
	(void)rec_add(rq, KEY(sysroot), root);
	(void)rec_add(rq, any_key("env:HOME"), at("/home"));
	(void)rec_add(rq, any_key("env:XDG_CONFIG_HOME"),
	    rec_str(c, KEY_AS(env_config_home), ""));
	rec_free(c);
	c = answer(rq, 0);
	check(has(c, "engine.retry", "77"),
	    "X6: the same file with it, as it was answered", __LINE__);
	rec_free(c);
}

static void
test_machine(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	put_dir("/run/systemd/system", 0755);
	put(ETC_CONF, "[engine]\ncgroup_manager = \"systemd\"\n");
	c = answer(rq, 0);
	check(has(c, "engine.cgroup_manager", "cgroupfs") &&
	    warns(c, "enable-linger"),
	    "S4 S41 X5: no session, no systemd: in the one answer that all "
	    "get", __LINE__);
	rec_free(c);

	rq = fresh("rootless");
	put_dir("/run/systemd/system", 0755);
	put("/bus", "");
	put(ETC_CONF, "[engine]\ncgroup_manager = \"systemd\"\n");
	(void)rec_addf(rq, any_key("env:DBUS_SESSION_BUS_ADDRESS"),
	    "unix:path=%s",
	    at("/bus"));
	c = answer(rq, 0);
	check(has(c, "engine.cgroup_manager", "systemd"),
	    "S41: with a session it stays", __LINE__);
	rec_free(c);

	rq = fresh("system");
	put_dir("/run/systemd/system", 0755);
	c = answer(rq, 0);
	check(has(c, "engine.cgroup_manager", "systemd"),
	    "S41: root needs no session", __LINE__);
	rec_free(c);
}

static void
test_defaults(void)
{
	struct rec	*c = answer(fresh("system"), 0);

	check(has(c, "engine.num_locks", "2048") &&
	    has(c, "engine.lock_type", "shm") &&
	    has(c, "engine.stop_timeout", "10") &&
	    has(c, "containers.pids_limit", "2048") &&
	    has(c, "containers.shm_size", "67108864") &&
	    has(c, "engine.detach_keys", "ctrl-p,ctrl-q") &&
	    has(c, "engine.pull_policy", "missing") &&
	    rec_count(c, any_key("engine.runtimes.runc")) >= 8 &&
	    rec_count(c, any_key("engine.runtimes.crun")) >= 7 &&
	    rec_count(c, any_key("engine.conmon_path")) >= 8,
	    "S20: the defaults of a newer core", __LINE__);
	check(has(c, "engine.image_default_transport", "docker://") &&
	    has(c, "containers.log_size_max", "67108864") &&
	    has(c, "engine.no_pivot_root", "false") &&
	    has(c, "containers.label", "true") &&
	    has(c, "engine.enable_port_reservation", "true"),
	    "S15: the defaults that have not changed, and a limit for logs",
	    __LINE__);
	check(c != NULL && rec_get(c, KEY_AS(engine_runtime)) == NULL,
	    "S6: the OCI runtime is not chosen before somebody asks for one",
	    __LINE__);
	rec_free(c);
}

static void
test_storage(void)
{
	struct rec	*rq = fresh("rootless"), *c;
	char		 path[300];

	put("/etc/containers/storage.conf", "[storage]\n"
	    "rootless_storage_path = \"$HOME/x-$UID\"\n");
	c = answer(rq, 0);
	(void)snprintf(path, sizeof(path), "%s/x-%u", at("/home"),
	    geteuid() == 0 ? 65534u : (unsigned int)geteuid());
	check(has(c, "path.graph", path),
	    "S65: rootless_storage_path with $HOME and $UID", __LINE__);
	rec_free(c);
	rq = fresh("rootless");
	put("/etc/containers/storage.conf", "[storage]\n"
	    "rootless_storage_path = \"$PWD/x\"\n");
	check(refuses(answer(rq, 0), "$HOME, $UID and $USER only"),
	    "S65: and with no other", __LINE__);

	rq = fresh("rootless");
	put("/home/.config/containers/storage.conf", "[storage]\n"
	    "driver = \"vfs\"\n[storage.options.overlay]\n"
	    "mountopt = \"nodev\"\n");
	(void)rec_add(rq, any_key("env:STORAGE_OPTS"), "a.b=c");
	(void)rec_add(rq, any_key("opt:storage-driver"), "overlay");
	c = answer(rq, 0);
	check(has(c, "storage.driver", "overlay") &&
	    rec_get(c, any_key("storage.options.overlay.mountopt")) == NULL &&
	    rec_get(c, KEY_AS(storage_opt)) == NULL &&
	    has(c, "origin:storage.options.overlay.mountopt",
	    "--storage-driver"),
	    "S66: a driver of the command line drops the files' driver "
	    "options", __LINE__);
	rec_free(c);

	memset(path, 'r', 200);
	path[0] = '/';
	path[200] = '\0';
	rq = fresh("rootless");
	(void)rec_add(rq, any_key("opt:runroot"), path);
	c = answer(rq, 0);
	check(has(c, "path.run_storage", path),
	    "S66: a run root may be longer than a socket's path", __LINE__);
	rec_free(c);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: rows_test program");
	sysroot_make(argv[1]);
	test_object();
	test_options();
	test_validation();
	test_sources();
	test_errors();
	test_provenance();
	test_set();
	test_user();
	test_runtime_dir();
	test_no_runtime_dir();
	test_config_home();
	test_machine();
	test_defaults();
	test_storage();
	sysroot_remove();
	return (finish());
}
