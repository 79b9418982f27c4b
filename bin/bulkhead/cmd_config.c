/*
 * config show, explain, check: what the configuration comes to, why, and
 * whether a file is right. All answers are resolve's; what the state's
 * database has pinned is asked for on its own, so that one that is damaged
 * takes nothing else with it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "cmd.h"
#include "confined.h"
#include "format.h"
#include "given.h"
#include "part.h"
#include "record.h"
#include "resolve.h"
#include "say.h"
#include "session.h"
#include "tmpl.h"
#include "visible.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define PINS_WAIT_MS	10000
#define FILE_MAX	(1u << 20)
#define FILES_MAX	64
#define FINDINGS_MAX	1000		/* resolve gives no more */

/* What files and people say, safe for a terminal. */
static void
put(const char *text)
{
	size_t			 size = strlen(text) * 6 + 1;
	scoped_free char	*safe = malloc(size);

	if (safe == NULL)
		return;
	(void)visible_text(safe, size, text);
	fputs(safe, stdout);
}

/* --- asking --- */

/* In a process of its own: the keys that the database has pinned. */
static int
ask_pins(struct cli *g, const struct rec *config, struct rec *out)
{
	struct session	 s = { .quiet = true };
	struct rec_item	 item;
	size_t		 it = 0;

	(void)config;
	if (command_open(&s, g, NEED_STATE | NEED_IF_THERE, NULL) == -1)
		return (EXIT_ENGINE);
	while (rec_walk(s.config, &it, &item))
		if (item.text != NULL &&
		    strncmp(item.key, "pinned:", 7) == 0) {
			(void)rec_add(out, KEY_FROM(item.key), item.text);
			(void)rec_add(out, KEY_FROM(item.key + 7),
			    rec_str(s.config, KEY_FROM(item.key + 7), ""));
		}
	session_close(&s);
	return (0);
}

/* The configuration, and in it what is pinned. NULL: it has been said why. */
static struct rec *
ask_config(struct cli *g)
{
	struct session	 s = { .config_flags = CONFIG_TEXT | CONFIG_ALL };
	struct part	 pins = { .run = ask_pins };
	struct rec_item	 item;
	struct rec	*config = NULL;
	size_t		 it = 0;

	part_start(&pins, g, NULL);
	if (command_open(&s, g, NEED_CONFIG | NEED_MORE, NULL) == 0 &&
	    (config = rec_new()) != NULL)
		(void)rec_add_all(config, s.config);
	session_close(&s);
	part_wait(&pins, clock_mono_ms() + PINS_WAIT_MS);
	if (config != NULL)
		confined_enter(false);
	if (config != NULL && pins.answer == NULL)
		say_warning("what the database has pinned is not known: %s",
		    pins.why);
	while (config != NULL && pins.answer != NULL &&
	    rec_walk(pins.answer, &it, &item))
		(void)rec_set(config, KEY_FROM(item.key), item.text);
	part_clear(&pins);
	return (config);
}

static void
warn_problems(const struct rec *config)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(config, &it, &item))
		if (strncmp(item.key, "problem:", 8) == 0)
			say_warning("%s", item.text);
}

static const char *
about(const struct rec *config, const char *what, const char *key)
{
	char	 name[320];

	(void)snprintf(name, sizeof(name), "%s:%s", what, key);
	return (rec_get(config, KEY_FROM(name)));
}

/* --- show --- */

static const struct {
	const char	*name;
	const char	*key;
} texts[] = {
	{ "containers", "text.containers" },
	{ "storage", "text.storage" },
	{ "registries", "text.registries" },
};

static int
show_texts(const struct rec *config, const char *which)
{
	struct rec_item	 item;
	size_t		 it = 0;
	bool		 any = false;

	for (size_t i = 0; i < NITEMS(texts); i++) {
		if (*which != '\0' && strcmp(which, texts[i].name) != 0)
			continue;
		any = true;
		if (*which == '\0')
			printf("%s# %s.conf\n", i == 0 ? "" : "\n",
			    texts[i].name);
		put(rec_str(config, KEY_FROM(texts[i].key), ""));
	}
	if (!any)
		return (say_error("there is no \"%s\" configuration; use "
		    "containers, storage or registries", which));
	while (*which == '\0' && rec_walk(config, &it, &item))
		if (strncmp(item.key, "pinned:", 7) == 0) {
			printf("# %s is pinned by the database: ",
			    item.key + 7);
			put(rec_str(config, KEY_FROM(item.key + 7),
			    ""));
			putchar('\n');
		}
	return (0);
}

static json_t *
list_of(const struct rec *config, struct key_str key)
{
	json_t		*a = json_array();
	const char	*v;
	size_t		 it = 0;

	while (rec_next(config, key, &it, &v))
		json_array_append_new(a, tmpl_text(v));
	return (a);
}

static json_t *
value_json(const struct rec *config, const char *key)
{
	const char	*type = about(config, "type", key);
	const char	*v = rec_get(config, KEY_FROM(key));

	if (type != NULL && strcmp(type, "list") == 0)
		return (list_of(config, KEY_FROM(key)));
	if (v == NULL)
		return (json_null());
	if (type != NULL && strcmp(type, "bool") == 0 && *v != '\0')
		return (json_boolean(strcmp(v, "true") == 0));
	if (type != NULL && strcmp(type, "int") == 0 && *v != '\0')
		return (json_integer(strtoll(v, NULL, 10)));
	return (tmpl_text(v));
}

/* Who said so: a file and line, a variable, an option. */
static const char *
origin_of(const struct rec *config, const char *key)
{
	const char	*origin = about(config, "origin", key);

	if (origin != NULL)
		return (origin);
	if (rec_get(config, KEY_FROM(key)) == NULL)
		return ("nobody");
	/* path.graph and the like are no settings, but come from some. */
	return (about(config, "type", key) == NULL ? "derived" : "built-in");
}

static json_t *
key_json(const struct rec *config, const char *key)
{
	const char	*pinned = about(config, "pinned", key);
	char		 name[320];
	json_t		*j;

	(void)snprintf(name, sizeof(name), "overrode:%s", key);
	j = json_pack("{s:o, s:o, s:o, s:b}", "value",
	    value_json(config, key), "origin",
	    tmpl_text(origin_of(config, key)), "overrode",
	    list_of(config, KEY_FROM(name)), "pinned", pinned != NULL);
	if (pinned != NULL)
		json_object_set_new(j, "insteadOf", tmpl_text(pinned));
	return (j);
}

/* Is this the type of a setting that has a value of its own? */
static bool
is_setting(const struct rec_item *item)
{
	return (strncmp(item->key, "type:", 5) == 0 &&
	    strcmp(item->text, "table") != 0);
}

static json_t *
settings_json(const struct rec *config)
{
	json_t		*all = json_object();
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(config, &it, &item))
		if (is_setting(&item) &&
		    (rec_get(config, KEY_FROM(item.key + 5)) != NULL ||
		    about(config, "origin", item.key + 5) != NULL))
			json_object_set_new(all, item.key + 5,
			    key_json(config, item.key + 5));
	return (all);
}

/* All keys with that in front, which is left out. */
static json_t *
keys_json(const struct rec *config, const char *prefix)
{
	json_t		*all = json_object();
	struct rec_item	 item;
	size_t		 n = strlen(prefix), it = 0;

	while (rec_walk(config, &it, &item))
		if (item.text != NULL && strncmp(item.key, prefix, n) == 0)
			json_object_set_new(all, item.key + n,
			    tmpl_text(item.text));
	return (all);
}

static int
show_json(const struct rec *config)
{
	json_t	*j;

	j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "mode", tmpl_text(rec_str(config, KEY(mode), "")),
	    "digest", tmpl_text(rec_str(config, KEY(digest), "")),
	    "files", list_of(config, KEY_IN(config, file)),
	    "shadowed", list_of(config, KEY_AS(file_shadowed)),
	    "paths", keys_json(config, "path."),
	    "environment", keys_json(config, "env."),
	    "warnings", list_of(config, KEY(warn)),
	    "problems", keys_json(config, "problem:"),
	    "settings", settings_json(config));
	if (j == NULL)
		return (say_error("out of memory"));
	format_json(stdout, j, 2, 0);
	putchar('\n');
	json_decref(j);
	return (0);
}

/* json, toml or text. -1: neither, and it has been said. */
static int
wants_json(const struct cli *g, const char *other)
{
	const char	*format = opt_str(g->opts, "format", other);

	if (strcmp(format, "json") == 0)
		return (1);
	if (strcmp(format, other) == 0)
		return (0);
	(void)say_error("unknown format \"%s\": use json or %s", format, other);
	return (-1);
}

int
cmd_config_show(struct cli *g, int argc, char **argv)
{
	struct rec	*config;
	int		 json = wants_json(g, "toml"), code;

	if (json == -1 || (config = ask_config(g)) == NULL)
		return (EXIT_ENGINE);
	warn_problems(config);
	code = json ? show_json(config) :
	    show_texts(config, argc > 0 ? argv[0] : "");
	rec_free(config);
	return (code);
}

/* --- explain --- */

static void
print_values(const struct rec *config, const char *key)
{
	const char	*v;
	size_t		 it = 0, n = rec_count(config, KEY_FROM(key));

	if (n == 1) {
		printf("%s = ", key);
		put(rec_str(config, KEY_FROM(key), ""));
		putchar('\n');
		return;
	}
	printf("%s = %s\n", key, n == 0 ? "(nothing)" : "");
	while (rec_next(config, KEY_FROM(key), &it, &v)) {
		fputs("    ", stdout);
		put(v);
		putchar('\n');
	}
}

static void
print_origin(const struct rec *config, const char *key)
{
	const char	*pinned = about(config, "pinned", key), *v;
	char		 name[320];
	size_t		 it = 0;

	fputs("  set by:   ", stdout);
	put(pinned == NULL ? origin_of(config, key) : "the database");
	(void)snprintf(name, sizeof(name), "overrode:%s", key);
	while (rec_next(config, KEY_FROM(name), &it, &v)) {
		fputs("\n  overrode: ", stdout);
		put(v);
	}
	if (pinned != NULL) {
		fputs("\n  overrode: ", stdout);
		put(origin_of(config, key));
		putchar(' ');
		put(pinned);
	}
	printf("\n  pinned:   %s\n", pinned == NULL ? "no" : "by the database");
}

/* What a container gets that names no profile, and what is laid over it. */
static void
print_seccomp(const struct rec *config)
{
	const char	*profile = rec_str(config, KEY_AS(seccomp_profile),
			    "default");

	fputs("  used:     ", stdout);
	if (strcmp(profile, "unconfined") == 0)
		printf("unconfined: containers have no filter\n");
	else if (strcmp(profile, "default") == 0)
		printf("default, which is built in\n");
	else {
		put(profile);
		printf(", under what is refused with every profile\n");
	}
}

static bool
ends_in_word(const char *name, const char *word)
{
	size_t	 n = strlen(name), m = strlen(word);

	return (n > m + 1 && name[n - m - 1] == '.' &&
	    strcmp(name + n - m, word) == 0);
}

/* The keys that a word can mean: `keys`. Of those in a table, the set ones. */
static struct rec *
matches(const struct rec *config, const char *word)
{
	struct rec	*found = rec_new();
	struct rec_item	 item;
	size_t		 it = 0, n = strlen(word);

	/* Also what is worked out: path.graph. */
	if (about(config, "type", word) == NULL &&
	    rec_get(config, KEY_FROM(word)) != NULL)
		(void)rec_add(found, KEY(key), word);
	while (rec_walk(config, &it, &item)) {
		const char	*key = item.key + 5;

		if (!is_setting(&item))
			continue;
		if (strcmp(key, word) == 0 ||
		    (strncmp(key, word, n) == 0 && key[n] == '.' &&
		    rec_get(config, KEY_FROM(key)) != NULL))
			(void)rec_add(found, KEY(key), key);
	}
	for (it = 0; rec_count(found, KEY(key)) == 0 &&
	    rec_walk(config, &it, &item);)
		if (is_setting(&item) && ends_in_word(item.key + 5, word))
			(void)rec_add(found, KEY(maybe), item.key + 5);
	return (found);
}

static int
ambiguous(const struct rec *found, const char *word)
{
	char		 list[512] = "";
	const char	*v;
	size_t		 it = 0, n = 0;

	while (rec_next(found, KEY(maybe), &it, &v) && n < sizeof(list) - 1)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s",
		    n > 0 ? ", " : "", v);
	return (say_error("\"%s\" can mean several keys: %s", word, list));
}

/* One word of the command line, as keys. NULL: it has been said why. */
static struct rec *
find_keys(const struct rec *config, const char *word)
{
	struct rec	*found = matches(config, word);
	char		 only[320];

	if (rec_count(found, KEY(key)) > 0)
		return (found);
	if (rec_count(found, KEY(maybe)) == 1) {
		(void)snprintf(only, sizeof(only), "%s",
		    rec_str(found, KEY(maybe), ""));
		(void)rec_add(found, KEY(key), only);
		return (found);
	}
	if (rec_count(found, KEY(maybe)) == 0)
		(void)say_error("there is no configuration key \"%s\": "
		    "`bulkhead config show` lists those that have a value",
		    word);
	else
		(void)ambiguous(found, word);
	rec_free(found);
	return (NULL);
}

static int
explain(const struct rec *config, const char *word, json_t *out)
{
	struct rec	*found = find_keys(config, word);
	const char	*key;
	size_t		 it = 0;

	if (found == NULL)
		return (EXIT_ENGINE);
	while (rec_next(found, KEY(key), &it, &key))
		if (out != NULL)
			json_object_set_new(out, key, key_json(config, key));
		else {
			print_values(config, key);
			print_origin(config, key);
			if (strcmp(key, "containers.seccomp_profile") == 0)
				print_seccomp(config);
		}
	rec_free(found);
	return (0);
}

int
cmd_config_explain(struct cli *g, int argc, char **argv)
{
	struct rec	*config;
	json_t		*out;
	int		 json = wants_json(g, "text"), code = 0;

	if (json == -1 || (config = ask_config(g)) == NULL)
		return (EXIT_ENGINE);
	out = json ? json_object() : NULL;
	for (int i = 0; i < argc; i++)
		if (explain(config, argv[i], out) != 0)
			code = EXIT_ENGINE;
	if (out != NULL && code == 0) {
		format_json(stdout, out, 2, 0);
		putchar('\n');
	}
	json_decref(out);
	rec_free(config);
	return (code);
}

/* --- check --- */

/* All of a regular file, with a NUL behind it. NULL with errno. */
static char *
read_file(const char *path, size_t *len)
{
	scoped_fd int		 fd = -1;
	scoped_free char	*buf = malloc(FILE_MAX + 2);
	struct given_stream	 in;
	ssize_t			 n;

	fd = given_open_now(strcmp(path, "-") == 0 ? "/dev/stdin" : path);
	if (fd == -1 || buf == NULL || given_stream(&in, fd) == -1)
		return (NULL);
	for (*len = 0; *len <= FILE_MAX; *len += (size_t)n) {
		n = given_next(&in, buf + *len, FILE_MAX + 1 - *len);
		if (n == -1)
			return (NULL);
		if (n == 0)
			break;
	}
	if (*len > FILE_MAX) {
		errno = EFBIG;
		return (NULL);
	}
	buf[*len] = '\0';
	return (take_ptr(&buf));
}

/* What resolve is asked: path, kind and text. NULL: it has been said why. */
static struct rec *
question(const char *path, const char *kind)
{
	scoped_free char	*text = NULL;
	struct rec		*r = rec_new();
	size_t			 len;

	if (r == NULL || (text = read_file(path, &len)) == NULL) {
		(void)say_error("cannot read %s: %s", path, strerror(errno));
		rec_free(r);
		return (NULL);
	}
	(void)rec_add(r, KEY(path), path);
	(void)rec_add(r, KEY(kind), kind);
	(void)rec_add_bytes(r, KEY_IN(question, text), text, len + 1);
	return (r);
}

static void
print_finding(const struct rec *f, const char *path)
{
	const char	*near = rec_str(f, KEY(near), "");

	put(path);
	if (rec_num(f, KEY(line), 0) > 0)
		printf(":%u:%u", (unsigned int)rec_num(f, KEY(line), 0),
		    (unsigned int)rec_num(f, KEY(col), 0));
	fputs(strcmp(rec_str(f, KEY(kind), ""), "error") == 0 ? ": error: " :
	    ": ", stdout);
	put(rec_str(f, KEY(what), ""));
	if (*near != '\0') {
		fputs(": ", stdout);
		put(near);
	}
	putchar('\n');
}

static int
by_place(const void *a, const void *b)
{
	const struct rec *const	*x = a, *const *y = b;
	int64_t			 lines = rec_num(*x, KEY(line), 0) -
				    rec_num(*y, KEY(line), 0);

	if (lines != 0)
		return (lines < 0 ? -1 : 1);
	return ((int)(rec_num(*x, KEY(col), 0) - rec_num(*y, KEY(col), 0)));
}

/* 0: nothing is wrong with it. */
static int
print_findings(struct rec *answer, const char *path)
{
	struct rec	*all[FINDINGS_MAX], *f;
	size_t		 it = 0, n = 0;

	while (n < FINDINGS_MAX &&
	    (f = rec_sub(answer, KEY(finding), &it)) != NULL)
		all[n++] = f;
	qsort(all, n, sizeof(all[0]), by_place);
	for (size_t i = 0; i < n; i++) {
		print_finding(all[i], path);
		rec_free(all[i]);
	}
	if (rec_get(answer, KEY_IN(findings, more)) != NULL) {
		put(path);
		puts(": and more");
	}
	return (n > 0 ? 1 : 0);
}

static int
check_file(struct session *s, struct rec *rq)
{
	struct rec	*answer = resolve_check(&s->client, rq);
	int		 code;

	if (answer == NULL)
		return (session_error(s));
	code = print_findings(answer, rec_str(rq, KEY(path), ""));
	rec_free(answer);
	return (code);
}

int
cmd_config_check(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct rec	*rq[FILES_MAX];
	bool		 asks;
	int		 code = 0, one;

	if (argc > FILES_MAX)
		return (say_error("more than %d files at once", FILES_MAX));
	/* As root some can be read that the engine's account cannot. */
	for (int i = 0; i < argc; i++)
		rq[i] = question(argv[i], opt_str(g->opts, "type", ""));
	asks = command_open_resolve(&s, g) == 0;
	for (int i = 0; i < argc; i++) {
		one = rq[i] == NULL || !asks ? EXIT_ENGINE :
		    check_file(&s, rq[i]);
		code = one > code ? one : code;
		rec_free(rq[i]);
	}
	if (asks)
		session_close(&s);
	return (code);
}
