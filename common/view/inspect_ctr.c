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
#include "parse.h"
#include "record.h"
#include "runtimes.h"
#include "session.h"
#include "show.h"
#include "tmpl.h"

#define DEFAULT_CAPS	"containers.default_capabilities"

struct ctr {
	const struct rec	*row;
	const struct rec	*def;
	const struct rec	*config;
	bool			 filled;
};

static json_t *
text(const struct rec *r, const char *key)
{
	return (tmpl_text(rec_str(r, key, "")));
}

static json_t *
number(const struct rec *r, const char *key, int64_t fallback)
{
	return (json_integer(rec_num(r, key, fallback)));
}

static json_t *
moment(const struct rec *r, const char *key)
{
	char	 at[64];

	human_rfc3339(rec_num(r, key, 0), at, sizeof(at));
	return (json_string(at));
}

/* podman's null for a list that is empty. */
static json_t *
list_or_null(json_t *list)
{
	if (json_array_size(list) > 0)
		return (list);
	json_decref(list);
	return (json_null());
}

static json_t *
state_json(const struct ctr *c)
{
	const struct rec	*r = c->row;
	int64_t			 state = rec_num(r, "state", 0);
	bool			 up = state == CTR_RUNNING ||
				    state == CTR_STOPPING;

	return (json_pack("{s:s, s:o, s:b, s:b, s:b, s:b, s:b, s:o, s:o, s:o,"
	    " s:o, s:o, s:o, s:{s:s, s:i, s:n}, s:s, s:s, s:s}",
	    "OciVersion", "1.0.2", "Status", text(r, "state_name"),
	    "Running", (int)up, "Paused", (int)(state == CTR_PAUSED),
	    "Restarting", 0, "OOMKilled", (int)rec_num(r, "oomkilled", 0),
	    "Dead", 0,
	    "Pid", json_integer(up || state == CTR_PAUSED ?
	    rec_num(r, "pid", 0) : 0),
	    "ConmonPid", json_integer(up || state == CTR_PAUSED ?
	    rec_num(r, "monitor_pid", 0) : 0),
	    "ExitCode", number(r, "exit", 0), "Error", text(r, "error"),
	    "StartedAt", moment(r, "started"),
	    "FinishedAt", moment(r, "finished"),
	    "Health", "Status", "", "FailingStreak", 0, "Log",
	    "CgroupPath", "", "CheckpointedAt", "0001-01-01T00:00:00Z",
	    "RestoredAt", "0001-01-01T00:00:00Z"));
}

static json_t *
mount_json(const struct rec *m, bool filled)
{
	json_t		*opts = json_array(), *j;
	const char	*volume = rec_get(m, "volume");
	const char	*o, *propagation = "rprivate";
	bool		 rw = true;
	size_t		 it = 0;

	while (rec_next(m, "opt", &it, &o)) {
		if (strcmp(o, "ro") == 0)
			rw = false;
		if (strstr(o, "private") != NULL ||
		    strstr(o, "shared") != NULL || strstr(o, "slave") != NULL)
			propagation = o;
		else if (strcmp(o, "ro") != 0 && strcmp(o, "rw") != 0)
			json_array_append_new(opts, tmpl_text(o));
	}
	j = json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:b, s:s}",
	    "Type", volume != NULL ? json_string("volume") : text(m, "type"),
	    "Source", text(m, "src"), "Destination", text(m, "dst"),
	    "Driver", volume != NULL ? "local" : "", "Mode", "",
	    "Options", opts, "RW", (int)rw, "Propagation", propagation);
	if (volume != NULL || filled)
		json_object_set_new(j, "Name", text(m, "volume"));
	return (j);
}

/* The options of a mount with commas. */
static char *
mount_opts(const struct rec *m)
{
	char		*out = NULL;
	const char	*o;
	size_t		 size, it = 0;
	FILE		*f = open_memstream(&out, &size);

	if (f == NULL)
		return (NULL);
	for (int n = 0; rec_next(m, "opt", &it, &o); n++)
		fprintf(f, "%s%s", n > 0 ? "," : "", o);
	fclose(f);
	return (out);
}

struct mounts {
	json_t	*mounts;
	json_t	*binds;
	json_t	*tmpfs;
};

static struct mounts
mounts_of(const struct ctr *c)
{
	struct mounts	 out = { json_array(), json_array(), json_object() };
	struct rec	*m;
	char		 bind[9000];
	size_t		 it = 0;

	while ((m = rec_sub(c->def, "mount", &it)) != NULL) {
		scoped_free char	*opts = mount_opts(m);
		const char		*dst = rec_str(m, "dst", "");

		if (strcmp(rec_str(m, "type", ""), "tmpfs") == 0)
			json_object_set_new(out.tmpfs, dst,
			    tmpl_text(opts == NULL ? "" : opts));
		else {
			json_array_append_new(out.mounts, mount_json(m,
			    c->filled));
			snprintf(bind, sizeof(bind), "%s:%s:%s",
			    rec_str(m, "volume", rec_str(m, "src", "")), dst,
			    opts == NULL ? "" : opts);
			json_array_append_new(out.binds, tmpl_text(bind));
		}
		rec_free(m);
	}
	return (out);
}

static json_t *
ulimits(const struct ctr *c)
{
	json_t		*a = json_array();
	struct rec	*l;
	char		 name[64];
	size_t		 it = 0;

	while ((l = rec_sub(c->def, "rlimit", &it)) != NULL) {
		snprintf(name, sizeof(name), "RLIMIT_%s",
		    rec_str(l, "name", ""));
		for (char *s = name; *s != '\0'; s++)
			if (*s >= 'a' && *s <= 'z')
				*s = (char)(*s - 'a' + 'A');
		json_array_append_new(a, json_pack("{s:s, s:o, s:o}",
		    "Name", name, "Soft", number(l, "soft", 0),
		    "Hard", number(l, "hard", 0)));
		rec_free(l);
	}
	return (a);
}

static bool
has(const struct rec *r, const char *key, const char *value)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(r, key, &it, &v))
		if (strcmp(v, value) == 0)
			return (true);
	return (false);
}

/* Capabilities in one record and not in the other. */
static json_t *
cap_difference(const struct rec *a, const char *a_key, const struct rec *b,
    const char *b_key)
{
	json_t		*out = json_array();
	const char	*v;
	size_t		 it = 0;

	while (rec_next(a, a_key, &it, &v))
		if (!has(b, b_key, v))
			json_array_append_new(out, tmpl_text(v));
	return (out);
}

/* Only root has them all; others have what --cap-add named. */
static json_t *
effective_caps(const struct ctr *c)
{
	const char	*u = rec_str(c->def, "user", "");
	size_t		 n = strcspn(u, ":");

	if (n == 0 || (n == 1 && *u == '0') ||
	    (n == 4 && strncmp(u, "root", 4) == 0))
		return (show_list(c->def, "cap"));
	return (rec_count(c->def, "ambient") == 0 ? json_null() :
	    show_list(c->def, "ambient"));
}

/* What its next start loads: "default" in a definition means the configured. */
static const char *
seccomp_profile(const struct ctr *c)
{
	const char	*own = rec_str(c->def, "seccomp", "default");

	return (strcmp(own, "default") != 0 ? own :
	    rec_str(c->config, "seccomp.profile", own));
}

static json_t *
security_opts(const struct ctr *c)
{
	json_t		*a = json_array();
	const char	*seccomp = rec_str(c->def, "seccomp", "default");
	char		 text_of[4200];

	if (rec_num(c->def, "nnp", 0) != 0)
		json_array_append_new(a, json_string("no-new-privileges"));
	if (strcmp(seccomp, "default") != 0) {
		snprintf(text_of, sizeof(text_of), "seccomp=%s", seccomp);
		json_array_append_new(a, tmpl_text(text_of));
	}
	return (a);
}

static json_t *
extra_hosts(const struct ctr *c)
{
	json_t		*a = json_array();
	const char	*v, *tab;
	char		 host[1100];
	size_t		 it = 0;

	while (rec_next(c->def, "add_host", &it, &v)) {
		if ((tab = strchr(v, '\t')) == NULL)
			continue;
		snprintf(host, sizeof(host), "%s:%.*s", tab + 1,
		    (int)(tab - v), v);
		json_array_append_new(a, tmpl_text(host));
	}
	return (a);
}

/* The words of the entrypoint with blanks between, as podman has it. */
static json_t *
entrypoint_text(const struct ctr *c)
{
	scoped_free char	*out = NULL;
	const char		*v;
	size_t			 size, it = 0;
	FILE			*f = open_memstream(&out, &size);

	if (f == NULL)
		return (NULL);
	for (int n = 0; rec_next(c->def, "entrypoint", &it, &v); n++)
		fprintf(f, "%s%s", n > 0 ? " " : "", v);
	if (fclose(f) == EOF)
		return (NULL);
	return (tmpl_text(out));
}

static json_t *
config_json(const struct ctr *c)
{
	const struct rec	*d = c->def;
	json_t			*j;

	j = json_pack("{s:o, s:s, s:o, s:b, s:b, s:b, s:b, s:b, s:b, s:o,"
	    " s:o, s:o, s:n, s:o, s:o, s:n, s:o, s:o, s:o, s:s, s:o, s:o,"
	    " s:i, s:o, s:b}",
	    "Hostname", text(d, "hostname"), "Domainname", "",
	    "User", text(d, "user"), "AttachStdin", 0, "AttachStdout", 0,
	    "AttachStderr", 0, "Tty", (int)rec_num(d, "tty", 0),
	    "OpenStdin", (int)rec_num(d, "stdin_open", 0), "StdinOnce", 0,
	    "Env", show_list(d, "env"),
	    "Cmd", list_or_null(show_list(d, "cmd")),
	    "Image", text(d, "image_name"), "Volumes",
	    "WorkingDir", tmpl_text(rec_str(d, "cwd", "/")),
	    "Entrypoint", entrypoint_text(c), "OnBuild",
	    "Labels", show_pairs(d, "label"),
	    "Annotations", show_pairs(d, "annotation"),
	    "StopSignal", number(d, "stop_signal", 15),
	    "HealthcheckOnFailureAction", "none",
	    "CreateCommand", list_or_null(show_list(d, "create_command")),
	    "Umask", tmpl_text(rec_str(d, "umask", "0022")), "Timeout", 0,
	    "StopTimeout", number(d, "stop_timeout", 10), "Passwd", 1);
	if (c->filled)
		json_object_set_new(j, "Healthcheck", json_null());
	return (j);
}

/* Limits that are set by cgroup, which bulkhead does not do yet. */
static void
add_resources(json_t *j)
{
	static const char *const	 zeros[] = { "CpuShares", "Memory",
	    "NanoCpus", "BlkioWeight", "CpuPeriod", "CpuQuota",
	    "CpuRealtimePeriod", "CpuRealtimeRuntime", "DiskQuota",
	    "KernelMemory", "MemoryReservation", "MemorySwap",
	    "MemorySwappiness", "PidsLimit", "CpuCount", "CpuPercent",
	    "IOMaximumIOps", "IOMaximumBandwidth" };
	static const char *const	 nulls[] = { "BlkioWeightDevice",
	    "BlkioDeviceReadBps", "BlkioDeviceWriteBps",
	    "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "CgroupConf" };

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		json_object_set_new(j, zeros[i], json_integer(0));
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		json_object_set_new(j, nulls[i], json_null());
	json_object_set_new(j, "CgroupParent", json_string(""));
	json_object_set_new(j, "CpusetCpus", json_string(""));
	json_object_set_new(j, "CpusetMems", json_string(""));
	json_object_set_new(j, "Devices", json_array());
	json_object_set_new(j, "OomKillDisable", json_false());
}

static json_t *
log_config(const struct ctr *c)
{
	char	 size[32];

	human_size(rec_num(c->def, "log_max", 0), size, sizeof(size));
	if (rec_num(c->def, "log_max", 0) <= 0)
		snprintf(size, sizeof(size), "0B");
	return (json_pack("{s:o, s:n, s:o, s:o, s:s, s:I}",
	    "Type", text(c->def, "log_driver"), "Config",
	    "Path", text(c->def, "log_path"), "Tag", text(c->def, "log_tag"),
	    "Size", size, "LostBytes", (json_int_t)rec_num(c->row, "log_lost", 0)));
}

static json_t *
host_config(const struct ctr *c, struct mounts *m)
{
	const struct rec	*d = c->def;
	json_t			*j;

	j = json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:{}, s:{s:o, s:o},"
	    " s:b, s:s, s:n, s:o, s:o, s:o, s:o, s:o, s:o, s:[], s:s, s:s,"
	    " s:s, s:n, s:i, s:s, s:b, s:b, s:b, s:o, s:o, s:s, s:o, s:o,"
	    " s:s, s:[i,i], s:s, s:o}",
	    "Binds", m->binds, "CgroupManager", "disabled",
	    "CgroupMode", "private", "ContainerIDFile", "",
	    "LogConfig", log_config(c), "NetworkMode", text(d, "net"),
	    "PortBindings", "RestartPolicy", "Name", text(d, "restart"),
	    "MaximumRetryCount", number(d, "restart_max", 0), "AutoRemove", (int)rec_num(d, "rm", 0), "VolumeDriver", "",
	    "VolumesFrom",
	    "CapAdd", cap_difference(d, "cap", c->config, DEFAULT_CAPS),
	    "CapDrop", cap_difference(c->config, DEFAULT_CAPS, d, "cap"),
	    "Dns", show_list(d, "dns"),
	    "DnsOptions", show_list(d, "dns_option"),
	    "DnsSearch", show_list(d, "dns_search"),
	    "ExtraHosts", extra_hosts(c), "GroupAdd", "IpcMode", "private",
	    "Cgroup", "", "Cgroups", "disabled", "Links", "OomScoreAdj", 0,
	    "PidMode", "private", "Privileged", 0, "PublishAllPorts", 0,
	    "ReadonlyRootfs", (int)rec_num(d, "readonly", 0),
	    "SecurityOpt", security_opts(c), "Tmpfs", m->tmpfs,
	    "UTSMode", "private", "UsernsMode", text(d, "userns"),
	    "ShmSize", number(d, "shm_size", 65536000), "Runtime", "oci",
	    "ConsoleSize", 0, 0, "Isolation", "", "Ulimits", ulimits(c));
	m->binds = m->tmpfs = NULL;
	add_resources(j);
	return (j);
}

static json_t *
network_settings(void)
{
	return (json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:s, s:s, s:s,"
	    " s:b, s:s, s:i, s:{}, s:s}",
	    "EndpointID", "", "Gateway", "", "IPAddress", "", "IPPrefixLen",
	    0, "IPv6Gateway", "", "GlobalIPv6Address", "",
	    "GlobalIPv6PrefixLen", 0, "MacAddress", "", "Bridge", "",
	    "SandboxID", "", "HairpinMode", 0, "LinkLocalIPv6Address", "",
	    "LinkLocalIPv6PrefixLen", 0, "Ports", "SandboxKey", ""));
}

static json_t *
args_after_first(const struct rec *d)
{
	json_t	*a = show_list(d, "arg");

	json_array_remove(a, 0);
	return (a);
}

static json_t *
compose(const struct ctr *c)
{
	const struct rec	*d = c->def;
	struct mounts		 m = mounts_of(c);

	return (json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
	    " s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s,"
	    " s:s, s:s, s:o, s:o, s:[], s:{s:o, s:n}, s:o, s:[], s:o, s:s,"
	    " s:b, s:b, s:o, s:o, s:o, s:o, s:o}",
	    "Id", text(c->row, "id"), "Created", moment(d, "created"),
	    "Path", text(d, "arg"), "Args", args_after_first(d),
	    "State", state_json(c), "Image", text(d, "image"),
	    "ImageDigest", text(d, "image_digest"),
	    "ImageName", text(d, "image_name"), "Rootfs", text(d, "rootfs"),
	    "Pod", text(d, "pod"), "ResolvConfPath", "", "HostnamePath", "",
	    "HostsPath", "", "StaticDir", "", "OCIConfigPath", "",
	    "OCIRuntime", rec_str(d, "runtime", RUNTIME_OWN),
	    "ConmonPidFile", "", "PidFile", "",
	    "Name", text(c->row, "name"), "RestartCount",
	    number(c->row, "restart_count", 0),
	    "Driver", text(c->config, "storage.driver"), "MountLabel", "",
	    "ProcessLabel", "", "AppArmorProfile", "",
	    "EffectiveCaps", effective_caps(c),
	    "BoundingCaps", show_list(d, "cap"), "ExecIDs",
	    "GraphDriver", "Name", text(c->config, "storage.driver"), "Data",
	    "Mounts", m.mounts, "Dependencies",
	    "NetworkSettings", network_settings(), "Namespace", "",
	    "IsInfra", 0, "IsService", 0, "Config", config_json(c),
	    "HostConfig", host_config(c, &m),
	    "ConfigDigest", text(d, "config_digest"),
	    "SeccompProfile", tmpl_text(seccomp_profile(c)),
	    "LockNumber", rec_get(c->row, "lock") == NULL ? json_null() :
	    number(c->row, "lock", 0)));
}

json_t *
inspect_container(const struct rec *row, const struct rec *config, bool filled)
{
	struct rec	*def, *empty = NULL;
	struct ctr	 c = { row, NULL, config, filled };
	size_t		 it = 0;
	json_t		*j;

	/* A damaged definition leaves what the row says. */
	if ((def = rec_sub(row, "def", &it)) == NULL)
		empty = rec_new();
	c.def = def != NULL ? def : empty;
	j = compose(&c);
	rec_free(def);
	rec_free(empty);
	return (j);
}
