#include "trust.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "record.h"
#include "session.h"

/*
 * Is it that path or, with `inside`, directly in it? Not further below: the
 * account may write there, and a link of its own on the way would lead root
 * anywhere.
 */
static bool
is_at(const char *path, const char *top, bool inside)
{
	size_t	 n = strlen(top);

	while (n > 1 && top[n - 1] == '/')
		n--;
	if (n <= 1 || strncmp(path, top, n) != 0 ||
	    (path[n] != '\0' && path[n] != '/'))
		return (false);
	path += n + strspn(path + n, "/");
	return (*path == '\0' || (inside && path_is_name(path)));
}

static bool
is_option(const struct session *s, const char *path, bool inside)
{
	static const char *const names[] = { "root", "runroot", "tmpdir",
		"volumepath" };
	char			 given[PATH_MAX];
	const char		*value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = rec_get(s->options.settings, KEY_FROM(names[i]));
		if (value == NULL)
			continue;
		if (is_at(path, value, inside) || (*value != '/' &&
		    realpath(value, given) != NULL &&
		    is_at(path, given, inside)))
			return (true);
	}
	return (false);
}

static bool
is_chosen(const struct session *s, const char *path, bool inside)
{
	static const char *const builtin[] = { LAYOUT_SYSTEM_STATE,
		LAYOUT_SYSTEM_RUN, "/var/lib/containers/storage",
		"/run/containers" };
	const char		*earlier;

	if (strstr(path, "/../") != NULL)
		return (false);
	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
		if (is_at(path, builtin[i], inside))
			return (true);
	rec_each_text(earlier, s->chosen, KEY(path))
		if (is_at(path, earlier, inside))
			return (true);
	return (is_option(s, path, inside));
}

bool
trust_is_chosen(const struct session *s, const char *path)
{
	return (is_chosen(s, path, true));
}

void
trust_choose(struct session *s, const char *path)
{
	if (s->chosen == NULL)
		s->chosen = rec_new();
	if (s->chosen != NULL)
		(void)rec_add(s->chosen, KEY(path), path);
}

/* Is this directory what is at the path, and not a link there? */
static bool
is_no_link(int dir, const char *path)
{
	struct stat	 st, at;

	return (fstat(dir, &st) == 0 && lstat(path, &at) == 0 &&
	    st.st_dev == at.st_dev && st.st_ino == at.st_ino);
}

/* Empty, but for our state and what Debian's podman makes at each boot? */
static bool
is_bare(int dir)
{
	DIR		*d = path_open_dir(dir, ".");
	struct dirent	*e;

	if (d == NULL)
		return (false);
	while ((e = readdir(d)) != NULL && (!path_is_name(e->d_name) ||
	    strcmp(e->d_name, "tmp") == 0 ||
	    strcmp(e->d_name, LAYOUT_STATE_NAME) == 0))
		;
	closedir(d);
	return (e == NULL);
}

int
trust_storage(struct session *s, int dir, const char *path)
{
	static const char *const names[] = { "overlay-layers", "vfs-layers",
		"storage.lock" };
	struct stat		 st;

	/* Root's own: the account makes nothing as root but in a storage. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fstatat(dir, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_uid == 0)
			return (0);
	if (!is_chosen(s, path, is_no_link(dir, path)))
		return (error_set(&s->client.error, EPERM, "%.400s is no "
		    "storage of containers yet: root makes one where an option "
		    "says (--root %.400s), not where a configuration file does",
		    path, path));
	if (is_bare(dir))
		return (0);
	return (error_set(&s->client.error, EPERM, "%.400s is no storage of "
	    "containers and is not empty; root's containers need a directory "
	    "of their own for it", path));
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

int
trust_own_dir(struct session *s, const char *path)
{
	bool		 make = trust_is_chosen(s, path);
	scoped_fd int	 fd = make ? path_private_dir(path, false) :
			    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat	 st = { 0 };

	if (fd != -1 && fstat(fd, &st) == 0 && st.st_uid != 0)
		return (take_fd(&fd));
	if (!make)
		return (error_set(&s->client.error, EPERM, "%.400s is no "
		    "directory of the account's yet: root makes one where an "
		    "option says, not where a configuration file does; install "
		    "-d -m 700 -o " LAYOUT_ACCOUNT " -g " LAYOUT_ACCOUNT
		    " %.400s", path, path));
	if (fd == -1)
		return (error_set(&s->client.error, errno, "cannot make the "
		    "directory %s: %s", path, strerror(errno)));
	/* What the account may have put there is never handed over. */
	if (!is_no_link(fd, path) || path_is_empty(fd, ".") != 1)
		return (error_set(&s->client.error, EPERM, "%.400s "
		    "belongs to root, and is a link or has files in "
		    "it; if it is bulkhead's, give it to its account: "
		    "chown -R bulkhead: %.400s", path, path));
	if (fchown(fd, s->client.uid, s->client.gid) == -1)
		return (error_set(&s->client.error, errno, "cannot hand over "
		    "%s: %s", path, strerror(errno)));
	return (take_fd(&fd));
}
