#include "emit.h"

#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "messages.h"
#include "record.h"
#include "registry.h"
#include "request.h"
#include "settings.h"
#include "config.h"
#include "source.h"
#include "unsupported.h"

/* --- the record --- */

static void
add_setting(struct rec *r, const struct setting *it, const char *name)
{
	char	 key[300];

	for (size_t i = 0; i < it->n; i++)
		(void)rec_add(r, KEY_FROM(name), it->values[i]);
	/* A built-in value has no origin: that is half of the record. */
	if (it->origin == NULL || strcmp(it->origin, ORIGIN_BUILTIN) == 0)
		return;
	(void)snprintf(key, sizeof(key), "origin:%s", name);
	(void)rec_add(r, KEY_FROM(key), it->origin);
	(void)snprintf(key, sizeof(key), "overrode:%s", name);
	for (size_t i = 0; i < it->noverrode; i++)
		(void)rec_add(r, KEY_FROM(key), it->overrode[i]);
}

/* Present only on request, so it is not part of the digest. */
static bool
is_registries(const struct setting *it)
{
	return (it->key != NULL && it->key->conf == CONF_REGISTRIES);
}

/* Expand a path with cpu* on this machine. */
static void
add_cpus(struct rec *r, const struct request *rq, const char *alias,
    const char *path, size_t before)
{
	char	 full[PATH_LEN];

	for (unsigned int cpu = 0; cpu < 8192; cpu++) {
		if (path_format(full, sizeof(full), "%.*s/cpu%u", (int)before,
		    path, cpu) == -1 || !system_has_dir(rq, full))
			return;
		if (path_format(full, sizeof(full), "%.*s/cpu%u/%s",
		    (int)before, path, cpu, path + before + 6) == 0 &&
		    system_has(rq, full))
			(void)rec_add(r, KEY_FROM(alias), full);
	}
}

static void
add_paths(struct rec *r, const struct settings *s, const struct request *rq,
    const char *name, const char *alias)
{
	const struct setting	*it = settings_find(s, name);
	const char		*cpu;

	for (size_t i = 0; it != NULL && i < it->n; i++)
		if ((cpu = strstr(it->values[i], "/cpu*/")) != NULL)
			add_cpus(r, rq, alias, it->values[i],
			    (size_t)(cpu - it->values[i]));
		else
			(void)rec_add(r, KEY_FROM(alias), it->values[i]);
}

static void
add_place(struct rec *r, const char *key, const char *path)
{
	if (*path != '\0')
		(void)rec_add(r, KEY_FROM(key), path);
}

static void
add_places(struct rec *r, const struct places *pl)
{
	add_place(r, "path.graph", pl->graph);
	add_place(r, "path.run_storage", pl->run_storage);
	add_place(r, "path.state", pl->state);
	add_place(r, "path.state_next", pl->state_next);
	add_place(r, "path.run", pl->run);
	add_place(r, "path.policy_json", pl->policy_json);
	add_place(r, "path.registries_conf", pl->registries);
	add_place(r, "path.mounts_conf", pl->mounts);
	(void)rec_add(r, KEY_AS(seccomp_profile),
	    *pl->seccomp == '\0' ? "default" : pl->seccomp);
	(void)rec_add(r, KEY_AS(state_type), pl->state_type);
	for (size_t i = 0; pl->set[i] != NULL; i++)
		(void)rec_add(r, KEY(set), pl->set[i]);
}

/* The variables that podman exports for a rootless user. */
static void
add_environment(struct rec *r, const struct request *rq)
{
	if (!rq->rootless)
		return;
	(void)rec_add(r, KEY_AS(env_config_home), rq->config_home);
	(void)rec_add(r, KEY_AS(env_data_home), rq->data_home);
	(void)rec_add(r, KEY_AS(env_runtime_dir), rq->runtime_dir);
	if (rq->bus[0] != '\0')
		(void)rec_add(r, KEY_AS(env_bus), rq->bus);
}

static int
add_digest(struct rec *r)
{
	scoped_free void	*bytes = NULL;
	char			 hex[SHA256_DIGEST_STRING_LENGTH];
	size_t			 len;

	if (rec_encode(r, &bytes, &len) == -1 ||
	    SHA256Data(bytes, len, hex) == NULL)
		return (-1);
	return (rec_addf(r, KEY(digest), "sha256:%s", hex));
}

static int
add_text(struct rec *r, const struct settings *s, const char *key,
    enum conf_kind conf)
{
	scoped_free char	*text = emit_text(s, conf);

	return (text == NULL ? -1 : rec_add(r, KEY_FROM(key), text));
}

/* The type of a setting, in short form, and whether it has an effect. */
static void
add_type(struct rec *r, const char *name, const char *type, bool supported)
{
	char	 key[NAME_MAX_LEN + 16];

	(void)snprintf(key, sizeof(key), "type:%s", name);
	(void)rec_add(r, KEY_FROM(key), type);
	if (supported)
		return;
	(void)snprintf(key, sizeof(key), "unsupported:%s", name);
	(void)rec_add(r, KEY_FROM(key), "true");
}

/* The types of all keys, and of the members of tables. */
static void
add_types(struct rec *r, const struct settings *s)
{
	static const char *const	 names[] = {
		[KEY_BOOL] = "bool", [KEY_INT] = "int", [KEY_UINT] = "int",
		[KEY_STR] = "string", [KEY_SCALAR] = "string",
		[KEY_LIST] = "list", [KEY_POOLS] = "list", [KEY_MAP] = "string",
		[KEY_STRMAP] = "string", [KEY_MAPLIST] = "list",
		[KEY_TREE] = "string", [KEY_REGISTRIES] = "table",
	};

	for (size_t i = 0; i < schema_len; i++)
		add_type(r, schema[i].name, key_is_map(&schema[i]) ? "table" :
		    names[schema[i].type], schema[i].supported);
	for (size_t i = 0; i < s->n; i++) {
		const struct setting	*it = &s->all[i];

		if (it->key != NULL && strcmp(it->key->name, it->name) != 0)
			add_type(r, it->name, names[it->key->type],
			    it->key->supported);
	}
}

static void
add_files(struct rec *r, const struct sources *ss)
{
	for (size_t i = 0; i < ss->n; i++)
		(void)rec_add(r, ss->all[i].shadowed ? KEY_AS(file_shadowed) :
		    KEY_IN(config, file), ss->all[i].path);
}

/* The part that only people and pulls need. */
static int
add_more(struct rec *r, const struct settings *s, const struct sources *ss,
    unsigned int flags)
{
	char	 key[64];

	for (size_t i = 0; i < s->n; i++)
		if (is_registries(&s->all[i]))
			add_setting(r, &s->all[i], s->all[i].name);
	for (size_t i = 0; i + 1 < s->nproblems; i += 2) {
		(void)snprintf(key, sizeof(key), "problem:%s", s->problems[i]);
		(void)rec_add(r, KEY_FROM(key), s->problems[i + 1]);
	}
	if ((flags & CONFIG_TEXT) == 0)
		return (0);
	add_types(r, s);
	add_files(r, ss);
	if (add_text(r, s, "text.containers", CONF_CONTAINERS) == -1 ||
	    add_text(r, s, "text.storage", CONF_STORAGE) == -1)
		return (-1);
	if ((flags & (CONFIG_REGISTRIES | CONFIG_ALL)) == 0)
		return (0);
	return (add_text(r, s, "text.registries", CONF_REGISTRIES));
}

/* Values of a setting that root's containers do not take. */
static void
add_of_users(struct rec *r, const struct setting *it)
{
	char	 key[NAME_MAX_LEN + 16];

	(void)snprintf(key, sizeof(key), "unused:%s", it->name);
	for (size_t i = 0; i < it->n; i++)
		if (unsupported_for_root(it, it->values[i]) != NULL)
			(void)rec_add(r, KEY_FROM(key), it->values[i]);
}

/* Values that containers cannot have here: bulkhead takes its own. */
static void
add_unsupported(struct rec *r, const struct settings *s, bool rootless)
{
	char	 key[NAME_MAX_LEN + 16];

	for (size_t i = 0; i < s->n; i++) {
		if (!rootless)
			add_of_users(r, &s->all[i]);
		if (!unsupported_value(&s->all[i], rootless))
			continue;
		(void)snprintf(key, sizeof(key), "unsupported:%s",
		    s->all[i].name);
		(void)rec_add(r, KEY_FROM(key), "true");
	}
}

struct rec *
emit_record(const struct settings *s, const struct request *rq,
    const struct places *pl, const struct sources *ss, unsigned int flags)
{
	struct rec	*r = rec_new();

	if (r == NULL)
		return (NULL);
	(void)rec_add(r, KEY(mode), rq->rootless ? "rootless" : "system");
	(void)rec_add_num(r, KEY(uid), rq->uid);
	add_places(r, pl);
	add_environment(r, rq);
	for (size_t i = 0; i < s->n; i++)
		if (!is_registries(&s->all[i]))
			add_setting(r, &s->all[i], s->all[i].name);
	add_unsupported(r, s, rq->rootless);
	add_paths(r, s, rq, "containers.masked_paths", "mask");
	add_paths(r, s, rq, "containers.readonly_paths", "ropath");
	for (size_t i = 0; i < s->nwarnings; i++)
		(void)rec_add(r, KEY(warn), s->warnings[i]);
	if (add_digest(r) == -1 ||
	    (flags != 0 && add_more(r, s, ss, flags) == -1)) {
		rec_free(r);
		return (NULL);
	}
	return (r);
}

/* --- text --- */

void
emit_string(FILE *f, const char *v)
{
	fputc('"', f);
	for (; *v != '\0'; v++) {
		unsigned char	 c = (unsigned char)*v;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static bool
is_plain_scalar(const char *v)
{
	if (strcmp(v, "true") == 0 || strcmp(v, "false") == 0)
		return (true);
	v += *v == '-';
	return (*v != '\0' && v[strspn(v, "0123456789")] == '\0' &&
	    (*v != '0' || v[1] == '\0') && strlen(v) < 19);
}

static void
put_list(FILE *f, const struct setting *it)
{
	fputc('[', f);
	for (size_t i = 0; i < it->n; i++) {
		fputs(it->n > 1 ? "\n  " : "", f);
		emit_string(f, it->values[i]);
		fputs(it->n > 1 ? "," : "", f);
	}
	fputs(it->n > 1 ? "\n]" : "]", f);
}

static void
put_pools(FILE *f, const struct setting *it)
{
	fputc('[', f);
	for (size_t i = 0; i < it->n; i++) {
		int	 n = (int)strcspn(it->values[i], ",");

		fprintf(f, "\n  { base = \"%.*s\", size = %s },", n,
		    it->values[i], it->values[i] + n + 1);
	}
	fputs("\n]", f);
}

static void
put_value(FILE *f, const struct setting *it)
{
	const char	*v = it->n == 0 ? "" : it->values[0];

	switch (it->key->type) {
	case KEY_LIST:
	case KEY_MAPLIST:
		put_list(f, it);
		break;
	case KEY_POOLS:
		put_pools(f, it);
		break;
	case KEY_BOOL:
	case KEY_INT:
	case KEY_UINT:
		fputs(v, f);
		break;
	case KEY_SCALAR:
	case KEY_MAP:
	case KEY_TREE:
	case KEY_REGISTRIES:	/* prints itself */
		if (is_plain_scalar(v)) {
			fputs(v, f);
			break;
		}
		/* FALLTHROUGH */
	case KEY_STR:
	case KEY_STRMAP:
		emit_string(f, v);
		break;
	}
}

static void
put_name(FILE *f, const char *name)
{
	if (*name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0')
		fputs(name, f);
	else
		emit_string(f, name);
}

/* A file name may have control characters; a comment may not. */
void
emit_comment(FILE *f, const char *text)
{
	fputs("\t# ", f);
	for (; *text != '\0'; text++)
		fputc(*text >= ' ' && *text <= '~' ? *text : '?', f);
	fputc('\n', f);
}

/* The rest of "table.name.member" is two names. */
static void
put_path(FILE *f, const char *name)
{
	const char	*dot = strrchr(name, '.');
	char		 table[300];

	if (dot != NULL) {
		(void)snprintf(table, sizeof(table), "%.*s", (int)(dot - name),
		    name);
		put_name(f, table);
		fputc('.', f);
		name = dot + 1;
	}
	put_name(f, name);
}

static void
put_line(FILE *f, const struct setting *it, const char *name)
{
	bool	 list = it->key->type == KEY_LIST ||
		    it->key->type == KEY_MAPLIST || it->key->type == KEY_POOLS;

	if (it->n == 0 && !list)
		return;		/* cleared by an option */
	if (it->key->type == KEY_TREE)
		put_path(f, name);
	else
		put_name(f, name);
	fputs(" = ", f);
	put_value(f, it);
	emit_comment(f, it->origin);
}

static bool
is_member_of(const struct setting *it, const char *table)
{
	size_t	 n = strlen(table);

	return (strncmp(it->name, table, n) == 0 && it->name[n] == '.');
}

/* The members of one map, under its own header. */
static void
put_map(FILE *f, const struct settings *s, const struct key *key)
{
	bool	 any = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct setting	*it = &s->all[i];

		if (it->key != key || it->origin == NULL ||
		    !is_member_of(it, key->name))
			continue;
		if (!any)
			fprintf(f, "\n[%s]\n", key->conf == CONF_REGISTRIES ?
			    key->name + strlen("registries.") : key->name);
		any = true;
		put_line(f, it, it->name + strlen(key->name) + 1);
	}
}

/* The plain keys of the table that row i begins. */
static void
put_table(FILE *f, const struct settings *s, size_t i, size_t len)
{
	const struct key	*first = &schema[i];
	const struct setting	*it;
	bool			 any = false;

	for (; i < schema_len && schema[i].conf == first->conf &&
	    strncmp(schema[i].name, first->name, len + 1) == 0 &&
	    strchr(schema[i].name + len + 1, '.') == NULL; i++) {
		if (key_is_map(&schema[i]) ||
		    (it = settings_find(s, schema[i].name)) == NULL ||
		    it->origin == NULL)
			continue;
		if (!any && first->conf != CONF_REGISTRIES)
			fprintf(f, "\n[%.*s]\n", (int)len, first->name);
		any = true;
		put_line(f, it, schema[i].name + len + 1);
	}
}

char *
emit_text(const struct settings *s, enum conf_kind conf)
{
	const char	*last = "";
	size_t		 last_len = 0, len, size;
	char		*text = NULL;
	FILE		*f;

	if ((f = open_memstream(&text, &size)) == NULL)
		return (NULL);
	for (size_t i = 0; i < schema_len; i++) {
		const char	*name = schema[i].name;

		if (schema[i].conf != conf)
			continue;
		len = (size_t)(strrchr(name, '.') - name);
		if (len == last_len && strncmp(name, last, len) == 0)
			continue;
		put_table(f, s, i, len);
		last = name;
		last_len = len;
	}
	for (size_t i = 0; i < schema_len; i++)
		if (schema[i].conf == conf && key_is_map(&schema[i]))
			put_map(f, s, &schema[i]);
	if (conf == CONF_REGISTRIES)
		registries_print(f, s);
	if (fclose(f) != 0) {
		free(text);
		return (NULL);
	}
	return (text);
}
