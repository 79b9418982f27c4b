/*
 * tests/keys has a line for each key of the schema. A key that the line calls
 * supported has no warning when a file sets it; any other is named in one.
 */
#include <sys/stat.h>

#include <err.h>
#include <stdbool.h>
#include <stdlib.h>

#include "anykey.h"
#include "resolver.h"

#define KEYS_MAX	400

static struct line {
	char	 key[128];
	char	 value[256];	/* as TOML */
	bool	 supported;
} lines[KEYS_MAX];
static size_t		 nlines;
static const char	*program;
static char		 root[] = "/tmp/keys.XXXXXX";

static void
read_lines(void)
{
	const char	*word;
	char		 text[2048], *p;
	FILE		*f = fopen("tests/keys", "r");

	if (f == NULL)
		err(1, "tests/keys");
	while (fgets(text, sizeof(text), f) != NULL) {
		struct line	*l = &lines[nlines];

		if (*text == '#')
			continue;
		if (nlines++ == KEYS_MAX)
			errx(1, "tests/keys is longer than this test");
		p = text;
		p[strcspn(p, "\n")] = '\0';
		(void)snprintf(l->key, sizeof(l->key), "%s", strsep(&p, "\t"));
		(void)snprintf(l->value, sizeof(l->value), "%s",
		    p == NULL ? "" : strsep(&p, "\t"));
		word = p == NULL ? "" : strsep(&p, "\t");
		l->supported = strcmp(word, "-") != 0;
		if (*word == '\0')
			errx(1, "tests/keys: %s: no third column", l->key);
	}
	(void)fclose(f);
}

/* The answer with that text in the user's file of that name, or in none. */
static struct rec *
resolve_with(const char *name, const char *text)
{
	struct resolver	 r;
	struct rec	*rq = rec_new(), *c;
	char		 path[256];
	FILE		*f;

	(void)snprintf(path, sizeof(path), "%s/.config", root);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/.config/containers", root);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/.config/containers/%s.conf",
	    root, name);
	if (*name != '\0' && ((f = fopen(path, "w")) == NULL ||
	    fputs(text, f) == EOF || fclose(f) != 0))
		err(1, "%s", path);
	(void)rec_add(rq, KEY(mode), "rootless");
	(void)rec_add_num(rq, KEY(uid), 1000);
	(void)rec_add(rq, KEY(sysroot), root);
	(void)rec_add(rq, any_key("env:HOME"), root);
	(void)rec_add(rq, any_key("env:XDG_RUNTIME_DIR"), root);
	resolver_start(&r, program);
	c = resolver_config(&r, rq, CONFIG_TEXT);
	if (c == NULL)
		printf("# %s\n", r.text);
	(void)stop(r.pid, &r.ch);
	(void)unlink(path);
	rec_free(rq);
	return (c);
}

/* @D@ is the root. */
static void
write_key(char *out, size_t size, const struct line *l)
{
	const char	*dot = strrchr(l->key, '.'), *at = strstr(l->value,
			    "@D@");
	int		 n = at == NULL ? (int)strlen(l->value) :
			    (int)(at - l->value);

	(void)snprintf(out, size, "[%.*s]\n%s = %.*s%s%s\n",
	    (int)(dot - l->key), l->key, dot + 1, n, l->value,
	    at == NULL ? "" : root, at == NULL ? "" : at + 3);
}

/*
 * How many warnings name a key as not supported, and this one: with the value,
 * if another value is supported.
 */
static void
count_named(const struct rec *c, const char *key, int *all, int *this)
{
	const char	*v, *end;
	char		 want[256], place[256];

	(void)snprintf(want, sizeof(want), "not supported, and ignored: %s",
	    key);
	(void)snprintf(place, sizeof(place), " (%s/.config/containers/"
	    "%s.conf:2)", root, strncmp(key, "storage.", 8) == 0 ? "storage" :
	    "containers");
	rec_each_text(v, c, KEY(warn)) {
		*all += strncmp(v, "not supported", 13) == 0;
		end = v + strlen(want);
		if (strncmp(v, want, strlen(want)) != 0)
			continue;
		*this += strcmp(end, place) == 0 || (strncmp(end, " = \"",
		    4) == 0 && strlen(end) > strlen(place) &&
		    strcmp(end + strlen(end) - strlen(place), place) == 0);
	}
}

/* Is the key set, or a member of its table? */
static bool
is_set(const struct rec *c, const char *key)
{
	struct rec_item	 item;
	size_t		 it = 0, n = strlen(key);

	while (rec_walk(c, &it, &item))
		if (strncmp(item.key, "origin:", 7) == 0 &&
		    strncmp(item.key + 7, key, n) == 0 &&
		    (item.key[7 + n] == '\0' || item.key[7 + n] == '.'))
			return (true);
	return (false);
}

static void
check_line(const struct line *l)
{
	char		 text[512], what[256];
	struct rec	*c;
	int		 all = 0, this = 0;

	write_key(text, sizeof(text), l);
	c = resolve_with(strncmp(l->key, "storage.", 8) == 0 ? "storage" :
	    "containers", text);
	(void)snprintf(what, sizeof(what), "S15 S22: %s %s", l->key,
	    l->supported ? "is supported, and no warning names it" :
	    "is not supported, and one warning names it");
	if (c != NULL)
		count_named(c, l->key, &all, &this);
	check(c != NULL && is_set(c, l->key) && all == !l->supported &&
	    this == !l->supported, what, __LINE__);
	rec_free(c);
}

static const struct line *
find_line(const char *key)
{
	for (size_t i = 0; i < nlines; i++)
		if (strcmp(lines[i].key, key) == 0)
			return (&lines[i]);
	return (NULL);
}

/* registries.conf(5) is not a file of settings for containers. */
static void
check_schema(void)
{
	struct rec	*c = resolve_with("", "");
	struct rec_item	 item;
	size_t		 it = 0;
	bool		 all = c != NULL;

	while (c != NULL && rec_walk(c, &it, &item)) {
		if (strncmp(item.key, "type:", 5) != 0 ||
		    strncmp(item.key + 5, "registries.", 11) == 0 ||
		    strncmp(item.key + 5, "engine.runtimes.", 16) == 0)
			continue;
		if (find_line(item.key + 5) == NULL) {
			printf("# tests/keys has no line for %s\n",
			    item.key + 5);
			all = false;
		}
	}
	check(all, "S15 S22: each key of the schema has a line in tests/keys",
	    __LINE__);
	rec_free(c);
}

int
main(int argc, char **argv)
{
	char	 line[64];

	if (argc < 2)
		errx(1, "usage: keys_test program, where tests/ is");
	program = argv[1];
	if (mkdtemp(root) == NULL || chmod(root, 0755) == -1)
		err(1, "%s", root);
	read_lines();
	check_schema();
	for (size_t i = 0; i < nlines; i++)
		check_line(&lines[i]);
	(void)snprintf(line, sizeof(line), "rm -rf '%s'", root);
	if (system(line) != 0)
		warnx("%s is left", root);
	return (finish());
}
