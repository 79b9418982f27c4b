#include "path.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"

#define DEPTH_MAX	2048		/* one descriptor for each */
#define TRIES		50		/* while a process writes there */
#define OPEN_DIR	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int	remove_dir(int, const char *, dev_t, int);

/*
 * After a call that has failed: 0 if there is nothing to remove any more, as
 * another process may remove the same tree; else -1 with errno.
 */
static int
gone(void)
{
	return (errno == ENOENT ? 0 : -1);
}

/*
 * Remove a file or a directory, which is emptied first if it has to be. All
 * of it is on this device. 0, or -1 with errno.
 */
static int
remove_one(int dir, const char *name, dev_t dev, int depth)
{
	struct stat	 sb;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return (0);
	if (errno != EISDIR && errno != EPERM && errno != EACCES)
		return (-1);
	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (gone());
	if (!S_ISDIR(sb.st_mode) || sb.st_dev != dev) {
		errno = sb.st_dev != dev ? EXDEV : EACCES;
		return (-1);
	}
	for (int tries = 0; tries < TRIES; tries++) {
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
			return (0);
		if (errno != ENOTEMPTY && errno != EEXIST)
			return (gone());
		if (remove_dir(dir, name, dev, depth) == -1)
			return (-1);
	}
	return (-1);
}

/* Remove as many entries as possible; -1 with the first errno. */
static int
remove_entries(DIR *d, dev_t dev, int depth)
{
	struct dirent	*e;
	int		 error = 0;

	while ((e = readdir(d)) != NULL)
		if (path_is_name(e->d_name) &&
		    remove_one(dirfd(d), e->d_name, dev, depth + 1) == -1 &&
		    error == 0)
			error = errno;
	errno = error;
	return (error == 0 ? 0 : -1);
}

/*
 * Open to its owner, us, the directory that this is. By descriptor: in place of
 * its name a process that writes there may put a link to a file of the host,
 * and chmod(2) would follow it. One without read permission opens with O_PATH
 * only, and fchmod(2) refuses that.
 */
static int
unclose(int dir, const char *name)
{
	scoped_fd int	 fd = openat(dir, name, O_PATH | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
	char		 path[32];

	if (fd == -1)
		return (-1);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return (fchmodat(AT_FDCWD, path, 0700, 0));
}

/*
 * Open a directory of ours. If its mode keeps its owner from reading or
 * changing it, change the mode.
 */
static DIR *
open_dir(int dir, const char *name)
{
	struct stat	 sb;
	DIR		*d;
	int		 fd = openat(dir, name, OPEN_DIR);

	if (fd == -1 && errno == EACCES && unclose(dir, name) == 0)
		fd = openat(dir, name, OPEN_DIR);
	if (fd == -1)
		return (NULL);
	/* A directory that its owner may not write keeps its entries. */
	if (fstat(fd, &sb) == 0 && (sb.st_mode & 0700) != 0700)
		(void)fchmod(fd, 0700);
	if ((d = fdopendir(fd)) == NULL)
		close(fd);
	return (d);
}

/* Remove the entries of a directory. 0, or -1 with errno. */
static int
remove_dir(int dir, const char *name, dev_t dev, int depth)
{
	DIR	*d;
	int	 rc, error;

	if (depth > DEPTH_MAX) {
		errno = ELOOP;
		return (-1);
	}
	if ((d = open_dir(dir, name)) == NULL)
		return (gone());
	rc = remove_entries(d, dev, depth);
	error = errno;
	closedir(d);
	errno = error;
	return (rc);
}

int
path_remove(int dir, const char *name)
{
	struct stat	 sb;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (gone());
	return (remove_one(dir, name, sb.st_dev, 0));
}
