#include "seen.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "record.h"

#define FACTS_LEN	200		/* at most, with the letter */

/* A file system's clock may be coarse, or another machine's. */
static bool
is_young(const struct stat *st)
{
	struct timespec	 now;

	return (clock_gettime(CLOCK_REALTIME, &now) == -1 ||
	    st->st_ctim.tv_sec >= now.tv_sec - 1);
}

static bool
has_inside(const struct stat *st)
{
	return (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode));
}

static void
facts(char *out, size_t size, enum seen_how how, int error,
    const struct stat *st)
{
	int	 n = snprintf(out, size, "%c %d", (int)how, error);

	if (error != 0)
		return;
	n += snprintf(out + n, size - (size_t)n, " %o.%u.%jx",
	    (unsigned int)st->st_mode, (unsigned int)st->st_uid,
	    (uintmax_t)st->st_rdev);
	if (how != SEEN_INSIDE || !has_inside(st))
		return;
	(void)snprintf(out + n, size - (size_t)n,
	    " %jx.%ju.%jd %jd.%09ld %jd.%09ld", (uintmax_t)st->st_dev,
	    (uintmax_t)st->st_ino, (intmax_t)st->st_size,
	    (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

int
seen_add(struct rec *r, enum seen_how how, const char *path, int error,
    const struct stat *st)
{
	char	 text[FACTS_LEN];

	if (error == 0 && how == SEEN_INSIDE && has_inside(st) &&
	    is_young(st) && rec_add(r, KEY(young), path) == -1)
		return (-1);
	facts(text, sizeof(text), how, error, st);
	return (rec_addf(r, KEY(saw), "%s %s", text, path));
}

static bool
same(const char *saw)
{
	const char	*path = strchr(saw, '/');
	char		 text[FACTS_LEN];
	struct stat	 st;
	size_t		 n;
	int		 rc;

	if (path == NULL)
		return (false);
	rc = *saw == SEEN_ITSELF ? lstat(path, &st) : stat(path, &st);
	facts(text, sizeof(text), (enum seen_how)*saw, rc == -1 ? errno : 0,
	    &st);
	n = strlen(text);
	return (strncmp(saw, text, n) == 0 && saw[n] == ' ' &&
	    saw + n + 1 == path);
}

bool
seen_same(const struct rec *r)
{
	const char	*saw;
	size_t		 it = 0, n = 0;

	if (rec_get(r, KEY(young)) != NULL)
		return (false);
	for (; rec_next(r, KEY(saw), &it, &saw); n++)
		if (!same(saw))
			return (false);
	return (n > 0);
}
