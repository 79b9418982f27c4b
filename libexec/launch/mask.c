/* Mask paths that show the host, and write-protect those that control it. */
#include <sys/stat.h>

#include <linux/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"
#include "spec.h"
#include "walk.h"

/*
 * One empty directory masks all: the first use attaches it, the others attach
 * copies.
 */
static int
empty_dir(struct build *b)
{
	static const char *const	 options[] = { "source=tmpfs",
					    "mode=555",
					    "nr_inodes=2", NULL };

	if (b->empty != -1)
		return (k_clone(b->empty, "", false));
	b->empty = k_mount_new("tmpfs", options, MOUNT_ATTR_RDONLY |
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return (b->empty == -1 ? -1 : fcntl(b->empty, F_DUPFD_CLOEXEC, 3));
}

/*
 * Files are covered by the checked null device, never by the container's; files
 * that do not exist need none.
 */
static int
mask(struct build *b, const char *path)
{
	scoped_fd int	 target = walk_open(b->root, path, O_PATH);
	scoped_fd int	 cover = -1;
	struct stat	 st;
	bool		 dir;

	if (target == -1 && errno == ENOENT)
		return (0);
	if (target == -1 || fstat(target, &st) == -1)
		return (fault_errno(b->fault, "masking %s in the container",
		    path));
	dir = S_ISDIR(st.st_mode);
	cover = dir ? empty_dir(b) : k_clone(b->node[NODE_NULL], "", false);
	if (cover == -1 || plan_attach(b, cover, target, NULL, dir) == -1)
		return (fault_errno(b->fault, "masking %s in the container",
		    path));
	return (0);
}

static int
protect(struct build *b, const char *path)
{
	scoped_fd int	 target = walk_open(b->root, path, O_PATH);
	scoped_fd int	 copy = -1;

	if (target == -1 && errno == ENOENT)
		return (0);
	if (target != -1)
		copy = k_clone(target, "", true);
	if (copy == -1 || k_setattr(copy, true, MOUNT_ATTR_RDONLY, 0) == -1 ||
	    plan_attach(b, copy, target, NULL, true) == -1)
		return (fault_errno(b->fault, "making %s in the container "
		    "read-only", path));
	return (0);
}

int
mask_attach(struct build *b)
{
	for (size_t i = 0; i < b->spec->ropath.n; i++)
		if (protect(b, b->spec->ropath.v[i]) == -1)
			return (-1);
	for (size_t i = 0; i < b->spec->mask.n; i++)
		if (mask(b, b->spec->mask.v[i]) == -1)
			return (-1);
	return (0);
}
