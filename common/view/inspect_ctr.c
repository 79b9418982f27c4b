/*
 * A container as podman inspect has it. What bulkhead has no notion of is
 * there with podman's empty value, so that scripts find every member.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "human.h"
#include "inspect.h"
#include "record.h"
#include "runtimes.h"
#include "session.h"
#include "show.h"
#include "states.h"
#include "tmpl.h"

#define DEFAULT_CAPS	KEY_AS(default_capabilities)

/* --- what is shown: of the definition, the row, and what derive adds --- */

#define EMPTY(n)	SHOWN(n, SHOW_WORD, "")
#define ZERO(n)		SHOWN(n, SHOW_CONST, "0")
#define NO(n)		SHOWN(n, SHOW_CONST, "false")
#define NONE(n)		SHOWN(n, SHOW_CONST, "null")
#define TEXT(n, k)	SHOWN(n, SHOW_TEXT, k)

static const struct member	health[] = {
	EMPTY("Status"), ZERO("FailingStreak"), NONE("Log"), { 0 }
};
static const struct member	state[] = {
	SHOWN("OciVersion", SHOW_WORD, "1.0.2"), TEXT("Status", "state_name"),
	SHOWN("Running", SHOW_FLAG, KEY_TEXT(running)),
	SHOWN("Paused", SHOW_FLAG, KEY_TEXT(paused)), NO("Restarting"),
	SHOWN("OOMKilled", SHOW_FLAG, KEY_TEXT(oomkilled)), NO("Dead"),
	SHOWN("Pid", SHOW_NUMBER, KEY_TEXT(pid)),
	SHOWN("ConmonPid", SHOW_NUMBER, KEY_TEXT(monitor_pid)),
	SHOWN("ExitCode", SHOW_NUMBER, KEY_TEXT(exit)), TEXT("Error", "error"),
	SHOWN("StartedAt", SHOW_DATE, KEY_TEXT(started)),
	SHOWN("FinishedAt", SHOW_DATE, KEY_TEXT(finished)),
	SHOWN_OBJECT("Health", health), EMPTY("CgroupPath"),
	SHOWN("CheckpointedAt", SHOW_DATE, ""),
	SHOWN("RestoredAt", SHOW_DATE, ""), { 0 }
};
static const struct member	config[] = {
	TEXT("Hostname", "hostname"), EMPTY("Domainname"),
	TEXT("User", "user"), NO("AttachStdin"), NO("AttachStdout"),
	NO("AttachStderr"), SHOWN("Tty", SHOW_FLAG, KEY_TEXT(tty)),
	SHOWN("OpenStdin", SHOW_FLAG, KEY_TEXT(stdin_open)), NO("StdinOnce"),
	SHOWN("Env", SHOW_LIST, KEY_TEXT(env)),
	SHOWN("Cmd", SHOW_LIST_OR_NULL, "cmd"), TEXT("Image", "image_name"),
	NONE("Volumes"), SHOWN_OR("WorkingDir", SHOW_TEXT, KEY_TEXT(cwd), "/"),
	TEXT("Entrypoint", "entrypoint_text"), NONE("OnBuild"),
	SHOWN("Labels", SHOW_PAIRS, KEY_TEXT(label)),
	SHOWN("Annotations", SHOW_PAIRS, KEY_TEXT(annotation)),
	SHOWN_OR("StopSignal", SHOW_NUMBER, KEY_TEXT(stop_signal), "15"),
	SHOWN("HealthcheckOnFailureAction", SHOW_WORD, "none"),
	SHOWN("CreateCommand", SHOW_LIST_OR_NULL, "create_command"),
	SHOWN_OR("Umask", SHOW_TEXT, KEY_TEXT(umask), "0022"), ZERO("Timeout"),
	SHOWN_OR("StopTimeout", SHOW_NUMBER, KEY_TEXT(stop_timeout), "10"),
	SHOWN("Passwd", SHOW_CONST, "true"),
	{ .name = "Healthcheck", .how = SHOW_CONST, .key = "null",
	    .optional = true },
	{ 0 }
};
static const struct member	log_config[] = {
	TEXT("Type", "log_driver"), NONE("Config"), TEXT("Path", "log_path"),
	TEXT("Tag", "log_tag"), TEXT("Size", "log_size"),
	SHOWN("LostBytes", SHOW_NUMBER, KEY_TEXT(log_lost)), { 0 }
};
static const struct member	restart_policy[] = {
	TEXT("Name", "restart"),
	SHOWN("MaximumRetryCount", SHOW_NUMBER, KEY_TEXT(restart_max)), { 0 }
};
static const struct member	ulimit[] = {
	TEXT("Name", "long_name"), SHOWN("Soft", SHOW_NUMBER, KEY_TEXT(soft)),
	SHOWN("Hard", SHOW_NUMBER, KEY_TEXT(hard)), { 0 }
};
static const struct member	host_config[] = {
	SHOWN("Binds", SHOW_LIST, KEY_TEXT(bind)),
	SHOWN("CgroupManager", SHOW_WORD, "disabled"),
	SHOWN("CgroupMode", SHOW_WORD, "private"), EMPTY("ContainerIDFile"),
	SHOWN_OBJECT("LogConfig", log_config), TEXT("NetworkMode", "net"),
	SHOWN("PortBindings", SHOW_CONST, "{}"),
	SHOWN_OBJECT("RestartPolicy", restart_policy),
	SHOWN("AutoRemove", SHOW_FLAG, KEY_TEXT(rm)), EMPTY("VolumeDriver"),
	NONE("VolumesFrom"), SHOWN("CapAdd", SHOW_LIST, KEY_TEXT(cap_add)),
	SHOWN("CapDrop", SHOW_LIST, KEY_TEXT(cap_drop)),
	SHOWN("Dns", SHOW_LIST, KEY_TEXT(dns)),
	SHOWN("DnsOptions", SHOW_LIST, KEY_TEXT(dns_option)),
	SHOWN("DnsSearch", SHOW_LIST, KEY_TEXT(dns_search)),
	SHOWN("ExtraHosts", SHOW_LIST, KEY_TEXT(extra_host)),
	SHOWN("GroupAdd", SHOW_CONST, "[]"),
	SHOWN("IpcMode", SHOW_WORD, "private"), EMPTY("Cgroup"),
	SHOWN("Cgroups", SHOW_WORD, "disabled"), NONE("Links"),
	ZERO("OomScoreAdj"), SHOWN("PidMode", SHOW_WORD, "private"),
	NO("Privileged"), NO("PublishAllPorts"),
	SHOWN("ReadonlyRootfs", SHOW_FLAG, KEY_TEXT(readonly)),
	SHOWN("SecurityOpt", SHOW_LIST, KEY_TEXT(security_opt)),
	SHOWN("Tmpfs", SHOW_CONST, "{}"),	/* add_mounts fills it */
	SHOWN("UTSMode", SHOW_WORD, "private"), TEXT("UsernsMode", "userns"),
	SHOWN_OR("ShmSize", SHOW_NUMBER, KEY_TEXT(shm_size), "65536000"),
	SHOWN("Runtime", SHOW_WORD, "oci"),
	SHOWN("ConsoleSize", SHOW_CONST, "[0,0]"), EMPTY("Isolation"),
	SHOWN_OBJECTS("Ulimits", "shown_rlimit", ulimit),
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
	EMPTY("CpusetMems"), SHOWN("Devices", SHOW_CONST, "[]"),
	NO("OomKillDisable"), { 0 }
};
static const struct member	network[] = {
	EMPTY("EndpointID"), EMPTY("Gateway"), EMPTY("IPAddress"),
	ZERO("IPPrefixLen"), EMPTY("IPv6Gateway"), EMPTY("GlobalIPv6Address"),
	ZERO("GlobalIPv6PrefixLen"), EMPTY("MacAddress"), EMPTY("Bridge"),
	EMPTY("SandboxID"), NO("HairpinMode"), EMPTY("LinkLocalIPv6Address"),
	ZERO("LinkLocalIPv6PrefixLen"), SHOWN("Ports", SHOW_CONST, "{}"),
	EMPTY("SandboxKey"), { 0 }
};
static const struct member	mount[] = {
	TEXT("Type", "type"), TEXT("Source", "src"),
	TEXT("Destination", "dst"), TEXT("Driver", "driver"), EMPTY("Mode"),
	SHOWN("Options", SHOW_LIST, KEY_TEXT(shown_opt)),
	SHOWN("RW", SHOW_FLAG, KEY_TEXT(rw)), TEXT("Propagation",
	    "propagation"),
	SHOWN_OPTIONAL("Name", SHOW_TEXT, KEY_TEXT(volume)), { 0 }
};
static const struct member	graph_driver[] = {
	TEXT("Name", "storage_driver"), NONE("Data"), { 0 }
};
static const struct member	container[] = {
	TEXT("Id", "id"), SHOWN("Created", SHOW_DATE, KEY_TEXT(created)),
	TEXT("Path", "arg"), SHOWN("Args", SHOW_LIST, KEY_TEXT(later_arg)),
	SHOWN_OBJECT("State", state), TEXT("Image", "image"),
	TEXT("ImageDigest", "image_digest"), TEXT("ImageName", "image_name"),
	TEXT("Rootfs", "rootfs"), TEXT("Pod", "pod"), EMPTY("ResolvConfPath"),
	EMPTY("HostnamePath"), EMPTY("HostsPath"), EMPTY("StaticDir"),
	EMPTY("OCIConfigPath"),
	SHOWN_OR("OCIRuntime", SHOW_TEXT, KEY_TEXT(runtime), RUNTIME_OWN),
	EMPTY("ConmonPidFile"), EMPTY("PidFile"), TEXT("Name", "name"),
	SHOWN("RestartCount", SHOW_NUMBER, KEY_TEXT(restart_count)),
	TEXT("Driver", "storage_driver"), EMPTY("MountLabel"),
	EMPTY("ProcessLabel"), EMPTY("AppArmorProfile"),
	SHOWN("EffectiveCaps", SHOW_LIST_OR_NULL, "effective_cap"),
	SHOWN("BoundingCaps", SHOW_LIST, KEY_TEXT(cap)),
	SHOWN("ExecIDs", SHOW_CONST, "[]"),
	SHOWN_OBJECT("GraphDriver", graph_driver),
	SHOWN_OBJECTS("Mounts", "shown_mount", mount),
	SHOWN("Dependencies", SHOW_CONST, "[]"),
	SHOWN_OBJECT("NetworkSettings", network), EMPTY("Namespace"),
	NO("IsInfra"), NO("IsService"), SHOWN_OBJECT("Config", config),
	SHOWN_OBJECT("HostConfig", host_config),
	TEXT("ConfigDigest", "config_digest"),
	TEXT("SeccompProfile", "seccomp_used"),
	SHOWN_OR("LockNumber", SHOW_NUMBER, KEY_TEXT(lock), "null"), { 0 }
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

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		rec_del(r, KEY_FROM(keys[i]));
		if (rec_get(row, KEY_FROM(keys[i])) != NULL)
			(void)rec_add(r, KEY_FROM(keys[i]), rec_get(row,
			    KEY_FROM(keys[i])));
	}
	(void)rec_add_num(r, KEY(running), up);
	(void)rec_add_num(r, KEY(paused), s == CTR_PAUSED);
	if (!up && s != CTR_PAUSED) {
		rec_del(r, KEY(pid));
		rec_del(r, KEY(monitor_pid));
	}
}

/* Values of a key with something between, which the caller owns; or NULL. */
static char *
joined(const struct rec *r, struct key_str key, const char *between)
{
	char		*out = NULL;
	const char	*v;
	size_t		 size, it = 0;
	FILE		*f = open_memstream(&out, &size);

	if (f == NULL)
		return (NULL);
	for (int n = 0; rec_next(r, key, &it, &v); n++)
		fprintf(f, "%s%s", n > 0 ? between : "", v);
	if (fclose(f) != EOF)
		return (out);
	free(out);
	return (NULL);
}

static void
add_mount(struct rec *r, struct rec *m)
{
	scoped_free char	*opts = joined(m, KEY(opt), ",");
	const char		*volume = rec_get(m, KEY_IN(mount, volume)), *o;
	const char		*propagation = "rprivate";
	bool			 rw = true;
	size_t			 it = 0;

	(void)rec_addf(r, KEY(bind), "%s:%s:%s", volume != NULL ? volume :
	    show_str(m, KEY(src)), show_str(m, KEY(dst)),
	    opts == NULL ? "" : opts);
	while (rec_next(m, KEY(opt), &it, &o)) {
		rw &= strcmp(o, "ro") != 0;
		if (strstr(o, "private") != NULL ||
		    strstr(o, "shared") != NULL || strstr(o, "slave") != NULL)
			propagation = o;
		else if (strcmp(o, "ro") != 0 && strcmp(o, "rw") != 0)
			(void)rec_add(m, KEY(shown_opt), o);
	}
	(void)rec_add_num(m, KEY(rw), rw);
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
	size_t		 it = 0;

	while ((m = rec_sub(def, KEY(mount), &it)) != NULL) {
		scoped_free char	*opts = joined(m, KEY(opt), ",");

		if (strcmp(show_str(m, KEY(type)), "tmpfs") != 0)
			add_mount(r, m);
		else
			json_object_set_new(tmpfs, show_str(m, KEY(dst)),
			    tmpl_text(opts == NULL ? "" : opts));
		rec_free(m);
	}
}

static void
add_limits(struct rec *r, const struct rec *def)
{
	struct rec	*l;
	char		 name[64];
	size_t		 it = 0;

	while ((l = rec_sub(def, KEY(rlimit), &it)) != NULL) {
		snprintf(name, sizeof(name), "RLIMIT_%s", show_str(l,
		    KEY(name)));
		for (char *s = name; *s != '\0'; s++)
			if (*s >= 'a' && *s <= 'z')
				*s = (char)(*s - 'a' + 'A');
		(void)rec_add(l, KEY(long_name), name);
		(void)rec_add_rec(r, KEY(shown_rlimit), l);
		rec_free(l);
	}
}

static bool
has(const struct rec *r, struct key_str key, const char *value)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(r, key, &it, &v))
		if (strcmp(v, value) == 0)
			return (true);
	return (false);
}

/* Capabilities in one record and not in the other. */
static void
add_difference(struct rec *r, struct key_str to, const struct rec *a,
    struct key_str a_key, const struct rec *b, struct key_str b_key)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(a, a_key, &it, &v))
		if (!has(b, b_key, v))
			(void)rec_add(r, to, v);
}

static void
add_caps(struct rec *r, const struct rec *def, const struct rec *conf)
{
	const char	*user = show_str(def, KEY(user)), *v;
	size_t		 n = strcspn(user, ":"), it = 0;
	bool		 root = n == 0 || (n == 1 && *user == '0') ||
			    (n == 4 && strncmp(user, "root", 4) == 0);

	add_difference(r, KEY(cap_add), def, KEY(cap), conf, DEFAULT_CAPS);
	add_difference(r, KEY(cap_drop), conf, DEFAULT_CAPS, def, KEY(cap));
	/* Only root has them all; others have what --cap-add named. */
	while (rec_next(def, root ? KEY(cap) : KEY(ambient), &it, &v))
		(void)rec_add(r, KEY(effective_cap), v);
}

static void
add_security(struct rec *r, const struct rec *def, const struct rec *conf)
{
	const char	*own = rec_str(def, KEY(seccomp), "default");

	if (rec_num(def, KEY(nnp), 0) != 0)
		(void)rec_add(r, KEY(security_opt), "no-new-privileges");
	if (strcmp(own, "default") != 0) {
		(void)rec_addf(r, KEY(security_opt), "seccomp=%s", own);
		(void)rec_add(r, KEY(seccomp_used), own);
	} else		/* what its next start loads */
		(void)rec_add(r, KEY(seccomp_used), rec_str(conf,
		    KEY_AS(seccomp_profile), own));
}

static void
add_process(struct rec *r, const struct rec *def)
{
	scoped_free char	*entrypoint = joined(def, KEY(entrypoint), " ");
	const char		*v, *tab;
	size_t			 it = 0;

	for (int n = 0; rec_next(def, KEY(arg), &it, &v); n++)
		if (n > 0)
			(void)rec_add(r, KEY(later_arg), v);
	for (it = 0; rec_next(def, KEY(add_host), &it, &v);)
		if ((tab = strchr(v, '\t')) != NULL)
			(void)rec_addf(r, KEY(extra_host), "%s:%.*s", tab + 1,
			    (int)(tab - v), v);
	(void)rec_add(r, KEY(entrypoint_text), entrypoint == NULL ? "" :
	    entrypoint);
}

static void
add_log(struct rec *r, const struct rec *def)
{
	char	 size[32] = "0B";

	if (rec_num(def, KEY(log_max), 0) > 0)
		human_size(rec_num(def, KEY(log_max), 0), size, sizeof(size));
	(void)rec_add(r, KEY(log_size), size);
}

json_t *
inspect_container(const struct rec *row, const struct rec *conf, bool filled)
{
	struct rec	*r = rec_new(), *def;
	struct shown	 s = { .rec = r, .as_json = !filled };
	json_t		*tmpfs = json_object(), *o;
	size_t		 it = 0;

	/* A damaged definition leaves what the row says. */
	if ((def = rec_sub(row, KEY(def), &it)) != NULL)
		(void)rec_add_all(r, def);
	add_row(r, row);
	add_mounts(r, def, tmpfs);
	add_limits(r, def);
	add_caps(r, def, conf);
	add_security(r, def, conf);
	add_process(r, def);
	add_log(r, def);
	(void)rec_add(r, KEY(storage_driver), show_str(conf,
	    KEY_AS(storage_driver)));
	if ((o = show_object(&s, container)) != NULL)
		(void)json_object_update(json_object_get(json_object_get(o,
		    "HostConfig"), "Tmpfs"), tmpfs);
	json_decref(tmpfs);
	rec_free(def);
	rec_free(r);
	return (o);
}
