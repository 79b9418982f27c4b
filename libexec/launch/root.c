/*
 * The container's root: an overlay of image layers, a directory of the
 * host, or a copy that the vfs driver made.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <linux/magic.h>
#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "given.h"
#include "kernel.h"
#include "messages.h"
#include "spec.h"

#define PAGE	4096			/* limit of mount(2) for options */

/* Open the layers of an overlay. */
struct layers {
	int	*lower;
	size_t	 n;
	int	 upper;
	int	 work;
};

int
root_unshare(int mount)
{
	return (k_setattr(mount, true, 0, MS_SLAVE));
}

int
root_park(int mount)
{
	scoped_fd int	 place = open("/proc", O_PATH | O_DIRECTORY |
			    O_CLOEXEC);

	return (place == -1 ? -1 : k_attach(mount, place));
}

static int
beneath(const struct build *b, const char *path)
{
	return (k_open(b->graph, path, O_PATH | O_DIRECTORY,
	    RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS));
}

/*
 * An id-mapped graph root comes as a detached mount. Older kernels stack an
 * overlay only on mounts of the caller's namespace, so attach it there.
 */
static int
graph_open(struct build *b)
{
	int		 given = given_get(b->given, LAUNCH_GRAPH, 0);

	if (given == -1) {
		b->graph = open(b->spec->graph ? b->spec->graph : "",
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (b->graph == -1)
			return (fault_errno(b->fault, "opening the image "
			    "store %s", b->spec->graph ? b->spec->graph : ""));
		return (0);
	}
	if (root_unshare(given) == -1 || root_park(given) == -1)
		return (fault_errno(b->fault, "attaching the image store"));
	b->graph = given;
	return (0);
}

static int
rootfs_open(struct build *b)
{
	const char	*path = b->spec->rootfs;
	struct stat	 st;

	b->root = given_get(b->given, LAUNCH_ROOTFS, 0);
	if (b->root != -1)
		return (root_unshare(b->root) == 0 ? 0 : fault_errno(b->fault,
		    "taking over the root file system %s", path));
	b->root = k_clone(AT_FDCWD, path, true);
	if (b->root == -1 || fstat(b->root, &st) == -1)
		return (fault_errno(b->fault, "opening the root file system "
		    "%s", path));
	if (!S_ISDIR(st.st_mode))
		return (fault_set(b->fault, ENOTDIR, "the root file system %s "
		    "is not a directory", path));
	return (0);
}

int
root_open(struct build *b)
{
	if (b->spec->rootfs == NULL || *b->spec->rootfs != '/')
		return (graph_open(b));
	if (rootfs_open(b) == -1)
		return (-1);
	return (mount_has_volumes(b->spec) ? graph_open(b) : 0);
}

static int
layers_open(struct build *b, struct layers *l)
{
	const struct spec	*s = b->spec;

	if (s->upper != NULL) {
		l->upper = beneath(b, s->upper);
		l->work = beneath(b, s->work);
		if (l->upper == -1 || l->work == -1)
			return (fault_errno(b->fault, "opening the container's "
			    "writable layer"));
	}
	if ((l->lower = calloc(s->lower.n + 1, sizeof(int))) == NULL)
		return (fault_errno(b->fault, "opening the image's layers"));
	for (; l->n < s->lower.n; l->n++)
		if ((l->lower[l->n] = beneath(b, s->lower.v[l->n])) == -1)
			return (fault_errno(b->fault, "opening layer %s of the "
			    "image", s->lower.v[l->n]));
	return (0);
}

static void
layers_close(struct layers *l)
{
	for (size_t i = 0; i < l->n; i++)
		scope_close(&l->lower[i]);
	free(l->lower);
	scope_close(&l->upper);
	scope_close(&l->work);
}

/* Layers by descriptor, one option each: Linux 6.13 and later. */
static int
overlay_by_fd(const struct layers *l, bool forget)
{
	scoped_fd int	 fs = k_fsopen("overlay");

	if (fs == -1)
		return (-1);
	for (size_t i = 0; i < l->n; i++)
		if (k_fsconfig_fd(fs, "lowerdir+", l->lower[i]) == -1)
			return (-1);
	if (l->upper != -1 &&
	    (k_fsconfig_fd(fs, "upperdir", l->upper) == -1 ||
	    k_fsconfig_fd(fs, "workdir", l->work) == -1 ||
	    (forget && k_fsconfig(fs, "volatile", NULL) == -1)))
		return (-1);
	/*
	 * An unprivileged mounter cannot read trusted attributes: use user.*.
	 */
	if (k_fsconfig(fs, "userxattr", NULL) == -1 ||
	    k_fsconfig(fs, "source", "overlay") == -1)
		return (-1);
	return (k_fsmount(fs, MOUNT_ATTR_NODEV));
}

/* "lowerdir=12:13:14,...": paths are the numbers of descriptors. */
static int
overlay_options(const struct layers *l, bool forget, char *out, size_t size)
{
	size_t	 n = (size_t)snprintf(out, size, "userxattr,lowerdir=");

	for (size_t i = 0; i < l->n && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%d",
		    i == 0 ? "" : ":", l->lower[i]);
	if (l->upper != -1 && n < size)
		n += (size_t)snprintf(out + n, size - n,
		    ",upperdir=%d,workdir=%d%s", l->upper, l->work,
		    forget ? ",volatile" : "");
	errno = E2BIG;
	return (n < size ? 0 : -1);
}

/*
 * Older kernels take paths, in one page of options. The shortest path to a
 * descriptor is its number, relative to /proc/self/fd: 500 layers fit. The
 * overlay is mounted on one of its own layers, which only this process sees.
 */
static int
overlay_by_number(struct build *b, const struct layers *l, bool forget)
{
	const char	*over = l->upper != -1 ? b->spec->upper :
			    b->spec->lower.v[0];
	char		 options[PAGE], target[16];

	(void)snprintf(target, sizeof(target), "%d",
	    l->upper != -1 ? l->upper : l->lower[0]);
	if (overlay_options(l, forget, options, sizeof(options)) == -1 ||
	    fchdir(b->self_fd) == -1 ||
	    mount("overlay", target, "overlay", MS_NODEV, options) == -1)
		return (-1);
	if ((b->root = beneath(b, over)) == -1)
		return (-1);
	b->attached = true;
	return (0);
}

/*
 * A --rm container needs nothing on the disk: its overlay is `volatile`, so
 * that the unmount does not sync the whole file system. Such a mount leaves a
 * mark, and the kernel refuses a marked upper layer, which a crash may have
 * damaged. No --rm container survives a crash; if it is started again it was
 * stopped in order, so remove the mark.
 */
static void
unmark_volatile(const struct layers *l)
{
	(void)unlinkat(l->work, "work/incompat/volatile/dirty", 0);
	(void)unlinkat(l->work, "work/incompat/volatile", AT_REMOVEDIR);
}

static void
overlay_failed(struct build *b, const struct layers *l)
{
	int		 error = errno;
	const char	*graph = b->spec->graph ? b->spec->graph :
			    "the image store";
	struct statfs	 fs;

	if (error == EINVAL && l->upper != -1 && fstatfs(l->upper,
	    &fs) == 0 && fs.f_type == OVERLAYFS_SUPER_MAGIC) {
		(void)fault_set(b->fault, error, "%s is on an overlay, which "
		    "cannot hold the layers of another: give the container "
		    "that bulkhead runs in a volume there, or use "
		    "--storage-driver vfs", graph);
		return;
	}
	errno = error;
	(void)fault_errno(b->fault, "mounting the overlay of %zu layers in %s",
	    l->n, graph);
}

static int
overlay_make(struct build *b)
{
	struct layers	 l = { .upper = -1, .work = -1 };
	bool		 forget = b->spec->rm != 0;
	int		 rc = -1;

	if (layers_open(b, &l) == -1)
		goto out;
	if (l.n == 0) {
		/* An image without layers has only the writable directory. */
		if ((b->root = k_clone(l.upper, "", false)) == -1)
			(void)fault_errno(b->fault, "opening the container's "
			    "writable layer");
		rc = b->root == -1 ? -1 : 0;
		goto out;
	}
	if (forget && l.work != -1)
		unmark_volatile(&l);
	b->root = overlay_by_fd(&l, forget);
	rc = b->root != -1 ? 0 : overlay_by_number(b, &l, forget);
	if (rc == -1)
		overlay_failed(b, &l);
 out:
	layers_close(&l);
	return (rc);
}

static int
copy_make(struct build *b)
{
	scoped_fd int	 dir = beneath(b, b->spec->rootfs);

	if (dir == -1 || (b->root = k_clone(dir, "", true)) == -1)
		return (fault_errno(b->fault, "opening the container's copy "
		    "%s of its image", b->spec->rootfs));
	return (0);
}

int
root_make(struct build *b)
{
	if (b->root != -1)
		return (0);
	if (b->spec->rootfs != NULL)
		return (copy_make(b));
	return (overlay_make(b));
}

void
root_release(struct build *b)
{
	if (b->graph != given_get(b->given, LAUNCH_GRAPH, 0))
		scope_close(&b->graph);
	given_drop(b->given, LAUNCH_GRAPH, 0);
	b->graph = -1;
}

/*
 * If a mount had been stacked on the host's root, that would have been detached
 * instead: check that the mount on / is the container's.
 */
static int
root_verify(struct build *b)
{
	scoped_fd int	 fd = open("/..", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || k_mount_id(fd) == 0 ||
	    k_mount_id(fd) != k_mount_id(b->root))
		return (fault_set(b->fault, EXDEV, "the host's root did not "
		    "vanish from the container"));
	return (0);
}

int
root_enter(struct build *b)
{
	scoped_fd int	 top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (!b->attached) {
		/* nodev: device nodes of an image must not work. */
		if (k_setattr(b->root, true, MOUNT_ATTR_NODEV,
		    MS_PRIVATE) == -1 ||
		    top == -1 || k_attach(b->root, top) == -1)
			return (fault_errno(b->fault, "attaching the "
			    "container's root"));
	}
	if (fchdir(b->root) == -1 || k_pivot_cwd() == -1)
		return (fault_errno(b->fault, "entering the container's root"));
	return (root_verify(b));
}

int
root_finish(struct build *b, int root)
{
	if (b->spec->readonly != 0 &&
	    k_setattr(root, false, MOUNT_ATTR_RDONLY, 0) == -1)
		return (fault_errno(b->fault, "making the container's root "
		    "read-only"));
	return (0);
}
