/*
 * bulkhead info. It must say what it can when state, store or configuration
 * are broken: each of the three is asked on its own, and what does not answer
 * leaves its fields empty.
 */
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "format.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "version.h"
#include "yaml.h"

static const char *const	maps[] = { "GraphOptions", "GraphStatus",
				    "registries", NULL };
static const struct tmpl_about	about = { "info", "*define.Info", maps,
				    true, false };

struct info {
	struct rec	*config;	/* NULL: it could not be had */
	json_t		*counts;	/* of containers, by state */
	json_t		*images;
	bool		 single;
};

static const char *
config(const struct info *in, const char *key)
{
	return (in->config == NULL ? "" : rec_str(in->config, key, ""));
}

/* NAME=value or NAME="value" of /etc/os-release. */
static json_t *
os_release(const char *name)
{
	FILE	*f = fopen("/etc/os-release", "re");
	char	 line[512], *v;
	size_t	 n = strlen(name);
	json_t	*j = NULL;

	while (f != NULL && j == NULL &&
	    fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, name, n) != 0 || line[n] != '=')
			continue;
		v = line + n + 1;
		v += *v == '"';
		v[strcspn(v, "\"\n")] = '\0';
		j = tmpl_text(v);
	}
	if (f != NULL)
		fclose(f);
	return (j == NULL ? json_string("unknown") : j);
}

static json_t *
uptime(long seconds)
{
	char	 text[96];
	long	 h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;

	if (h >= 24)
		snprintf(text, sizeof(text), "%ldh %ldm %ld.00s (Approximately"
		    " %.2f days)", h, m, s, (double)h / 24);
	else
		snprintf(text, sizeof(text), "%ldh %ldm %ld.00s", h, m, s);
	return (json_string(text));
}

/* Percentages since boot, from the first line of /proc/stat. */
static json_t *
cpu_utilization(void)
{
	FILE		*f = fopen("/proc/stat", "re");
	double		 v[8] = { 0 }, all = 0;
	char		 line[512], *s = line, *end;

	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		*line = '\0';
	if (f != NULL)
		fclose(f);
	s += strcspn(s, " ");
	for (size_t i = 0; i < 8; i++, s = end)
		all += v[i] = strtod(s, &end);
	if (all == 0)
		all = 1;
	return (json_pack("{s:f, s:f, s:f}",
	    "idlePercent", v[3] / all * 100,
	    "systemPercent", v[2] / all * 100,
	    "userPercent", v[0] / all * 100));
}

static json_t *
controllers(void)
{
	FILE	*f = fopen("/sys/fs/cgroup/cgroup.controllers", "re");
	char	 line[512] = "", *s = line, *word;
	json_t	*a = json_array();

	if (f != NULL) {
		if (fgets(line, sizeof(line), f) == NULL)
			*line = '\0';
		fclose(f);
	}
	while ((word = strsep(&s, " \n")) != NULL)
		if (*word != '\0')
			json_array_append_new(a, tmpl_text(word));
	return (a);
}

static json_t *
security(const struct info *in)
{
	char	 caps[2048] = "";
	const char *v;
	size_t	 it = 0, n;

	while (in->config != NULL && rec_next(in->config,
	    "containers.default_capabilities", &it, &v)) {
		n = strlen(caps);
		snprintf(caps + n, sizeof(caps) - n, "%s%s", n > 0 ? "," : "",
		    v);
	}
	return (json_pack("{s:b, s:s, s:b, s:b, s:s, s:b}",
	    "apparmorEnabled", access("/sys/kernel/security/apparmor",
	    F_OK) == 0, "capabilities", caps,
	    "rootless", strcmp(config(in, "mode"), "system") != 0,
	    "seccompEnabled", 1,
	    "seccompProfilePath", config(in, "seccomp.profile"),
	    "selinuxEnabled", access("/sys/fs/selinux/enforce", F_OK) == 0));
}

static json_t *
host_json(const struct info *in)
{
	bool		 v2 = access("/sys/fs/cgroup/cgroup.controllers",
			    F_OK) == 0;
	struct utsname	 u = { 0 };
	struct sysinfo	 si = { 0 };
	unsigned long	 unit;

	(void)uname(&u);
	(void)sysinfo(&si);
	unit = si.mem_unit == 0 ? 1 : si.mem_unit;
	return (json_pack("{s:s, s:o, s:s, s:s, s:o, s:i, s:{s:o, s:o, s:o},"
	    " s:s, s:s, s:{s:s}, s:s, s:s, s:s, s:I, s:I, s:s,"
	    " s:{s:s, s:s, s:s}, s:s, s:o, s:b, s:I, s:I, s:o}",
	    "arch", version_arch(), "cgroupControllers", controllers(),
	    "cgroupManager", config(in, "engine.cgroup_manager"),
	    "cgroupVersion", v2 ? "v2" : "v1",
	    "cpuUtilization", cpu_utilization(),
	    "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN),
	    "distribution", "codename", os_release("VERSION_CODENAME"),
	    "distribution", os_release("ID"),
	    "version", os_release("VERSION_ID"),
	    "eventLogger", "none", "hostname", u.nodename,
	    "idMappings", "perContainer", in->single ? "single" : "ranges",
	    "kernel", u.release, "linkmode", "static",
	    "logDriver", "k8s-file",
	    "memFree", (json_int_t)(si.freeram * unit),
	    "memTotal", (json_int_t)(si.totalram * unit),
	    "networkBackend", "none",
	    "ociRuntime", "name", "bulkhead", "path", "", "version",
	    BULKHEAD_VERSION, "os", "linux", "security", security(in),
	    "serviceIsRemote", 0,
	    "swapFree", (json_int_t)(si.freeswap * unit),
	    "swapTotal", (json_int_t)(si.totalswap * unit),
	    "uptime", uptime(si.uptime)));
}

static json_t *
store_json(const struct info *in)
{
	const char	*root = config(in, "path.graph");
	struct statvfs	 vfs = { 0 };

	if (*root != '\0')
		(void)statvfs(root, &vfs);
	return (json_pack("{s:O, s:s, s:{}, s:s, s:I, s:I, s:{}, s:s, s:O,"
	    " s:s, s:s, s:s}",
	    "containerStore", in->counts,
	    "graphDriverName", config(in, "storage.driver"), "graphOptions",
	    "graphRoot", root,
	    "graphRootAllocated", (json_int_t)(vfs.f_blocks * vfs.f_frsize),
	    "graphRootUsed", (json_int_t)((vfs.f_blocks - vfs.f_bfree) *
	    vfs.f_frsize), "graphStatus", "imageCopyTmpDir", "/var/tmp",
	    "imageStore", in->images,
	    "runRoot", config(in, "path.run_storage"),
	    "runDir", config(in, "path.run"),
	    "stateDir", config(in, "path.state")));
}

static json_t *
info_json(const struct info *in)
{
	return (json_pack("{s:o, s:{s:n, s:[s,s], s:[s,s,s], s:[]}, s:{},"
	    " s:o, s:o}",
	    "host", host_json(in), "plugins", "authorization", "log",
	    "k8s-file", "none", "network", "none", "host", "private",
	    "volume", "registries", "store", store_json(in),
	    "version", version_json()));
}

static json_t *
count(struct rec *rows)
{
	json_int_t	 n = 0, running = 0, paused = 0, state;
	struct rec	*row;
	size_t		 it = 0;

	while (rows != NULL && (row = rec_sub(rows, "ctr", &it)) != NULL) {
		state = rec_num(row, "state", 0);
		running += state == CTR_RUNNING || state == CTR_STOPPING;
		paused += state == CTR_PAUSED;
		n++;
		rec_free(row);
	}
	return (json_pack("{s:I, s:I, s:I, s:I}", "number", n, "paused",
	    paused, "running", running, "stopped", n - running - paused));
}

/* One session with all that is there; where it fails, with less. */
static void
gather(struct info *in, struct globals *g)
{
	static const unsigned int	 needs[] = { NEED_STATE | NEED_STORE,
					    NEED_STATE, NEED_STORE,
					    NEED_CONFIG };
	struct session			 s;
	struct rec			*rows = NULL, *images = NULL;
	unsigned int			 need = 0;
	size_t				 i;

	/* The same thing may be wrong each time. */
	say_once();
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		s = (struct session){ 0 };
		need = needs[i];
		if (session_open(&s, g, need, NULL) == 0)
			break;
	}
	if (i == sizeof(needs) / sizeof(needs[0])) {
		in->counts = count(NULL);
		in->images = json_pack("{s:i}", "number", 0);
		return;
	}
	if ((need & NEED_STATE) != 0 && (rows = session_rows(&s)) == NULL)
		(void)session_error(&s);
	if ((need & NEED_STORE) != 0 && (images = session_images(&s)) == NULL)
		(void)session_error(&s);
	in->counts = count(rows);
	in->images = json_pack("{s:I}", "number", (json_int_t)(images ?
	    rec_count(images, "image") : 0));
	if ((in->config = rec_new()) != NULL)
		(void)rec_add_all(in->config, s.config);
	in->single = s.single;
	rec_free(rows);
	rec_free(images);
	session_close(&s);
}

static int
print(struct format *f, json_t *j)
{
	int	 r;

	if (f->kind == FORMAT_TEMPLATE) {
		r = format_row(f, j, 0);
		return (format_close(f, 0) == -1 || r == -1 ?
		    EXIT_ENGINE : 0);
	}
	if (f->kind == FORMAT_JSON) {
		format_json(stdout, j, 2, 0);
		putchar('\n');
	} else
		yaml_print(stdout, j);
	json_decref(j);
	f->kind = FORMAT_PLAIN;
	return (format_close(f, 0) == -1 ? EXIT_ENGINE : 0);
}

int
cmd_info(struct globals *g, int argc, char **argv)
{
	struct info	 in = { 0 };
	struct format	 f;
	json_t		*j;
	int		 r;

	(void)argc;
	(void)argv;
	if (format_open(&f, &about, opt_str(g->opts, "format", NULL)) == -1)
		return (EXIT_ENGINE);
	gather(&in, g);
	j = info_json(&in);
	r = j == NULL ? say_error("out of memory") : print(&f, j);
	json_decref(in.counts);
	json_decref(in.images);
	rec_free(in.config);
	return (r);
}
