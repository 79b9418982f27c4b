/*
 * bulkhead volume create, ls, inspect, exists, rm, prune.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cmd.h"
#include "env.h"
#include "event.h"
#include "format.h"
#include "grant.h"
#include "human.h"
#include "image.h"
#include "inspect.h"
#include "objfilter.h"
#include "objlock.h"
#include "record.h"
#include "remove.h"
#include "say.h"
#include "session.h"
#include "spec.h"
#include "table.h"
#include "tmpl.h"
#include "volopt.h"
#include "volumes.h"

#define NEED_LOOK	(NEED_STATE | NEED_STORE)
#define NEED_CHANGE	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | \
			    NEED_WRITE)
#define INDENT		5		/* podman's, of inspect */

static const char *const	maps[] = { "Labels", "Options", NULL };
static const struct tmpl_about	ls_about = { "list volume",
	"*entities.VolumeListReport", maps, false, true };
static const struct tmpl_about	inspect_about = { "inspect",
	"interface {}", maps, false, false };

static const struct heading	headings[] = {
	{ "CreatedAt", "CREATED AT" }, { "Driver", "DRIVER" },
	{ "Labels", "LABELS" }, { "MountCount", "MOUNT COUNT" },
	{ "Mountpoint", "MOUNTPOINT" }, { "Name", "VOLUME NAME" },
	{ "NeedsChown", "NEEDS CHOWN" }, { "NeedsCopyUp", "NEEDS COPY UP" },
	{ "Options", "OPTIONS" }, { "Scope", "SCOPE" }, { NULL, NULL }
};

static bool
by_name(const struct rec *v, const char *value)
{
	return (objfilter_regex(rec_str(v, "name", ""), value));
}

static bool
by_driver(const struct rec *v, const char *value)
{
	return (strcmp(rec_str(v, "driver", "local"), value) == 0);
}

static bool
by_scope(const struct rec *v, const char *value)
{
	(void)v;
	return (strcmp(value, "local") == 0);
}

static bool
by_label(const struct rec *v, const char *value)
{
	return (objfilter_pair(v, "label", value));
}

static bool
by_no_label(const struct rec *v, const char *value)
{
	return (!objfilter_pair(v, "label", value));
}

static bool
by_option(const struct rec *v, const char *value)
{
	return (objfilter_pair(v, "option", value));
}

static bool
by_dangling(const struct rec *v, const char *value)
{
	return ((rec_get(v, "user") == NULL) == (objfilter_truth(value) == 1));
}

static bool
by_until(const struct rec *v, const char *value)
{
	return (objfilter_until(v, value));
}

static const struct objfilter	filters[] = {
	{ "name", by_name, false }, { "driver", by_driver, false },
	{ "scope", by_scope, false }, { "label", by_label, true },
	{ "label!", by_no_label, true }, { "opt", by_option, false },
	{ "dangling", by_dangling, false }, { "until", by_until, false },
	{ NULL, NULL, false }
};

static struct rec *
all_volumes(struct session *s)
{
	union msg	 m = { .obj_list = { .kind = OBJ_VOLUME } };

	return (call_rec(&s->client, H_STATE, MSG_obj_list, &m, NULL, 0));
}

/* One by its name, or the beginning of a name that no other has. */
static struct rec *
one_volume(struct session *s, const char *ref)
{
	union msg	 m;

	memset(&m.obj_get, 0, sizeof(m.obj_get));
	m.obj_get.kind = OBJ_VOLUME;
	if (strlcpy(m.obj_get.ref, ref, sizeof(m.obj_get.ref)) >=
	    sizeof(m.obj_get.ref)) {
		(void)error_set(&s->client.error, ENOENT, "no volume with name "
		    "\"%.64s...\" found: no such volume", ref);
		return (NULL);
	}
	return (call_rec(&s->client, H_STATE, MSG_obj_get, &m, NULL, 0));
}

/* Not yet used, so that its first use may fill it. */
static bool
is_fresh(struct session *s, const struct rec *v)
{
	const char	*place = rec_str(v, "mountpoint", "");
	size_t		 n = strlen(s->graph), len = strlen(place);
	struct stat	 st;
	char		 mark[4200];

	if (s->graph_fd == -1 || len < n + 7 ||
	    strncmp(place, s->graph, n) != 0)
		return (false);
	(void)snprintf(mark, sizeof(mark), "%.*sfresh", (int)(len - n - 6),
	    place + n + 1);
	return (fstatat(s->graph_fd, mark, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

static int
by_key(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* In the order in which Go prints a map. */
static json_t *
pairs(const struct rec *v, const char *key)
{
	json_t		*all = image_pairs(v, key), *out = json_object(), *j;
	const char	**keys = calloc(json_object_size(all) + 1,
			    sizeof(*keys)), *k;
	size_t		 n = 0;

	json_object_foreach(all, k, j)
		if (keys != NULL)
			keys[n++] = k;
	if (keys != NULL)
		qsort(keys, n, sizeof(*keys), by_key);
	for (size_t i = 0; i < n; i++)
		json_object_set(out, keys[i], json_object_get(all, keys[i]));
	free(keys);
	json_decref(all);
	return (out);
}

/* For templates a time is as Go prints it, and no member is missing. */
static json_t *
volume_json(struct session *s, const struct rec *v, bool filled)
{
	bool	 fresh = is_fresh(s, v);
	json_t	*j;
	char	 at[64];

	if (filled)
		human_go_time(rec_num(v, "created", 0), at, sizeof(at));
	else
		human_rfc3339(rec_num(v, "created", 0), at, sizeof(at));
	j = json_pack("{s:o, s:o, s:o, s:s, s:o, s:s, s:o, s:i}",
	    "Name", tmpl_text(rec_str(v, "name", "")),
	    "Driver", tmpl_text(rec_str(v, "driver", "local")),
	    "Mountpoint", tmpl_text(rec_str(v, "mountpoint", "")),
	    "CreatedAt", at, "Labels", pairs(v, "label"),
	    "Scope", "local", "Options", pairs(v, "option"),
	    "MountCount", 0);
	if (fresh || filled) {
		json_object_set_new(j, "NeedsCopyUp", json_boolean(fresh));
		json_object_set_new(j, "NeedsChown", json_boolean(fresh));
	}
	return (j);
}

/* Half gone: somebody was told, or will be. */
static bool
is_shown(const struct rec *opts, const struct rec *v)
{
	return (rec_num(v, "removing", 0) == 0 &&
	    objfilter_match(opts, filters, v));
}

static int
print_plain(const struct rec *opts, struct rec *all)
{
	struct table	*t = table_new();
	struct rec	*v;
	size_t		 it = 0, n = 0;
	int		 rc;

	if (t == NULL)
		return (say_error("%s", strerror(errno)));
	while ((v = rec_sub(all, "obj", &it)) != NULL) {
		if (is_shown(opts, v)) {
			if (n++ == 0 && !opt_flag(opts, "noheading", false)) {
				table_cell(t, "DRIVER");
				table_cell(t, "VOLUME NAME");
				table_row(t);
			}
			table_cell(t, rec_str(v, "driver", "local"));
			table_cell(t, rec_str(v, "name", ""));
			table_row(t);
		}
		rec_free(v);
	}
	rc = table_print(t, stdout);
	table_free(t);
	return (rc == -1 ? say_error("%s", strerror(ENOMEM)) : 0);
}

static int
print_formatted(struct session *s, const struct rec *opts, struct format *f,
    struct rec *all)
{
	struct rec	*v;
	size_t		 it = 0;
	int		 rc = 0;

	if (f->kind == FORMAT_TABLE && !opt_flag(opts, "noheading", false))
		rc = format_heading(f, headings);
	while (rc == 0 && (v = rec_sub(all, "obj", &it)) != NULL) {
		if (is_shown(opts, v))
			rc = format_row(f, volume_json(s, v,
			    f->kind != FORMAT_JSON), 2);
		rec_free(v);
	}
	return (rc == -1 ? EXIT_ENGINE : 0);
}

static int
print_quiet(const struct rec *opts, struct rec *all)
{
	struct rec	*v;
	size_t		 it = 0;

	while ((v = rec_sub(all, "obj", &it)) != NULL) {
		if (is_shown(opts, v))
			puts(rec_str(v, "name", ""));
		rec_free(v);
	}
	return (0);
}

int
cmd_volume_ls(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct format	 f;
	struct rec	*all;
	int		 code;

	(void)argc;
	(void)argv;
	if (opt_flag(g->opts, "quiet", false) && opt_given(g->opts, "format"))
		return (say_error("quiet and format flags cannot be used "
		    "together"));
	if (objfilter_check(g->opts, filters, "volume") == -1 ||
	    format_open(&f, &ls_about, opt_str(g->opts, "format", NULL)) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, f.kind == FORMAT_PLAIN ? NEED_STATE :
	    NEED_LOOK, NULL) == -1)
		return (EXIT_ENGINE);
	if ((all = all_volumes(&s)) == NULL)
		code = session_error(&s);
	else if (opt_flag(g->opts, "quiet", false))
		code = print_quiet(g->opts, all);
	else if (f.kind == FORMAT_PLAIN)
		code = print_plain(g->opts, all);
	else
		code = print_formatted(&s, g->opts, &f, all);
	if (format_close(&f, 2) == -1)
		code = EXIT_ENGINE;
	rec_free(all);
	session_close(&s);
	return (code);
}

json_t *
inspect_volume(struct session *s, const char *ref, bool filled)
{
	struct rec	*v = one_volume(s, ref);
	json_t		*j = NULL;

	if (v != NULL && rec_num(v, "removing", 0) == 0)
		j = volume_json(s, v, filled);
	else if (v != NULL)
		errno = ENOENT;
	rec_free(v);
	return (j);
}

static void
say_missing(const struct rec *missing)
{
	const char	*name;
	size_t		 it = 0;

	while (rec_next(missing, "name", &it, &name))
		(void)say_error("inspecting object: no such volume %s", name);
}

static int
inspect_named(struct session *s, struct format *f, int argc, char **argv)
{
	struct rec	*missing = rec_new(), *v;
	int		 code = 0;

	for (int i = 0; i < argc; i++) {
		v = one_volume(s, argv[i]);
		if (v != NULL && rec_num(v, "removing", 0) == 0) {
			if (format_row(f, volume_json(s, v,
			    f->kind != FORMAT_JSON), INDENT) == -1)
				code = EXIT_ENGINE;
		} else {
			code = EXIT_ENGINE;
			if (v == NULL && errno != ENOENT)
				(void)session_error(s);
			else
				(void)rec_add(missing, "name", argv[i]);
		}
		rec_free(v);
	}
	if (format_close(f, INDENT) == -1)
		code = EXIT_ENGINE;
	(void)fflush(stdout);
	say_missing(missing);
	rec_free(missing);
	return (code);
}

static int
inspect_all(struct session *s, struct format *f)
{
	struct rec	*all = all_volumes(s), *v;
	size_t		 it = 0;
	int		 code = all == NULL ? session_error(s) : 0;

	while (code == 0 && (v = rec_sub(all, "obj", &it)) != NULL) {
		if (rec_num(v, "removing", 0) == 0 && format_row(f,
		    volume_json(s, v, f->kind != FORMAT_JSON), INDENT) == -1)
			code = EXIT_ENGINE;
		rec_free(v);
	}
	if (format_close(f, INDENT) == -1)
		code = EXIT_ENGINE;
	rec_free(all);
	return (code);
}

int
cmd_volume_inspect(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct format	 f;
	bool		 all = opt_flag(g->opts, "all", false);
	int		 code;

	if (all == (argc > 0))
		return (say_error("provide one or more volume names or use "
		    "--all"));
	if (format_open(&f, &inspect_about, opt_str(g->opts, "format",
	    "json")) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_LOOK, NULL) == -1)
		return (EXIT_ENGINE);
	code = all ? inspect_all(&s, &f) : inspect_named(&s, &f, argc, argv);
	session_close(&s);
	return (code);
}

int
cmd_volume_exists(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct rec	*v;
	int		 code = 0;

	(void)argc;
	if (command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	/* podman wants the whole name here. */
	if ((v = volumes_get(&s, argv[0])) == NULL)
		code = errno == ENOENT ? 1 : session_error(&s);
	else if (rec_num(v, "removing", 0) != 0)
		code = 1;
	rec_free(v);
	session_close(&s);
	return (code);
}

static int
add_labels(const struct rec *opts, struct rec *r)
{
	struct env		 labels = { NULL, 0 };
	struct parse_err	 e;
	const char		*v;
	size_t			 it = 0;
	int			 rc = 0;

	while (rc == 0 && rec_next(opts, "label", &it, &v))
		rc = label_from_cli(&labels, v, &e);
	if (rc == -1)
		(void)say_error("%s", e.text);
	else
		rc = env_to_rec(&labels, r, "label");
	env_clear(&labels);
	return (rc);
}

/* A record that is told to statekeep, and the directory. 0 or -1. */
static int
put(struct session *s, struct rec *r, bool keep, char *name)
{
	int		 fd = rec_memfd(r, "volume"), rc;
	union msg	 m = { .obj_put = { OBJ_VOLUME, keep ? OBJ_KEEP : 0 } };
	struct packet	 p;

	if (fd == -1)
		return (-1);
	rc = call(&s->client, H_STATE, MSG_obj_put, &m, &fd, 1, &p);
	close(fd);
	if (rc == -1)
		return (-1);
	(void)strlcpy(name, p.body.reply.text, 256);
	packet_clear(&p);
	return (rec_get(r, "device") != NULL ? 0 : volumes_make_dir(s, name));
}

/* One of that name that a killed command has left half removed goes first. */
static int
make(struct session *s, const struct rec *opts, struct rec *r, char *name)
{
	struct rec	*have = volumes_get(s, rec_str(r, "name", ""));
	int		 rc = 0;

	if (have != NULL && rec_num(have, "removing", 0) != 0)
		rc = volumes_remove(s, rec_str(r, "name", ""), "");
	if (rc == 0 && (have == NULL || rec_num(have, "removing", 0) != 0))
		rc = objlock_alloc(s, "vol", rec_str(r, "name", ""), r);
	rec_free(have);
	return (rc == -1 ? -1 : put(s, r, opt_flag(opts, "ignore", false),
	    name));
}

/* What is made of the command line, before there is a session. */
struct creating {
	const char	*name;
	struct rec	*extra;
};

/* While still root: that it is a directory of the host's is root's word. */
static int
grant(struct session *s)
{
	struct creating	*c = s->arg;
	struct rec	*r = rec_new();
	int		 rc = -1;

	if (r != NULL && rec_add(r, "name", c->name) == 0 &&
	    rec_add_all(r, c->extra) == 0 && (rc = grant_volume(s, r)) == 0 &&
	    rec_get(r, "grant") != NULL)
		rc = rec_set(c->extra, "grant", rec_get(r, "grant"));
	rec_free(r);
	return (rc);
}

static int
take_options(const struct rec *opts, struct rec *out)
{
	struct parse_err	 e;

	return (volopt_take(opts, out, &e) == 0 ? 0 :
	    (say_error("%s", e.text), -1));
}

int
cmd_volume_create(struct cli *g, int argc, char **argv)
{
	struct creating		 c = { NULL, rec_new() };
	struct session		 s = { .privileged = grant, .arg = &c };
	struct parse_err	 e;
	struct rec		*r = NULL;
	char			 own[65], name[256];
	int			 code = EXIT_ENGINE;

	if (strcmp(opt_str(g->opts, "driver", "local"), "local") != 0)
		code = say_error("the volume driver \"%s\" is not supported "
		    "by bulkhead yet, which has \"local\"",
		    opt_str(g->opts, "driver", ""));
	else if (argc > 0 && spec_name(argv[0], &e) == -1)
		code = say_error("running volume create option: names must "
		    "match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument");
	else if (add_labels(g->opts, c.extra) == 0 &&
	    take_options(g->opts, c.extra) == 0 && command_new_id(own) == 0 &&
	    (c.name = argc > 0 ? argv[0] : own) != NULL &&
	    command_open(&s, g, NEED_CHANGE, NULL) == 0) {
		r = volumes_record(&s, c.name, false);
		if (r == NULL || rec_add_all(r, c.extra) == -1 ||
		    make(&s, g->opts, r, name) == -1)
			code = session_error(&s);
		else {
			puts(name);
			code = 0;
		}
		session_close(&s);
	}
	rec_free(r);
	rec_free(c.extra);
	return (code);
}

/* By force: first the containers that use it. */
static int
free_volume(struct session *s, const struct rec *opts, const struct rec *v)
{
	const char	*id;
	struct rec	*row;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && rec_next(v, "user", &it, &id)) {
		if ((row = session_container(s, id)) == NULL) {
			rc = errno == ENOENT ? 0 : -1;
			continue;
		}
		rc = remove_container(s, row, true,
		    opt_num(opts, "time", -1));
		rec_free(row);
	}
	return (rc);
}

/* podman's codes: 1 there is none, 2 it is in use. */
static int
rm_failed(struct session *s)
{
	int	 code = errno == ENOENT ? 1 : errno == EBUSY ? 2 : EXIT_ENGINE;

	(void)session_error(s);
	return (code);
}

static int
rm_one(struct session *s, const struct rec *opts, const char *ref)
{
	bool		 force = opt_flag(opts, "force", false);
	struct rec	*v = one_volume(s, ref);
	const char	*name;
	int		 code = 0;

	if (v == NULL && (!force || errno != EUCLEAN))
		return (force && errno == ENOENT ? 0 : rm_failed(s));
	/* A damaged record says nothing, but it can go. */
	name = v == NULL ? ref : rec_str(v, "id", ref);
	if ((v != NULL && force && free_volume(s, opts, v) == -1) ||
	    volumes_remove(s, name, "") == -1)
		code = rm_failed(s);
	else
		puts(name);
	rec_free(v);
	return (code);
}

/* Vanished since they were listed: somebody else's work, and done. */
static int
rm_listed(struct session *s, const struct rec *opts, struct rec *all,
    bool unused, bool force)
{
	struct rec	*v;
	const char	*name;
	size_t		 it = 0;
	int		 code = 0;

	while ((v = rec_sub(all, "obj", &it)) != NULL) {
		name = rec_str(v, "id", "");
		if (unused && (rec_get(v, "user") != NULL ||
		    !objfilter_match(opts, filters, v)))
			;
		else if ((force && free_volume(s, opts, v) == -1) ||
		    volumes_remove(s, name, "") == -1) {
			if (errno != ENOENT && !(unused && errno == EBUSY))
				code = rm_failed(s);
		} else {
			puts(name);
			if (unused)
				event_tell(s, "volume", "prune", NULL, name);
		}
		rec_free(v);
	}
	return (code);
}

int
cmd_volume_rm(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	bool		 all = opt_flag(g->opts, "all", false);
	bool		 force = opt_flag(g->opts, "force", false);
	struct rec	*list;
	int		 code = 0, one;

	if (all == (argc > 0))
		return (say_error("choose either one or more volumes or all"));
	if (command_open(&s, g, NEED_CHANGE, NULL) == -1)
		return (EXIT_ENGINE);
	for (int i = 0; i < argc; i++)
		if ((one = rm_one(&s, g->opts, argv[i])) != 0)
			code = one;
	if (all) {
		list = all_volumes(&s);
		code = list == NULL ? session_error(&s) :
		    rm_listed(&s, g->opts, list, false, force);
		rec_free(list);
	}
	volumes_tidy(&s);
	session_close(&s);
	return (code);
}

/* Not without being told to. */
static bool
confirmed(const struct rec *opts, struct rec *all)
{
	char		 answer[16];
	struct rec	*v;
	size_t		 it = 0, n = 0;

	puts("WARNING! This will remove all volumes not used by at least one "
	    "container. The following volumes will be removed:");
	while ((v = rec_sub(all, "obj", &it)) != NULL) {
		if (rec_get(v, "user") == NULL && is_shown(opts, v) &&
		    ++n > 0)
			puts(rec_str(v, "name", ""));
		rec_free(v);
	}
	if (n == 0) {
		puts("No dangling volumes found");
		return (false);
	}
	printf("Are you sure you want to continue? [y/N] ");
	(void)fflush(stdout);
	return (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (*answer == 'y' || *answer == 'Y'));
}

int
cmd_volume_prune(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct rec	*all;
	int		 code = 0;

	(void)argc;
	(void)argv;
	if (objfilter_check(g->opts, filters, "volume") == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_CHANGE, NULL) == -1)
		return (EXIT_ENGINE);
	if ((all = all_volumes(&s)) == NULL)
		code = session_error(&s);
	else if (opt_flag(g->opts, "force", false) || confirmed(g->opts, all)) {
		code = rm_listed(&s, g->opts, all, true, false);
		volumes_tidy(&s);
	}
	rec_free(all);
	session_close(&s);
	return (code);
}
