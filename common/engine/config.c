#include "config.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "given.h"
#include "grant.h"
#include "hostroot.h"
#include "log.h"
#include "nitems.h"
#include "path.h"
#include "record.h"
#include "sealed.h"
#include "seen.h"
#include "session.h"

#define CONFIGS		"settled"
#define CONFIG_MAX	(1u << 18)	/* bytes */

/* What of our environment the configuration may depend on. */
static const char *const environment[] = {
	"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
	"CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE",
	"CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF",
	"STORAGE_DRIVER", "STORAGE_OPTS", "TMPDIR",
	"DBUS_SESSION_BUS_ADDRESS", "USER",
};

/* A key made of two words, in a buffer of 64 bytes. */
static struct key_str
key_of(char *key, const char *prefix, const char *name)
{
	(void)snprintf(key, 64, "%s%s", prefix, name);
	return (KEY_FROM(key));
}

/* The question, but for where relative paths begin. */
static struct rec *
question_of(const struct session *s)
{
	const struct rec	*settings = s->options.settings;
	struct rec		*r = rec_new();
	struct rec_item		 item;
	const char		*v;
	char			 key[64];
	size_t			 it = 0;

	for (size_t i = 0; i < NITEMS(environment); i++)
		if ((v = getenv(environment[i])) != NULL)
			(void)rec_add(r, key_of(key, "env:", environment[i]),
			    v);
	(void)rec_add_num(r, KEY(uid), geteuid());
	(void)rec_add(r, KEY(mode), s->system ? "system" : "rootless");
	while (settings != NULL && rec_walk(settings, &it, &item))
		if (item.text != NULL && strcmp(item.key, "trace") != 0 &&
		    strcmp(item.key, "log-level") != 0)
			(void)rec_add(r, key_of(key, "opt:", item.key),
			    item.text);
	return (r);
}

/*
 * Give resolve a file that the person named, open: it may be one that only
 * root can read, or a pipe of the person's shell. What a user cannot open here
 * resolve cannot either, and says why; for root it would be another reason.
 */
static int
give_file(struct session *s, struct rec *question, const char *path,
    bool required)
{
	uint32_t		 index = (uint32_t)rec_count(question,
	    KEY(given));
	struct parse_err	 why;
	scoped_fd int		 fd = -1;

	if (*path != '/' || index == GIVE_MAX)
		return (0);
	fd = given_fd(path, &why);
	if (fd == -1 && host_root() && required)
		return (error_set_code(&s->client.error, error_of_errno(errno),
		    EINVAL, "cannot read %s: %s", path, strerror(errno)));
	if (fd == -1)
		return (0);
	if (rec_add(question, KEY(given), path) == -1)
		return (-1);
	return (resolve_give_send(&s->client, index, fd));
}

/* The files of the environment and of --module, as resolve will call them. */
static int
give_files(struct session *s, struct rec *question, const char *cwd)
{
	static const char *const	 names[] = { "CONTAINERS_CONF",
	    "CONTAINERS_CONF_OVERRIDE", "CONTAINERS_STORAGE_CONF",
	    "CONTAINERS_REGISTRIES_CONF" /* only to pull */ };
	char				 path[8192];
	const char			*v;

	for (size_t i = 0; i < NITEMS(names); i++) {
		if ((v = getenv(names[i])) == NULL || *v == '\0')
			continue;
		(void)snprintf(path, sizeof(path), "%s%s%s", *v == '/' ? "" :
		    cwd, *v == '/' ? "" : "/", v);
		if (give_file(s, question, path, i < 3) == -1)
			return (-1);
	}
	rec_each_text(v, s->options.settings, KEY(module))
		if (give_file(s, question, v, true) == -1)
			return (-1);
	return (0);
}

int
config_ask(struct session *s)
{
	scoped_rec struct rec	*r = question_of(s);
	char			 cwd[4096] = "";

	/* Where relative paths begin: most questions have none. */
	if (getcwd(cwd, sizeof(cwd)) != NULL)
		(void)rec_add(r, KEY(cwd), cwd);
	return (give_files(s, r, cwd) == -1 ? -1 :
	    resolve_config_begin(&s->client, r, s->config_flags));
}

/*
 * After a change: containers record the digest of the changed configuration,
 * and a clean-up inherits its memfd. 0 or -1.
 */
static int
seal_config(struct session *s)
{
	scoped_free void	*bytes = NULL;
	char			 hex[SHA256_DIGEST_STRING_LENGTH];
	size_t			 len;

	close(s->config_fd);
	s->config_fd = -1;
	rec_del(s->config, KEY(digest));
	if (rec_encode(s->config, &bytes, &len) == -1 ||
	    SHA256Data(bytes, len, hex) == NULL ||
	    rec_addf(s->config, KEY(digest), "sha256:%s", hex) == -1 ||
	    (s->config_fd = rec_memfd(s->config, "configuration")) == -1)
		return (session_errno(s, "cannot keep",
		    "the configuration"));
	return (0);
}

/* Begin with s->config and s->config_fd. 0, or -1 with an error. */
static int
use_config(struct session *s)
{
	const char	*warning;

	rec_each_text(warning, s->config, KEY(warn))
		if (!s->quiet)
			session_warn(s, "%s", warning);
	if (!session_in_memory(s))
		return (0);
	/* state_type memory: keep the state in the run directory. */
	if (rec_set(s->config, KEY_AS(path_state), session_text(s,
	    path_run)) == -1)
		return (session_errno(s, "cannot use", "the configuration"));
	return (seal_config(s));
}

int
config_take(struct session *s)
{
	const char	*key;

	if ((s->config_fd = resolve_config_end(&s->client)) == -1)
		return (-1);
	s->config = rec_from_fd(s->config_fd, RECORD(config), &key);
	if (s->config == NULL && key != NULL)
		return (error_set_code(&s->client.error, ERR_INVALID_ARG,
		    EINVAL, "cannot use the configuration: the value of \"%s\" "
		    "is too long or out of range", key));
	if (s->config == NULL)
		return (session_errno(s, "cannot read the answer of",
		    "resolve"));
	s->fresh_fd = fcntl(s->config_fd, F_DUPFD_CLOEXEC, 0);
	return (use_config(s));
}

/*
 * The run directory as options and environment name it; no configuration file
 * is read for that. An answer that names another one is not cached.
 */
static int
run_place(const struct session *s, char *out, size_t size)
{
	const char	*xdg = getenv("XDG_RUNTIME_DIR"), *base;
	int		 n;

	base = rec_str(s->options.settings, KEY(tmpdir),
	    rec_str(s->options.settings, KEY(runroot),
	    s->system ? "/run" : xdg));
	if (base == NULL)
		n = snprintf(out, size, "/run/user/%u/bulkhead",
		    (unsigned int)geteuid());
	else
		n = snprintf(out, size, "%s/bulkhead", base);
	return (*out == '/' && (size_t)n < size ? 0 : -1);
}

static int
own_run_dir(struct session *s)
{
	char		 place[4096];
	scoped_fd int	 fd = -1;
	struct stat	 st;
	uid_t		 want = s->client.uid != 0 ? s->client.uid : geteuid();

	if (run_place(s, place, sizeof(place)) == -1)
		return (-1);
	fd = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1 || st.st_uid != want ||
	    (st.st_mode & 022) != 0)
		return (-1);
	cache_open(&s->cache, place, false);
	return (take_fd(&fd));
}

/* The question, and the program that answers it. 0 or -1. */
static int
name_answer(struct session *s)
{
	scoped_free void	*text = NULL;
	scoped_rec struct rec	*q = question_of(s);
	struct stat		 st;
	SHA2_CTX		 c;
	size_t			 len;

	if (rec_encode(q, &text, &len) == -1 ||
	    fstatat(s->client.libexec_fd, "resolve", &st, 0) == -1)
		return (-1);
	SHA256Init(&c);
	SHA256Update(&c, text, len);
	cache_add_file(&c, &st);
	(void)SHA256End(&c, s->config_name);
	return (0);
}

/* Are all inputs of the cached configuration unchanged? */
static bool
is_fresh(const struct rec *cached)
{
	size_t			 it = 0;
	scoped_rec struct rec	*seen = rec_sub(cached, KEY(seen), &it);
	const char		*cwd = rec_get(seen, KEY(cwd));
	char			 now[4096];

	return (seen != NULL && seen_same(seen) && (cwd == NULL ||
	    (getcwd(now, sizeof(now)) != NULL && strcmp(cwd, now) == 0)));
}

/* With the rights that resolve looked with. NULL: none, or stale. */
static struct rec *
read_cached(struct session *s, int run)
{
	scoped_free char	*text = NULL;
	struct rec		*cached = NULL;
	size_t			 len;

	if (s->client.uid != 0) {
		(void)setfsgid(s->client.gid);
		(void)setfsuid(s->client.uid);
	}
	if ((text = cache_get(&s->cache, run, CONFIGS, s->config_name,
	    CONFIG_MAX, &len)) != NULL)
		cached = rec_decode(text, len, RECORD(cached), NULL);
	if (cached != NULL && !is_fresh(cached)) {
		rec_free(cached);
		cached = NULL;
	}
	if (s->client.uid != 0) {
		(void)setfsuid(0);
		(void)setfsgid(0);
	}
	return (cached);
}

int
config_find_cached(struct session *s)
{
	scoped_rec struct rec	*cached = NULL, *config = NULL;
	scoped_fd int		 run = -1;
	const void		*bytes;
	size_t			 len;

	if (s->config_flags != 0 || name_answer(s) == -1 ||
	    (run = own_run_dir(s)) == -1 ||
	    (cached = read_cached(s, run)) == NULL ||
	    (bytes = rec_bytes(cached, KEY(config), &len)) == NULL ||
	    (config = rec_decode(bytes, len, RECORD(config), NULL)) == NULL ||
	    (s->config_fd = sealed_fd("configuration", bytes, len)) == -1)
		return (-1);
	s->config = take_ptr(&config);
	s->run_dir = take_fd(&run);
	return (use_config(s));
}

void
config_cache_put(struct session *s)
{
	scoped_fd int		 fresh = s->fresh_fd;
	scoped_free void	*text = NULL;
	scoped_rec struct rec	*seen = NULL, *cached = rec_new();
	char			 place[4096];
	void			*config;
	size_t			 len, size;

	s->fresh_fd = -1;
	if (fresh == -1 || s->config_name[0] == '\0' || s->run_dir == -1 ||
	    run_place(s, place, sizeof(place)) == -1 ||
	    strcmp(place, session_text(s, path_run)) != 0 ||
	    (config = sealed_map(fresh, CONFIG_MAX, &len)) == NULL)
		return;
	if ((seen = resolve_seen(&s->client)) != NULL && cached != NULL &&
	    rec_add_rec(cached, KEY(seen), seen) == 0 &&
	    rec_add_bytes(cached, KEY(config), config, len) == 0 &&
	    rec_encode(cached, &text, &size) == 0)
		cache_put(&s->cache, s->run_dir, CONFIGS, s->config_name, text,
		    size);
	sealed_unmap(config, len);
}

/* --- the settings that the store was made with --- */

enum kind { K_WORD, K_PATH, K_RUN };	/* K_RUN: a path of this boot's */

static const struct pin {
	const char	*key;		/* in the store and in ours */
	const char	*label;
	enum kind	 kind;
	const char	*by[2];		/* chosen, if one of these is */
	const char	*with[2][2];	/* ... or if such a key says this */
} pins[] = {
	{ .key = KEY_TEXT(os), .label = "OS" },
	{ .key = key_text_path_state, .label = "static dir", .kind = K_PATH,
	  .with = { { "origin:storage.graphroot", "--root" } } },
	{ .key = key_text_path_run, .label = "tmp dir", .kind = K_RUN,
	  .with = { { "origin:storage.runroot", "--runroot" },
	      { "origin:engine.tmp_dir", "--tmpdir" } } },
	{ .key = key_text_path_graph, .label = "graph root", .kind = K_PATH,
	  .by = { "storage.graphroot", "storage.rootless_storage_path" } },
	{ .key = key_text_path_run_storage, .label = "run root",
	  .kind = K_RUN, .by = { "storage.runroot" } },
	{ .key = key_text_storage_driver, .label = "graph driver",
	  .by = { "storage.driver" } },
	{ .key = key_text_volume_path, .label = "volume path",
	  .kind = K_PATH, .by = { "engine.volume_path" } },
};

#define NPINS	NITEMS(pins)

/* The value of this configuration. */
static const char *
own_value(const struct rec *config, const struct pin *p)
{
	return (strcmp(p->key, "os") == 0 ? "linux" :
	    rec_str(config, KEY_FROM(p->key), ""));
}

/* A value, and in system mode that root has chosen it. */
static void
add_value(struct session *s, struct rec *r, const struct pin *p,
    const char *now, const char *value)
{
	char	 key[64], grant[64], code[MAC_TEXT];

	(void)rec_add(r, key_of(key, now, p->key), value);
	if (p->kind == K_WORD || !s->root_key.there ||
	    !grant_is_chosen(s, value))
		return;
	grant_setting(s, p->key, value, code);
	(void)snprintf(grant, sizeof(grant), "%sgrant:", now);
	(void)rec_add(r, key_of(key, grant, p->key), code);
}

int
config_settings_fd(struct session *s)
{
	scoped_rec struct rec	*r = rec_new();
	const char		*v;
	char			 key[64];

	for (const struct pin *p = pins; r != NULL && p < pins + NPINS; p++) {
		v = s->made_with == NULL ? "" :
		    rec_str(s->made_with, KEY_FROM(p->key), "");
		add_value(s, r, p, "",
		    *v != '\0' ? v : own_value(s->config, p));
		if ((v = rec_get(s->config, key_of(key, "now:", p->key))) !=
		    NULL)
			add_value(s, r, p, "now:", v);
	}
	return (r == NULL ? -1 : rec_memfd(r, "settings"));
}

/* The vendor's files have defaults, which no user has chosen. */
static bool
has_origin(const struct rec *config, const char *name)
{
	char		 key[64];
	const char	*origin = rec_str(config, key_of(key, "origin:", name),
			    "built-in");

	return (strcmp(origin, "built-in") != 0 &&
	    strncmp(origin, "/usr/", 5) != 0);
}

static bool
is_chosen(const struct rec *config, const struct pin *p)
{
	for (size_t i = 0; i < 2 && p->by[i] != NULL; i++)
		if (has_origin(config, p->by[i]))
			return (true);
	for (size_t i = 0; i < 2 && p->with[i][0] != NULL; i++)
		if (strcmp(rec_str(config, KEY_FROM(p->with[i][0]), ""),
		    p->with[i][1]) == 0)
			return (true);
	return (strcmp(p->key, "os") == 0);
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
	int	 fd;

	if (p->kind != K_RUN)
		return (true);
	if ((fd = path_private_dir(path, !host_root())) != -1) {
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
	char		 key[64];
	const char	*was;

	if (set_value(s, key_of(key, "pinned:", p->key), own_value(s->config,
	    p)) == -1 || set_value(s, KEY_FROM(p->key), value) == -1)
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
	char	 key[64], code[MAC_TEXT];

	if (p->kind == K_WORD || !s->system || !host_root())
		return (true);
	grant_setting(s, p->key, value, code);
	if (*code == '\0' || strcmp(rec_str(made_with, key_of(key, "grant:",
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
		if (!is_usable(s, p, value, own))
			return (set_value(s, key_of(key, "now:", p->key),
			    own));
		return (take_over(s, p, value));
	}
	/* Two names of one directory: the store's, so that both agree. */
	return (set_value(s, KEY_FROM(p->key), value));
}

int
config_merge(struct session *s, struct rec *made_with)
{
	if (s->made_with != NULL) {
		rec_free(made_with);
		return (error_set(&s->client.error, ESTALE, "the store's "
		    "settings changed again while they were read"));
	}
	s->made_with = made_with;
	/* What a clean-up has inherited was merged when that began. */
	if (s->inherit)
		return (1);
	for (size_t i = 0; i < NPINS; i++)
		if (merge_one(s, &pins[i], made_with) == -1)
			return (-1);
	return (seal_config(s) == -1 ? -1 : 1);
}
