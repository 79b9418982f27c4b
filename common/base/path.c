#include "path.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "openat2.h"
#include "writeall.h"

int
path_open(int dir, const char *name, int flags, mode_t mode)
{
	return (openat2_resolved(dir, name, flags, mode,
	    RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS));
}

int
path_regular(int fd)					/* takes */
{
	struct stat	 st = { .st_mode = 0 };
	int		 saved;

	if (fd == -1)
		return (-1);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return (fd);
	saved = S_ISDIR(st.st_mode) ? EISDIR : EMEDIUMTYPE;
	close(fd);
	errno = saved;
	return (-1);
}

const char *
path_why(int error)
{
	return (error == EMEDIUMTYPE ? "it is not a regular file" :
	    strerror(error));
}

int
path_open_place(const char *path, int flags)
{
	if (*path != '/') {
		errno = EINVAL;
		return (-1);
	}
	return (openat2_resolved(AT_FDCWD, path, flags, 0,
	    RESOLVE_NO_SYMLINKS));
}

DIR *
path_open_dir(int dir, const char *name)
{
	scoped_fd int	 fd = path_open(dir, name, O_RDONLY | O_DIRECTORY, 0);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);

	if (d != NULL)
		(void)take_fd(&fd);
	return (d);
}

bool
path_is_there(int dir, const char *name)
{
	struct stat	 st;

	return (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

int
path_is_empty(int dir, const char *name)
{
	DIR		*d = path_open_dir(dir, name);
	struct dirent	*e;

	if (d == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL && !path_is_name(e->d_name))
		;
	closedir(d);
	return (e == NULL);
}

bool
path_is_name(const char *s)
{
	return (*s != '\0' && strcmp(s, ".") != 0 && strcmp(s, "..") != 0 &&
	    strchr(s, '/') == NULL && strlen(s) <= NAME_MAX);
}

const char *
path_real(const char *path, char *out)
{
	char	 head[PATH_MAX], *slash;

	if (*path != '/' || (size_t)snprintf(head, sizeof(head), "%s", path) >=
	    sizeof(head))
		return (NULL);
	while (realpath(head, out) == NULL) {
		if ((slash = strrchr(head, '/')) == head)
			return (NULL);
		*slash = '\0';
	}
	return (path + strlen(head));
}

static int
mkdir_open(int dir, const char *name, mode_t mode, bool beneath)
{
	if (mkdirat(dir, name, mode) == -1 && errno != EEXIST)
		return (-1);
	/* A directory on the way may allow search, and not reading. */
	if (beneath)
		return (path_open(dir, name, O_PATH | O_DIRECTORY, 0));
	return (openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/*
 * Walk the components and make missing ones. In an absolute path the user's
 * links and ".." are followed; beneath a directory neither may lead out of it.
 */
static int
mkdirs(int start, const char *path, mode_t mode, bool beneath)
{
	scoped_fd int	 at = start;
	char		 part[NAME_MAX + 1];
	size_t		 n;
	int		 next;

	while (*path != '\0') {
		n = strcspn(path, "/");
		if (n > NAME_MAX) {
			errno = ENAMETOOLONG;
			return (-1);
		}
		memcpy(part, path, n);
		part[n] = '\0';
		path += n + strspn(path + n, "/");
		if (n == 0)
			continue;
		if ((next = mkdir_open(at, part, mode, beneath)) == -1)
			return (-1);
		close(at);
		at = next;
	}
	return (openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int
path_mkdirs(int dir, const char *name, mode_t mode)
{
	int	 fd = path_open(dir, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd != -1 || errno != ENOENT)
		return (fd);
	if ((fd = fcntl(dir, F_DUPFD_CLOEXEC, 3)) == -1)
		return (-1);
	return (mkdirs(fd, name, mode, true));
}

int
path_private_dir(const char *path, bool own)
{
	scoped_fd int	 fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat	 st;

	if (fd == -1 && errno == ENOENT) {
		if ((fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
			return (-1);
		fd = mkdirs(take_fd(&fd), path, 0700, false);
	}
	if (fd == -1 || fstat(fd, &st) == -1)
		return (-1);
	if (own && (st.st_uid != geteuid() || (st.st_mode & 022) != 0)) {
		errno = EPERM;
		return (-1);
	}
	return (take_fd(&fd));
}

char *
path_slurp(int dir, const char *name, size_t max, size_t *len)
{
	scoped_fd int		 fd = -1;
	scoped_free char	*buf = NULL;
	struct stat		 st;
	size_t			 got = 0;
	ssize_t			 n;

	fd = dir == AT_FDCWD ?
	    open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) :
	    path_open(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd == -1 || fstat(fd, &st) == -1)
		return (NULL);
	if (!S_ISREG(st.st_mode) || st.st_size < 0 ||
	    (size_t)st.st_size > max) {
		errno = S_ISREG(st.st_mode) ? EFBIG : S_ISDIR(st.st_mode) ?
		    EISDIR : EMEDIUMTYPE;
		return (NULL);
	}
	if ((buf = malloc((size_t)st.st_size + 1)) == NULL)
		return (NULL);
	while (got < (size_t)st.st_size) {
		n = read(fd, buf + got, (size_t)st.st_size - got);
		if (n == -1)
			return (NULL);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	buf[got] = '\0';
	if (len != NULL)
		*len = got;
	return (take_ptr(&buf));
}

int
path_replace(int dir, const char *name, const void *data, size_t len,
    mode_t mode, bool sync)
{
	scoped_fd int	 fd = -1;
	char		 tmp[NAME_MAX + 1];
	int		 saved;

	if (snprintf(tmp, sizeof(tmp), ".%s.%ld", name, (long)getpid()) >=
	    (int)sizeof(tmp)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	(void)unlinkat(dir, tmp, 0);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, mode);
	if (fd == -1)
		return (-1);
	if (write_all(fd, data, len) == -1 || fchmod(fd, mode) == -1 ||
	    (sync && fdatasync(fd) == -1) ||
	    renameat(dir, tmp, dir, name) == -1) {
		saved = errno;
		(void)unlinkat(dir, tmp, 0);
		errno = saved;
		return (-1);
	}
	return (sync ? fsync(dir) : 0);
}
