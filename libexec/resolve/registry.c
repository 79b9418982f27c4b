#include "registry.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cleanup.h"
#include "emit.h"
#include "finding.h"
#include "merge.h"
#include "nitems.h"
#include "settings.h"
#include "toml.h"

#define TABLE		"registries.registry."

enum { PLACE_MAX = 160, NAME_LEN = 256, MIRRORS_MAX = 64 };

/* The settings of one registry, by the last part of their name. */
static const struct key	 fields[] = {
	{ "location", KEY_STR, CONF_REGISTRIES, NULL, true, NULL },
	{ "insecure", KEY_BOOL, CONF_REGISTRIES, NULL, true, NULL },
	{ "blocked", KEY_BOOL, CONF_REGISTRIES, NULL, true, NULL },
	{ "mirror-by-digest-only", KEY_BOOL, CONF_REGISTRIES, NULL, true,
	    NULL },
	{ "mirror", KEY_LIST, CONF_REGISTRIES, NULL, true, NULL },
};
enum { F_LOCATION, F_INSECURE, F_BLOCKED, F_DIGEST_ONLY, F_MIRROR };

/* One table, as it is read. */
struct registry {
	char		 prefix[PLACE_MAX], location[PLACE_MAX];
	bool		 insecure, blocked, digest_only;
	char		*mirrors[MIRRORS_MAX];
	size_t		 n;
};

struct reader {
	struct settings		*s;
	const struct document	*doc;
	struct problem		*pr;
};

static int bad(struct reader *, const struct toml *, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Set the problem of a value or table. Returns -1. */
static int
bad(struct reader *r, const struct toml *t, const char *fmt, ...)
{
	char	 text[256];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return (problem_at(r->pr, r->doc->path, t->line, t->col, "%s", text));
}

/* --- places: host[:port][/path[:tag|@digest]], or *.host --- */

static bool
has_scheme(const char *p)
{
	return (strncmp(p, "http://", 7) == 0 ||
	    strncmp(p, "https://", 8) == 0);
}

static bool
is_host(const char *p, size_t n)
{
	size_t	 name = strcspn(p, ":/");

	if (*p == '[')
		name = strcspn(p, "]/") + 1;
	if (name == 0 || name > n || p[0] == '.' || p[0] == '-')
		return (false);
	for (size_t i = 0; i < name; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
		    "XYZ0123456789.-_[]:", p[i]) == NULL)
			return (false);
	if (name == n)
		return (true);
	return (p[name] == ':' && name + 1 < n &&
	    strspn(p + name + 1, "0123456789") >= n - name - 1);
}

static bool
is_place(const char *p)
{
	size_t	 host = strcspn(p, "/");

	if (!is_host(p, host))
		return (false);
	for (p += host; *p == '/'; p += strcspn(p, "/"))
		if (*++p == '/' || *p == '\0')
			return (false);
		else if (strspn(p, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:@") <
		    strcspn(p, "/"))
			return (false);
	return (true);
}

/* *.example.com, without port or path. */
static bool
is_wildcard(const char *p)
{
	return (p[0] == '*' && p[1] == '.' && strchr(p, '/') == NULL &&
	    strchr(p, ':') == NULL && is_host(p + 2, strlen(p + 2)));
}

/* A prefix or location into a buffer, without a slash at its end. */
static int
take_place(struct reader *r, const struct toml *t, char *out)
{
	size_t	 n;

	if (t->kind != TOML_STRING)
		return (bad(r, t, "%s must be a string, not %s", t->key,
		    toml_kind_name(t->kind)));
	if (has_scheme(t->text))
		return (bad(r, t, "%s must not have http:// or https:// in "
		    "front (see insecure)", t->key));
	for (n = t->len; n > 0 && t->text[n - 1] == '/'; n--)
		;
	if (n >= PLACE_MAX || memchr(t->text, '\0', n) != NULL)
		return (bad(r, t, "%s is too long", t->key));
	memcpy(out, t->text, n);
	out[n] = '\0';
	if (n > 0 && !is_place(out) && !is_wildcard(out))
		return (bad(r, t, "%s must be host[:port][/path] or *.host, "
		    "not \"%.60s\"", t->key, out));
	return (0);
}

static int
take_bool(struct reader *r, const struct toml *t, bool *out)
{
	if (t->kind != TOML_BOOLEAN)
		return (bad(r, t, "%s must be true or false, not %s", t->key,
		    toml_kind_name(t->kind)));
	*out = t->integer != 0;
	return (0);
}

static int
unknown(struct reader *r, const struct toml *t, const char *table)
{
	char	 what[NAME_LEN + 64];

	(void)snprintf(what, sizeof(what), "unknown key \"%s.%.100s\"", table,
	    t->key);
	if (r->doc->found != NULL)
		return (finding_add(r->doc->found, "unknown", t->line, t->col,
		    what));
	if (settings_warn(r->s, "%s:%u: %s is ignored", r->doc->path, t->line,
	    what) == -1)
		return (problem_no_memory(r->pr));
	return (0);
}

/* --- mirrors --- */

/* The restriction of a mirror, or NULL. */
static const char *
pull_of(const char *mirror)
{
	const char	*last = strrchr(mirror, ',');

	return (last == NULL || strcmp(last, ",insecure") == 0 ? NULL :
	    last + 1);
}

static int
take_pull(struct reader *r, const struct toml *t, const char **pull)
{
	static const char *const	 words[] = {
		"digest-only", "tag-only",
	};

	if (t->kind == TOML_STRING && (t->len == 0 ||
	    strcmp(t->text, "all") == 0))
		return (0);
	for (size_t i = 0; t->kind == TOML_STRING && i < NITEMS(words); i++)
		if (strcmp(t->text, words[i]) == 0) {
			*pull = words[i];
			return (0);
		}
	return (bad(r, t, "pull-from-mirror must be all, digest-only or "
	    "tag-only"));
}

static int
take_mirror(struct reader *r, const struct toml *table, struct registry *g)
{
	char		 where[PLACE_MAX] = "";
	const char	*pull = "";
	bool		 insecure = false;
	int		 rc = 0;

	if (table->kind != TOML_TABLE)
		return (bad(r, table, "registry.mirror must be an array of "
		    "tables"));
	for (const struct toml *t = table->first; rc == 0 && t != NULL;
	    t = t->next)
		if (strcmp(t->key, "location") == 0)
			rc = take_place(r, t, where);
		else if (strcmp(t->key, "insecure") == 0)
			rc = take_bool(r, t, &insecure);
		else if (strcmp(t->key, "pull-from-mirror") == 0)
			rc = take_pull(r, t, &pull);
		else
			rc = unknown(r, t, "registry.mirror");
	if (rc == -1)
		return (-1);
	if (*where == '\0' || *where == '*')
		return (bad(r, table, "a mirror needs a location"));
	if (g->n == MIRRORS_MAX)
		return (bad(r, table, "more than %d mirrors", MIRRORS_MAX));
	if (asprintf(&g->mirrors[g->n], "%s%s%s%s", where, insecure ?
	    ",insecure" : "", *pull == '\0' ? "" : ",", pull) == -1)
		return (bad(r, table, "out of memory"));
	g->n++;
	return (0);
}

static int
take_mirrors(struct reader *r, const struct toml *t, struct registry *g)
{
	if (t->kind != TOML_ARRAY)
		return (bad(r, t, "registry.mirror must be an array of tables, "
		    "not %s", toml_kind_name(t->kind)));
	for (const struct toml *e = t->first; e != NULL; e = e->next)
		if (take_mirror(r, e, g) == -1)
			return (-1);
	return (0);
}

/* --- registries --- */

static int
take_field(struct reader *r, const struct toml *t, struct registry *g)
{
	if (strcmp(t->key, "prefix") == 0)
		return (take_place(r, t, g->prefix));
	if (strcmp(t->key, "location") == 0)
		return (take_place(r, t, g->location));
	if (strcmp(t->key, "insecure") == 0)
		return (take_bool(r, t, &g->insecure));
	if (strcmp(t->key, "blocked") == 0)
		return (take_bool(r, t, &g->blocked));
	if (strcmp(t->key, "mirror-by-digest-only") == 0)
		return (take_bool(r, t, &g->digest_only));
	if (strcmp(t->key, "mirror") == 0)
		return (take_mirrors(r, t, g));
	return (unknown(r, t, "registry"));
}

/* The rules of the man page for prefix, location and mirrors together. */
static int
complete(struct reader *r, const struct toml *t, struct registry *g)
{
	if (*g->prefix == '\0' && *g->location == '\0')
		return (bad(r, t, "a registry needs a prefix or a location"));
	if (*g->location == '*')
		return (bad(r, t, "location cannot be a wildcard"));
	if (*g->prefix == '\0')
		memcpy(g->prefix, g->location, sizeof(g->prefix));
	if (*g->location == '\0' && *g->prefix != '*')
		return (bad(r, t, "registry \"%s\" needs a location",
		    g->prefix));
	for (size_t i = 0; g->digest_only && i < g->n; i++)
		if (pull_of(g->mirrors[i]) != NULL)
			return (bad(r, t, "registry \"%s\": pull-from-mirror "
			    "and mirror-by-digest-only cannot both be set",
			    g->prefix));
	return (0);
}

static int
put_field(struct reader *r, const struct toml *t, const struct registry *g,
    size_t i, char *const *values, size_t n)
{
	char		 name[NAME_LEN + 64], origin[512];
	struct setting	*it;

	(void)snprintf(name, sizeof(name), TABLE "%s.%s", g->prefix,
	    fields[i].name);
	(void)snprintf(origin, sizeof(origin), "%s:%u", r->doc->path, t->line);
	if (settings_put(r->s, &fields[i], name, values, n, origin) == -1)
		return (bad(r, t, "out of memory"));
	if ((it = settings_find(r->s, name)) != NULL) {
		it->line = t->line;
		it->col = t->col;
	}
	return (0);
}

static int
put_registry(struct reader *r, const struct toml *t, struct registry *g)
{
	static const char *const	 words[] = { "false", "true" };
	const bool			 flags[] = { g->insecure, g->blocked,
					    g->digest_only };
	char				*v = g->location, word[8];

	if (put_field(r, t, g, F_LOCATION, &v, 1) == -1)
		return (-1);
	v = word;
	for (size_t i = 0; i < NITEMS(flags); i++) {
		(void)snprintf(word, sizeof(word), "%s", words[flags[i]]);
		if (put_field(r, t, g, F_INSECURE + i, &v, 1) == -1)
			return (-1);
	}
	return (put_field(r, t, g, F_MIRROR, g->mirrors, g->n));
}

static int
take_registry(struct reader *r, const struct toml *table)
{
	struct registry	 g = { .n = 0 };
	bool		 good = true;
	int		 rc = 0;

	if (table->kind != TOML_TABLE)
		return (bad(r, table, "registry must be an array of tables"));
	for (const struct toml *t = table->first; rc == 0 && t != NULL;
	    t = t->next)
		if (take_field(r, t, &g) == -1) {
			rc = finding_take(r->doc->found, r->pr);
			good = false;
		}
	if (rc == 0 && good && (rc = complete(r, table, &g)) == 0)
		rc = put_registry(r, table, &g);
	for (size_t i = 0; i < g.n; i++)
		free(g.mirrors[i]);
	return (rc);
}

int
registries_merge(struct settings *s, const struct document *doc,
    const struct toml *t, struct problem *pr)
{
	struct reader	 r = { .s = s, .doc = doc, .pr = pr };

	if (t->kind != TOML_ARRAY)
		return (bad(&r, t, "registry must be an array of tables "
		    "([[registry]]), not %s", toml_kind_name(t->kind)));
	for (const struct toml *e = t->first; e != NULL; e = e->next)
		if (take_registry(&r, e) == -1 &&
		    finding_take(doc->found, pr) == -1)
			return (-1);
	return (0);
}

/* --- what must be true of them all --- */

static int bad_value(struct problem *, const struct setting *, const char *,
    ...) __attribute__((format(printf, 3, 4)));

static int
bad_value(struct problem *pr, const struct setting *it, const char *fmt, ...)
{
	char	 text[400];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return (problem_of(pr, it, "%s", text));
}

/* Does the name begin with a registry, as in localhost/x or a.b/x? */
static bool
is_qualified(const char *p)
{
	size_t	 n = strcspn(p, "/");

	if (p[n] != '/')
		return (false);
	return (memchr(p, '.', n) != NULL || memchr(p, ':', n) != NULL ||
	    (n == 9 && memcmp(p, "localhost", 9) == 0));
}

static bool
has_tag(const char *p)
{
	const char	*last = strrchr(p, '/');

	return (strchr(p, '@') != NULL ||
	    strchr(last == NULL ? p : last, ':') != NULL);
}

static int
check_alias(const struct setting *it, struct problem *pr)
{
	const char	*name = it->name + strlen("registries.aliases.");
	const char	*to = it->n == 0 ? "" : it->values[0];

	if (is_qualified(name) || has_tag(name) || !is_place(name))
		return (bad_value(pr, it, "alias \"%.80s\" must be a short "
		    "name, without registry, tag or digest", name));
	if (*to != '\0' && (!is_qualified(to) || has_tag(to) || !is_place(to)))
		return (bad_value(pr, it, "alias must stand for a full name "
		    "such as registry.example/image, without tag or digest, "
		    "not \"%.80s\"", to));
	return (0);
}

static int
check_search(const struct setting *it, struct problem *pr)
{
	for (size_t i = 0; it != NULL && i < it->n; i++)
		if (has_scheme(it->values[i]) ||
		    !is_host(it->values[i], strlen(it->values[i])))
			return (bad_value(pr, it, "unqualified-search-"
			    "registries must be host[:port], not \"%.80s\"",
			    it->values[i]));
	return (0);
}

/* Is this setting the given field of a registry? */
static bool
is_field(const struct setting *it, size_t i)
{
	return (it->key == &fields[i] && it->n > 0 && it->values[0][0] != '\0');
}

/* The other field of the registry whose location this is. */
static const char *
sibling(const struct settings *s, const struct setting *location, size_t i)
{
	char	 name[NAME_LEN + 64];

	(void)snprintf(name, sizeof(name), "%.*s%s",
	    (int)(strlen(location->name) - strlen("location")),
	    location->name, fields[i].name);
	return (settings_str(s, name, "false"));
}

/* One location cannot be secure by one prefix and insecure by another. */
static int
check_conflicts(const struct settings *s, struct problem *pr)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t j = 0; is_field(&s->all[i], F_LOCATION) && j < i;
		    j++) {
			const struct setting	*a = &s->all[i];
			const struct setting	*b = &s->all[j];

			if (!is_field(b, F_LOCATION) ||
			    strcmp(a->values[0], b->values[0]) != 0)
				continue;
			for (size_t f = F_INSECURE; f <= F_BLOCKED; f++)
				if (strcmp(sibling(s, a, f),
				    sibling(s, b, f)) != 0)
					return (bad_value(pr, a, f ==
					    F_INSECURE ? "\"%s\" is insecure "
					    "in one registry and not in "
					    "another" : "\"%s\" is blocked in "
					    "one registry and not in another",
					    a->values[0]));
		}
	return (0);
}

int
registries_check(const struct settings *s, struct problem *pr)
{
	if (check_search(settings_find(s,
	    "registries.unqualified-search-registries"), pr) == -1)
		return (-1);
	for (size_t i = 0; i < s->n; i++) {
		const struct setting	*it = &s->all[i];

		if (it->key == NULL || it->key->conf != CONF_REGISTRIES)
			continue;
		if (check_setting(it, pr) == -1 ||
		    (it->key->type == KEY_STRMAP && check_alias(it, pr) == -1))
			return (-1);
	}
	return (check_conflicts(s, pr));
}

/* --- text --- */

static void
print_mirrors(FILE *f, const struct setting *it)
{
	for (size_t i = 0; i < it->n; i++) {
		const char	*v = it->values[i];
		char		 where[PLACE_MAX];

		(void)snprintf(where, sizeof(where), "%.*s",
		    (int)strcspn(v, ","), v);
		fputs("\n[[registry.mirror]]\nlocation = ", f);
		emit_string(f, where);
		fputc('\n', f);
		if (strstr(v, ",insecure") != NULL)
			fputs("insecure = true\n", f);
		if ((v = pull_of(v)) != NULL)
			fprintf(f, "pull-from-mirror = \"%s\"\n", v);
	}
}

static void
print_field(FILE *f, const struct setting *it)
{
	if (it->key == &fields[F_MIRROR]) {
		print_mirrors(f, it);
		return;
	}
	fprintf(f, "%s = ", it->key->name);
	if (it->key == &fields[F_LOCATION])
		emit_string(f, it->n == 0 ? "" : it->values[0]);
	else
		fputs(it->n == 0 ? "false" : it->values[0], f);
	emit_comment(f, it->origin);
}

/* Print the fields of a registry next to each other. */
void
registries_print(FILE *f, const struct settings *s)
{
	char	 prefix[NAME_LEN];

	for (size_t i = 0; i < s->n; i++) {
		const struct setting	*it = &s->all[i];

		if (it->key < fields || it->key >= fields + NITEMS(fields))
			continue;
		if (it->key == &fields[F_LOCATION]) {
			(void)snprintf(prefix, sizeof(prefix), "%.*s",
			    (int)(strlen(it->name) - strlen(TABLE) -
			    strlen(".location")), it->name + strlen(TABLE));
			fputs("\n[[registry]]\nprefix = ", f);
			emit_string(f, prefix);
			fputc('\n', f);
		}
		print_field(f, it);
	}
}
