/*
 * Programs of the host: OCI runtimes, monitors, helpers of the network, and
 * what they say their version is.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "info.h"
#include "probe.h"
#include "record.h"
#include "runtimes.h"
#include "session.h"
#include "version.h"

struct finding {
	struct info		*in;
	const struct rec	*config;
	struct probes		*probes;
};

/* podman's fields of a program; without an answer they are empty. */
static json_t *
program(const char *name, const char *path, const struct probe *a)
{
	json_t	*o = json_object();

	if (name != NULL)
		(void)json_object_set_new(o, "name", tmpl_text(name));
	(void)json_object_set_new(o, "package", tmpl_text(a == NULL ? "" :
	    a->package));
	(void)json_object_set_new(o, "path", tmpl_text(a == NULL ? "" : path));
	(void)json_object_set_new(o, "version", tmpl_text(a == NULL ? "" :
	    a->version));
	if (a != NULL && !a->ran)
		(void)json_object_set_new(o, "error", json_sprintf("%s does "
		    "not say its version", path));
	return (o);
}

static void
set_error(json_t *o, const char *text)
{
	(void)json_object_set_new(o, "error", tmpl_text(text));
}

static void
add_runtime(const struct finding *f, const char *name, json_t *list)
{
	struct runtime	 rt = { 0 };
	struct probe	 a;
	struct error	 e;
	json_t		*o;

	if (runtimes_find(f->config, name, &rt, &e) == 0)
		o = program(name, rt.path, probes_ask(f->probes, rt.path,
		    &a) ? &a : NULL);
	else if (errno == EINVAL)
		/* Most of the table is optional, and was not requested. */
		return;
	else {
		memset(&rt, 0, sizeof(rt));
		set_error(o = program(name, "", NULL), e.text);
	}
	(void)json_object_set_new(o, "supportsJson", json_boolean(rt.json));
	(void)json_object_set_new(o, "supportsKvm", json_boolean(rt.kvm));
	(void)json_object_set_new(o, "supportsNoCgroups",
	    json_boolean(rt.nocgroups));
	(void)json_array_append_new(list, o);
}

/* The runtimes of the configuration, which containers do not use. */
static json_t *
other_runtimes(const struct finding *f)
{
	json_t		*list = json_array(), *o;
	const char	*name = NULL, *chosen = rec_str(f->config,
			    KEY_AS(engine_runtime), "");
	struct runtime	 rt;
	struct error	 e;
	size_t		 it = 0;

	if (f->config == NULL)
		return (info_note(f->in, INFO_CONFIG, json_pack("{s:o, s:o}",
		    "configured", info_value(f->in, INFO_CONFIG, NULL),
		    "found", list)));
	while (runtimes_next(f->config, &it, &name))
		add_runtime(f, name, list);
	/* One that is named by its path is not in the table. */
	if (*chosen == '/')
		add_runtime(f, chosen, list);
	o = json_object();
	if (runtimes_default(f->config, &rt, &e) == 0)
		(void)json_object_set_new(o, "configured", tmpl_text(rt.own ?
		    RUNTIME_SHOWN : rt.name));
	else {
		(void)json_object_set_new(o, "configured", json_string(""));
		set_error(o, e.text);
	}
	(void)json_object_set_new(o, "found", list);
	return (o);
}

/* "conmon version 2.1.6, commit: unknown", as podman has it. */
static void
one_line(char *version)
{
	char	 rest[sizeof(((struct probe *)0)->version)];
	size_t	 n = strcspn(version, "\n");

	if (version[n] == '\0')
		return;
	(void)strlcpy(rest, version + n + 1, sizeof(rest));
	(void)snprintf(version + n, sizeof(rest) - n, ", %s", rest);
}

/* podman's rules for its monitor, and its messages. */
static json_t *
conmon(const struct finding *f)
{
	struct stat	 st;
	struct probe	 a;
	char		 path[PATH_MAX], old[PATH_MAX] = "";
	json_t		*o;

	for (size_t n = 0; f->config != NULL && runtimes_candidate(f->config,
	    "engine.conmon_path", "conmon", n, path, sizeof(path)); n++) {
		if (stat(path, &st) == -1 || S_ISDIR(st.st_mode) ||
		    !probes_ask(f->probes, path, &a))
			continue;
		if (a.ran && runtimes_conmon_fits(a.version)) {
			one_line(a.version);
			return (program(NULL, path, &a));
		}
		if (*old == '\0')
			(void)strlcpy(old, path, sizeof(old));
	}
	o = program(NULL, "", NULL);
	if (*old != '\0')
		(void)json_object_set_new(o, "error", json_sprintf("%s is not "
		    "conmon 2.0.1 or later; please update to v2.0.1 or later: "
		    "outdated conmon version", old));
	else
		set_error(o, "could not find a working conmon binary: invalid "
		    "argument; bulkhead does not need one, it has its own "
		    "monitor");
	return (info_note(f->in, INFO_CONFIG, o));
}

/* Our own, beside us. They have our version, and need not be asked. */
static json_t *
own(const struct finding *f, const struct session *s, const char *file,
    const char *name)
{
	struct probe	 a;
	char		 link[64], path[PATH_MAX];
	ssize_t		 n;
	json_t		*o;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d",
	    s->client.libexec_fd);
	if (f->config == NULL || (n = readlink(link, path,
	    sizeof(path) - 1)) == -1)
		return (info_note(f->in, INFO_CONFIG, program(name, "",
		    NULL)));
	path[n] = '\0';
	if (strlcat(path, "/", sizeof(path)) < sizeof(path) &&
	    strlcat(path, file, sizeof(path)) < sizeof(path) &&
	    probes_package(f->probes, path, &a)) {
		a.ran = true;
		(void)snprintf(a.version, sizeof(a.version), "bulkhead %s "
		    "version " BULKHEAD_VERSION, file);
		return (program(name, path, &a));
	}
	o = program(name, "", NULL);
	(void)json_object_set_new(o, "error", json_sprintf("%s: %s", path,
	    strerror(errno)));
	return (o);
}

/* A program that podman's network needs, if it is there. */
static json_t *
slirp4netns(const struct finding *f)
{
	struct probe	 a;
	char		 path[PATH_MAX];
	json_t		*o;

	if (f->config == NULL || runtimes_path(f->config,
	    "engine.network_cmd_path", "slirp4netns", path,
	    sizeof(path)) == -1 || !probes_ask(f->probes, path, &a))
		return (NULL);
	o = program(NULL, path, &a);
	(void)json_object_set(o, "executable", json_object_get(o, "path"));
	(void)json_object_del(o, "path");
	return (o);
}

/* The program of a storage option, for the options of the storage. */
static json_t *
mount_program(const struct finding *f)
{
	struct probe	 a;
	const char	*path = rec_str(f->config,
			    KEY_AS(overlay_mount_program), "");

	if (*path != '/')
		path = rec_str(f->config, KEY_AS(any_mount_program), "");
	if (*path != '/')
		return (NULL);
	return (program(NULL, path, probes_ask(f->probes, path, &a) ? &a :
	    NULL));
}

void
info_find_programs(struct info *in, const struct session *s)
{
	struct finding	 f = { in, in->config, NULL };
	struct stat	 st;
	int		 dir = in->config == NULL ? -1 : s->run_dir;

	if (dir != -1 && (fstat(dir, &st) == -1 || st.st_uid != geteuid()))
		dir = -1;
	if ((f.probes = probes_new(dir)) == NULL)
		return;
	/* "o*" leaves out what is NULL. */
	in->programs = json_pack("{s:o, s:o, s:o*, s:o, s:o, s:o*}",
	    "conmon", conmon(&f), "ociRuntime", own(&f, s, "launch",
	    RUNTIME_SHOWN), "slirp4netns", slirp4netns(&f),
	    "monitor", own(&f, s, "monitor", NULL),
	    "otherRuntimes", other_runtimes(&f),
	    "mount_program", mount_program(&f));
	probes_end(f.probes);
}
