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

#include "cleanup.h"

#define DEPTH	256			/* nested directories, as many as
					 * unpack makes */

#define DIR_FLAGS	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* The depth, and whether parts of an earlier copy may exist. */
struct copying {
	int	 depth;
	bool	 again;
};

static int	copy_entries(int, int, struct copying);

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
copy_dir(int from, int to, const char *name, const struct stat *st,
    struct copying c)
{
	scoped_fd int	 in = openat(from, name, DIR_FLAGS);
	scoped_fd int	 out = -1;

	if (in == -1 || (mkdirat(to, name, 0700) == -1 &&
	    (!c.again || errno != EEXIST)) ||
	    (out = openat(to, name, DIR_FLAGS)) == -1)
		return (-1);
	c.depth++;
	if (copy_entries(in, out, c) == -1 ||
	    fchown(out, st->st_uid, st->st_gid) == -1)
		return (-1);
	return (fchmod(out, st->st_mode & 07777));
}

/* Skip sockets, pipes and devices. */
static int
copy_entry(int from, int to, const char *name, struct copying c)
{
	struct stat	 st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if (c.again && !S_ISDIR(st.st_mode) &&
	    unlinkat(to, name, 0) == -1 && errno != ENOENT)
		return (-1);
	if (S_ISREG(st.st_mode))
		return (copy_file(from, to, name, &st));
	if (S_ISLNK(st.st_mode))
		return (copy_link(from, to, name, &st));
	if (S_ISDIR(st.st_mode))
		return (copy_dir(from, to, name, &st, c));
	return (0);
}

static int
copy_entries(int from, int to, struct copying c)
{
	int		 fd = openat(from, ".", O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e;
	int		 rc = 0;

	if (d == NULL || c.depth > DEPTH) {
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
			rc = copy_entry(from, to, e->d_name, c);
	closedir(d);
	return (rc);
}

/* Mode and owner of the directory itself. */
int
copy_owner(int from, int to)
{
	struct stat	 st;

	if (fstat(from, &st) == -1 || fchownat(to, "", st.st_uid, st.st_gid,
	    AT_EMPTY_PATH) == -1)
		return (-1);
	return (fchmodat(to, ".", st.st_mode & 07777, 0));
}

int
copy_tree(int from, int to, bool keep)
{
	if (copy_entries(from, to, (struct copying){ 0, false }) == -1)
		return (-1);
	return (keep ? 0 : copy_owner(from, to));
}

int
copy_tree_again(int from, int to)
{
	if (copy_entries(from, to, (struct copying){ 0, true }) == -1)
		return (-1);
	return (copy_owner(from, to));
}

int
copy_is_empty(int dir)
{
	int		 fd = openat(dir, ".", O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e;
	int		 n = 0;

	if (d == NULL) {
		scope_close(&fd);
		return (-1);
	}
	while (n == 0 && (e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	closedir(d);
	return (n == 0);
}
