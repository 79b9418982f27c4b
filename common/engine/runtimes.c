#include "runtimes.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cgroup_path.h"
#include "error.h"
#include "record.h"

#define TABLE		"engine.runtimes."
#define TABLE_LEN	(sizeof(TABLE) - 1)

/* The n-th directory of PATH with the name in it. */
static bool
in_path(const char *name, size_t n, char *out, size_t size)
{
	const char	*s = getenv("PATH");
	size_t		 len;

	if (s == NULL || *name == '\0')
		return (false);
	for (;; s += len + 1) {
		len = strcspn(s, ":");
		/* An empty or relative one is whatever directory this is. */
		if (*s == '/' && n-- == 0)
			return (snprintf(out, size, "%.*s/%s", (int)len, s,
			    name) < (int)size);
		if (s[len] == '\0')
			return (false);
	}
}

bool
runtimes_candidate(const struct rec *config, const char *key,
    const char *name, size_t n, char *out, size_t size)
{
	const char	*v;

	rec_each_text(v, config, KEY_FROM(key))
		if (n-- == 0)
			return (strlcpy(out, v, size) < size);
	return (in_path(name, n, out, size));
}

int
runtimes_path(const struct rec *config, const char *key, const char *name,
    char *out, size_t size)
{
	size_t		 named = rec_count(config, KEY_FROM(key));
	struct stat	 st;

	for (size_t n = 0; runtimes_candidate(config, key, name, n, out,
	    size); n++) {
		if (stat(out, &st) == 0 && S_ISREG(st.st_mode))
			return (0);
		/* PATH may have anything; what is named must be looked at. */
		if (stat(out, &st) == -1 && n < named && errno != ENOENT &&
		    errno != ENOTDIR)
			return (-1);
	}
	*out = '\0';
	errno = ENOENT;
	return (-1);
}

/* Is it one of a list, by its name in the table? */
static bool
is_listed(const struct rec *config, const char *key, const char *name)
{
	const char	*v;

	rec_each_text(v, config, KEY_FROM(key))
		if (strcmp(v, name) == 0)
			return (true);
	return (false);
}

static void
abilities(const struct rec *config, struct runtime *r)
{
	r->json = is_listed(config, "engine.runtime_supports_json", r->name);
	r->kvm = is_listed(config, "engine.runtime_supports_kvm", r->name);
	r->nocgroups = is_listed(config, "engine.runtime_supports_nocgroups",
	    r->name) || is_listed(config, "engine.runtime_supports_nocgroup",
	    r->name);
}

/* A path is a runtime of its own, under its base name. */
static int
by_path(const struct rec *config, const char *path, struct runtime *r,
    struct error *e)
{
	const char	*base = strrchr(path, '/') + 1;
	struct stat	 st;

	if (*base == '\0' || strlcpy(r->path, path, sizeof(r->path)) >=
	    sizeof(r->path) || strlcpy(r->name, base, sizeof(r->name)) >=
	    sizeof(r->name) || stat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return (error_set(e, EINVAL, "no valid executable found for "
		    "OCI runtime %s: invalid argument", path));
	abilities(config, r);
	return (0);
}

static int
by_name(const struct rec *config, const char *name, struct runtime *r,
    struct error *e)
{
	char		 key[TABLE_LEN + sizeof(r->name)];
	const char	*any = NULL;
	size_t		 it = 0;

	if (strlcpy(r->name, name, sizeof(r->name)) >= sizeof(r->name) ||
	    snprintf(key, sizeof(key), TABLE "%s", name) >=
	    (int)sizeof(key) || rec_count(config, KEY_FROM(key)) == 0)
		return (error_set(e, EINVAL, runtimes_next(config, &it, &any) ?
		    "default OCI runtime \"%.255s\" not found: invalid "
		    "argument" : "no OCI runtime has been configured: invalid "
		    "argument", name));
	if (runtimes_path(config, key, name, r->path, sizeof(r->path)) == 0) {
		abilities(config, r);
		return (0);
	}
	if (errno == ENOENT)
		return (error_set(e, EINVAL, "no valid executable found for "
		    "OCI runtime %s: invalid argument", name));
	return (error_set(e, errno, "cannot stat OCI runtime %s path %s: %s",
	    name, r->path, strerror(errno)));
}

int
runtimes_find(const struct rec *config, const char *name, struct runtime *r,
    struct error *e)
{
	memset(r, 0, sizeof(*r));
	if (*name == '\0')
		return (error_set(e, EINVAL, "configuring runtime: must "
		    "provide a valid path: invalid argument"));
	if (strcmp(name, RUNTIME_OWN) == 0 || strcmp(name, RUNTIME_SHOWN) ==
	    0) {
		(void)strlcpy(r->name, RUNTIME_OWN, sizeof(r->name));
		r->own = true;
		return (0);
	}
	return (*name == '/' ? by_path(config, name, r, e) :
	    by_name(config, name, r, e));
}

int
runtimes_default(const struct rec *config, struct runtime *r,
    struct error *e)
{
	const char	*name = rec_str(config, KEY_AS(engine_runtime), "");

	if (*name == '\0')
		name = cgroup_unified() ? "crun" : "runc";
	return (runtimes_find(config, name, r, e));
}

/* The values of one name follow one another. */
bool
runtimes_next(const struct rec *config, size_t *it, const char **name)
{
	struct rec_item	 item;
	const char	*last = *name == NULL ? NULL : *name - TABLE_LEN;

	while (rec_walk(config, it, &item)) {
		if (strncmp(item.key, TABLE, TABLE_LEN) != 0 ||
		    (last != NULL && strcmp(item.key, last) == 0))
			continue;
		*name = item.key + TABLE_LEN;
		return (true);
	}
	return (false);
}

int
runtimes_check(const struct rec *config, const char *given, bool starts,
    struct error *e)
{
	struct runtime	 rt;
	int		 rc = runtimes_find(config, given, &rt, e);

	if (rc == -1 || rt.own || !starts)
		return (rc);
	return (error_set_code(e, ERR_RUNTIME_UNAVAILABLE, ENOTSUP, "running "
	    "containers with the OCI runtime %s is not supported by bulkhead "
	    "yet, only with its own: leave --runtime out, or say --runtime "
	    RUNTIME_OWN, rt.name));
}

int
runtimes_check_file(const struct rec *config, struct error *e)
{
	const char	*name = rec_str(config, KEY_AS(engine_runtime), "");
	struct runtime	 rt;

	if (*name == '\0' || runtimes_find(config, name, &rt, e) == 0)
		return (0);
	return (error_prefix(e, rec_str(config, KEY_AS(runtime_origin),
	    "engine.runtime")));
}

bool
runtimes_conmon_fits(const char *text)
{
	static const unsigned int	 least[3] = { 2, 0, 1 };
	unsigned int			 v[3];

	if (sscanf(text, "conmon version %u.%u.%u", &v[0], &v[1], &v[2]) != 3)
		return (false);
	for (size_t i = 0; i < 3; i++)
		if (v[i] != least[i])
			return (v[i] > least[i]);
	return (true);
}
