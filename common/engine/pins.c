#include "pins.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cache.h"
#include "config.h"
#include "grant.h"
#include "hostroot.h"
#include "log.h"
#include "nitems.h"
#include "path.h"
#include "record.h"
#include "session.h"
#include "volumes.h"

enum kind { K_WORD, K_PATH, K_RUN };	/* K_RUN: a path of this boot's */

static const struct pin {
	const char	*key;		/* in the state and in ours */
	const char	*label;
	enum kind	 kind;
} pins[] = {
	{ KEY_TEXT(os), "OS", K_WORD },
	/* First: root's codes of the others are made over it. */
	{ key_text_path_state, "static dir", K_PATH },
	{ key_text_path_run, "tmp dir", K_RUN },
	{ key_text_path_graph, "graph root", K_PATH },
	{ key_text_path_run_storage, "run root", K_RUN },
	{ key_text_storage_driver, "graph driver", K_WORD },
	{ key_text_volume_path, "volume path", K_PATH },
};

#define NPINS	NITEMS(pins)

/* By an option or a file. */
static bool
is_set(const struct rec *config, const struct pin *p)
{
	const char	*key;

	rec_each_text(key, config, KEY(set))
		if (strcmp(key, p->key) == 0)
			return (true);
	return (strcmp(p->key, KEY_TEXT(os)) == 0);
}

/*
 * The value of this configuration. The static dir that is set is the next place
 * of the state, as long as the command looks at another.
 */
static const char *
own_value(const struct rec *config, const struct pin *p)
{
	if (strcmp(p->key, KEY_TEXT(os)) == 0)
		return ("linux");
	if (strcmp(p->key, key_text_path_state) == 0 && is_set(config, p) &&
	    rec_get(config, KEY_AS(path_state_next)) != NULL)
		return (rec_str(config, KEY_AS(path_state_next), ""));
	return (rec_str(config, KEY_FROM(p->key), ""));
}

/* A value, and in system mode that root has chosen it. */
static void
add_value(struct session *s, struct rec *r, const struct pin *p,
    const char *now, const char *value)
{
	char	 key[CONFIG_KEY], grant[64], code[MAC_TEXT];

	(void)rec_add(r, config_key(key, now, p->key), value);
	if (p->kind == K_WORD || !s->root_key.there ||
	    !grant_is_chosen(s, value))
		return;
	grant_setting(s, p->key, value, code);
	(void)snprintf(grant, sizeof(grant), "%sgrant:", now);
	(void)rec_add(r, config_key(key, grant, p->key), code);
}

/*
 * A volume path that cannot be used, or a place where the state is not, is
 * compared with what is recorded, and not recorded.
 */
static const char *
prefix_of(const struct session *s, const struct pin *p)
{
	if (strcmp(p->key, key_text_volume_path) == 0)
		return (*volumes_base(s) == '\0' ? "check:" : "");
	return (strcmp(p->key, key_text_path_state) == 0 &&
	    strcmp(own_value(s->config, p), session_text(s, path_state)) != 0 ?
	    "check:" : "");
}

int
pins_settings_fd(struct session *s)
{
	scoped_rec struct rec	*r = rec_new();
	const char		*v;
	char			 key[CONFIG_KEY];

	for (const struct pin *p = pins; r != NULL && p < pins + NPINS; p++) {
		v = s->made_with == NULL ? "" :
		    rec_str(s->made_with, KEY_FROM(p->key), "");
		if (*v == '\0')
			add_value(s, r, p, prefix_of(s, p), own_value(
			    s->config, p));
		else
			add_value(s, r, p, "", v);
		if ((v = rec_get(s->config, config_key(key, "now:", p->key))) !=
		    NULL)
			add_value(s, r, p, "now:", v);
	}
	return (r == NULL ? -1 : rec_memfd(r, "settings"));
}

/* The path without symbolic links, as far as it exists. */
static bool
canonical(const char *path, char *out)
{
	const char	*rest = path_real(path, out);

	return (rest != NULL && strlcat(out, rest, PATH_MAX) < PATH_MAX);
}

static bool
is_same(const struct pin *p, const char *a, const char *b)
{
	char	 x[PATH_MAX], y[PATH_MAX];

	return (strcmp(a, b) == 0 || (p->kind != K_WORD && canonical(a, x) &&
	    canonical(b, y) && strcmp(x, y) == 0));
}

/*
 * The directory of another login session, which is removed when that ends, and
 * cannot be made for it.
 */
static bool
is_usable(const struct session *s, const struct pin *p, const char *path,
    const char *instead)
{
	struct stat	 st;
	int		 fd;

	if (p->kind != K_RUN)
		return (true);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) &&
	    !session_trusts(s, &st))
		errno = EPERM;
	else if ((fd = path_private_dir(path, !host_root())) != -1) {
		close(fd);
		return (true);
	}
	/* Anything else may pass, and what runs there must not be forgotten. */
	if (errno != ENOENT && errno != EACCES && errno != EPERM &&
	    errno != ENOTDIR && errno != EROFS)
		return (true);
	session_warn(s, "the %s of this store, %s, cannot be used: %s; using "
	    "%s until the next boot", p->label, path, strerror(errno), instead);
	return (false);
}

/* A value in the configuration. 0, or -1 with an error. */
static int
set_value(struct session *s, struct key_str key, const char *value)
{
	return (rec_set(s->config, key, value) == 0 ? 0 :
	    error_set(&s->client.error, ENOMEM, "out of memory"));
}

static int
take_over(struct session *s, const struct pin *p, const char *value)
{
	char		 key[CONFIG_KEY];
	const char	*was;

	if (set_value(s, config_key(key, "pinned:", p->key),
	    own_value(s->config, p)) == -1 ||
	    set_value(s, KEY_FROM(p->key), value) == -1)
		return (-1);
	was = rec_str(s->config, KEY_FROM(key), "");
	if (strcmp(p->key, "storage.driver") == 0)
		session_notice(s, ERR_DB_CONFIG, "the graph driver \"%s\" is "
		    "overwritten by graph driver \"%s\" from the database; "
		    "this may prevent use of images created by other tools",
		    was, value);
	else
		log_debug("overriding %s \"%s\" with \"%s\" from the "
		    "database", p->label, was, value);
	return (0);
}

/*
 * The database is the account's: a path in it is one that root opens, makes
 * or hands over only where root has chosen it for this state before.
 */
static bool
is_granted(struct session *s, const struct pin *p, const char *value,
    const struct rec *made_with)
{
	char	 key[CONFIG_KEY], code[MAC_TEXT];

	if (p->kind == K_WORD || !s->system || !host_root())
		return (true);
	grant_setting(s, p->key, value, code);
	if (*code == '\0' || strcmp(rec_str(made_with, config_key(key, "grant:",
	    p->key), ""), code) != 0)
		return (false);
	grant_choose(s, value);
	return (true);
}

static int
merge_one(struct session *s, const struct pin *p, const struct rec *made_with)
{
	struct rec	*config = s->config;
	const char	*own = own_value(config, p), *value = rec_str(made_with,
			    KEY_FROM(p->key), "");
	struct error	*e = &s->client.error;
	char		 key[CONFIG_KEY];

	if (*value == '\0' || strcmp(value, own) == 0)
		return (0);
	if (!is_granted(s, p, value, made_with))
		return (error_set_code(e, ERR_DB_CONFIG, EMEDIUMTYPE,
		    "database %s \"%.400s\" does not match our %s "
		    "\"%.400s\", and nothing shows that root has chosen it: "
		    "choose it once more, by option or configuration",
		    p->label, value, p->label, own));
	if (!is_same(p, value, own)) {
		if (is_set(config, p))
			return (error_set_code(e, ERR_DB_CONFIG, EMEDIUMTYPE,
			    "database %s \"%s\" does not match our %s \"%s\": "
			    "database configuration mismatch", p->label, value,
			    p->label, own));
		if (!is_usable(s, p, value, own))
			return (set_value(s, config_key(key, "now:", p->key),
			    own));
		return (take_over(s, p, value));
	}
	/* Two names of one directory: the store's, so that both agree. */
	return (set_value(s, KEY_FROM(p->key), value));
}

/*
 * Older versions kept the state of a graph root that a file names at the
 * built-in place. Does the state there belong to another graph root?
 */
static bool
is_of_other_graph(struct session *s, const struct rec *made_with)
{
	static const struct pin	 graph = { key_text_path_graph, "", K_PATH };

	return (rec_get(s->config, KEY_AS(path_state_next)) != NULL &&
	    !is_same(&graph, rec_str(made_with, KEY_AS(path_graph), ""),
	    session_text(s, path_graph)));
}

/* Look where the state of this graph root is now. 1, or -1 with an error. */
static int
use_next_state(struct session *s)
{
	if (set_value(s, KEY_AS(path_state), session_text(s,
	    path_state_next)) == -1)
		return (-1);
	rec_del(s->config, KEY_AS(path_state_next));
	return (config_seal(s) == -1 ? -1 : 1);
}

int
pins_merge(struct session *s, struct rec *made_with)
{
	if (s->made_with != NULL) {
		rec_free(made_with);
		return (error_set(&s->client.error, ESTALE, "the store's "
		    "settings changed again while they were read"));
	}
	if (is_of_other_graph(s, made_with)) {
		rec_free(made_with);
		return (use_next_state(s));
	}
	s->made_with = made_with;
	/* What a clean-up has inherited was merged when that began. */
	if (s->inherit)
		return (1);
	for (size_t i = 0; i < NPINS; i++)
		if (merge_one(s, &pins[i], made_with) == -1)
			return (-1);
	return (config_seal(s) == -1 ? -1 : 1);
}
