#include "copy.h"

#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <linux/fs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "path.h"

#define DEPTH_MAX	1024		/* three descriptors for each */
#define XATTR_BUF	65536
#define OPEN_DIR	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Where the first name of an inode with several was copied to. */
struct link {
	ino_t	 ino;
	char	*to;
};

struct copy {
	unsigned int	 flags;
	int		 to_root;
	struct link	*link;
	size_t		 nlinks;
	char		 path[PATH_MAX];	/* from the root */
	char		*xattr;			/* names, then one value */
};

static int	copy_contents(struct copy *, int, int, int);

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
	ssize_t	 n = 1;

	if (lseek(to, at, SEEK_SET) == -1)
		return (-1);
	while (n > 0 && at < end)
		n = sendfile(to, from, &at, (size_t)(end - at));
	return (n == -1 ? -1 : 0);
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
	bool		 exact = (c->flags & COPY_EXACT) != 0;

	if ((c->flags & COPY_OWNERS) != 0 &&
	    fchown(to, sb->st_uid, sb->st_gid) == -1)
		return (-1);
	if ((exact && copy_xattrs(c, from, to) == -1) ||
	    fchmod(to, sb->st_mode & 07777) == -1)
		return (-1);
	return (exact ? futimens(to, ts) : 0);
}

static int
copy_file(struct copy *c, int from_dir, int to_dir, const char *name,
    const struct stat *sb)
{
	scoped_fd int	 from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW |
			    O_NONBLOCK | O_CLOEXEC);
	scoped_fd int	 to = -1;

	if (from == -1)
		return (-1);
	to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (to == -1 || copy_data(from, to, sb->st_size) == -1)
		return (-1);
	return (copy_meta(c, from, to, sb));
}

/* The owner of what cannot be opened. */
static int
chown_name(const struct copy *c, int dir, const char *name,
    const struct stat *sb)
{
	return ((c->flags & COPY_OWNERS) == 0 ? 0 : fchownat(dir, name,
	    sb->st_uid, sb->st_gid, AT_SYMLINK_NOFOLLOW));
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
	if (symlinkat(text, to_dir, name) == -1 ||
	    chown_name(c, to_dir, name, sb) == -1)
		return (-1);
	return ((c->flags & COPY_EXACT) == 0 ? 0 : utimensat(to_dir, name, ts,
	    AT_SYMLINK_NOFOLLOW));
}

/* Devices, fifos, sockets: only in an exact copy do they mean anything. */
static int
copy_node(struct copy *c, int to_dir, const char *name, const struct stat *sb)
{
	if ((c->flags & COPY_EXACT) == 0)
		return (0);
	if (mknodat(to_dir, name, sb->st_mode, sb->st_rdev) == -1)
		return (errno == EPERM && (c->flags & COPY_OWNERS) == 0 ? 0 :
		    -1);
	if (chown_name(c, to_dir, name, sb) == -1)
		return (-1);
	return (fchmodat(to_dir, name, sb->st_mode & 07777, 0));
}

static int
copy_dir(struct copy *c, int from_dir, int to_dir, const char *name, int depth)
{
	scoped_fd int	 from = openat(from_dir, name, OPEN_DIR);
	scoped_fd int	 to = -1;
	struct stat	 sb;

	if (from == -1 || fstat(from, &sb) == -1 ||
	    (mkdirat(to_dir, name, 0700) == -1 &&
	    ((c->flags & COPY_REPLACE) == 0 || errno != EEXIST)) ||
	    (to = openat(to_dir, name, OPEN_DIR)) == -1 ||
	    copy_contents(c, from, to, depth + 1) == -1)
		return (-1);
	return (copy_meta(c, from, to, &sb));
}

/* 1: it was copied as a link to another name of the same inode. 0, or -1. */
static int
copy_hard_link(struct copy *c, int to_dir, const char *name,
    const struct stat *sb)
{
	const char	*first;

	if ((c->flags & COPY_EXACT) == 0 || sb->st_nlink == 1)
		return (0);
	if ((first = link_find(c, sb->st_ino)) == NULL)
		return (link_add(c, sb->st_ino));
	return (linkat(c->to_root, first, to_dir, name, 0) == -1 ? -1 : 1);
}

static int
copy_entry(struct copy *c, int from_dir, int to_dir, const char *name,
    int depth)
{
	struct stat	 sb;
	int		 linked;

	if (fstatat(from_dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if (S_ISDIR(sb.st_mode))
		return (copy_dir(c, from_dir, to_dir, name, depth));
	if ((c->flags & COPY_REPLACE) != 0 &&
	    unlinkat(to_dir, name, 0) == -1 && errno != ENOENT)
		return (-1);
	if ((linked = copy_hard_link(c, to_dir, name, &sb)) != 0)
		return (linked == 1 ? 0 : -1);
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
copy_contents(struct copy *c, int from, int to, int depth)
{
	DIR	*d;
	int	 rc, error;

	if (depth > DEPTH_MAX) {
		errno = ELOOP;
		return (-1);
	}
	/* Another offset than the caller's descriptor has. */
	if ((d = path_open_dir(from, ".")) == NULL)
		return (-1);
	rc = copy_entries(c, d, to, depth);
	error = errno;
	closedir(d);
	errno = error;
	return (rc);
}

static int
copy_all(struct copy *c, int from, int to)
{
	struct stat	 sb;

	if (fstat(from, &sb) == -1 || copy_contents(c, from, to, 0) == -1)
		return (-1);
	return ((c->flags & COPY_EXACT) == 0 ? 0 :
	    copy_meta(c, from, to, &sb));
}

int
copy_tree(int from, int to, unsigned int flags)
{
	struct copy	 c = { .flags = flags, .to_root = to };
	int		 rc = -1, error;

	if ((flags & COPY_EXACT) == 0 ||
	    (c.xattr = malloc(2 * XATTR_BUF)) != NULL)
		rc = copy_all(&c, from, to);
	error = errno;
	for (size_t i = 0; i < c.nlinks; i++)
		free(c.link[i].to);
	free(c.link);
	free(c.xattr);
	errno = error;
	return (rc);
}

/* Also of descriptors that were opened with O_PATH. */
int
copy_owner(int from, int to)
{
	struct stat	 st;

	if (fstat(from, &st) == -1 || fchownat(to, "", st.st_uid, st.st_gid,
	    AT_EMPTY_PATH) == -1)
		return (-1);
	return (fchmodat(to, ".", st.st_mode & 07777, 0));
}
