#include "trust.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "record.h"
#include "session.h"

/*
 * The directories on the way to a path, as far as they are there, without
 * links: what is at the path itself is for its user to judge.
 */
static bool
resolve(const char *path, char *out)
{
	char	 head[PATH_MAX], *slash;

	if (*path != '/' || strlcpy(head, path, sizeof(head)) >= sizeof(head))
		return (false);
	if (realpath(head, out) != NULL) {
		*strrchr(out, '/') = '\0';
		return (true);
	}
	do {
		slash = strrchr(head, '/');
		*slash = '\0';
	} while (slash != head && realpath(head, out) == NULL);
	return (slash != head);
}

/*
 * Root, whose the root directory is, even where a user namespace calls it
 * another user. Others may rename in a directory that they can write to,
 * unless it is sticky.
 */
static int
look(struct session *s, const char *what, const char *path, const char *dir)
{
	struct stat	 st, top;

	if (lstat(dir, &st) == -1 || lstat("/", &top) == -1)
		return (session_sentence(s, "cannot look at", dir));
	if (st.st_uid != 0 && st.st_uid != geteuid() &&
	    st.st_uid != top.st_uid && (s->client.uid == 0 ||
	    st.st_uid != s->client.uid))
		(void)error_set(&s->client.error, EPERM, "the %s %.400s cannot "
		    "be used: %.400s belongs to user %u, who could put "
		    "something else in its place", what, path, dir, st.st_uid);
	else if ((st.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
		(void)error_set(&s->client.error, EPERM, "the %s %.400s cannot "
		    "be used: every user can write to %.400s (mode %04o) and "
		    "put something else in its place", what, path, dir,
		    st.st_mode & 07777);
	else
		return (0);
	return (-1);
}

int
trust_path(struct session *s, const char *what, const char *path)
{
	char	 real[PATH_MAX], *slash = real;
	char	 saved;
	int	 rc = look(s, what, path, "/");

	if (rc == -1 || !resolve(path, real))
		return (rc);
	while (rc == 0 && *slash != '\0' && slash[1] != '\0') {
		slash += 1 + strcspn(slash + 1, "/");
		saved = *slash;
		*slash = '\0';
		rc = look(s, what, path, real);
		*slash = saved;
	}
	return (rc);
}

/* What is left of the path behind that one: "" if it is the same. Or NULL. */
static const char *
rest_of(const char *path, const char *top)
{
	size_t	 n = strlen(top);

	while (n > 1 && top[n - 1] == '/')
		n--;
	if (n <= 1 || strncmp(path, top, n) != 0 ||
	    (path[n] != '\0' && path[n] != '/'))
		return (NULL);
	return (path + n + strspn(path + n, "/"));
}

static bool
is_at(const char *path, const char *top)
{
	const char	*rest = rest_of(path, top);

	return (rest != NULL && *rest == '\0');
}

/*
 * Or directly in it. Not further below: the account may write there, and a
 * link of its own on the way would lead root anywhere.
 */
static bool
is_in(const char *path, const char *top)
{
	const char	*rest = rest_of(path, top);

	return (rest != NULL && (*rest == '\0' || path_is_name(rest)));
}

typedef bool	 matcher(const char *, const char *);

static bool
is_option(const struct session *s, const char *path, matcher *fits)
{
	static const char *const names[] = { "root", "runroot", "tmpdir",
		"volumepath" };
	char			 given[PATH_MAX];
	const char		*value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = rec_get(s->options.settings, KEY_FROM(names[i]));
		if (value == NULL)
			continue;
		if (fits(path, value) || (*value != '/' &&
		    realpath(value, given) != NULL && fits(path, given)))
			return (true);
	}
	return (false);
}

static bool
is_chosen(const struct session *s, const char *path, matcher *fits)
{
	static const char *const builtin[] = { LAYOUT_SYSTEM_STATE,
		LAYOUT_SYSTEM_RUN, "/var/lib/containers/storage",
		"/run/containers" };
	const char		*earlier;
	size_t			 it = 0;

	if (strstr(path, "/../") != NULL)
		return (false);
	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
		if (fits(path, builtin[i]))
			return (true);
	while (s->chosen != NULL && rec_next(s->chosen, KEY(path), &it,
	    &earlier))
		if (fits(path, earlier))
			return (true);
	return (is_option(s, path, fits));
}

bool
trust_is_chosen(const struct session *s, const char *path)
{
	return (is_chosen(s, path, is_in));
}

void
trust_choose(struct session *s, const char *path)
{
	if (s->chosen == NULL)
		s->chosen = rec_new();
	if (s->chosen != NULL)
		(void)rec_add(s->chosen, KEY(path), path);
}

/* But for names of this list, if there is one. */
static bool
is_listed(const char *const *but, const char *name)
{
	for (; but != NULL && *but != NULL; but++)
		if (strcmp(*but, name) == 0)
			return (true);
	return (false);
}

static bool
is_empty(int dir, const char *const *but)
{
	DIR		*d = path_open_dir(dir, ".");
	struct dirent	*e;
	bool		 empty = d != NULL;

	if (d == NULL)
		return (false);
	while (empty && (e = readdir(d)) != NULL)
		empty = !path_is_name(e->d_name) || is_listed(but, e->d_name);
	closedir(d);
	return (empty);
}

bool
trust_is_reachable(const char *path)
{
	char		 real[PATH_MAX], *slash;
	struct statvfs	 fs;
	struct stat	 st;

	if (realpath(path, real) == NULL || statvfs(real, &fs) == -1 ||
	    (fs.f_flag & ST_NOSUID) != 0)
		return (false);
	while ((slash = strrchr(real, '/')) != NULL && slash != real) {
		*slash = '\0';
		if (stat(real, &st) == -1 || (st.st_mode & S_IXOTH) == 0)
			return (false);
	}
	return (true);
}

/* Is this directory what is at the path, and not a link there? */
static bool
is_no_link(int dir, const char *path)
{
	struct stat	 st, at;

	return (fstat(dir, &st) == 0 && lstat(path, &at) == 0 &&
	    st.st_dev == at.st_dev && st.st_ino == at.st_ino);
}

bool
trust_fresh(int dir, const char *path)
{
	return (is_no_link(dir, path) && is_empty(dir, NULL));
}

int
trust_storage(struct session *s, int dir, const char *path)
{
	static const char *const names[] = { "overlay-layers", "vfs-layers",
		"storage.lock" };
	/* What Debian's podman makes at each boot, and our own state. */
	static const char *const alone[] = { "tmp", LAYOUT_STATE_NAME, NULL };
	struct stat		 st;

	/* Root's own: the account makes nothing as root but in a storage. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fstatat(dir, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_uid == 0)
			return (0);
	if (!is_chosen(s, path, is_no_link(dir, path) ? is_in : is_at))
		return (error_set(&s->client.error, EPERM, "%.400s is no "
		    "storage of containers yet: root makes one where an option "
		    "says (--root %.400s), not where a configuration file does",
		    path, path));
	if (is_empty(dir, alone))
		return (0);
	return (error_set(&s->client.error, EPERM, "%.400s is no storage of "
	    "containers and is not empty; root's containers need a directory "
	    "of their own for it", path));
}
