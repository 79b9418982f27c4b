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

#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "given.h"
#include "hostroot.h"
#include "layout.h"
#include "nitems.h"
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

struct key_str
config_key(char *key, const char *prefix, const char *name)
{
	(void)snprintf(key, CONFIG_KEY, "%s%s", prefix, name);
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
	char			 key[CONFIG_KEY];
	size_t			 it = 0;

	for (size_t i = 0; i < NITEMS(environment); i++)
		if ((v = getenv(environment[i])) != NULL)
			(void)rec_add(r, config_key(key, "env:",
			    environment[i]), v);
	(void)rec_add_num(r, KEY(uid), geteuid());
	(void)rec_add(r, KEY(mode), s->system ? "system" : "rootless");
	while (settings != NULL && rec_walk(settings, &it, &item))
		if (item.text != NULL && strcmp(item.key, "trace") != 0 &&
		    strcmp(item.key, "log-level") != 0)
			(void)rec_add(r, config_key(key, "opt:", item.key),
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

int
config_seal(struct session *s)
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

static int
set_volumes(struct session *s)
{
	char	 path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/" LAYOUT_LAYER_VOLUMES,
	    session_text(s, path_graph), s->ctr_new) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	return (rec_set(s->config, KEY_AS(volume_path), path));
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
	/*
	 * state_type memory: keep the state in the run directory, and volumes
	 * in the container's layer, with which they go however it ends.
	 */
	if (rec_set(s->config, KEY_AS(path_state), session_text(s,
	    path_run)) == -1 || (s->ctr_new != NULL && set_volumes(s) == -1))
		return (session_errno(s, "cannot use", "the configuration"));
	return (config_seal(s));
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
