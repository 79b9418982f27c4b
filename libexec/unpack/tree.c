#include "tree.h"

#include <sys/stat.h>

#include <linux/openat2.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "openat2.h"
#include "path.h"
#include "why.h"

int
tree_failed(struct why *w, const char *path, const char *what)
{
	switch (errno) {
	case ENOSPC:
		return (why_set(w, ENOSPC, "no space left on the disk while "
		    "unpacking \"%.200s\"; free some and try again", path));
	case EDQUOT:
		return (why_set(w, EDQUOT, "your disk quota is used up while "
		    "unpacking \"%.200s\"; free some space and try again",
		    path));
	case ELOOP:
	case ENOTDIR:
		return (why_set(w, errno, "entry \"%.200s\" is beneath "
		    "something that is no directory; the layer must be made "
		    "again", path));
	default:
		return (why_set(w, errno, "entry \"%.200s\": cannot %s: %s",
		    path, what, strerror(errno)));
	}
}

/* Cross no mount: there is none in a staging directory. */
static int
open_in(struct tree *t, const char *name, int flags, uint64_t more)
{
	return (openat2_resolved(t->root, name, flags, 0, RESOLVE_IN_ROOT |
	    RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | more));
}

int
tree_init(struct tree *t, int dir, bool merged, struct why *w)
{
	memset(t, 0, sizeof(*t));
	t->at_fd = -1;
	t->merged = merged;
	t->why = w;
	t->root = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->root == -1)
		return (why_set(w, errno, "the staging directory cannot be "
		    "opened: %s", strerror(errno)));
	return (0);
}

/*
 * After a removal the last parent's name may lead elsewhere. Keep the
 * descriptor: the caller uses it.
 */
static void
forget_name(struct tree *t)
{
	free(t->at);
	t->at = NULL;
}

static void
forget_parent(struct tree *t)
{
	if (t->at_fd != -1)
		close(t->at_fd);
	t->at_fd = -1;
	forget_name(t);
}

void
tree_clear(struct tree *t)
{
	forget_parent(t);
	if (t->root != -1)
		close(t->root);
	free(t->seen);
	t->root = -1;
	t->seen = NULL;
}

int
tree_clean(const char *name, char *out, struct why *w)
{
	const char	*p = name;
	size_t		 len = 0, depth = 0, n;

	if (strlen(name) > TREE_PATH_MAX)
		return (why_set(w, ENAMETOOLONG, "entry \"%.60s...\" has a "
		    "name of over %d bytes; the layer must be made again",
		    name, TREE_PATH_MAX));
	for (;;) {
		p += strspn(p, "/");
		if ((n = strcspn(p, "/")) == 0)
			break;
		if (n == 2 && p[0] == '.' && p[1] == '.')
			return (why_set(w, EINVAL, "entry \"%.200s\" leads "
			    "out of its directory by \"..\"; do not use "
			    "this image", name));
		if (!(n == 1 && p[0] == '.')) {
			if (++depth > TREE_DEPTH_MAX)
				return (why_set(w, ENAMETOOLONG, "entry "
				    "\"%.60s...\" is more than %d directories "
				    "deep; the layer must be made again",
				    name, TREE_DEPTH_MAX));
			if (len > 0)
				out[len++] = '/';
			memcpy(out + len, p, n);
			len += n;
		}
		p += n;
	}
	out[len] = '\0';
	return (0);
}

/* Length of the parent's name; 0 when that is the root. */
static size_t
split(const char *path, const char **leaf)
{
	const char	*slash = strrchr(path, '/');

	*leaf = slash == NULL ? path : slash + 1;
	return (slash == NULL ? 0 : (size_t)(slash - path));
}

static int
open_dir(struct tree *t, const char *name)
{
	return (open_in(t, name[0] == '\0' ? "." : name,
	    O_RDONLY | O_DIRECTORY, 0));
}

/* A directory without an entry was made on the way to an entry. */
static int
made_dir(struct tree *t, const char *name)
{
	struct stat	 st;
	int		 fd = open_dir(t, name);

	t->made++;
	if (fd != -1 && t->merged && (fstat(fd, &st) == -1 ||
	    tree_mark(t, st.st_ino) == -1)) {
		close(fd);
		return (-1);
	}
	return (fd);
}

/* Make the missing components of a directory's name. */
static int
make_dirs(struct tree *t, char *name)
{
	int	 at = fcntl(t->root, F_DUPFD_CLOEXEC, 3), next;
	char	*p = name, *end, *last = name;

	while (at != -1 && p != NULL) {
		end = strchr(p, '/');
		if (end != NULL)
			*end = '\0';
		last = p;
		next = open_dir(t, name);
		if (next == -1 && errno == ENOENT) {
			if (mkdirat(at, last, 0755) == 0)
				next = made_dir(t, name);
			else if (errno == EEXIST)
				errno = ENOTDIR;	/* a dangling link */
		}
		close(at);
		at = next;
		if (end != NULL)
			*end = '/';
		p = end != NULL ? end + 1 : NULL;
	}
	return (at);
}

/*
 * Links can make the names of deep directories short. Programs that remove
 * trees need a descriptor for each level: count the levels up. 0, or -1 with
 * why set.
 */
static int
check_depth(struct tree *t, int dir, const char *path)
{
	int		 fd = fcntl(dir, F_DUPFD_CLOEXEC, 3), up;
	struct stat	 st, root;

	if (fd == -1 || fstat(t->root, &root) == -1)
		return (tree_failed(t->why, path, "look at its directory"));
	for (int depth = 0; depth < TREE_DEPTH_MAX; depth++) {
		if (fstat(fd, &st) == -1 || st.st_ino == root.st_ino) {
			close(fd);
			return (0);
		}
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		if ((fd = up) == -1)
			return (tree_failed(t->why, path, "look above it"));
	}
	close(fd);
	return (why_set(t->why, ENAMETOOLONG, "entry \"%.60s...\" is more "
	    "than %d directories deep; the layer must be made again", path,
	    TREE_DEPTH_MAX));
}

/* Open or make the parent. Without links its name gives its depth. */
static int
look_up(struct tree *t, char *name, const char *path)
{
	int	 fd = open_in(t, name[0] == '\0' ? "." : name,
		    O_RDONLY | O_DIRECTORY, RESOLVE_NO_SYMLINKS);

	if (fd != -1)
		return (fd);
	if (errno == ELOOP)
		fd = open_dir(t, name);
	if (fd == -1 && errno == ENOENT)
		fd = make_dirs(t, name);
	if (fd == -1)
		return (tree_failed(t->why, path, "make its directory"));
	if (check_depth(t, fd, path) == -1) {
		close(fd);
		return (-1);
	}
	return (fd);
}

int
tree_open_dir(struct tree *t, const char *path)
{
	return (open_in(t, path[0] == '\0' ? "." : path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0));
}

int
tree_parent_of(struct tree *t, const char *path, const char **leaf)
{
	size_t			 n = split(path, leaf);
	scoped_free char	*name = strndup(path, n);

	return (name == NULL ? -1 : open_dir(t, name));
}

int
tree_parent(struct tree *t, const char *path, const char **leaf)
{
	size_t			 n = split(path, leaf);
	scoped_free char	*name = NULL;
	int			 fd;

	if (t->at != NULL && strlen(t->at) == n && memcmp(t->at, path,
	    n) == 0)
		return (t->at_fd);
	if ((name = strndup(path, n)) == NULL)
		return (why_set(t->why, ENOMEM, "out of memory"));
	if ((fd = look_up(t, name, path)) == -1)
		return (-1);
	forget_parent(t);
	t->at_fd = fd;
	t->at = take_ptr(&name);
	return (fd);
}

int
tree_remove(struct tree *t, int dir, const char *name)
{
	struct stat	 st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) &&
	    tree_is_ours(t, st.st_ino))))
		t->replaced = true;
	if (path_remove(dir, name) == -1)
		return (tree_failed(t->why, name, "replace what is there"));
	forget_name(t);
	return (0);
}

int
tree_empty_old(struct tree *t, int fd_in)
{
	int		 fd = fcntl(fd_in, F_DUPFD_CLOEXEC, 3);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e;
	int		 rc = 0;

	if (d == NULL)
		return (tree_failed(t->why, ".", "list a directory"));
	rewinddir(d);
	while (rc == 0 && (e = readdir(d)) != NULL)
		if (path_is_name(e->d_name))
			rc = tree_remove_old(t, dirfd(d), e->d_name);
	closedir(d);
	return (rc);
}

int
tree_remove_old(struct tree *t, int dir, const char *name)
{
	scoped_fd int	 fd = -1;
	struct stat	 st;
	bool		 ours;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT ? 0 :
		    tree_failed(t->why, name, "look at it"));
	ours = tree_is_ours(t, st.st_ino);
	forget_name(t);
	if (!S_ISDIR(st.st_mode)) {
		if (!ours && unlinkat(dir, name, 0) == -1)
			return (tree_failed(t->why, name, "remove it"));
		return (0);
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1)
		return (tree_failed(t->why, name, "open it"));
	if (tree_empty_old(t, fd) == -1)
		return (-1);
	/* Keep it if something of this layer is in it. */
	if (!ours && unlinkat(dir, name, AT_REMOVEDIR) == -1 &&
	    errno != ENOTEMPTY && errno != EEXIST)
		return (tree_failed(t->why, name, "remove it"));
	return (0);
}

static size_t
slot(const struct tree *t, ino_t ino)
{
	size_t	 i = (size_t)(ino * 0x9e3779b97f4a7c15ULL) & (t->room - 1);

	while (t->seen[i] != 0 && t->seen[i] != ino)
		i = (i + 1) & (t->room - 1);
	return (i);
}

static int
grow(struct tree *t)
{
	ino_t	*old = t->seen;
	size_t	 n = t->room;

	t->room = n == 0 ? 1024 : n * 2;
	if ((t->seen = calloc(t->room, sizeof(*t->seen))) == NULL) {
		t->seen = old;
		t->room = n;
		return (why_set(t->why, ENOMEM, "out of memory"));
	}
	for (size_t i = 0; i < n; i++)
		if (old[i] != 0)
			t->seen[slot(t, old[i])] = old[i];
	free(old);
	return (0);
}

int
tree_mark(struct tree *t, ino_t ino)
{
	size_t	 i;

	if (!t->merged || ino == 0)
		return (0);
	if (t->nseen * 2 >= t->room && grow(t) == -1)
		return (-1);
	i = slot(t, ino);
	if (t->seen[i] == 0)
		t->nseen++;
	t->seen[i] = ino;
	return (0);
}

bool
tree_is_ours(const struct tree *t, ino_t ino)
{
	return (!t->merged || (t->room > 0 && ino != 0 &&
	    t->seen[slot(t, ino)] == ino));
}
