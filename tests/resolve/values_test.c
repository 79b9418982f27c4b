/*
 * What keys of the files may say, what becomes of keys that are old, odd or not
 * supported.
 */
#include "nitems.h"
#include "sysroot.h"

/* Each key of libpod.conf: its value there, its name now, its value now. */
static const struct {
	const char	*old, *value, *name, *now;
} legacy[] = {
	{ "cgroup_check", "true", "engine.cgroup_check", "true" },
	{ "cgroup_manager", "\"cgroupfs\"", "engine.cgroup_manager",
	  "cgroupfs" },
	{ "cni_config_dir", "\"/usr\"", "network.network_config_dir",
	  "/usr" },
	{ "cni_default_network", "\"n\"", "network.default_network", "n" },
	{ "cni_plugin_dir", "[\"/usr\"]", "network.cni_plugin_dirs", "/usr" },
	{ "conmon_env_vars", "[\"A=b\"]", "engine.conmon_env_vars", "A=b" },
	{ "conmon_path", "[\"/c\"]", "engine.conmon_path", "/c" },
	{ "detach_keys", "\"a\"", "engine.detach_keys", "a" },
	{ "enable_port_reservation", "false",
	  "engine.enable_port_reservation", "false" },
	{ "events_logfile_path", "\"/e\"", "engine.events_logfile_path",
	  "/e" },
	{ "events_logger", "\"none\"", "engine.events_logger", "none" },
	{ "hooks_dir", "[\"/h\"]", "engine.hooks_dir", "/h" },
	{ "image_default_transport", "\"oci:\"",
	  "engine.image_default_transport", "oci:" },
	{ "infra_command", "\"/p\"", "engine.infra_command", "/p" },
	{ "infra_image", "\"i\"", "engine.infra_image", "i" },
	{ "init_path", "\"/i\"", "engine.init_path", "/i" },
	{ "label", "false", "containers.label", "false" },
	{ "lock_type", "\"file\"", "engine.lock_type", "file" },
	{ "max_log_size", "9000", "containers.log_size_max", "9000" },
	{ "namespace", "\"n\"", "engine.namespace", "n" },
	{ "network_cmd_path", "\"/n\"", "engine.network_cmd_path", "/n" },
	{ "no_pivot_root", "true", "engine.no_pivot_root", "true" },
	{ "num_locks", "5", "engine.num_locks", "5" },
	{ "runtime", "\"r\"", "engine.runtime", "r" },
	{ "runtime_path", "[\"/r\"]", "engine.runtime_path", "/r" },
	{ "runtime_supports_json", "[\"r\"]",
	  "engine.runtime_supports_json", "r" },
	{ "runtime_supports_nocgroups", "[\"r\"]",
	  "engine.runtime_supports_nocgroups", "r" },
	{ "state_type", "\"memory\"", "engine.state_type", "memory" },
	{ "static_dir", "\"/s\"", "engine.static_dir", "/s" },
	{ "tmp_dir", "\"/t\"", "engine.tmp_dir", "/t" },
	{ "volume_path", "\"/v\"", "engine.volume_path", "/v" },
};

static void
test_legacy(void)
{
	struct rec	*rq = fresh("system"), *c;
	char		 text[4096] = "", what[128];
	size_t		 n = 0;

	for (size_t i = 0; i < NITEMS(legacy); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s = %s\n",
		    legacy[i].old, legacy[i].value);
	(void)snprintf(text + n, sizeof(text) - n,
	    "nosuch = 1\n[runtimes]\nr = [\"/x\"]\n");
	put("/etc/containers/libpod.conf", text);
	c = answer(rq, 0);
	for (size_t i = 0; i < NITEMS(legacy); i++) {
		(void)snprintf(what, sizeof(what), "S2 S11: %s of libpod.conf "
		    "is %s", legacy[i].old, legacy[i].name);
		check(has(c, legacy[i].name, legacy[i].now), what, __LINE__);
	}
	check(has(c, "engine.runtimes.r", "/x"),
	    "S2 S11: so are the runtimes", __LINE__);
	rec_free(c);
	rq = fresh("system");
	put("/etc/containers/libpod.conf", "num_locks = [\n");
	put(ETC_CONF, "[engine]\nnum_locks = 9\n");
	c = answer(rq, 0);
	check(has(c, "engine.num_locks", "9") && warns(c, "libpod.conf:"),
	    "S18: what is wrong with libpod.conf is a warning", __LINE__);
	rec_free(c);
}

/* What the old core did: its defaults, then its file, then the options. */
static void
test_order(void)
{
	struct rec	*rq = fresh("system"), *c;

	put("/etc/containers/libpod.conf", "tmp_dir = \"/file/t\"\n"
	    "volume_path = \"/file/v\"\n");
	(void)rec_add(rq, any_key("opt:tmpdir"), "/option/t");
	c = answer(rq, 0);
	check(has(c, "engine.lock_type", "shm") &&
	    has(c, "engine.volume_path", "/file/v") &&
	    has(c, "engine.tmp_dir", "/option/t") &&
	    has(c, "overrode:engine.tmp_dir",
	    at("/etc/containers/libpod.conf:1 /file/t")),
	    "S7: options override the file, and that the defaults", __LINE__);
	rec_free(c);
}

/* Number of warnings, and the one that names what is not supported. */
static size_t
unsupported(const struct rec *c, const char **line)
{
	const char	*v;
	size_t		 it = 0, n = 0;

	*line = "";
	while (c != NULL && rec_next(c, KEY(warn), &it, &v))
		if (strncmp(v, "not supported", 13) == 0) {
			*line = v;
			n++;
		}
	return (n);
}

static void
test_unsupported(void)
{
	struct rec	*rq = fresh("system"), *c;
	const char	*line;

	put(USR_CONF, "[machine]\ncpus = 3\n");
	put(ETC_CONF, "[engine]\nretry = 3\nactive_service = \"\"\n"
	    "[engine.volume_plugins]\na = \"/a\"\nb = \"/b\"\n"
	    "[engine.runtimes]\nmine = [\"/a\"]\n");
	c = answer(rq, CONFIG_TEXT);
	check(unsupported(c, &line) == 1 && strncmp(line, "not supported, and "
	    "ignored: machine.cpus (", 37) == 0 &&
	    strstr(line, "engine.volume_plugins (") != NULL &&
	    strstr(line, at(ETC_CONF ":5)")) != NULL &&
	    strstr(line, at(USR_CONF ":2), ")) != NULL &&
	    strstr(line, ".b ") == NULL && strstr(line, "runtimes") == NULL &&
	    strstr(line, "retry") == NULL && strstr(line, "active") == NULL,
	    "S15: one warning names what has no effect, with places; values "
	    "that are the built-in ones are no choice", __LINE__);
	check(has(c, "unsupported:machine.cpus", "true") &&
	    has(c, "unsupported:engine.volume_plugins.a", "true") &&
	    rec_get(c, any_key("unsupported:engine.runtimes.mine")) == NULL,
	    "S15: the keys without effect are marked", __LINE__);
	rec_free(c);
}

/* What root's containers do not take of a setting is named; a user's do. */
static void
test_of_users(void)
{
	static const char	 text[] = "[containers]\n"
	    "env = [\"A=1\", \"B\"]\nenv_host = true\n"
	    "volumes = [\"n:/n\", \"/h:/h\", \"./r:/r\"]\n"
	    "mounts = [\"type=tmpfs,dst=/type=bind\", "
	    "\"src=/h,\\\"type=bind\\\",dst=/b\"]\n";
	struct rec		*rq = fresh("system"), *c;
	const char		*line;

	put(ETC_CONF, text);
	c = answer(rq, 0);
	check(unsupported(c, &line) == 1 &&
	    strstr(line, "containers.env = \"B\" (") != NULL &&
	    strstr(line, "; not for root's containers; use -e)") != NULL &&
	    strstr(line, "containers.env_host = \"true\" (") != NULL &&
	    strstr(line, "containers.volumes = \"/h:/h\" (") != NULL &&
	    strstr(line, "containers.volumes = \"./r:/r\" (") != NULL &&
	    strstr(line, "containers.mounts = \"src=/h,") != NULL &&
	    strstr(line, "A=1") == NULL && strstr(line, "n:/n") == NULL &&
	    strstr(line, "tmpfs") == NULL,
	    "S15: the warning names what root's containers do not take",
	    __LINE__);
	check(has(c, "unused:containers.env", "B") &&
	    has(c, "unused:containers.volumes", "/h:/h") &&
	    rec_count(c, any_key("unused:containers.volumes")) == 2 &&
	    rec_count(c, any_key("unused:containers.mounts")) == 1,
	    "S15: values that root's containers do not take are marked",
	    __LINE__);
	rec_free(c);
	rq = fresh("rootless");
	put(ETC_CONF, text);
	c = answer(rq, 0);
	check(unsupported(c, &line) == 0 &&
	    rec_get(c, any_key("unused:containers.env")) == NULL,
	    "S15: a user's containers take them", __LINE__);
	rec_free(c);
}

/* A key with that value in a file of the user's: is it refused in words? */
static void
refuse_key(const char *table, const char *line, const char *words)
{
	struct rec	*rq = fresh("rootless"), *c;
	char		 text[256], what[256];

	(void)snprintf(text, sizeof(text), "[%s]\n%s\n", table, line);
	put(USER_CONF, text);
	c = answer(rq, 0);
	(void)snprintf(text, sizeof(text), "containers.conf:2: %s", words);
	(void)snprintf(what, sizeof(what), "S19 S44 S68: %s is refused",
	    line);
	check(refuses(c, text), what, __LINE__);
	rec_free(c);
}

static void
test_values(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	refuse_key("engine", "num_locks = 1048577",
	    "engine.num_locks must be between 1 and 1048576");
	refuse_key("engine", "events_logfile_path = \"ev.log\"",
	    "engine.events_logfile_path must be the absolute path of a file");
	refuse_key("engine", "events_logfile_path = \"/ev/\"",
	    "engine.events_logfile_path must be the absolute path of a file");
	refuse_key("network", "network_config_dir = \"/no/such\"",
	    "network.network_config_dir \"/no/such\" is not a directory");
	refuse_key("network", "cni_plugin_dirs = [\"/no\", \"/such\"]",
	    "none of network.cni_plugin_dirs is a directory");
	put(USER_CONF, "[engine]\nnum_locks = 1048576\n"
	    "events_logfile_path = \"/ev.log\"\n[network]\n"
	    "network_config_dir = \"/etc/cni/net.d/\"\n");
	c = answer(rq, 0);
	check(has(c, "engine.num_locks", "1048576") &&
	    has(c, "engine.events_logfile_path", "/ev.log"),
	    "S19 S44 S68: the largest number of locks, and a file in /",
	    __LINE__);
	rec_free(c);
}

static void
test_driver_priority(void)
{
	struct rec	*rq = fresh("rootless"), *c;

	put("/home/.config/containers/storage.conf", "[storage]\n"
	    "driver_priority = [\"zfs\", \"vfs\", \"overlay\"]\n");
	c = answer(rq, 0);
	check(has(c, "storage.driver", "vfs"), "S65: driver_priority chooses "
	    "the first driver that there is, for a new store", __LINE__);
	rec_free(c);
	rq = fresh("rootless");
	put("/home/.config/containers/storage.conf", "[storage]\n"
	    "driver_priority = [\"vfs\"]\n");
	put_dir("/home/.local/share/containers/storage/vfs-layers", 0755);
	put("/home/.local/share/containers/storage/overlay-layers/layers.lock",
	    "");
	c = answer(rq, 0);
	check(has(c, "storage.driver", "overlay"), "S65: an existing store "
	    "keeps its driver", __LINE__);
	rec_free(c);
}

/* TOML allows these names; no key of ours has one. */
static void
test_odd_names(void)
{
	struct rec	*rq = fresh("rootless"), *c;
	char		 text[1024], name[301];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(text, sizeof(text), "\"\" = 1\n\"\\u0000\" = 1\n"
	    "%s = 1\n[containers]\n\"\" = 1\n\"env\\u0000\" = 1\n"
	    "[engine.runtimes]\n\"a\\u0000\" = [\"/x\"]\n[[engine.\"\"]]\n"
	    "[engine]\nnum_locks = 3\n", name);
	put(USER_CONF, text);
	c = answer(rq, 0);
	check(has(c, "engine.num_locks", "3") &&
	    warns(c, "containers.conf:1: unknown key \"\" is ignored") &&
	    warns(c, "containers.conf:2: unknown key \"?\" is ignored") &&
	    warns(c, "containers.conf:3: unknown key \"nnn") &&
	    warns(c, ":5: unknown key \"containers.\" is ignored") &&
	    warns(c, ":6: unknown key \"containers.env?\" is ignored") &&
	    warns(c, ":8: unknown key \"engine.runtimes.a?\" is ignored") &&
	    warns(c, ":9: unknown key \"engine.\" is ignored"),
	    "S19: a key that is empty, too long or has a NUL in it is unknown",
	    __LINE__);
	rec_free(c);
}

/* The file of Debian's podman package, in parts. */
static void
test_debian(void)
{
	static const char	 conmon[] = "conmon_path = [\n"
				    "    \"/usr/bin/conmon\",\n"
				    "    \"/usr/sbin/conmon\",\n"
				    "    \"/usr/libexec/podman/conmon\",\n"
				    "    \"/usr/local/libexec/crio/conmon\",\n"
				    "    \"/usr/lib/podman/bin/conmon\",\n"
				    "    \"/usr/libexec/crio/conmon\",\n"
				    "    \"/usr/lib/crio/bin/conmon\"\n]\n";
	static const char	 rest[] = "runtime = \"crun\"\n"
				    "tmp_dir = \"/var/run/libpod\"\n"
				    "num_locks = 77\n"
				    "infra_image = \"mine\"\n";
	struct rec		*rq = fresh("system"), *c;
	const char		*line;
	char			 text[1024];

	(void)snprintf(text, sizeof(text), "%s%s", conmon, rest);
	put("/etc/containers/libpod.conf", text);
	c = answer(rq, 0);
	check(rec_get(c, any_key("origin:engine.runtime")) == NULL &&
	    rec_get(c, any_key("origin:engine.conmon_path")) == NULL &&
	    rec_get(c, any_key("origin:engine.tmp_dir")) == NULL &&
	    has(c, "engine.num_locks", "77") &&
	    has(c, "engine.infra_image", "mine") &&
	    (unsupported(c, &line) == 0 || strstr(line, "conmon") == NULL),
	    "S18: in the libpod.conf of Debian's podman only changed values "
	    "are chosen", __LINE__);
	rec_free(c);
	rq = fresh("system");
	put("/etc/containers/libpod.conf", rest);
	c = answer(rq, 0);
	check(has(c, "engine.runtime", "crun") &&
	    has(c, "engine.tmp_dir", "/var/run/libpod"),
	    "S18: in any other libpod.conf each value is chosen", __LINE__);
	rec_free(c);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: values_test program");
	sysroot_make(argv[1]);
	test_legacy();
	test_order();
	test_unsupported();
	test_of_users();
	test_debian();
	test_values();
	test_driver_priority();
	test_odd_names();
	sysroot_remove();
	return (finish());
}
