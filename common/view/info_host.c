/*
 * The document, and in it the host as podman describes it, from the kernel and
 * a few files that every user may read.
 */
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_path.h"
#include "info.h"
#include "nitems.h"
#include "record.h"
#include "tmpl.h"
#include "version.h"

#define LINE	1024

/* --- the distribution --- */

/* The value of NAME=value, NAME="value" or NAME='value', in place. */
static const char *
unquoted(char *v)
{
	size_t	 n;

	v[strcspn(v, "\n")] = '\0';
	n = strlen(v);
	if (n >= 2 && (*v == '"' || *v == '\'') && v[n - 1] == *v) {
		v[n - 1] = '\0';
		v++;
	}
	return (v);
}

static json_t *
distribution(void)
{
	static const struct {
		const char	*name;
		const char	*field;
	} wanted[] = {
		{ "VERSION_CODENAME", "codename" }, { "ID", "distribution" },
		{ "VARIANT_ID", "variant" }, { "VERSION_ID", "version" },
	};
	FILE	*f = fopen("/etc/os-release", "re");
	json_t	*o = json_object();
	char	 line[LINE];
	int	 why = errno;

	if (f == NULL)
		f = fopen("/usr/lib/os-release", "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		for (size_t i = 0; i < NITEMS(wanted); i++) {
			size_t	 n = strlen(wanted[i].name);

			if (strncmp(line, wanted[i].name, n) == 0 &&
			    line[n] == '=')
				(void)json_object_set_new(o, wanted[i].field,
				    tmpl_text(unquoted(line + n + 1)));
		}
	if (json_object_get(o, "distribution") == NULL)
		(void)json_object_set_new(o, "distribution",
		    json_string("unknown"));
	if (json_object_get(o, "version") == NULL)
		(void)json_object_set_new(o, "version",
		    json_string("unknown"));
	if (f == NULL)
		(void)json_object_set_new(o, "error", json_sprintf(
		    "/etc/os-release: %s", strerror(why)));
	else
		(void)fclose(f);
	return (o);
}

/* --- time and processors --- */

static json_t *
uptime(long seconds)
{
	long	 h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;

	if (h > 0)
		return (json_sprintf("%ldh %ldm %ld.00s (Approximately %.2f "
		    "days)", h, m, s, (double)h / 24));
	return (m > 0 ? json_sprintf("%ldm %ld.00s", m, s) :
	    json_sprintf("%ld.00s", s));
}

static double
percent(double part, double all)
{
	long long	 hundredths = (long long)(part / all * 10000 + 0.5);

	return ((double)hundredths / 100);
}

/*
 * Since boot, from the first line of /proc/stat: of the time that podman
 * counts, which is user, system and idle.
 */
static json_t *
cpu_utilization(void)
{
	FILE	*f = fopen("/proc/stat", "re");
	double	 v[4] = { 0 }, all;
	char	 line[LINE] = "", *s = line, *end;

	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		*line = '\0';
	if (f != NULL)
		(void)fclose(f);
	s += strcspn(s, " ");
	for (size_t i = 0; i < 4; i++, s = end)
		v[i] = strtod(s, &end);
	if ((all = v[0] + v[2] + v[3]) == 0)
		return (json_pack("{s:s}", "error", "/proc/stat cannot be "
		    "read"));
	return (json_pack("{s:f, s:f, s:f}",
	    "userPercent", percent(v[0], all),
	    "systemPercent", percent(v[2], all),
	    "idlePercent", percent(v[3], all)));
}

/* --- cgroups --- */

static void
add_words(json_t *list, const char *path)
{
	FILE	*f = fopen(path, "re");
	char	 line[LINE] = "", *s = line, *word;

	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) == NULL)
		*line = '\0';
	(void)fclose(f);
	while ((word = strsep(&s, " \n")) != NULL)
		if (*word != '\0')
			(void)json_array_append_new(list, tmpl_text(word));
}

/* Of v2: those of our own cgroup for a user, who has no others. */
static void
unified(json_t *list, bool rootless)
{
	FILE	*f = rootless ? fopen("/proc/self/cgroup", "re") : NULL;
	char	 line[LINE], path[LINE + 64] = "/sys/fs/cgroup/"
		    "cgroup.controllers";

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "0::/", 4) == 0) {
			line[strcspn(line, "\n")] = '\0';
			(void)snprintf(path, sizeof(path), "/sys/fs/cgroup%s/"
			    "cgroup.controllers", line + 3);
		}
	if (f != NULL)
		(void)fclose(f);
	add_words(list, path);
}

/* Of v1: what is mounted, in the kernel's order. */
static void
separate(json_t *list)
{
	FILE	*f = fopen("/proc/cgroups", "re");
	char	 line[LINE], path[LINE + 64];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\t \n")] = '\0';
		(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", line);
		if (*line != '#' && access(path, F_OK) == 0)
			(void)json_array_append_new(list, tmpl_text(line));
	}
	if (f != NULL)
		(void)fclose(f);
}

static json_t *
controllers(bool rootless)
{
	json_t	*list = json_array();

	if (cgroup_unified())
		unified(list, rootless);
	else if (!rootless)
		separate(list);
	return (list);
}

/* --- ids and locks --- */

static bool
my_name(char *name, size_t size)
{
	FILE		*f = fopen("/etc/passwd", "re");
	struct passwd	*pw;
	bool		 found = false;

	while (f != NULL && !found && (pw = fgetpwent(f)) != NULL)
		if ((found = pw->pw_uid == getuid()))
			(void)snprintf(name, size, "%s", pw->pw_name);
	if (f != NULL)
		(void)fclose(f);
	return (found);
}

static json_t *
mapping(long long inside, long long outside, long long size)
{
	return (json_pack("{s:I, s:I, s:I}", "container_id",
	    (json_int_t)inside, "host_id", (json_int_t)outside, "size",
	    (json_int_t)size));
}

/* NAME:START:COUNT of /etc/subuid or /etc/subgid, one behind the other. */
static json_t *
id_map(const char *path, unsigned int own, bool single)
{
	FILE		*f = single ? NULL : fopen(path, "re");
	json_t		*map = json_array();
	char		 line[LINE], user[LINE], name[256] = "", id[16];
	long long	 start, count, at = 1;

	(void)my_name(name, sizeof(name));
	(void)snprintf(id, sizeof(id), "%u", (unsigned int)getuid());
	(void)json_array_append_new(map, mapping(0, own, 1));
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%1023[^:]:%lld:%lld", user, &start,
		    &count) == 3 && count > 0 && (strcmp(user, name) == 0 ||
		    strcmp(user, id) == 0)) {
			(void)json_array_append_new(map, mapping(at, start,
			    count));
			at += count;
		}
	if (f != NULL)
		(void)fclose(f);
	return (map);
}

/*
 * As root of a user namespace: its map, which refresh gives to containers, and
 * in which gaps between its ids are closed.
 */
static json_t *
id_map_here(const char *path)
{
	FILE		*f = fopen(path, "re");
	json_t		*map = json_array();
	long long	 outside, count, at = 0;

	while (f != NULL && fscanf(f, "%*d %lld %lld", &outside, &count) == 2) {
		(void)json_array_append_new(map, mapping(at, outside, count));
		at += count;
	}
	if (f != NULL)
		(void)fclose(f);
	return (map);
}

/* podman knows no map as root; each of our containers has its own range. */
static json_t *
id_mappings(const struct info *in, bool rootless)
{
	bool	 single = in->ids <= 1;
	json_t	*o;

	if (rootless && getuid() == 0 && !info_misses(in, INFO_IDS))
		o = json_pack("{s:o, s:o}", "gidmap", id_map_here(
		    "/proc/self/gid_map"), "uidmap", id_map_here(
		    "/proc/self/uid_map"));
	else if (rootless && !info_misses(in, INFO_IDS))
		o = json_pack("{s:o, s:o}", "gidmap", id_map("/etc/subgid",
		    getgid(), single), "uidmap", id_map("/etc/subuid",
		    getuid(), single));
	else
		o = json_pack("{s:n, s:n}", "gidmap", "uidmap");
	(void)json_object_set_new(o, "perContainer", info_number(in, INFO_IDS,
	    (uint64_t)in->ids));
	return (info_note(in, INFO_IDS, o));
}

static json_t *
locks(const struct info *in)
{
	/* As lockbroker has it: whole words of 32. */
	int64_t	 total = (rec_num(in->config, KEY_AS(num_locks), 2048) + 31) /
		    32 * 32;
	int64_t	 unused = total < in->locks ? 0 : total - in->locks;

	return (info_note(in, INFO_LOCKS, json_pack("{s:o, s:o, s:o}",
	    "type", info_value(in, INFO_LOCKS, tmpl_text(rec_str(in->config,
	    KEY_AS(lock_type), "shm"))),
	    "total", info_number(in, INFO_LOCKS, (uint64_t)total),
	    "free", info_number(in, INFO_LOCKS, (uint64_t)unused))));
}

/* --- the rest --- */

static json_t *
security(const struct info *in, bool rootless)
{
	char		 caps[2048] = "";
	const char	*v;
	size_t		 it = 0, n;

	while (rec_next(in->config, KEY_AS(default_capabilities), &it, &v)) {
		n = strlen(caps);
		(void)snprintf(caps + n, sizeof(caps) - n, "%s%s",
		    n > 0 ? "," : "", v);
	}
	return (json_pack("{s:b, s:o, s:b, s:b, s:o, s:b}",
	    "apparmorEnabled", access("/sys/kernel/security/apparmor",
	    F_OK) == 0, "capabilities", info_value(in, INFO_CONFIG,
	    tmpl_text(caps)), "rootless", rootless, "seccompEnabled", 1,
	    "seccompProfilePath", info_setting(in, KEY_AS(seccomp_profile)),
	    "selinuxEnabled", access("/sys/fs/selinux/enforce", F_OK) == 0));
}

/* In podman's order; what it does not have comes last. */
static json_t *
host(const struct info *in)
{
	struct utsname	 u = { 0 };
	struct sysinfo	 si = { 0 };
	bool		 rootless = in->rootless;
	json_t		*o = json_object();
	json_int_t	 unit;

	(void)uname(&u);
	(void)sysinfo(&si);
	unit = si.mem_unit == 0 ? 1 : si.mem_unit;
#define PUT(key, v)	(void)json_object_set_new(o, key, v)
#define PROGRAM(k)	PUT(k, json_incref(json_object_get(in->programs, k)))
	PUT("arch", json_string(parse_machine()));
	PUT("buildahVersion", json_string("none"));
	PUT("cgroupManager", info_setting(in, KEY_AS(cgroup_manager)));
	PUT("cgroupVersion", json_string(cgroup_unified() ? "v2" : "v1"));
	PUT("cgroupControllers", controllers(rootless));
	PROGRAM("conmon");
	PUT("cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	PUT("cpuUtilization", cpu_utilization());
	PUT("distribution", distribution());
	PUT("eventLogger", info_setting(in, KEY_AS(events_logger)));
	PUT("hostname", tmpl_text(u.nodename));
	PUT("idMappings", id_mappings(in, rootless));
	PUT("kernel", tmpl_text(u.release));
	PUT("logDriver", info_setting(in, KEY_AS(default_log_driver)));
	PUT("memFree", json_integer((json_int_t)si.freeram * unit));
	PUT("memTotal", json_integer((json_int_t)si.totalram * unit));
	PUT("networkBackend", json_string("none"));
	PROGRAM("ociRuntime");
	PUT("os", json_string("linux"));
	PUT("remoteSocket", json_pack("{s:b, s:s}", "exists", 0, "path", ""));
	PUT("serviceIsRemote", json_false());
	PUT("security", security(in, rootless));
	PROGRAM("slirp4netns");
	PROGRAM("monitor");
	PROGRAM("otherRuntimes");
	PUT("swapFree", json_integer((json_int_t)si.freeswap * unit));
	PUT("swapTotal", json_integer((json_int_t)si.totalswap * unit));
	PUT("uptime", uptime(si.uptime));
	PUT("linkmode", json_string("static"));
	PUT("locks", locks(in));
#undef PUT
#undef PROGRAM
	return (o);
}

/* --- the whole --- */

json_t *
info_document(const struct info *in)
{
	return (json_pack("{s:o, s:o, s:o, s:{s:[s], s:[s,s,s], s:[s,s], s:n}, "
	    "s:o}", "host", host(in), "store", info_storage(in),
	    "registries", info_registries(in), "plugins",
	    "volume", "local", "network", "none", "host", "private",
	    "log", "k8s-file", "none", "authorization",
	    "version", version_json()));
}

void
info_add_names(const struct tmpl *t, json_t *j)
{
	static const struct {
		const char	*in[2];		/* host, and in that */
		const char	*json;
		const char	*go;
	} names[] = {
		{ { "host", NULL }, "cgroupVersion", "CgroupsVersion" },
		{ { "host", "security" }, "capabilities",
		    "DefaultCapabilities" },
	};

	for (size_t i = 0; i < NITEMS(names); i++) {
		json_t	*o = json_object_get(j, names[i].in[0]);

		if (names[i].in[1] != NULL)
			o = json_object_get(o, names[i].in[1]);
		if (tmpl_mentions(t, names[i].go))
			(void)json_object_set(o, names[i].go,
			    json_object_get(o, names[i].json));
	}
}
