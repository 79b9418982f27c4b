#include "config.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "given.h"
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

	for (size_t i = 0; i < sizeof(environment) / sizeof(*environment); i++)
		if ((v = getenv(environment[i])) != NULL) {
			(void)snprintf(key, sizeof(key), "env:%s",
			    environment[i]);
			(void)rec_add(r, KEY_FROM(key), v);
		}
	(void)rec_add_num(r, KEY(uid), geteuid());
	(void)rec_add(r, KEY(mode), s->system ? "system" : "rootless");
	while (settings != NULL && rec_walk(settings, &it, &item)) {
		(void)snprintf(key, sizeof(key), "opt:%s", item.key);
		if (item.text != NULL && strcmp(item.key, "trace") != 0 &&
		    strcmp(item.key, "log-level") != 0)
			(void)rec_add(r, KEY_FROM(key), item.text);
	}
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
	if (fd == -1 && geteuid() == 0 && required)
		return (error_set(&s->client.error, EINVAL, "cannot read %s: "
		    "%s", path, strerror(errno)));
	if (fd == -1)
		return (0);
	if (rec_add(question, KEY(given), path) == -1)
		return (-1);
	return (resolve_give_begin(&s->client, index, fd));
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
	size_t				 it = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((v = getenv(names[i])) == NULL || *v == '\0')
			continue;
		(void)snprintf(path, sizeof(path), "%s%s%s", *v == '/' ? "" :
		    cwd, *v == '/' ? "" : "/", v);
		if (give_file(s, question, path, i < 3) == -1)
			return (-1);
	}
	while (rec_next(s->options.settings, KEY(module), &it, &v))
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
		return (session_sentence(s, "cannot keep",
		    "the configuration"));
	return (0);
}

/* Begin with s->config and s->config_fd. 0, or -1 with an error. */
static int
use_config(struct session *s)
{
	const char	*warning;
	size_t		 it = 0;

	while (!s->quiet && rec_next(s->config, KEY(warn), &it, &warning))
		session_warn(s, "%s", warning);
	if (!session_in_memory(s))
		return (0);
	/* Nothing lasts: what would, ends with the boot. */
	if (rec_set(s->config, KEY_AS(path_state), rec_str(s->config,
	    KEY_AS(path_run),
	    "")) == -1)
		return (session_sentence(s, "cannot use", "the configuration"));
	return (config_seal(s));
}

int
config_take(struct session *s)
{
	if ((s->config_fd = resolve_config_end(&s->client)) == -1)
		return (-1);
	if ((s->config = rec_from_fd(s->config_fd, RECORD(config),
	    NULL)) == NULL)
		return (session_sentence(s, "damaged answer of", "resolve"));
	s->fresh_fd = fcntl(s->config_fd, F_DUPFD_CLOEXEC, 0);
	return (use_config(s));
}

/*
 * The run directory as options and environment name it: no file has a say in
 * that. Where this guesses wrong nothing is kept.
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

/* The question, and who answers it. 0 or -1. */
static int
name_answer(struct session *s)
{
	scoped_free void	*text = NULL;
	struct rec		*q = question_of(s);
	struct stat		 st;
	SHA2_CTX		 c;
	size_t			 len;
	int			 rc = rec_encode(q, &text, &len);

	rec_free(q);
	if (rc == -1 || fstatat(s->client.libexec_fd, "resolve", &st, 0) == -1)
		return (-1);
	SHA256Init(&c);
	SHA256Update(&c, text, len);
	cache_add_file(&c, &st);
	(void)SHA256End(&c, s->config_name);
	return (0);
}

/* Are all inputs of the kept configuration unchanged? */
static bool
is_fresh(const struct rec *kept)
{
	size_t			 it = 0;
	scoped_rec struct rec	*seen = rec_sub(kept, KEY(seen), &it);
	const char		*cwd = rec_get(seen, KEY(cwd));
	char			 now[4096];
	bool			 fresh;

	fresh = seen != NULL && seen_same(seen) && (cwd == NULL ||
	    (getcwd(now, sizeof(now)) != NULL && strcmp(cwd, now) == 0));
	return (fresh);
}

/* Its configuration becomes ours. 0, or -1: there is nothing of use in it. */
static int
use_cached(struct session *s, const struct rec *kept)
{
	const void	*bytes;
	size_t		 len;

	if ((bytes = rec_bytes(kept, KEY(config), &len)) == NULL ||
	    (s->config = rec_decode(bytes, len, RECORD(config), NULL)) == NULL)
		return (-1);
	if ((s->config_fd = sealed_fd("configuration", bytes, len)) != -1)
		return (0);
	rec_free(s->config);
	s->config = NULL;
	return (-1);
}

/* With the rights that resolve looked with. */
static struct rec *
find_cached(struct session *s, int run)
{
	scoped_free char	*text = NULL;
	struct rec		*kept = NULL;
	size_t			 len;

	if ((text = cache_get(&s->cache, run, CONFIGS, s->config_name,
	    CONFIG_MAX, &len)) != NULL)
		kept = rec_decode(text, len, RECORD(kept), NULL);
	if (kept == NULL || is_fresh(kept))
		return (kept);
	rec_free(kept);
	return (NULL);
}

int
config_find_cached(struct session *s)
{
	scoped_fd int	 run = -1;
	struct rec	*kept;
	int		 rc;

	if (s->config_flags != 0 || name_answer(s) == -1 ||
	    (run = own_run_dir(s)) == -1)
		return (-1);
	if (s->client.uid != 0) {
		(void)setfsgid(s->client.gid);
		(void)setfsuid(s->client.uid);
	}
	kept = find_cached(s, run);
	if (s->client.uid != 0) {
		(void)setfsuid(0);
		(void)setfsgid(0);
	}
	if (kept == NULL)
		return (-1);
	rc = use_cached(s, kept);
	rec_free(kept);
	if (rc == -1)
		return (-1);
	s->run_dir = take_fd(&run);
	return (use_config(s));
}

void
config_cache_put(struct session *s)
{
	scoped_fd int		 fresh = s->fresh_fd;
	scoped_free void	*text = NULL;
	char			 place[4096];
	struct rec		*seen = NULL, *kept = NULL;
	void			*config = NULL;
	size_t			 len, size;

	s->fresh_fd = -1;
	if (fresh == -1 || s->config_name[0] == '\0' || s->run_dir == -1 ||
	    run_place(s, place, sizeof(place)) == -1 ||
	    strcmp(place, session_config(s, KEY_AS(path_run), "")) != 0 ||
	    (config = sealed_map(fresh, CONFIG_MAX, &len)) == NULL)
		return;
	seen = resolve_seen(&s->client);
	if (seen != NULL && (kept = rec_new()) != NULL &&
	    rec_add_rec(kept, KEY(seen), seen) == 0 &&
	    rec_add_bytes(kept, KEY(config), config, len) == 0 &&
	    rec_encode(kept, &text, &size) == 0)
		cache_put(&s->cache, s->run_dir, CONFIGS, s->config_name, text,
		    size);
	rec_free(kept);
	rec_free(seen);
	sealed_unmap(config, len);
}
