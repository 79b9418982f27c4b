/*
 * Each tests/resolve/NAME.in is a tree of files and a request; NAME.ok is
 * what resolve makes of it. Built-in values are left out, except with @all.
 * UPDATE=1 writes the .ok files anew. What resolve prints as text is given
 * back to it, and must come to the same values.
 *
 *	@mode system		@env NAME=value
 *	@opt name=value		@file path	(what follows is in it)
 *	@dir path		@all
 *	@warned			(the text warns as the files do)
 *	@registries		(those and other people's files, too)
 * and %ROOT% is the directory of all this.
 */
#include <sys/stat.h>

#include <err.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "anykey.h"
#include "nitems.h"
#include "records.h"
#include "resolver.h"

#define ROOT	"%ROOT%"

struct work {
	const char	*program;
	char		 root[64];
	struct rec	*rq;
	bool		 all;
	bool		 warned;
	unsigned int	 flags;
	char		 title[256];	/* the first line */
	FILE		*file;		/* that lines go into */
};

/* Make the parents of a path below the root. */
static void
make_parents(const char *path)
{
	char	 copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = copy + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		(void)mkdir(copy, 0755);
	}
}

/* Text with one word for another, everywhere. */
static void
replace(FILE *out, const char *text, const char *from, const char *to)
{
	const char	*hit;

	while ((hit = strstr(text, from)) != NULL) {
		fprintf(out, "%.*s%s", (int)(hit - text), text, to);
		text = hit + strlen(from);
	}
	fputs(text, out);
}

/* Into a buffer that the next call overwrites. */
static char *
expanded(const struct work *w, const char *text)
{
	static char	 out[8192];
	FILE		*f = fmemopen(out, sizeof(out), "w");

	if (f == NULL)
		err(1, "expand");
	replace(f, text, ROOT, w->root);
	if (fclose(f) != 0)
		err(1, "expand");
	return (out);
}

static void
add_pair(struct work *w, const char *prefix, char *pair)
{
	char	*eq = strchr(pair, '='), key[128];

	if (eq == NULL)
		errx(1, "%s%s: no value", prefix, pair);
	*eq = '\0';
	(void)snprintf(key, sizeof(key), "%s%s", prefix, pair);
	(void)rec_add(w->rq, KEY_FROM(key), eq + 1);
}

static void
open_file(struct work *w, const char *path, const char *mode)
{
	char	 full[PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s%s", w->root, path);
	make_parents(full);
	if (w->file != NULL)
		(void)fclose(w->file);
	w->file = NULL;
	if (*mode == 'd')
		(void)mkdir(full, 0755);
	else if ((w->file = fopen(full, mode)) == NULL)
		err(1, "%s", full);
}

static void
directive(struct work *w, char *line)
{
	char	*arg = strchr(line, ' ');

	if (strcmp(line, "@all") == 0) {
		w->all = true;
		return;
	}
	if (strcmp(line, "@warned") == 0) {
		w->warned = true;
		return;
	}
	if (strcmp(line, "@registries") == 0) {
		w->flags |= CONFIG_ALL;
		return;
	}
	if (arg == NULL)
		errx(1, "%s: what?", line);
	*arg++ = '\0';
	if (strcmp(line, "@mode") == 0)
		(void)rec_set(w->rq, KEY(mode), arg);
	else if (strcmp(line, "@env") == 0)
		add_pair(w, "env:", arg);
	else if (strcmp(line, "@opt") == 0)
		add_pair(w, "opt:", arg);
	else if (strcmp(line, "@file") == 0)
		open_file(w, arg, "w");
	else if (strcmp(line, "@dir") == 0)
		open_file(w, arg, "d");
	else
		errx(1, "%s: what?", line);
}

static void
read_case(struct work *w, const char *path)
{
	char	 line[4096], *text;
	FILE	*f = fopen(path, "r");

	if (f == NULL)
		err(1, "%s", path);
	(void)rec_add(w->rq, KEY(mode), "rootless");
	(void)rec_add_num(w->rq, KEY(uid), 1000);
	(void)rec_add(w->rq, KEY(sysroot), w->root);
	while (fgets(line, sizeof(line), f) != NULL) {
		text = expanded(w, line);
		if (*w->title == '\0')
			(void)snprintf(w->title, sizeof(w->title), "%.*s",
			    (int)strcspn(text, "\n"), text);
		if (*text == '@') {
			text[strcspn(text, "\n")] = '\0';
			directive(w, text);
		} else if (w->file != NULL) {
			fputs(text, w->file);
		}
	}
	(void)fclose(f);
	if (w->file != NULL)
		(void)fclose(w->file);
	w->file = NULL;
}

/* Settings are what has a table; the rest of the record is about them. */
static bool
is_setting(const char *key)
{
	static const char *const	 tables[] = { "containers.",
					    "network.", "engine.", "secrets.",
					    "configmaps.", "machine.",
					    "farms.", "podmansh.",
					    "storage.", "registries." };

	for (size_t i = 0; i < NITEMS(tables); i++)
		if (strncmp(key, tables[i], strlen(tables[i])) == 0)
			return (true);
	return (false);
}

static bool
is_shown(const struct work *w, const struct rec *r, const char *key)
{
	char	 origin[300];

	if (strncmp(key, "type:", 5) == 0 ||
		    strncmp(key, "unsupported:", 12) == 0)
		return (false);
	if (strncmp(key, "file", 4) == 0 && (w->flags & CONFIG_ALL) == 0)
		return (false);
	if (w->all)
		return (strcmp(key, "digest") != 0);
	if (strcmp(key, "mask") == 0 || strcmp(key, "ropath") == 0 ||
	    strcmp(key, "digest") == 0 || strncmp(key, "text.", 5) == 0)
		return (false);
	(void)snprintf(origin, sizeof(origin), "origin:%s", key);
	return (!is_setting(key) || rec_get(r, KEY_FROM(origin)) != NULL);
}

static char *
describe(const struct work *w, const struct rec *r, const char *error)
{
	struct rec_item	 item;
	size_t		 it = 0, len;
	char		*out, *line = NULL;
	FILE		*f = open_memstream(&out, &len);

	if (r == NULL)
		replace(f, error, w->root, ROOT);
	while (r != NULL && rec_walk(r, &it, &item)) {
		if (!is_shown(w, r, item.key) || item.text == NULL)
			continue;
		if (asprintf(&line, "%s = %s\n", item.key, item.text) == -1)
			err(1, NULL);
		replace(f, line, w->root, ROOT);
		free(line);
	}
	if (r == NULL)
		fputc('\n', f);
	(void)fclose(f);
	return (out);
}

static bool
same_as(const char *ok, const char *got)
{
	static char	 want[1 << 18];
	FILE		*f;
	size_t		 n;

	if (getenv("UPDATE") != NULL) {
		if ((f = fopen(ok, "w")) == NULL || fputs(got, f) == EOF ||
		    fclose(f) != 0)
			err(1, "%s", ok);
		return (true);
	}
	if ((f = fopen(ok, "r")) == NULL) {
		printf("# no %s\n%s", ok, got);
		return (false);
	}
	n = fread(want, 1, sizeof(want) - 1, f);
	want[n] = '\0';
	(void)fclose(f);
	if (strcmp(want, got) == 0)
		return (true);
	printf("# want:\n%s# got:\n%s", want, got);
	return (false);
}

/* Everything that the first has as settings the second has too, in order. */
static bool
has_values(const struct rec *a, const struct rec *b)
{
	struct rec_item	 item;
	const char	*text, *other;
	size_t		 it = 0;

	while (rec_walk(a, &it, &item)) {
		size_t	 ia = 0, ib = 0;
		bool	 more = true;

		if (!is_setting(item.key) ||
		    strcmp(item.key, "storage.opt") == 0)
			continue;
		while (more && rec_next(a, KEY_FROM(item.key), &ia, &text)) {
			more = rec_next(b, KEY_FROM(item.key), &ib, &other) &&
			    strcmp(text, other) == 0;
		}
		if (!more || rec_next(b, KEY_FROM(item.key), &ib, &other)) {
			printf("# %s is not what it was\n", item.key);
			return (false);
		}
	}
	return (true);
}

static void
write_text(struct work *w, const struct rec *r, const char *key,
    const char *env, const char *path)
{
	char	 full[PATH_MAX];

	open_file(w, path, "w");
	fputs(rec_str(r, KEY_FROM(key), ""), w->file);
	(void)fclose(w->file);
	w->file = NULL;
	(void)snprintf(full, sizeof(full), "%s%s", w->root, path);
	(void)rec_set(w->rq, KEY_FROM(env), full);
}

/* The same request without options, and with the text for all files. */
static void
drop_options(struct work *w)
{
	struct rec_item	 item;
	struct rec	*rq = rec_new();
	size_t		 it = 0;

	while (rec_walk(w->rq, &it, &item))
		if (strncmp(item.key, "opt:", 4) != 0 &&
		    strncmp(item.key, "env:STORAGE_", 12) != 0 &&
		    strcmp(item.key, "env:TMPDIR") != 0 &&
		    strcmp(item.key, "env:CONTAINERS_CONF_OVERRIDE") != 0)
			(void)rec_add(rq, KEY_FROM(item.key), item.text);
	rec_free(w->rq);
	w->rq = rq;
}

/* The variable stands for the main file only. */
static void
drop_ins_away(const struct work *w)
{
	char	 line[512];

	(void)snprintf(line, sizeof(line), "rm -rf '%s'/etc/containers/"
	    "registries.conf.d '%s'/home/.config/containers/registries.conf.d",
	    w->root, w->root);
	if (system(line) != 0)
		errx(1, "%s", line);
}

/* The text has the settings that are not supported, too. */
static bool
is_clean(const struct rec *r)
{
	const char	*line;

	rec_each_text(line, r, KEY(warn))
		if (strncmp(line, "not supported", 13) != 0)
			return (false);
	return (true);
}

static bool
feed_back(struct work *w, const struct rec *first)
{
	struct resolver	 r;
	struct rec	*second;
	bool		 good;

	drop_options(w);
	write_text(w, first, "text.containers", "env:CONTAINERS_CONF",
	    "/again/containers.conf");
	write_text(w, first, "text.storage", "env:CONTAINERS_STORAGE_CONF",
	    "/again/storage.conf");
	if ((w->flags & CONFIG_ALL) != 0) {
		drop_ins_away(w);
		write_text(w, first, "text.registries",
		    "env:CONTAINERS_REGISTRIES_CONF",
		    "/again/registries.conf");
	}
	resolver_start(&r, w->program);
	second = resolver_config(&r, w->rq, w->flags);
	(void)stop(r.pid, &r.ch);
	if (second == NULL) {
		printf("# %s\n%s", r.text, rec_str(first,
		    any_key("text.containers"),
		    ""));
		return (false);
	}
	good = has_values(first, second) && has_values(second, first) &&
	    (w->warned || is_clean(second));
	rec_free(second);
	return (good);
}

static void
run_case(const char *program, const char *in)
{
	struct work	 w = { .program = program, .rq = rec_new(),
			    .flags = CONFIG_TEXT };
	struct resolver	 r;
	struct rec	*out;
	char		 ok[PATH_MAX], line[PATH_MAX], *got;

	(void)snprintf(w.root, sizeof(w.root), "/tmp/resolve.XXXXXX");
	if (mkdtemp(w.root) == NULL || chmod(w.root, 0755) == -1)
		err(1, "%s", w.root);
	read_case(&w, in);
	resolver_start(&r, program);
	out = resolver_config(&r, w.rq, w.flags);
	if (stop(r.pid, &r.ch) != 0)
		(void)snprintf(r.text, sizeof(r.text), "resolve died");
	got = describe(&w, out, r.text);
	(void)snprintf(ok, sizeof(ok), "%.*s.ok", (int)strlen(in) - 3, in);
	(void)snprintf(line, sizeof(line), "%.300s: %s", in, w.title);
	check(same_as(ok, got), line, __LINE__);
	if (out != NULL) {
		(void)snprintf(line, sizeof(line), "%.300s given back", in);
		check(feed_back(&w, out), line, __LINE__);
	}
	(void)snprintf(line, sizeof(line), "rm -rf '%s'", w.root);
	if (system(line) != 0)
		warnx("%s is left", w.root);
	rec_free(out);
	rec_free(w.rq);
	free(got);
}

int
main(int argc, char **argv)
{
	glob_t	 g;

	if (argc < 2 || glob("tests/resolve/*.in", 0, NULL, &g) != 0)
		errx(1, "usage: config_test program, where tests/ is");
	for (size_t i = 0; i < g.gl_pathc; i++)
		run_case(argv[1], g.gl_pathv[i]);
	globfree(&g);
	return (finish());
}
