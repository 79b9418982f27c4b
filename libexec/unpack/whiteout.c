/* Whiteouts: entries that hide or remove files of lower layers. */
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "layer.h"
#include "make.h"
#include "path.h"
#include "why.h"

static const char *
leaf_of(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return (slash == NULL ? path : slash + 1);
}

bool
whiteout_is(const char *path)
{
	return (strncmp(leaf_of(path), ".wh.", 4) == 0);
}

/*
 * user.overlay.*, because overlays are mounted without privilege (userxattr),
 * and this process cannot set trusted.*.
 */
int
whiteout_opaque(struct layer *l, int dir, const char *path)
{
	if (l->tree.merged)
		return (tree_empty_old(&l->tree, dir));
	if (fsetxattr(dir, "user.overlay.opaque", "y", 1, 0) == 0)
		return (0);
	if (errno == ENOTSUP || errno == EPERM)
		return (why_set(&l->why, errno, "entry \"%.200s\": the file "
		    "system of the image store has no extended attributes, "
		    "which overlay needs; use the vfs driver there", path));
	return (tree_failed(&l->why, path, "mark its directory"));
}

/* The hidden name is in this layer too, whose file stays. */
static int
hide_beneath(struct layer *l, int dir, const char *name, const char *path)
{
	scoped_fd int	 fd = openat(dir, name, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	/* A file that is not a directory hides lower layers by itself. */
	if (fd == -1)
		return (errno == ENOTDIR || errno == ELOOP ? 0 :
		    tree_failed(&l->why, path, "open what it hides"));
	return (whiteout_opaque(l, fd, path));
}

/*
 * umoci writes whiteouts for the files of a directory that is a file now. There
 * is nothing to hide beneath it.
 */
static bool
beneath_file(struct layer *l)
{
	if (l->why.error != ENOTDIR)
		return (false);
	memset(&l->why, 0, sizeof(l->why));
	return (true);
}

int
whiteout_apply(struct layer *l, const char *path)
{
	const char	*leaf, *name = leaf_of(path) + 4;
	int		 dir;

	if (strcmp(name, ".wh..opq") == 0 && path == leaf_of(path))
		return (why_set(&l->why, EINVAL, "the layer hides everything "
		    "below its root; make the image again without its lower "
		    "layers"));
	if (strcmp(name, ".wh..opq") != 0 && (!path_is_name(name) ||
	    strncmp(name, ".wh.", 4) == 0))
		return (why_set(&l->why, EINVAL, "entry \"%.200s\" is a "
		    "whiteout of no proper name; do not use this image",
		    path));
	if ((dir = tree_parent(&l->tree, path, &leaf)) == -1)
		return (beneath_file(l) ? 0 : -1);
	if (strcmp(name, ".wh..opq") == 0)
		return (whiteout_opaque(l, dir, path));
	if (l->tree.merged)
		return (tree_remove_old(&l->tree, dir, name));
	if (mknodat(dir, name, S_IFCHR, makedev(0, 0)) == 0)
		return (0);
	if (errno == EEXIST)
		return (hide_beneath(l, dir, name, path));
	return (tree_failed(&l->why, path, "make a whiteout"));
}
