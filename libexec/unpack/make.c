#include "make.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "layer.h"
#include "split.h"
#include "tar.h"
#include "tree.h"
#include "why.h"

#define HOLE		(64u << 10)	/* a run of zeros that becomes a hole */

static int
mark(struct layer *l, int fd, const char *path, ino_t *ino)
{
	struct stat	 st;

	if (fstat(fd, &st) == -1)
		return (tree_failed(&l->why, path, "look at it"));
	if (ino != NULL)
		*ino = st.st_ino;
	return (tree_mark(&l->tree, st.st_ino));
}

static int
write_at(int fd, const uint8_t *p, size_t n, uint64_t off)
{
	ssize_t	 done;

	while (n > 0) {
		done = pwrite(fd, p, n, (off_t)off);
		if (done == -1) {
			if (errno == EINTR)
				continue;
			return (-1);
		}
		p += done;
		n -= (size_t)done;
		off += (uint64_t)done;
	}
	return (0);
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	return (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Write bytes of a file; long runs of zeros become holes. */
static int
write_data(int fd, const uint8_t *p, size_t n, uint64_t off)
{
	size_t	 run, len;

	while (n > 0) {
		/* Up to the next hole, or the hole itself. */
		for (run = 0; n - run >= HOLE && !all_zero(p + run, HOLE);)
			run += HOLE;
		if (n - run < HOLE)
			run = n;
		if (write_at(fd, p, run, off) == -1)
			return (-1);
		len = run;
		while (n - len >= HOLE && all_zero(p + len, HOLE))
			len += HOLE;
		p += len;
		n -= len;
		off += len;
	}
	return (0);
}

/* The pieces of the stored bytes: one for a plain file. */
struct cursor {
	const struct tar_extent	*ext;
	size_t			 left;
	uint64_t		 used;	/* of the current piece */
};

static int
copy_file(struct layer *l, int fd, const struct tar_entry *e,
    const char *path)
{
	struct tar_extent	 whole = { 0, e->size };
	struct cursor		 c = { &whole, 1, 0 };
	const uint8_t		*p;
	ssize_t			 n;

	if (e->sparse)
		c = (struct cursor){ e->extents, e->nextents, 0 };
	while ((n = tar_data(l->tar, &p)) > 0) {
		if (l->split != NULL &&
		    split_data(l->split, p, (size_t)n) == -1)
			return (-1);
		while (n > 0) {
			size_t	 take = (size_t)n;

			while (c.left > 0 && c.used == c.ext->len) {
				c.ext++;
				c.left--;
				c.used = 0;
			}
			if (c.left == 0)
				return (why_set(&l->why, EBADMSG, "entry "
				    "\"%.200s\" has data for no place", path));
			if (take > c.ext->len - c.used)
				take = (size_t)(c.ext->len - c.used);
			if (write_data(fd, p, take, c.ext->offset +
			    c.used) == -1)
				return (tree_failed(&l->why, path,
				    "write it"));
			c.used += take;
			p += take;
			n -= (ssize_t)take;
		}
	}
	if (n == -1)
		return (-1);
	/* Extend the file over a hole at its end. */
	if (e->size > 0 && ftruncate(fd, (off_t)e->size) == -1)
		return (tree_failed(&l->why, path, "write it"));
	return (0);
}

static int
make_file(struct layer *l, int dir, const char *leaf,
    const struct tar_entry *e, const char *path)
{
	const int	 flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
			    O_CLOEXEC;
	scoped_fd int	 fd = openat(dir, leaf, flags, 0600);

	if (fd == -1 && errno == EEXIST) {
		if (tree_remove(&l->tree, dir, leaf) == -1)
			return (-1);
		fd = openat(dir, leaf, flags, 0600);
	}
	if (fd == -1)
		return (tree_failed(&l->why, path, "make it"));
	/* Count the size of a sparse file here, because it needs no input. */
	if (e->size > l->max_bytes || (l->bytes += e->size) > l->max_bytes)
		return (why_set(&l->why, EFBIG, "entry \"%.200s\" makes the "
		    "layer larger than the %llu bytes that are allowed; "
		    "if you trust where it is from, raise --max-size", path,
		    (unsigned long long)l->max_bytes));
	if (copy_file(l, fd, e, path) == -1 ||
	    (l->tree.merged && mark(l, fd, path, NULL) == -1))
		return (-1);
	return (meta_apply(&l->meta, fd, e, path, true));
}

/* Is there a whiteout of this layer? It must go on hiding lower layers. */
static bool
is_whiteout_node(struct layer *l, int dir, const char *leaf)
{
	struct stat	 st;

	return (!l->tree.merged && fstatat(dir, leaf, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode));
}

static int
open_plain_dir(int dir, const char *leaf)
{
	return (openat(dir, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC));
}

static int
make_dir(struct layer *l, int dir, const char *leaf,
    const struct tar_entry *e, const char *path)
{
	scoped_fd int	 fd = -1;
	bool		 hides = false;
	ino_t		 ino;

	if (mkdirat(dir, leaf, 0700) == -1) {
		if (errno != EEXIST)
			return (tree_failed(&l->why, path, "make it"));
		/* Keep an existing directory, and set its metadata again. */
		fd = open_plain_dir(dir, leaf);
		if (fd == -1) {
			hides = is_whiteout_node(l, dir, leaf);
			if (tree_remove(&l->tree, dir, leaf) == -1)
				return (-1);
			if (mkdirat(dir, leaf, 0700) == -1)
				return (tree_failed(&l->why, path, "make it"));
		}
	}
	if (fd == -1 && (fd = open_plain_dir(dir, leaf)) == -1)
		return (tree_failed(&l->why, path, "open it"));
	if ((hides && whiteout_opaque(l, fd, path) == -1) ||
	    mark(l, fd, path, &ino) == -1 ||
	    meta_apply(&l->meta, fd, e, path, false) == -1)
		return (-1);
	return (layer_later(l, path, ino, &e->mtime));
}

static int
make_symlink(struct layer *l, int dir, const char *leaf,
    const struct tar_entry *e, const char *path)
{
	scoped_fd int	 fd = -1;
	int		 rc;

	if (e->link[0] == '\0' || strlen(e->link) > TREE_PATH_MAX)
		return (why_set(&l->why, EINVAL, "entry \"%.200s\" is a "
		    "symbolic link with no target, or one of over %d bytes; "
		    "the layer must be made again", path, TREE_PATH_MAX));
	rc = symlinkat(e->link, dir, leaf);
	if (rc == -1 && errno == EEXIST) {
		if (tree_remove(&l->tree, dir, leaf) == -1)
			return (-1);
		rc = symlinkat(e->link, dir, leaf);
	}
	if (rc == -1)
		return (tree_failed(&l->why, path, "make it"));
	fd = openat(dir, leaf, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return (tree_failed(&l->why, path, "open it"));
	if (l->tree.merged && mark(l, fd, path, NULL) == -1)
		return (-1);
	return (meta_apply_link(&l->meta, fd, e, path));
}

static int
bad_link(struct layer *l, const struct tar_entry *e, const char *path)
{
	return (why_set(&l->why, EINVAL, "entry \"%.200s\" is a hard link to "
	    "\"%.200s\", which is no regular file of this layer; the layer "
	    "must be made again", path, e->link));
}

/*
 * Look up the source in the root like any other name, without following its
 * last component, and link it by its directory's descriptor: no other process
 * writes here, so the checked file is the linked one.
 */
static int
make_link(struct layer *l, int dir, const char *leaf,
    const struct tar_entry *e, const char *path)
{
	char		 from[TREE_PATH_MAX + 1];
	scoped_fd int	 source = -1;
	const char	*name;
	struct stat	 st, there;
	int		 rc;

	if (tree_clean(e->link, from, &l->why) == -1)
		return (-1);
	if (from[0] == '\0' || whiteout_is(from))
		return (bad_link(l, e, path));
	source = tree_parent_of(&l->tree, from, &name);
	if (source == -1 || fstatat(source, name, &st,
	    AT_SYMLINK_NOFOLLOW) == -1 || !S_ISREG(st.st_mode) ||
	    !tree_is_ours(&l->tree, st.st_ino))
		return (bad_link(l, e, path));
	rc = linkat(source, name, dir, leaf, 0);
	if (rc == -1 && errno == EEXIST) {
		/* It may be the same file already: done. */
		if (fstatat(dir, leaf, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		    there.st_ino == st.st_ino)
			return (0);
		if (tree_remove(&l->tree, dir, leaf) == -1)
			return (-1);
		rc = linkat(source, name, dir, leaf, 0);
	}
	if (rc == -1)
		return (tree_failed(&l->why, path, "link it"));
	return (0);
}

static int
make_fifo(struct layer *l, int dir, const char *leaf,
    const struct tar_entry *e, const char *path)
{
	scoped_fd int	 fd = -1;
	int		 rc = mknodat(dir, leaf, S_IFIFO | 0600, 0);

	if (rc == -1 && errno == EEXIST) {
		if (tree_remove(&l->tree, dir, leaf) == -1)
			return (-1);
		rc = mknodat(dir, leaf, S_IFIFO | 0600, 0);
	}
	if (rc == -1)
		return (tree_failed(&l->why, path, "make it"));
	/* Open for both, so that it does not wait for the other side. */
	fd = openat(dir, leaf, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return (tree_failed(&l->why, path, "open it"));
	if (l->tree.merged && mark(l, fd, path, NULL) == -1)
		return (-1);
	return (meta_apply(&l->meta, fd, e, path, true));
}

int
make_root(struct layer *l, const struct tar_entry *e)
{
	struct stat	 st;

	if (e->type != TAR_DIR)
		return (why_set(&l->why, EINVAL, "the layer's root is not a "
		    "directory; do not use this image"));
	if (fstat(l->tree.root, &st) == -1)
		return (tree_failed(&l->why, ".", "look at it"));
	if (meta_check(&l->meta, e, ".") == -1 ||
	    meta_apply(&l->meta, l->tree.root, e, ".", false) == -1)
		return (-1);
	return (layer_later(l, "", st.st_ino, &e->mtime));
}

/* Refuse a directory of that name: overlayfs would hide it. */
static int
no_whiteout_parents(struct layer *l, const char *path)
{
	const char	*p = path, *slash;

	for (; (slash = strchr(p, '/')) != NULL; p = slash + 1)
		if (strncmp(p, ".wh.", 4) == 0)
			return (why_set(&l->why, EINVAL, "entry \"%.200s\" is "
			    "beneath a whiteout; the layer must be made again",
			    path));
	return (0);
}

int
make_entry(struct layer *l, const struct tar_entry *e, const char *path)
{
	const char	*leaf;
	int		 dir;

	if (layer_count(l) == -1 || no_whiteout_parents(l, path) == -1)
		return (-1);
	if (whiteout_is(path))
		return (whiteout_apply(l, path));
	if (meta_check(&l->meta, e, path) == -1 ||
	    (dir = tree_parent(&l->tree, path, &leaf)) == -1)
		return (-1);
	switch (e->type) {
	case TAR_FILE:
		return (make_file(l, dir, leaf, e, path));
	case TAR_DIR:
		return (make_dir(l, dir, leaf, e, path));
	case TAR_SYMLINK:
		return (make_symlink(l, dir, leaf, e, path));
	case TAR_LINK:
		return (make_link(l, dir, leaf, e, path));
	case TAR_FIFO:
		return (make_fifo(l, dir, leaf, e, path));
	case TAR_CHAR:
	case TAR_BLOCK:
		break;
	}
	/*
	 * Skip device nodes: a user namespace cannot make them, and a store
	 * should have none. The container's /dev is made when it starts.
	 */
	l->skipped_devices++;
	return (0);
}
