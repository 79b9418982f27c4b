#include "tree.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <linux/fs.h>

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
#include "path.h"

#define DEPTH_MAX	2048
#define XATTR_BUF	65536
#define OPEN_DIR	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int	remove_dir(int, const char *, dev_t, int);

/* Another store empties the trash, too: what it took first is gone as well. */
static int
gone(void)
{
	return (errno == ENOENT ? 0 : -1);
}

/* A file, or an empty directory, or one that must be emptied before. */
static int
remove_one(int dir, const char *name, dev_t dev, int depth)
{
	struct stat	 sb;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return (0);
	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (gone());
	if (!S_ISDIR(sb.st_mode) || sb.st_dev != dev) {
		errno = sb.st_dev != dev ? EXDEV : EACCES;
		return (-1);
	}
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return (0);
	if (errno != ENOTEMPTY && errno != EEXIST)
		return (-1);
	return (remove_dir(dir, name, dev, depth));
}

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

static int
remove_dir(int dir, const char *name, dev_t dev, int depth)
{
	struct stat	 sb;
	DIR		*d;
	int		 fd, rc, error;

	if (depth > DEPTH_MAX) {
		errno = ELOOP;
		return (-1);
	}
	if ((fd = openat(dir, name, OPEN_DIR)) == -1 && errno == EACCES) {
		/* Ours, but closed: NOFOLLOW cannot be said to fchmodat. */
		if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
		    !S_ISDIR(sb.st_mode) || fchmodat(dir, name, 0700, 0) == -1)
			return (-1);
		fd = openat(dir, name, OPEN_DIR);
	}
	if (fd == -1)
		return (gone());
	/* A directory that its owner may not write keeps its entries. */
	if (fstat(fd, &sb) == 0 && (sb.st_mode & 0700) != 0700)
		(void)fchmod(fd, 0700);
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return (-1);
	}
	rc = remove_entries(d, dev, depth);
	error = errno;
	closedir(d);
	if (rc == -1) {
		errno = error;
		return (-1);
	}
	return (unlinkat(dir, name, AT_REMOVEDIR) == 0 ? 0 : gone());
}

int
tree_remove(int dir, const char *name)
{
	struct stat	 sb;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT ? 0 : -1);
	return (remove_one(dir, name, sb.st_dev, 0));
}

/* Where the first name of an inode with several was copied to. */
struct link {
	ino_t	 ino;
	char	*to;
};

struct copy {
	int		 to_root;
	bool		 single;
	struct link	*link;
	size_t		 nlinks;
	char		 path[PATH_MAX];	/* from the root */
	char		*xattr;			/* names, then one value */
};

static int	copy_dir(struct copy *, int, int, int);

static const char *
link_find(const struct copy *c, ino_t ino)
{
	for (size_t i = c->nlinks; i-- > 0;)
		if (c->link[i].ino == ino)
			return (c->link[i].to);
	return (NULL);
}

static int
link_add(struct copy *c, ino_t ino)
{
	struct link	*more = reallocarray(c->link, c->nlinks + 1,
			    sizeof(*more));

	if (more == NULL)
		return (-1);
	c->link = more;
	if ((more[c->nlinks].to = strdup(c->path)) == NULL)
		return (-1);
	more[c->nlinks++].ino = ino;
	return (0);
}

/* What may not be set here (security.*, trusted.*) does no harm by absence. */
static int
copy_xattrs(struct copy *c, int from, int to)
{
	char	*value = c->xattr + XATTR_BUF;
	ssize_t	 n, v;

	if ((n = flistxattr(from, c->xattr, XATTR_BUF)) == -1)
		return (errno == ENOTSUP ? 0 : -1);
	for (char *k = c->xattr; k < c->xattr + n; k += strlen(k) + 1) {
		if ((v = fgetxattr(from, k, value, XATTR_BUF)) == -1)
			continue;
		if (fsetxattr(to, k, value, (size_t)v, 0) == -1 &&
		    errno != EPERM && errno != ENOTSUP)
			return (-1);
	}
	return (0);
}

static int
copy_range(int from, int to, off_t at, off_t end)
{
	off_t	 out = at;
	ssize_t	 n;

	while (at < end) {
		n = copy_file_range(from, &at, to, &out, (size_t)(end - at), 0);
		if (n == -1)
			return (-1);
		if (n == 0)
			break;
	}
	return (0);
}

/* The data between the holes, which end as holes here too. */
static int
copy_data(int from, int to, off_t size)
{
	off_t	 at = 0, end;

	if (ioctl(to, FICLONE, from) == 0)
		return (0);
	while (at < size && (at = lseek(from, at, SEEK_DATA)) != -1) {
		if ((end = lseek(from, at, SEEK_HOLE)) == -1 ||
		    copy_range(from, to, at, end) == -1)
			return (-1);
		at = end;
	}
	if (at == -1 && errno != ENXIO)
		return (-1);
	return (ftruncate(to, size));
}

/* Owner before mode: chown clears setuid. Times last. */
static int
copy_meta(struct copy *c, int from, int to, const struct stat *sb)
{
	struct timespec	 ts[2] = { sb->st_atim, sb->st_mtim };

	if (!c->single && fchown(to, sb->st_uid, sb->st_gid) == -1)
		return (-1);
	if (copy_xattrs(c, from, to) == -1 ||
	    fchmod(to, sb->st_mode & 07777) == -1)
		return (-1);
	return (futimens(to, ts));
}

static int
copy_file(struct copy *c, int from_dir, int to_dir, const char *name,
    const struct stat *sb)
{
	scoped_fd int	 from = openat(from_dir, name,
			    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	scoped_fd int	 to = -1;

	if (from == -1)
		return (-1);
	to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (to == -1 || copy_data(from, to, sb->st_size) == -1)
		return (-1);
	return (copy_meta(c, from, to, sb));
}

static int
copy_link(struct copy *c, int from_dir, int to_dir, const char *name,
    const struct stat *sb)
{
	struct timespec	 ts[2] = { sb->st_atim, sb->st_mtim };
	char		 text[PATH_MAX];
	ssize_t		 n = readlinkat(from_dir, name, text, sizeof(text) - 1);

	if (n == -1)
		return (-1);
	text[n] = '\0';
	if (symlinkat(text, to_dir, name) == -1)
		return (-1);
	if (!c->single && fchownat(to_dir, name, sb->st_uid, sb->st_gid,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	return (utimensat(to_dir, name, ts, AT_SYMLINK_NOFOLLOW));
}

/* Devices, fifos, sockets. Whiteouts are not among them: vfs has none. */
static int
copy_node(struct copy *c, int to_dir, const char *name, const struct stat *sb)
{
	if (mknodat(to_dir, name, sb->st_mode, sb->st_rdev) == -1)
		return (errno == EPERM && c->single ? 0 : -1);
	if (!c->single && fchownat(to_dir, name, sb->st_uid, sb->st_gid,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	return (fchmodat(to_dir, name, sb->st_mode & 07777, 0));
}

static int
copy_subdir(struct copy *c, int from_dir, int to_dir, const char *name,
    int depth)
{
	int	 from = openat(from_dir, name, OPEN_DIR);
	int	 to = -1, rc = -1, error;

	if (from != -1 && mkdirat(to_dir, name, 0700) == 0 &&
	    (to = openat(to_dir, name, OPEN_DIR)) != -1)
		rc = copy_dir(c, from, to, depth + 1);
	error = errno;
	if (from != -1)
		close(from);
	if (to != -1)
		close(to);
	errno = error;
	return (rc);
}

static int
copy_entry(struct copy *c, int from_dir, int to_dir, const char *name,
    int depth)
{
	struct stat	 sb;
	const char	*first;

	if (fstatat(from_dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if (S_ISDIR(sb.st_mode))
		return (copy_subdir(c, from_dir, to_dir, name, depth));
	if (sb.st_nlink > 1) {
		if ((first = link_find(c, sb.st_ino)) != NULL)
			return (linkat(c->to_root, first, to_dir, name, 0));
		if (link_add(c, sb.st_ino) == -1)
			return (-1);
	}
	if (S_ISREG(sb.st_mode))
		return (copy_file(c, from_dir, to_dir, name, &sb));
	if (S_ISLNK(sb.st_mode))
		return (copy_link(c, from_dir, to_dir, name, &sb));
	return (copy_node(c, to_dir, name, &sb));
}

static int
copy_entries(struct copy *c, DIR *d, int to, int depth)
{
	size_t		 base = strlen(c->path), n;
	struct dirent	*e;

	while ((e = readdir(d)) != NULL) {
		if (!path_is_name(e->d_name))
			continue;
		n = strlen(e->d_name);
		if (base + n + 2 > sizeof(c->path)) {
			errno = ENAMETOOLONG;
			return (-1);
		}
		snprintf(c->path + base, sizeof(c->path) - base, "%s%s",
		    base == 0 ? "" : "/", e->d_name);
		if (copy_entry(c, dirfd(d), to, e->d_name, depth) == -1)
			return (-1);
		c->path[base] = '\0';
	}
	return (0);
}

static int
copy_dir(struct copy *c, int from, int to, int depth)
{
	struct stat	 sb;
	int		 fd = -1, rc, error;
	DIR		*d;

	if (depth > DEPTH_MAX) {
		errno = ELOOP;
		return (-1);
	}
	/* Another offset than the caller's, which closedir may close. */
	if (fstat(from, &sb) == -1 ||
	    (fd = openat(from, ".", OPEN_DIR)) == -1)
		return (-1);
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return (-1);
	}
	rc = copy_entries(c, d, to, depth);
	error = errno;
	closedir(d);
	errno = error;
	return (rc == -1 ? -1 : copy_meta(c, from, to, &sb));
}

int
tree_copy(int from, int to, bool single)
{
	struct copy	 c = { .to_root = to, .single = single };
	int		 rc = -1, error;

	if ((c.xattr = malloc(2 * XATTR_BUF)) != NULL)
		rc = copy_dir(&c, from, to, 0);
	error = errno;
	for (size_t i = 0; i < c.nlinks; i++)
		free(c.link[i].to);
	free(c.link);
	free(c.xattr);
	errno = error;
	return (rc);
}
