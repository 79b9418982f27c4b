/*
 * Containers and images as podman inspect has them. What bulkhead has no notion
 * of is there with podman's empty value, so that scripts find every member.
 */
#include "lists.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "define.h"
#include "human.h"
#include "nitems.h"
#include "record.h"
#include "runtimes.h"
#include "states.h"
#include "tmpl.h"

#define DEFAULT_CAPS	KEY_AS(default_capabilities)

/* --- what is shown: of the definition, the row, and what derive adds --- */

#define WORD(n, text)	FIXED(n, SHOW_WORD, text)
#define JSON(n, text)	FIXED(n, SHOW_CONST, text)
#define EMPTY(n)	WORD(n, "")
#define ZERO(n)		JSON(n, "0")
#define NO(n)		JSON(n, "false")
#define NONE(n)		JSON(n, "null")
#define TEXT(n, k)	SHOWN(n, SHOW_TEXT, k)
#define FLAG(n, k)	SHOWN(n, SHOW_FLAG, k)
#define NUMBER(n, k)	SHOWN(n, SHOW_NUMBER, k)
#define LIST(n, k)	SHOWN(n, SHOW_LIST, k)
#define DATE(n, k)	SHOWN(n, SHOW_DATE, k)

static const struct member	no_health[] = {
	EMPTY("Status"), ZERO("FailingStreak"), NONE("Log"), { 0 }
};
static const struct member	state[] = {
	WORD("OciVersion", "1.0.2"), TEXT("Status", state_name),
	FLAG("Running", running), FLAG("Paused", paused), NO("Restarting"),
	FLAG("OOMKilled", oomkilled), NO("Dead"), NUMBER("Pid", pid),
	NUMBER("ConmonPid", monitor_pid), NUMBER("ExitCode", exit),
	TEXT("Error", error), DATE("StartedAt", started),
	DATE("FinishedAt", finished), SHOWN_OBJECT("Health", no_health),
	EMPTY("CgroupPath"), FIXED("CheckpointedAt", SHOW_DATE, ""),
	FIXED("RestoredAt", SHOW_DATE, ""), { 0 }
};
static const struct member	config_of[] = {
	TEXT("Hostname", hostname), EMPTY("Domainname"), TEXT("User", user),
	NO("AttachStdin"), NO("AttachStdout"), NO("AttachStderr"),
	FLAG("Tty", tty), FLAG("OpenStdin", stdin_open), NO("StdinOnce"),
	LIST("Env", env), SHOWN("Cmd", SHOW_LIST_OR_NULL, cmd),
	TEXT("Image", image_name), NONE("Volumes"),
	SHOWN_OR("WorkingDir", SHOW_TEXT, cwd, "/"),
	TEXT("Entrypoint", entrypoint_text), NONE("OnBuild"),
	SHOWN("Labels", SHOW_PAIRS, label),
	SHOWN("Annotations", SHOW_PAIRS, annotation),
	SHOWN_OR("StopSignal", SHOW_NUMBER, stop_signal, "15"),
	WORD("HealthcheckOnFailureAction", "none"),
	SHOWN("CreateCommand", SHOW_LIST_OR_NULL, create_command),
	SHOWN_OPTIONAL("Timezone", SHOW_TEXT, tz),
	SHOWN_OR("Umask", SHOW_TEXT, umask, "0022"), ZERO("Timeout"),
	SHOWN_OR("StopTimeout", SHOW_NUMBER, stop_timeout, "10"),
	JSON("Passwd", "true"),
	{ .name = "Healthcheck", BOTH(SHOW_CONST), .key = "null",
	    .optional = true }, { 0 }
};
static const struct member	log_config[] = {
	TEXT("Type", log_driver), NONE("Config"), TEXT("Path", log_path),
	TEXT("Tag", log_tag), TEXT("Size", log_size),
	NUMBER("LostBytes", log_lost), { 0 }
};
static const struct member	restart_policy[] = {
	TEXT("Name", restart), NUMBER("MaximumRetryCount", restart_max), { 0 }
};
static const struct member	ulimit[] = {
	TEXT("Name", long_name), NUMBER("Soft", soft), NUMBER("Hard", hard),
	{ 0 }
};
static const struct member	host_config[] = {
	LIST("Binds", bind), WORD("CgroupManager", "disabled"),
	WORD("CgroupMode", "private"), EMPTY("ContainerIDFile"),
	SHOWN_OBJECT("LogConfig", log_config), TEXT("NetworkMode", net),
	JSON("PortBindings", "{}"),
	SHOWN_OBJECT("RestartPolicy", restart_policy), FLAG("AutoRemove", rm),
	EMPTY("VolumeDriver"), NONE("VolumesFrom"), LIST("CapAdd", cap_add),
	LIST("CapDrop", cap_drop), LIST("Dns", dns),
	LIST("DnsOptions", dns_option), LIST("DnsSearch", dns_search),
	LIST("ExtraHosts", extra_host), JSON("GroupAdd", "[]"),
	WORD("IpcMode", "private"), EMPTY("Cgroup"),
	WORD("Cgroups", "disabled"), NONE("Links"),
	NUMBER("OomScoreAdj", oom_score_adj),
	WORD("PidMode", "private"), NO("Privileged"), NO("PublishAllPorts"),
	FLAG("ReadonlyRootfs", readonly), LIST("SecurityOpt", security_opt),
	JSON("Tmpfs", "{}"), WORD("UTSMode", "private"),
	TEXT("UsernsMode", userns),
	SHOWN_OR("ShmSize", SHOW_NUMBER, shm_size, "65536000"),
	WORD("Runtime", "oci"), JSON("ConsoleSize", "[0,0]"),
	EMPTY("Isolation"), SHOWN_OBJECTS("Ulimits", shown_rlimit, ulimit),
	/* Limits that are set by cgroup, which bulkhead does not do yet. */
	ZERO("CpuShares"), ZERO("Memory"), ZERO("NanoCpus"),
	ZERO("BlkioWeight"), ZERO("CpuPeriod"), ZERO("CpuQuota"),
	ZERO("CpuRealtimePeriod"), ZERO("CpuRealtimeRuntime"),
	ZERO("DiskQuota"), ZERO("KernelMemory"), ZERO("MemoryReservation"),
	ZERO("MemorySwap"), ZERO("MemorySwappiness"), ZERO("PidsLimit"),
	ZERO("CpuCount"), ZERO("CpuPercent"), ZERO("IOMaximumIOps"),
	ZERO("IOMaximumBandwidth"), NONE("BlkioWeightDevice"),
	NONE("BlkioDeviceReadBps"), NONE("BlkioDeviceWriteBps"),
	NONE("BlkioDeviceReadIOps"), NONE("BlkioDeviceWriteIOps"),
	NONE("CgroupConf"), EMPTY("CgroupParent"), EMPTY("CpusetCpus"),
	EMPTY("CpusetMems"), JSON("Devices", "[]"), NO("OomKillDisable"), { 0 }
};
static const struct member	network[] = {
	EMPTY("EndpointID"), EMPTY("Gateway"), EMPTY("IPAddress"),
	ZERO("IPPrefixLen"), EMPTY("IPv6Gateway"), EMPTY("GlobalIPv6Address"),
	ZERO("GlobalIPv6PrefixLen"), EMPTY("MacAddress"), EMPTY("Bridge"),
	EMPTY("SandboxID"), NO("HairpinMode"), EMPTY("LinkLocalIPv6Address"),
	ZERO("LinkLocalIPv6PrefixLen"), JSON("Ports", "{}"),
	EMPTY("SandboxKey"), { 0 }
};
static const struct member	mount[] = {
	TEXT("Type", type), TEXT("Source", src), TEXT("Destination", dst),
	TEXT("Driver", driver), EMPTY("Mode"), LIST("Options", shown_opt),
	FLAG("RW", rw), TEXT("Propagation", propagation),
	SHOWN_OPTIONAL("Name", SHOW_TEXT, volume), { 0 }
};
static const struct member	graph_driver[] = {
	TEXT("Name", storage_driver), NONE("Data"), { 0 }
};
static const struct member	container[] = {
	TEXT("Id", id), DATE("Created", created), TEXT("Path", arg),
	LIST("Args", later_arg), SHOWN_OBJECT("State", state),
	TEXT("Image", image), TEXT("ImageDigest", image_digest),
	TEXT("ImageName", image_name), TEXT("Rootfs", rootfs), TEXT("Pod", pod),
	EMPTY("ResolvConfPath"), EMPTY("HostnamePath"), EMPTY("HostsPath"),
	EMPTY("StaticDir"), EMPTY("OCIConfigPath"),
	SHOWN_OR("OCIRuntime", SHOW_TEXT, runtime, RUNTIME_OWN),
	EMPTY("ConmonPidFile"), EMPTY("PidFile"), TEXT("Name", name),
	NUMBER("RestartCount", restart_count), TEXT("Driver", storage_driver),
	EMPTY("MountLabel"), EMPTY("ProcessLabel"), EMPTY("AppArmorProfile"),
	SHOWN("EffectiveCaps", SHOW_LIST_OR_NULL, effective_cap),
	LIST("BoundingCaps", cap), JSON("ExecIDs", "[]"),
	SHOWN_OBJECT("GraphDriver", graph_driver),
	SHOWN_OBJECTS("Mounts", shown_mount, mount), JSON("Dependencies", "[]"),
	SHOWN_OBJECT("NetworkSettings", network), EMPTY("Namespace"),
	NO("IsInfra"), NO("IsService"), SHOWN_OBJECT("Config", config_of),
	SHOWN_OBJECT("HostConfig", host_config),
	TEXT("ConfigDigest", config_digest),
	TEXT("SeccompProfile", seccomp_used),
	SHOWN_OR("LockNumber", SHOW_NUMBER, lock, "null"), { 0 }
};

/* --- what is added to the definition --- */

/* Of the row, which knows what has become of the container. */
static void
add_row(struct rec *r, const struct rec *row)
{
	static const char *const	 keys[] = { "id", "name", "state_name",
	    "oomkilled", "exit", "error", "started", "finished",
	    "restart_count", "lock", "log_lost", "pid", "monitor_pid" };
	int64_t				 s = rec_num(row, KEY(state), 0);
	bool				 up = s == CTR_RUNNING ||
					    s == CTR_STOPPING;

	for (size_t i = 0; i < NITEMS(keys); i++) {
		rec_del(r, KEY_FROM(keys[i]));
		(void)rec_copy(r, row, KEY_FROM(keys[i]));
	}
	(void)rec_add_num(r, KEY(running), up);
	(void)rec_add_num(r, KEY(paused), s == CTR_PAUSED);
	if (!up && s != CTR_PAUSED) {
		rec_del(r, KEY(pid));
		rec_del(r, KEY(monitor_pid));
	}
}

static void
add_mount(struct rec *r, struct rec *m, const char *opts)
{
	const char	*volume = rec_get(m, KEY_IN(mount, volume)), *o;
	const char	*propagation = "rprivate";

	(void)rec_addf(r, KEY(bind), "%s:%s:%s", volume != NULL ? volume :
	    show_str(m, KEY(src)), show_str(m, KEY(dst)), opts);
	rec_each_text(o, m, KEY(opt)) {
		if (strstr(o, "private") != NULL ||
		    strstr(o, "shared") != NULL || strstr(o, "slave") != NULL)
			propagation = o;
		else if (strcmp(o, "ro") != 0 && strcmp(o, "rw") != 0)
			(void)rec_add(m, KEY(shown_opt), o);
	}
	(void)rec_add_num(m, KEY(rw), !show_has(m, KEY(opt), "ro"));
	(void)rec_add(m, KEY(propagation), propagation);
	if (volume != NULL) {
		(void)rec_set(m, KEY(type), "volume");
		(void)rec_add(m, KEY(driver), "local");
	}
	(void)rec_add_rec(r, KEY(shown_mount), m);
}

/* tmpfs are told apart from the other mounts: by their place, their options. */
static void
add_mounts(struct rec *r, const struct rec *def, json_t *tmpfs)
{
	struct rec	*m;

	rec_each(m, def, KEY(mount)) {
		scoped_free char	*opts = show_joined(m, KEY(opt), ",",
					    INT_MAX);

		if (opts == NULL)
			return;
		if (strcmp(show_str(m, KEY(type)), "tmpfs") != 0)
			add_mount(r, m, opts);
		else
			json_object_set_new(tmpfs, show_str(m, KEY(dst)),
			    tmpl_text(opts));
	}
}

static void
add_limits(struct rec *r, const struct rec *def)
{
	struct rec	*l;
	char		 name[64];

	rec_each(l, def, KEY(rlimit)) {
		snprintf(name, sizeof(name), "RLIMIT_%s", show_str(l,
		    KEY(name)));
		for (char *s = name; *s != '\0'; s++)
			if (*s >= 'a' && *s <= 'z')
				*s = (char)(*s - 'a' + 'A');
		(void)rec_add(l, KEY(long_name), name);
		(void)rec_add_rec(r, KEY(shown_rlimit), l);
	}
}

/* Capabilities in one record and not in the other. */
static void
add_difference(struct rec *r, struct key_str to, const struct rec *a,
    struct key_str a_key, const struct rec *b, struct key_str b_key)
{
	const char	*v;

	rec_each_text(v, a, a_key)
		if (!show_has(b, b_key, v))
			(void)rec_add(r, to, v);
}

static void
add_caps(struct rec *r, const struct rec *def, const struct rec *conf)
{
	const char	*user = show_str(def, KEY(user)), *v;
	size_t		 n = strcspn(user, ":");
	bool		 root = n == 0 || (n == 1 && *user == '0') ||
			    (n == 4 && strncmp(user, "root", 4) == 0);

	add_difference(r, KEY(cap_add), def, KEY(cap), conf, DEFAULT_CAPS);
	add_difference(r, KEY(cap_drop), conf, DEFAULT_CAPS, def, KEY(cap));
	/* Only root has them all; others have what --cap-add named. */
	rec_each_text(v, def, root ? KEY(cap) : KEY(ambient))
		(void)rec_add(r, KEY(effective_cap), v);
}

static void
add_security(struct rec *r, const struct rec *def, const struct rec *conf)
{
	const char	*own = rec_str(def, KEY(seccomp), "default");

	if (rec_num(def, KEY(nnp), 0) != 0)
		(void)rec_add(r, KEY(security_opt), "no-new-privileges");
	if (strcmp(own, "default") != 0)
		(void)rec_addf(r, KEY(security_opt), "seccomp=%s", own);
	else		/* what its next start loads */
		own = rec_str(conf, KEY_AS(seccomp_profile), own);
	(void)rec_add(r, KEY(seccomp_used), own);
}

static void
add_process(struct rec *r, const struct rec *def)
{
	scoped_free char	*entrypoint = show_joined(def, KEY(entrypoint),
				    " ", INT_MAX);
	char			 size[32] = "0B";
	const char		*v, *tab;
	size_t			 it = 0;

	for (int n = 0; rec_next(def, KEY(arg), &it, &v); n++)
		if (n > 0)
			(void)rec_add(r, KEY(later_arg), v);
	rec_each_text(v, def, KEY(add_host))
		if ((tab = strchr(v, '\t')) != NULL)
			(void)rec_addf(r, KEY(extra_host), "%s:%.*s", tab + 1,
			    (int)(tab - v), v);
	(void)rec_add(r, KEY(entrypoint_text), entrypoint == NULL ? "" :
	    entrypoint);
	if (rec_num(def, KEY(log_max), 0) > 0)
		human_size(rec_num(def, KEY(log_max), 0), size, sizeof(size));
	(void)rec_add(r, KEY(log_size), size);
}

json_t *
inspect_container(const struct rec *row, const struct rec *conf, bool filled)
{
	size_t			 it = 0;
	scoped_rec struct rec	*r = rec_new();
	scoped_rec struct rec	*def = rec_sub(row, KEY(def), &it);
	struct shown		 s = { .rec = r, .as_json = !filled };
	json_t			*tmpfs = json_object(), *o;

	/* A damaged definition leaves what the row says. */
	if (def != NULL)
		(void)rec_add_all(r, def);
	add_row(r, row);
	(void)define_hostname(r);
	add_mounts(r, def, tmpfs);
	add_limits(r, def);
	add_caps(r, def, conf);
	add_security(r, def, conf);
	add_process(r, def);
	(void)rec_add(r, KEY(storage_driver), show_str(conf,
	    KEY_AS(storage_driver)));
	if ((o = show_object(&s, container)) != NULL)
		(void)json_object_update(json_object_get(json_object_get(o,
		    "HostConfig"), "Tmpfs"), tmpfs);
	json_decref(tmpfs);
	return (o);
}

/* --- an image --- */

#define OCI_MANIFEST	"application/vnd.oci.image.manifest.v1+json"
#define DOCKER_MANIFEST	"application/vnd.docker.distribution.manifest.v2+json"
#define LATER(n)	NONE(n)		/* inspect_image sets it */

static const struct member	image_driver[] = {
	TEXT("Name", storage_driver), LATER("Data"), { 0 }
};
static const struct member	image[] = {
	TEXT("Id", id), TEXT("Digest", digest), LIST("RepoTags", name),
	LIST("RepoDigests", repo_digest), EMPTY("Parent"), LATER("Comment"),
	DATE("Created", created), LATER("Config"), LATER("Version"),
	TEXT("Author", author), TEXT("Architecture", arch), TEXT("Os", os),
	NUMBER("Size", size), NUMBER("VirtualSize", size),
	SHOWN_OBJECT("GraphDriver", image_driver), LATER("RootFS"),
	SHOWN("Labels", SHOW_PAIRS, label), LATER("Annotations"),
	LATER("ManifestType"), TEXT("User", user), LATER("History"),
	LIST("NamesHistory", name_history), { 0 }
};

/* Give a configuration what Go's struct has though the JSON does not say it. */
static void
fill(json_t *config)
{
	static const char *const	 empty[][2] = {
		{ "User", "\"\"" }, { "WorkingDir", "\"\"" },
		{ "StopSignal", "\"\"" }, { "Env", "[]" },
		{ "Entrypoint", "[]" }, { "Cmd", "[]" }, { "OnBuild", "[]" },
		{ "ExposedPorts", "{}" }, { "Volumes", "{}" },
		{ "Labels", "{}" },
	};

	for (size_t i = 0; i < NITEMS(empty); i++) {
		json_t	*j = json_object_get(config, empty[i][0]);
		json_t	*e = json_loads(empty[i][1], JSON_DECODE_ANY, NULL);

		if (j == NULL || (!json_is_string(e) &&
		    json_typeof(j) != json_typeof(e)))
			json_object_set(config, empty[i][0], e);
		json_decref(e);
	}
}

static json_t *
manifest_type(json_t *manifest)
{
	json_t	*type = json_object_get(manifest, "mediaType");
	json_t	*config = json_object_get(manifest, "config");
	const char *s = json_string_value(json_object_get(config,
		    "mediaType"));

	if (json_is_string(type))
		return (json_incref(type));
	return (json_string(s != NULL && strstr(s, "docker") != NULL ?
	    DOCKER_MANIFEST : OCI_MANIFEST));
}

/* Where its layers are, the top one as podman's UpperDir. */
static json_t *
graph_data(const struct rec *r, const struct rec *config)
{
	scoped_free char	*lower = NULL;
	const char		*root = show_str(config, KEY_AS(path_graph));
	const char		*dir;
	char			 upper[5000];
	size_t			 size, it = 0;
	json_t			*data;
	FILE			*f;

	if (strcmp(show_str(config, KEY_AS(storage_driver)), "overlay") != 0 ||
	    !rec_next(r, KEY_IN(image, layer), &it, &dir) ||
	    (f = open_memstream(&lower, &size)) == NULL)
		return (json_null());
	snprintf(upper, sizeof(upper), "%s/%s", root, dir);
	for (int n = 0; rec_next(r, KEY_IN(image, layer), &it, &dir); n++)
		fprintf(f, "%s%s/%s", n > 0 ? ":" : "", root, dir);
	if (fclose(f) == EOF)
		return (json_null());
	data = json_object();
	if (*lower != '\0')
		json_object_set_new(data, "LowerDir", tmpl_text(lower));
	json_object_set_new(data, "UpperDir", tmpl_text(upper));
	return (data);
}

/* What the JSON texts of an image say: its configuration, its manifest. */
static void
add_texts(json_t *j, json_t *c, json_t *m, bool filled)
{
	json_t	*in = show_member(c, "config", json_object());
	json_t	*health = json_object_get(in, "Healthcheck");
	json_t	*rootfs = json_object_get(c, "rootfs");

	if (filled)
		fill(in);
	if (health != NULL || filled)
		json_object_set_new(j, "Healthcheck", health == NULL ?
		    json_null() : json_incref(health));
	(void)json_object_update_new(j, json_pack(
	    "{s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o}", "Config", in,
	    "Comment", show_member(c, "comment", json_string("")),
	    "Version", show_member(c, "docker_version", json_string("")),
	    "RootFS", "Type", show_member(rootfs, "type",
	    json_string("layers")), "Layers", show_member(rootfs, "diff_ids",
	    json_array()), "Annotations", show_member(m, "annotations",
	    json_object()), "ManifestType", manifest_type(m), "History",
	    show_member(c, "history", json_array())));
}

json_t *
inspect_image(struct rec *r, const struct rec *config, bool filled)
{
	json_t		*c = json_loads(rec_str(r, KEY(config_json), "{}"), 0,
			    NULL);
	json_t		*m = json_loads(rec_str(r, KEY(manifest_json), "{}"), 0,
			    NULL);
	struct shown	 s = { .rec = r, .as_json = !filled };
	json_t		*j;

	image_derive(r);
	(void)rec_add(r, KEY(storage_driver), show_str(config,
	    KEY_AS(storage_driver)));
	if ((j = show_object(&s, image)) != NULL) {
		add_texts(j, c, m, filled);
		json_object_set_new(json_object_get(j, "GraphDriver"), "Data",
		    graph_data(r, config));
	}
	json_decref(c);
	json_decref(m);
	return (j);
}
