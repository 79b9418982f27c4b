#include "copy.h"

#include <sys/sendfile.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "scope.h"

#define DEPTH	64			/* directories within directories */

static int	copy_entries(int, int, int);

static int
copy_file(int from, int to, const char *name, const struct stat *st)
{
	scoped_fd int	 in = openat(from, name, O_RDONLY | O_NOFOLLOW |
			    O_NONBLOCK | O_CLOEXEC);
	scoped_fd int	 out = -1;
	ssize_t		 n;

	if (in == -1)
		return (-1);
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (out == -1)
		return (-1);
	while ((n = sendfile(out, in, NULL, 1 << 20)) > 0)
		;
	if (n == -1 || fchown(out, st->st_uid, st->st_gid) == -1)
		return (-1);
	return (fchmod(out, st->st_mode & 07777));
}

static int
copy_link(int from, int to, const char *name, const struct stat *st)
{
	char	 text[PATH_MAX];
	ssize_t	 n = readlinkat(from, name, text, sizeof(text) - 1);

	if (n == -1)
		return (-1);
	text[n] = '\0';
	if (symlinkat(text, to, name) == -1)
		return (-1);
	return (fchownat(to, name, st->st_uid, st->st_gid,
	    AT_SYMLINK_NOFOLLOW));
}

static int
copy_dir(int from, int to, const char *name, const struct stat *st, int depth)
{
	int		 flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			    O_CLOEXEC;
	scoped_fd int	 in = openat(from, name, flags);
	scoped_fd int	 out = -1;

	if (in == -1 || mkdirat(to, name, 0700) == -1 ||
	    (out = openat(to, name, flags)) == -1)
		return (-1);
	if (copy_entries(in, out, depth + 1) == -1 ||
	    fchown(out, st->st_uid, st->st_gid) == -1)
		return (-1);
	return (fchmod(out, st->st_mode & 07777));
}

/* Sockets, pipes and devices of an image mean nothing in a new place. */
static int
copy_entry(int from, int to, const char *name, int depth)
{
	struct stat	 st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if (S_ISREG(st.st_mode))
		return (copy_file(from, to, name, &st));
	if (S_ISLNK(st.st_mode))
		return (copy_link(from, to, name, &st));
	if (S_ISDIR(st.st_mode))
		return (copy_dir(from, to, name, &st, depth));
	return (0);
}

static int
copy_entries(int from, int to, int depth)
{
	int		 fd = openat(from, ".", O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e;
	int		 rc = 0;

	if (d == NULL || depth > DEPTH) {
		if (d == NULL)
			scope_close(&fd);
		else {
			closedir(d);
			errno = ELOOP;
		}
		return (-1);
	}
	while (rc == 0 && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = copy_entry(from, to, e->d_name, depth);
	closedir(d);
	return (rc);
}

int
copy_tree(int from, int to, bool keep)
{
	struct stat	 st;

	if (copy_entries(from, to, 0) == -1 || fstat(from, &st) == -1)
		return (-1);
	if (keep)
		return (0);
	if (fchownat(to, "", st.st_uid, st.st_gid, AT_EMPTY_PATH) == -1)
		return (-1);
	return (fchmodat(to, ".", st.st_mode & 07777, 0));
}
