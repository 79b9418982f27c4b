/*
 * bulkhead volume create, ls, inspect, exists, rm, prune.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "env.h"
#include "event.h"
#include "grant.h"
#include "lists.h"
#include "manage.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "spec.h"
#include "storage.h"
#include "volopt.h"
#include "volumes.h"

#define NEED_LOOK	(NEED_STATE | NEED_STORE)
#define NEED_CHANGE	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | \
			    NEED_WRITE)
#define INDENT		5		/* podman's, of inspect */

static const char *const	maps[] = { "Labels", "Options", NULL };
static const struct tmpl_about	inspect_about = { "inspect",
	"interface {}", maps, false, false };

static int
open_filter(struct filter *f, const struct rec *opts)
{
	struct parse_err	 e;

	if (filter_open(f, &volume_filters, opts, NULL, &e) == 0)
		return (0);
	filter_close(f);
	return (say_error("%s", e.text), -1);
}

static int
print(struct list *l, struct cli *g, const struct filter *f)
{
	struct session	 s = { 0 };
	struct rec	*all;
	int		 code;

	if (command_open(&s, g, l->format.kind == FORMAT_PLAIN ? NEED_STATE :
	    NEED_LOOK, NULL) == -1)
		return (EXIT_ENGINE);
	all = volumes_list(&s);
	code = all == NULL ? session_error(&s) : list_volumes(l, &s, all, f);
	rec_free(all);
	session_close(&s);
	return (code);
}

int
cmd_volume_ls(struct cli *g, int argc, char **argv)
{
	struct list	 l;
	struct filter	 f;
	int		 code = EXIT_ENGINE;

	(void)argc;
	(void)argv;
	if (opt_flag(g->opts, "quiet", false) && opt_given(g->opts, "format"))
		return (say_error("quiet and format flags cannot be used "
		    "together"));
	if (open_filter(&f, g->opts) == -1)
		return (EXIT_ENGINE);
	if (list_open(&l, &list_of_volumes, g->opts) == 0)
		code = print(&l, g, &f);
	filter_close(&f);
	return (list_close(&l, code));
}

/* A volume that is there and is not being removed. NULL with errno. */
static struct rec *
find_volume(struct session *s, const char *ref)
{
	struct rec	*v = volumes_find_one(s, ref);

	if (v == NULL || rec_num(v, "removing", 0) == 0)
		return (v);
	rec_free(v);
	errno = ENOENT;
	return (NULL);
}

static int
show(struct session *s, struct format *f, const struct rec *v)
{
	return (format_row(f, volume_object(s, v, f->kind == FORMAT_JSON)) ==
	    -1 ? EXIT_ENGINE : 0);
}

static int
inspect_named(struct session *s, struct format *f, int argc, char **argv)
{
	struct rec	*missing = rec_new(), *v;
	const char	*name;
	size_t		 it = 0;
	int		 code = 0;

	for (int i = 0; i < argc; i++) {
		if ((v = find_volume(s, argv[i])) != NULL)
			code |= show(s, f, v);
		else if (errno == ENOENT)
			(void)rec_add(missing, "name", argv[i]);
		else
			code = session_error(s);
		rec_free(v);
	}
	if (format_close(f) == -1)
		code = EXIT_ENGINE;
	(void)fflush(stdout);
	while (rec_next(missing, "name", &it, &name))
		code = say_error("inspecting object: no such volume %s", name);
	rec_free(missing);
	return (code);
}

static int
inspect_all(struct session *s, struct format *f)
{
	struct rec	*all = volumes_list(s), *v;
	size_t		 it = 0;
	int		 code = all == NULL ? session_error(s) : 0;

	while (code == 0 && (v = rec_sub(all, "obj", &it)) != NULL) {
		if (rec_num(v, "removing", 0) == 0)
			code = show(s, f, v);
		rec_free(v);
	}
	if (format_close(f) == -1)
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
	    "json"), INDENT) == -1)
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

/* What is wrong with the command line: an exit code, or 0. */
static int
check_create(const struct rec *o, int argc, char **argv, struct creating *c)
{
	struct parse_err	 e;

	if (strcmp(opt_str(o, "driver", "local"), "local") != 0)
		return (say_error("the volume driver \"%s\" is not supported "
		    "by bulkhead yet, which has \"local\"", opt_str(o,
		    "driver", "")));
	if (argc > 0 && spec_name(argv[0], &e) == -1)
		return (say_error("running volume create option: names must "
		    "match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"));
	if (labels_take(o, c->extra, &e) == -1 ||
	    volopt_take(o, c->extra, &e) == -1)
		return (say_error("%s", e.text));
	return (0);
}

static int
create(struct cli *g, struct creating *c)
{
	struct session	 s = { .privileged = grant, .arg = c };
	char		 name[VOLUME_NAME];
	int		 code = 0;

	if (command_open(&s, g, NEED_CHANGE, NULL) == -1)
		return (EXIT_ENGINE);
	if (volumes_create(&s, c->name, c->extra, opt_flag(g->opts, "ignore",
	    false), name) == -1)
		code = session_error(&s);
	else
		puts(name);
	session_close(&s);
	return (code);
}

int
cmd_volume_create(struct cli *g, int argc, char **argv)
{
	char		 own[65];
	struct creating	 c = { argc > 0 ? argv[0] : own, rec_new() };
	int		 code = check_create(g->opts, argc, argv, &c);

	if (code == 0)
		code = command_new_id(own) == -1 ? EXIT_ENGINE :
		    create(g, &c);
	rec_free(c.extra);
	return (code);
}

static int
free_users(struct session *s, const struct rec *opts, const struct rec *v)
{
	return (volumes_remove_users(s, v, opt_num(opts, "time", -1)));
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
	struct rec	*v = volumes_find_one(s, ref);
	const char	*name;
	int		 code = 0;

	if (v == NULL && (!force || errno != EUCLEAN))
		return (force && errno == ENOENT ? 0 : rm_failed(s));
	/* A damaged record says nothing, but it can go. */
	name = v == NULL ? ref : rec_str(v, "id", ref);
	if ((v != NULL && force && free_users(s, opts, v) == -1) ||
	    volumes_remove(s, name, "") == -1)
		code = rm_failed(s);
	else
		puts(name);
	rec_free(v);
	return (code);
}

/* A volume that has gone since it was listed is no failure. */
static int
rm_all(struct session *s, const struct rec *opts)
{
	bool		 force = opt_flag(opts, "force", false);
	struct rec	*all = volumes_list(s), *v;
	const char	*name;
	size_t		 it = 0;
	int		 code = all == NULL ? session_error(s) : 0;

	while (all != NULL && (v = rec_sub(all, "obj", &it)) != NULL) {
		name = show_str(v, "id");
		if ((force && free_users(s, opts, v) == -1) ||
		    volumes_remove(s, name, "") == -1) {
			if (errno != ENOENT)
				code = rm_failed(s);
		} else
			puts(name);
		rec_free(v);
	}
	rec_free(all);
	return (code);
}

int
cmd_volume_rm(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	bool		 all = opt_flag(g->opts, "all", false);
	int		 code = 0, one;

	if (all == (argc > 0))
		return (say_error("choose either one or more volumes or all"));
	if (command_open(&s, g, NEED_CHANGE, NULL) == -1)
		return (EXIT_ENGINE);
	for (int i = 0; i < argc; i++)
		if ((one = rm_one(&s, g->opts, argv[i])) != 0)
			code = one;
	if (all)
		code = rm_all(&s, g->opts);
	storage_tidy(&s);
	session_close(&s);
	return (code);
}

/* The next volume that no container uses and that the filter lets through. */
static struct rec *
next_unused(const struct rec *all, const struct filter *f, size_t *it)
{
	struct rec	*v;

	while ((v = rec_sub(all, "obj", it)) != NULL) {
		if (rec_get(v, "user") == NULL && filter_passes(f, v))
			return (v);
		rec_free(v);
	}
	return (NULL);
}

static bool
confirmed(const struct rec *all, const struct filter *f)
{
	char		 answer[16];
	struct rec	*v;
	size_t		 it = 0, n = 0;

	puts("WARNING! This will remove all volumes not used by at least one "
	    "container. The following volumes will be removed:");
	while ((v = next_unused(all, f, &it)) != NULL) {
		if (rec_num(v, "removing", 0) == 0 && ++n > 0)
			puts(show_str(v, "name"));
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

/* A volume that has gone, or that is used now, is no failure. */
static int
prune(struct session *s, const struct rec *all, const struct filter *f)
{
	struct rec	*v;
	const char	*name;
	size_t		 it = 0;
	int		 code = 0;

	while ((v = next_unused(all, f, &it)) != NULL) {
		name = show_str(v, "id");
		if (volumes_remove(s, name, "") == 0) {
			puts(name);
			event_tell(s, "volume", "prune", NULL, name);
		} else if (errno != ENOENT && errno != EBUSY)
			code = rm_failed(s);
		rec_free(v);
	}
	storage_tidy(s);
	return (code);
}

int
cmd_volume_prune(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct filter	 f;
	struct rec	*all;
	int		 code = 0;

	(void)argc;
	(void)argv;
	if (open_filter(&f, g->opts) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_CHANGE, NULL) == -1) {
		filter_close(&f);
		return (EXIT_ENGINE);
	}
	if ((all = volumes_list(&s)) == NULL)
		code = session_error(&s);
	else if (opt_flag(g->opts, "force", false) || confirmed(all, &f))
		code = prune(&s, all, &f);
	rec_free(all);
	filter_close(&f);
	session_close(&s);
	return (code);
}
