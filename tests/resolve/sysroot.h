/*
 * A directory that stands for the root, files in it, and the answer of resolve
 * to a question of an ordinary user's or of root's.
 */
#ifndef TESTS_RESOLVE_SYSROOT_H
#define TESTS_RESOLVE_SYSROOT_H

#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "anykey.h"
#include "records.h"
#include "resolver.h"

static const char	*program;
static char		 root[64];

/* A path below the root, in a buffer that the next but three overwrites. */
static inline const char *
at(const char *path)
{
	static char	 bufs[4][512];
	static int	 turn;
	char		*out = bufs[turn++ % 4];

	(void)snprintf(out, sizeof(bufs[0]), "%s%s", root, path);
	return (out);
}

static inline void
make_parents(const char *path)
{
	char	 copy[512];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = copy + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		(void)mkdir(copy, 0755);
	}
}

static inline void
put(const char *path, const char *text)
{
	const char	*full = at(path);
	FILE		*f;

	make_parents(full);
	if ((f = fopen(full, "w")) == NULL || fputs(text, f) == EOF ||
	    fclose(f) != 0)
		err(1, "%s", full);
}

static inline void
put_dir(const char *path, mode_t mode)
{
	const char	*full = at(path);

	make_parents(full);
	if ((mkdir(full, mode) == -1 && errno != EEXIST) ||
	    chmod(full, mode) == -1 ||
	    (geteuid() == 0 && chown(full, 65534, 65534) == -1))
		err(1, "%s", full);
}

/* Everything anew: no files, and a question of an ordinary user's. */
static inline struct rec *
fresh(const char *mode)
{
	struct rec	*rq = rec_new();
	char		 command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'/*", root);
	if (system(command) != 0)
		errx(1, "%s", command);
	(void)rec_add(rq, KEY(mode), mode);
	(void)rec_add_num(rq, KEY(uid), geteuid() == 0 ? 65534 : geteuid());
	(void)rec_add(rq, KEY(sysroot), root);
	(void)rec_add(rq, any_key("env:HOME"), at("/home"));
	return (rq);
}

/* The last answer's failure. */
static char	 said[1024];

/* Takes the question. NULL: said. */
static inline struct rec *
answer(struct rec *rq, unsigned int flags)
{
	struct resolver	 r;
	struct rec	*c;

	resolver_start(&r, program);
	c = resolver_config(&r, rq, flags);
	(void)snprintf(said, sizeof(said), "%s", r.text);
	(void)stop(r.pid, &r.ch);
	rec_free(rq);
	return (c);
}

static inline bool
has(const struct rec *c, const char *key, const char *value)
{
	const char	*v = c == NULL ? NULL : rec_get(c, KEY_FROM(key));

	if (v != NULL && strcmp(v, value) == 0)
		return (true);
	printf("# %s is %s, not %s (%s)\n", key, v == NULL ? "unset" : v,
	    value, said);
	return (false);
}

static inline bool
refuses(const struct rec *c, const char *words)
{
	if (c == NULL && strstr(said, words) != NULL)
		return (true);
	printf("# said: %s\n", said);
	return (false);
}

static inline bool
warns(const struct rec *c, const char *words)
{
	const char	*v;
	size_t		 it = 0;

	while (c != NULL && rec_next(c, KEY(warn), &it, &v))
		if (strstr(v, words) != NULL)
			return (true);
	return (false);
}

#define USER_CONF	"/home/.config/containers/containers.conf"
#define ETC_CONF	"/etc/containers/containers.conf"
#define USR_CONF	"/usr/share/containers/containers.conf"

/* The directory, and the program that is asked. */
static inline void
sysroot_make(const char *path)
{
	program = path;
	(void)snprintf(root, sizeof(root), "/tmp/resolve.XXXXXX");
	if (mkdtemp(root) == NULL || chmod(root, 0755) == -1)
		err(1, "%s", root);
}

static inline void
sysroot_remove(void)
{
	char	 command[96];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", root);
	if (system(command) != 0)
		warnx("%s is left", root);
}

#endif
