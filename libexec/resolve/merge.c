#include "merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "nitems.h"
#include "registry.h"
#include "settings.h"
#include "toml.h"

enum { SCALAR_MAX = 32 };

struct merge {
	struct settings		*s;
	const struct document	*doc;
	struct problem		*pr;
	bool			 builtin;
};

/* Collected values; their text points into the document. */
struct values {
	char	**v;
	size_t	 n;
};

static int
wrong_type(struct merge *m, const struct toml *t, const char *name,
    const char *want)
{
	return (problem_at(m->pr, m->doc->path, t->line, t->col,
	    "%s must be %s, not %s", name, want, toml_kind_name(t->kind)));
}

static int
no_memory(struct merge *m)
{
	return (problem_set(m->pr, "%s: out of memory", m->doc->path));
}

static int
add_value(struct merge *m, struct values *vs, const char *text)
{
	char	**bigger;

	if ((bigger = reallocarray(vs->v, vs->n + 1, sizeof(*bigger))) == NULL)
		return (no_memory(m));
	vs->v = bigger;
	if ((vs->v[vs->n] = strdup(text)) == NULL)
		return (no_memory(m));
	vs->n++;
	return (0);
}

static void
values_clear(struct values *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		free(vs->v[i]);
	free(vs->v);
	*vs = (struct values){ 0 };
}

static int
add_string(struct merge *m, const struct toml *t, const char *name,
    struct values *vs)
{
	if (strlen(t->text) != t->len)
		return (problem_at(m->pr, m->doc->path, t->line, t->col,
		    "%s has a NUL in it", name));
	return (add_value(m, vs, t->text));
}

static int
add_number(struct merge *m, const struct toml *t, struct values *vs)
{
	char	 text[SCALAR_MAX];

	(void)snprintf(text, sizeof(text), "%" PRId64, t->integer);
	return (add_value(m, vs, text));
}

/* One value for a key that is not a list or a table. */
static int
take_scalar(struct merge *m, const struct toml *t, const struct key *key,
    const char *name, struct values *vs)
{
	bool	 any = key->type == KEY_SCALAR || key->type == KEY_MAP ||
		    key->type == KEY_TREE;

	if (t->kind == TOML_STRING && (any || key->type == KEY_STR ||
	    key->type == KEY_STRMAP))
		return (add_string(m, t, name, vs));
	if (t->kind == TOML_BOOLEAN && (any || key->type == KEY_BOOL))
		return (add_value(m, vs, t->integer ? "true" : "false"));
	if (t->kind == TOML_INTEGER && (any || key->type == KEY_INT ||
	    (key->type == KEY_UINT && t->integer >= 0)))
		return (add_number(m, t, vs));
	if (key->type == KEY_UINT && t->kind == TOML_INTEGER)
		return (problem_at(m->pr, m->doc->path, t->line, t->col,
		    "%s must not be negative, but is %" PRId64, name,
		    t->integer));
	if (any)
		return (wrong_type(m, t, name, schema_type_name(KEY_SCALAR)));
	if (key->type == KEY_STRMAP)
		return (wrong_type(m, t, name, schema_type_name(KEY_STR)));
	return (wrong_type(m, t, name, schema_type_name(key->type)));
}

/* { append = true } in containers.conf: -1 if it is malformed. */
static int
take_append(const struct toml *t, const struct key *key, bool *on)
{
	const struct toml	*a = t->first;

	if (key->conf == CONF_REGISTRIES || t->kind != TOML_TABLE ||
	    a == NULL || a->next != NULL ||
	    strcmp(a->key, "append") != 0 || a->kind != TOML_BOOLEAN)
		return (-1);
	*on = a->integer != 0;
	return (0);
}

static int
take_list(struct merge *m, const struct toml *t, const struct key *key,
    const char *name, struct values *vs)
{
	bool	 on;

	if (t->kind != TOML_ARRAY)
		return (wrong_type(m, t, name, schema_type_name(KEY_LIST)));
	for (const struct toml *e = t->first; e != NULL; e = e->next) {
		if (take_append(e, key, &on) == 0) {
			if (settings_append(m->s, key, name, on) == -1)
				return (no_memory(m));
			continue;
		}
		if (e->kind != TOML_STRING)
			return (wrong_type(m, e, name,
			    schema_type_name(KEY_LIST)));
		if (add_string(m, e, name, vs) == -1)
			return (-1);
	}
	return (0);
}

/* Check the characters of a subnet; its user parses it. */
static bool
is_subnet(const struct toml *t)
{
	return (t != NULL && t->kind == TOML_STRING && t->len > 0 &&
	    t->len <= 64 &&
	    strspn(t->text, "0123456789abcdefABCDEF.:/") == t->len);
}

static int
take_pools(struct merge *m, const struct toml *t, const char *name,
    struct values *vs)
{
	const char	*want = schema_type_name(KEY_POOLS);
	const struct toml *base, *size;
	char		 text[NAME_MAX_LEN];

	if (t->kind != TOML_ARRAY)
		return (wrong_type(m, t, name, want));
	for (const struct toml *e = t->first; e != NULL; e = e->next) {
		base = toml_find(e, "base");
		size = toml_find(e, "size");
		if (!is_subnet(base) || size == NULL ||
		    size->kind != TOML_INTEGER)
			return (wrong_type(m, e, name, want));
		(void)snprintf(text, sizeof(text), "%s,%" PRId64, base->text,
		    size->integer);
		if (add_value(m, vs, text) == -1)
			return (-1);
	}
	return (0);
}

/* Record its place, for messages about its value. */
static void
place(const struct merge *m, const struct toml *t, const char *name)
{
	struct setting	*it;

	if (m->builtin || (it = settings_find(m->s, name)) == NULL)
		return;
	it->line = t->line;
	it->col = t->col;
}

/* One setting, of any type. */
static int
take_setting(struct merge *m, const struct toml *t, const struct key *key,
    const char *name)
{
	struct values	 vs = { 0 };
	char		 origin[512];
	int		 rc;

	if (key->type == KEY_LIST || key->type == KEY_MAPLIST)
		rc = take_list(m, t, key, name, &vs);
	else if (key->type == KEY_POOLS)
		rc = take_pools(m, t, name, &vs);
	else
		rc = take_scalar(m, t, key, name, &vs);
	if (rc == 0 && (m->doc->wanted == NULL || m->doc->wanted(name))) {
		if (m->builtin)
			(void)snprintf(origin, sizeof(origin), "%s",
			    ORIGIN_BUILTIN);
		else
			(void)snprintf(origin, sizeof(origin), "%s:%u",
			    m->doc->path, t->line);
		if (settings_put(m->s, key, name, vs.v, vs.n, origin) == -1)
			rc = no_memory(m);
		else
			place(m, t, name);
	}
	values_clear(&vs);
	return (rc);
}

/*
 * "table" + "." + "member". False if no key of ours can have that name: it is
 * empty, longer than any, or has a NUL in it.
 */
static bool
join(char *out, size_t size, const char *table, const struct toml *t)
{
	int	 n;

	if (strlen(t->key) != t->key_len)
		return (false);
	n = snprintf(out, size, "%s%s%s", table, *table == '\0' ? "" : ".",
	    t->key);
	return (n > 0 && (size_t)n < size);
}

/* After a failure: 0 to go on, in a check. */
static int
failed(const struct merge *m)
{
	return (finding_take(m->doc->found, m->pr));
}

static int
unknown(struct merge *m, const struct toml *t, const char *name)
{
	char	 what[NAME_MAX_LEN + 32];

	if (m->doc->found != NULL) {
		(void)snprintf(what, sizeof(what), "unknown key \"%s\"", name);
		return (finding_add(m->doc->found, "unknown", t->line, t->col,
		    what));
	}
	if (m->doc->kind == CONF_LIBPOD)
		return (0);
	if (settings_warn(m->s, "%s:%u: unknown key \"%s\" is ignored",
	    m->doc->path, t->line, name) == -1)
		return (no_memory(m));
	return (0);
}

/* The same for a name that join() refuses. */
static int
unnamed(struct merge *m, const struct toml *t, const char *table)
{
	char	 key[48], name[NAME_MAX_LEN];

	toml_quote(t->key, t->key + t->key_len, key, sizeof(key));
	(void)snprintf(name, sizeof(name), "%.200s%s%s", table,
	    *table == '\0' ? "" : ".", key);
	return (unknown(m, t, name));
}

/* A table whose members have names of their own. */
static int
take_members(struct merge *m, const struct toml *t, const struct key *key,
    const char *name)
{
	char	 sub[NAME_MAX_LEN];
	int	 rc;

	if (t->kind != TOML_TABLE)
		return (wrong_type(m, t, name, schema_type_name(key->type)));
	for (const struct toml *e = t->first; e != NULL; e = e->next) {
		if (!join(sub, sizeof(sub), name, e))
			rc = unnamed(m, e, name);
		else if (key->type == KEY_TREE && e->kind == TOML_TABLE)
			rc = take_members(m, e, key, sub);
		else
			rc = take_setting(m, e, key, sub);
		if (rc == -1 && failed(m) == -1)
			return (-1);
	}
	return (0);
}

/* The value of a key, of any type. */
static int
take_known(struct merge *m, const struct toml *t, const struct key *key,
    const char *name)
{
	if (key->type == KEY_REGISTRIES)
		return (registries_merge(m->s, m->doc, t, m->pr));
	if (key_is_map(key))
		return (take_members(m, t, key, name));
	return (take_setting(m, t, key, name));
}

static int
take_table(struct merge *m, const struct toml *table, const char *prefix)
{
	const struct key	*key;
	char			 name[NAME_MAX_LEN];
	int			 rc;

	for (const struct toml *t = table->first; t != NULL; t = t->next) {
		if (!join(name, sizeof(name), prefix, t))
			rc = unnamed(m, t, prefix);
		else if ((key = schema_find(m->doc->kind, name)) != NULL)
			rc = take_known(m, t, key, name);
		else if (!schema_is_table(m->doc->kind, name))
			rc = unknown(m, t, name);
		else if (t->kind != TOML_TABLE)
			rc = wrong_type(m, t, name, "a table");
		else
			rc = take_table(m, t, name);
		if (rc == -1 && failed(m) == -1)
			return (-1);
	}
	return (0);
}

/*
 * Debian's podman installs a libpod.conf that has each default of 2019: these
 * are the ones that differ from ours. The administrator has not chosen them.
 * No other package has this list of paths.
 */
static const struct {
	const char	*name;
	const char	*values;	/* with a newline after each */
} written[] = {
	{ "cgroup_manager",	"systemd\n" },
	{ "cni_config_dir",	"/etc/cni/net.d/\n" },
	{ "cni_plugin_dir",	"/usr/lib/cni\n/usr/local/lib/cni\n"
				"/opt/cni/bin\n" },
	{ "conmon_path",	"/usr/bin/conmon\n/usr/sbin/conmon\n"
				"/usr/libexec/podman/conmon\n"
				"/usr/local/libexec/crio/conmon\n"
				"/usr/lib/podman/bin/conmon\n"
				"/usr/libexec/crio/conmon\n"
				"/usr/lib/crio/bin/conmon\n" },
	{ "infra_image",	"k8s.gcr.io/pause:3.1\n" },
	{ "runtime",		"crun\n" },
	{ "runtime_supports_json", "crun\nrunc\n" },
	{ "runtime_supports_nocgroups", "crun\n" },
	{ "tmp_dir",		"/var/run/libpod\n" },
};

/* Is it this text, or a list of these lines? */
static bool
has_text(const struct toml *t, const char *lines)
{
	const struct toml	*e = t->kind == TOML_ARRAY ? t->first : t;

	for (; e != NULL; e = e == t ? NULL : e->next) {
		if (e->kind != TOML_STRING || e->len >= strlen(lines) ||
		    strncmp(lines, e->text, e->len) != 0 ||
		    lines[e->len] != '\n')
			return (false);
		lines += e->len + 1;
	}
	return (*lines == '\0');
}

static bool
is_written_default(const struct toml *t)
{
	for (size_t i = 0; i < NITEMS(written); i++)
		if (strcmp(t->key, written[i].name) == 0)
			return (has_text(t, written[i].values));
	return (false);
}

/* The file of Debian's package, changed or not? */
static bool
is_debians(const struct toml *root)
{
	const struct toml	*t = toml_find(root, "conmon_path");

	return (t != NULL && is_written_default(t));
}

/* A log without a limit: only containers.conf can lift it. */
static bool
lifts_log_limit(const char *name, const struct toml *t)
{
	return (strcmp(name, "containers.log_size_max") == 0 &&
	    t->kind == TOML_INTEGER && t->integer < 0);
}

/* libpod.conf: no tables, other names. */
static int
take_legacy(struct merge *m, const struct toml *root)
{
	const struct key	*key;
	const char		*name;
	bool			 debian = is_debians(root);
	int			 rc;

	for (const struct toml *t = root->first; t != NULL; t = t->next) {
		if (strlen(t->key) != t->key_len ||
		    (name = schema_legacy(t->key)) == NULL ||
		    (key = schema_find(CONF_CONTAINERS, name)) == NULL)
			rc = m->doc->found == NULL ? 0 : unknown(m, t, t->key);
		else if (lifts_log_limit(name, t) ||
		    (debian && is_written_default(t)))
			rc = 0;
		else
			rc = take_known(m, t, key, name);
		if (rc == -1 && failed(m) == -1)
			return (-1);
	}
	return (0);
}

/* Version 1 has all lists in one table. */
static int
take_registries(struct merge *m, const struct toml *root)
{
	const struct toml	*old = toml_find(root, "registries");

	if (old != NULL)
		return (problem_at(m->pr, m->doc->path, old->line, old->col,
		    "[registries] is the old format (version 1): write "
		    "unqualified-search-registries, and a [[registry]] with "
		    "location, insecure and blocked for each registry"));
	return (take_table(m, root, "registries"));
}

/* Findings have the text already. */
static int
syntax_error(struct merge *m, const struct toml_error *err)
{
	if (m->doc->found != NULL || *err->near == '\0')
		return (problem_at(m->pr, m->doc->path, err->line, err->col,
		    "%s", err->what));
	return (problem_at(m->pr, m->doc->path, err->line, err->col,
	    "%s near \"%s\"", err->what, err->near));
}

int
merge_document(struct settings *s, const struct document *doc,
    struct problem *pr)
{
	struct merge		 m = { .s = s, .doc = doc, .pr = pr };
	struct toml_error	 err;
	struct toml_doc		*toml;
	int			 rc;

	m.builtin = strcmp(doc->path, ORIGIN_BUILTIN) == 0;
	if ((toml = toml_parse(doc->text, doc->len, &err)) == NULL)
		return (syntax_error(&m, &err));
	if (doc->kind == CONF_LIBPOD)
		rc = take_legacy(&m, toml_root(toml));
	else if (doc->kind == CONF_REGISTRIES)
		rc = take_registries(&m, toml_root(toml));
	else
		rc = take_table(&m, toml_root(toml), "");
	toml_free(toml);
	return (rc);
}
