#include "pinned.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "grant.h"
#include "log.h"
#include "mac.h"
#include "path.h"
#include "record.h"
#include "session.h"
#include "trust.h"

enum kind { K_WORD, K_PATH, K_RUN };	/* K_RUN: a path of this boot's */

static const struct pin {
	const char	*key;		/* in the store and in ours */
	const char	*twin;		/* what files call it, if different */
	const char	*label;
	enum kind	 kind;
	const char	*by[2];		/* chosen, if one of these is */
	const char	*with[2];	/* ... or by one of these options */
} pins[] = {
	{ .key = KEY_TEXT(os), .label = "OS" },
	{ .key = key_text_path_state, .label = "static dir", .kind = K_PATH,
	  .with = { "origin:storage.graphroot --root" } },
	{ .key = key_text_path_run, .label = "tmp dir", .kind = K_RUN,
	  .with = { "origin:storage.runroot --runroot",
	      "origin:engine.tmp_dir --tmpdir" } },
	{ .key = key_text_path_graph, .twin = "storage.graphroot",
	  .label = "graph root", .kind = K_PATH,
	  .by = { "storage.graphroot", "storage.rootless_storage_path" } },
	{ .key = key_text_path_run_storage, .twin = "storage.runroot",
	  .label = "run root", .kind = K_RUN, .by = { "storage.runroot" } },
	{ .key = key_text_storage_driver, .label = "graph driver",
	  .by = { "storage.driver" } },
	{ .key = key_text_volume_path, .label = "volume path",
	  .kind = K_PATH, .by = { "engine.volume_path" } },
};

#define NPINS	(sizeof(pins) / sizeof(pins[0]))

/* The value of this configuration. */
static const char *
ours(const struct rec *config, const struct pin *p)
{
	return (strcmp(p->key, "os") == 0 ? "linux" :
	    rec_str(config, KEY_FROM(p->key), ""));
}

/* A value, and in system mode that root has chosen it. */
static void
add_value(struct session *s, struct rec *r, const struct pin *p,
    const char *now, const char *value)
{
	char	 key[64], code[MAC_TEXT];

	(void)snprintf(key, sizeof(key), "%s%s", now, p->key);
	(void)rec_add(r, KEY_FROM(key), value);
	if (p->kind == K_WORD || !s->root_key.there ||
	    !trust_is_chosen(s, value))
		return;
	grant_setting(s, p->key, value, code);
	(void)snprintf(key, sizeof(key), "%sgrant:%s", now, p->key);
	(void)rec_add(r, KEY_FROM(key), code);
}

int
pinned_fd(struct session *s)
{
	scoped_rec struct rec	*r = rec_new();
	const char		*v;
	char			 now[64];
	int			 fd;

	for (size_t i = 0; r != NULL && i < NPINS; i++) {
		v = s->made_with == NULL ? "" :
		    rec_str(s->made_with, KEY_FROM(pins[i].key), "");
		add_value(s, r, &pins[i], "", *v != '\0' ? v :
		    ours(s->config, &pins[i]));
		(void)snprintf(now, sizeof(now), "now:%s", pins[i].key);
		if (rec_get(s->config, KEY_FROM(now)) != NULL)
			add_value(s, r, &pins[i], "now:",
			    rec_get(s->config, KEY_FROM(now)));
	}
	fd = r == NULL ? -1 : rec_memfd(r, "settings");
	return (fd);
}

/* The vendor's files have defaults, which no user has chosen. */
static bool
has_origin(const struct rec *config, const char *name)
{
	char		 key[64];
	const char	*origin;

	(void)snprintf(key, sizeof(key), "origin:%s", name);
	origin = rec_str(config, KEY_FROM(key), "built-in");
	return (strcmp(origin, "built-in") != 0 &&
	    strncmp(origin, "/usr/", 5) != 0);
}

static bool
is_chosen(const struct rec *config, const struct pin *p)
{
	char	 key[64], *option;

	if (strcmp(p->key, "os") == 0)
		return (true);
	for (size_t i = 0; i < 2 && p->by[i] != NULL; i++)
		if (has_origin(config, p->by[i]))
			return (true);
	for (size_t i = 0; i < 2 && p->with[i] != NULL; i++) {
		(void)strlcpy(key, p->with[i], sizeof(key));
		option = strchr(key, ' ');
		*option++ = '\0';
		if (strcmp(rec_str(config, KEY_FROM(key), ""), option) == 0)
			return (true);
	}
	return (false);
}

/*
 * The path without symbolic links, as far as it exists; the rest of it as
 * it is. False: it is not absolute, or too long.
 */
static bool
canonical(const char *path, char *out)
{
	char	 head[PATH_MAX], *slash;
	size_t	 len = strlcpy(head, path, sizeof(head));

	if (len >= sizeof(head) || *path != '/')
		return (false);
	while (realpath(head, out) == NULL) {
		if ((slash = strrchr(head, '/')) == NULL || slash == head)
			return (false);
		*slash = '\0';
	}
	return (strlcat(out, path + strlen(head), PATH_MAX) < PATH_MAX);
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
	int	 fd;

	if (p->kind != K_RUN)
		return (true);
	if ((fd = path_private_dir(path, geteuid() != 0)) != -1) {
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

static int
take_over(struct session *s, const struct pin *p, const char *value)
{
	struct rec	*config = s->config;
	char		 key[64], *was = strdup(ours(config, p));
	int		 rc = -1;

	(void)snprintf(key, sizeof(key), "pinned:%s", p->key);
	if (was != NULL && rec_set(config, KEY_FROM(key), was) == 0 &&
	    rec_set(config, KEY_FROM(p->key), value) == 0 &&
	    (p->twin == NULL || rec_set(config, KEY_FROM(p->twin), value) == 0))
		rc = 0;
	if (rc == 0 && strcmp(p->key, "storage.driver") == 0)
		session_notice(s, "the graph driver \"%s\" is overwritten by "
		    "graph driver \"%s\" from the database; this may prevent "
		    "use of images created by other tools", was, value);
	else if (rc == 0)
		log_debug("overriding %s \"%s\" with \"%s\" from the "
		    "database", p->label, was, value);
	free(was);
	return (rc);
}

/*
 * The database is the account's: a path in it is one that root opens, makes
 * or hands over only where root has chosen it for this state before.
 */
static bool
is_granted(struct session *s, const struct pin *p, const char *value,
    const struct rec *made_with)
{
	char	 key[64], code[MAC_TEXT];

	if (p->kind == K_WORD || !s->system || geteuid() != 0)
		return (true);
	(void)snprintf(key, sizeof(key), "grant:%s", p->key);
	grant_setting(s, p->key, value, code);
	if (*code == '\0' || strcmp(rec_str(made_with, KEY_FROM(key), ""),
	    code) != 0)
		return (false);
	trust_choose(s, value);
	return (true);
}

static int
merge_one(struct session *s, const struct pin *p, const struct rec *made_with)
{
	struct rec	*config = s->config;
	const char	*own = ours(config, p), *value = rec_str(made_with,
			    KEY_FROM(p->key), "");
	struct error	*e = &s->client.error;
	char		 key[64];

	if (*value == '\0' || strcmp(value, own) == 0)
		return (0);
	if (!is_granted(s, p, value, made_with))
		return (error_set_code(e, ERR_DB_CONFIG, EMEDIUMTYPE,
		    "database %s \"%.400s\" does not match our %s "
		    "\"%.400s\", and nothing shows that root has chosen it: "
		    "choose it once more, by option or configuration",
		    p->label, value, p->label, own));
	if (!is_same(p, value, own)) {
		if (is_chosen(config, p))
			return (error_set_code(e, ERR_DB_CONFIG, EMEDIUMTYPE,
			    "database %s \"%s\" does not match our %s \"%s\": "
			    "database configuration mismatch", p->label, value,
			    p->label, own));
		if (!is_usable(s, p, value, own)) {
			(void)snprintf(key, sizeof(key), "now:%s", p->key);
			return (rec_set(config, KEY_FROM(key), own));
		}
		return (take_over(s, p, value));
	}
	/* Two names of one directory: the store's, so that both agree. */
	return (rec_set(config, KEY_FROM(p->key), value));
}

int
pinned_merge(struct session *s, const struct rec *made_with)
{
	(void)error_set(&s->client.error, ENOMEM, "out of memory");
	for (size_t i = 0; i < NPINS; i++)
		if (merge_one(s, &pins[i], made_with) == -1)
			return (-1);
	error_clear(&s->client.error);
	return (0);
}

void
pinned_copy(struct rec *to, const struct rec *from)
{
	const struct pin	*p;
	char			 key[64];

	for (p = pins; p < pins + NPINS; p++) {
		(void)snprintf(key, sizeof(key), "pinned:%s", p->key);
		if (rec_get(from, KEY_FROM(key)) == NULL)
			continue;
		(void)rec_set(to, KEY_FROM(key), rec_get(from, KEY_FROM(key)));
		(void)rec_set(to, KEY_FROM(p->key), rec_str(from,
		    KEY_FROM(p->key), ""));
		if (p->twin != NULL)
			(void)rec_set(to, KEY_FROM(p->twin), rec_str(from,
			    KEY_FROM(p->key), ""));
	}
}
