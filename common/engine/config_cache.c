#include "config.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "cleanup.h"
#include "record.h"
#include "resolve.h"
#include "sealed.h"
#include "seen.h"
#include "session.h"

#define CONFIGS		"settled"
#define CONFIG_MAX	(1u << 18)	/* bytes */

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
	struct rec		*q = config_question(s);
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
	size_t		 it = 0;
	struct rec	*seen = rec_sub(kept, KEY(seen), &it);
	const char	*cwd = rec_get(seen, KEY(cwd));
	char		 now[4096];
	bool		 fresh;

	fresh = seen != NULL && seen_same(seen) && (cwd == NULL ||
	    (getcwd(now, sizeof(now)) != NULL && strcmp(cwd, now) == 0));
	rec_free(seen);
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
	return (config_use(s));
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
