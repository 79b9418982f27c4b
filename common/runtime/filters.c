#include "filters.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <string.h>

#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "error.h"
#include "path.h"
#include "record.h"
#include "sealed.h"
#include "run_env.h"

#define FILTERS		"filters"
#define PROFILE_MAX	(1u << 20)	/* bytes, of an older record */
#define FILTER_MAX	(1u << 18)	/* bytes; the kernel takes 32 kB */

static int
name_filter(const struct run_env *rt, const struct rec *q, char *name)
{
	scoped_free void	*text = NULL;
	const char		*profile = rec_str(q, KEY(profile), "");
	struct utsname		 u;
	struct stat		 st;
	SHA2_CTX		 c;
	size_t			 len;

	if (rec_encode(q, &text, &len) == -1 || uname(&u) == -1 ||
	    fstatat(rt->client->libexec_fd, "resolve", &st, 0) == -1)
		return (-1);
	SHA256Init(&c);
	SHA256Update(&c, text, len);
	SHA256Update(&c, (const uint8_t *)u.release, strlen(u.release));
	cache_add_file(&c, &st);
	if (*profile == '/' && rec_bytes(q, KEY_IN(question, json),
	    &len) == NULL) {
		if (stat(profile, &st) == -1)
			return (-1);
		cache_add_file(&c, &st);
	}
	(void)SHA256End(&c, name);
	return (0);
}

/* The question to resolve. NULL with an error. */
static struct rec *
seccomp_question(const struct run_env *rt, const struct rec *def,
    const char *profile)
{
	scoped_rec struct rec	*q = rec_new();
	scoped_free char	*text = NULL;
	const void		*json;
	const char		*v;
	size_t			 len;

	(void)rec_add(q, KEY(profile), profile);
	rec_each_text(v, def, KEY(cap))
		(void)rec_add(q, KEY(cap), v);
	if (profile[0] != '/')
		return (take_ptr(&q));
	/*
	 * The profile goes with the question: resolve can open no files but
	 * those of the configuration directories, and the configuration may
	 * name one from elsewhere. It is the one from when the container was
	 * made, if that is recorded.
	 */
	json = rec_bytes(def, KEY(seccomp_json), &len);
	if (json == NULL)
		json = text = path_slurp(AT_FDCWD, profile, PROFILE_MAX, &len);
	if (json != NULL) {
		(void)rec_add_bytes(q, KEY_IN(question, json), json, len);
		return (take_ptr(&q));
	}
	(void)error_set(&rt->client->error, errno,
	    "opening seccomp profile %s: %m", profile);
	return (NULL);
}

/* By its name in the cache. */
static void
seek(struct seccomp_filter *f, const struct run_env *rt, const struct rec *q)
{
	scoped_free char	*code = NULL;
	size_t			 len;

	f->sought = true;
	if (name_filter(rt, q, f->name) == -1) {
		f->name[0] = '\0';
		return;
	}
	code = cache_get(rt->cache, rt->run_dir, FILTERS, f->name, FILTER_MAX,
	    &len);
	f->fd = code == NULL ? -1 : sealed_fd("filter", code, len);
}

bool
filter_find(struct seccomp_filter *f, const struct run_env *rt,
    const struct rec *def, const char *profile)
{
	scoped_rec struct rec	*q = seccomp_question(rt, def, profile);

	if (q == NULL)
		return (false);
	seek(f, rt, q);
	return (f->fd != -1);
}

int
filter_begin(struct seccomp_filter *f, const struct run_env *rt,
    const struct rec *def, const char *profile)
{
	scoped_rec struct rec	*q = NULL;

	if (f->fd != -1)
		return (0);
	if ((q = seccomp_question(rt, def, profile)) == NULL)
		return (-1);
	if (!f->sought || f->name[0] == '\0')
		seek(f, rt, q);
	f->compiling = f->fd == -1;
	return (f->compiling ? resolve_filter_begin(rt->client, q) : 0);
}

int
filter_end(struct seccomp_filter *f, const struct run_env *rt)
{
	void	*code;
	size_t	 len;

	if (!f->compiling)
		return (0);
	if ((f->fd = resolve_filter_end(rt->client)) == -1)
		return (-1);
	if (f->name[0] == '\0' ||
	    (code = sealed_map(f->fd, FILTER_MAX, &len)) == NULL)
		return (0);
	cache_put(rt->cache, rt->run_dir, FILTERS, f->name, code, len);
	sealed_unmap(code, len);
	return (0);
}
