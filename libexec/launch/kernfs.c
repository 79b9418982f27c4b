/*
 * Kernel file systems: /proc, /sys, cgroups, message queues; and shared memory.
 */
#include <sys/mount.h>
#include <sys/statfs.h>

#include <linux/magic.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"
#include "spec.h"
#include "walk.h"

#define QUIET	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static int
plain(const char *type, unsigned int attrs)
{
	char			 source[32];
	const char *const	 options[] = { source, NULL };

	(void)snprintf(source, sizeof(source), "source=%s", type);
	return (k_mount_new(type, options, attrs));
}

static int
proc_make(struct build *b)
{
	b->proc = plain("proc", QUIET);
	if (b->proc == -1 && errno == EPERM)
		return (fault_set(b->fault, EPERM, "a /proc for the container "
		    "cannot be made, because parts of this system's own /proc "
		    "are hidden from it: if this is inside a container, start "
		    "that one with --security-opt unmask=ALL"));
	if (b->proc == -1)
		return (fault_errno(b->fault, "making the container's /proc"));
	b->self_fd = openat(b->proc, "self/fd",
	    O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (b->self_fd == -1)
		return (fault_errno(b->fault, "using the container's /proc"));
	return (0);
}

/*
 * A sysfs shows the devices of a network namespace, and only the owner of that
 * may mount one. Else bind the host's, with all mounts in it.
 */
static int
sys_make(struct build *b)
{
	b->sys = plain("sysfs", QUIET | MOUNT_ATTR_RDONLY);
	if (b->sys != -1)
		return (0);
	b->sys = k_clone(AT_FDCWD, "/sys", true);
	if (b->sys == -1 || k_setattr(b->sys, true, QUIET | MOUNT_ATTR_RDONLY,
	    MS_PRIVATE) == -1)
		return (fault_errno(b->fault, "making the container's /sys"));
	return (0);
}

static bool
is_cgroup2(const char *path)
{
	struct statfs	 fs;

	return (statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC);
}

/*
 * Read-only, and only version 2: a process that can write a version 1 hierarchy
 * can make the kernel start a program as the host's root.
 */
static void
cgroup_make(struct build *b)
{
	if (is_cgroup2("/sys/fs/cgroup") ||
	    is_cgroup2("/sys/fs/cgroup/unified"))
		b->cgroup = plain("cgroup2",
		    QUIET | MOUNT_ATTR_RDONLY);
}

static int
shm_make(struct build *b)
{
	char			 size[32];
	const char *const	 options[] = { "source=shm", "mode=1777", size,
				    NULL };

	(void)snprintf(size, sizeof(size), "size=%" PRIu64, b->spec->shm_size);
	b->shm = k_mount_new("tmpfs", options, QUIET);
	if (b->shm == -1)
		return (fault_errno(b->fault, "making the container's "
		    "/dev/shm"));
	return (0);
}

int
kernfs_begin(struct build *b)
{
	return (proc_make(b) == -1 ? -1 : sys_make(b));
}

int
kernfs_make(struct build *b)
{
	cgroup_make(b);
	if (shm_make(b) == -1)
		return (-1);
	b->mqueue = plain("mqueue", QUIET);
	if (b->mqueue == -1 && errno != ENODEV)
		return (fault_errno(b->fault, "making the container's "
		    "/dev/mqueue"));
	return (0);
}

/*
 * A mount point in the image must be a real directory: a link could lead
 * elsewhere.
 */
static int
put(struct build *b, int mount, const char *path, bool readonly)
{
	scoped_fd int	 target = -1;

	/* Mount those that others need, even if a user's mount covers them. */
	if (mount == -1 || (strncmp(path, "/dev/", 5) == 0 &&
	    mount_claimed(b, path)))
		return (0);
	target = walk_plain_dir(b->root, path);
	if (target == -1 && (errno == ELOOP || errno == ENOTDIR))
		return (fault_set(b->fault, errno, "%s in the container's "
		    "image is not a plain directory", path));
	if (target == -1 ||
	    plan_attach(b, mount, target, path, readonly) == -1)
		return (fault_errno(b->fault, "mounting %s in the container",
		    path));
	return (0);
}

/* The inode of the root of every procfs. */
static int
proc_verify(struct build *b)
{
	scoped_fd int	 fd = walk_open(b->root, "/proc", O_PATH);
	struct statfs	 fs;

	if (fd == -1 || fstatfs(fd, &fs) == -1 ||
	    fs.f_type != PROC_SUPER_MAGIC || k_mount_id(fd) == 0 ||
	    k_mount_id(fd) != k_mount_id(b->proc))
		return (fault_set(b->fault, EXDEV, "/proc in the container is "
		    "not the one that was mounted there"));
	return (0);
}

int
kernfs_attach(struct build *b)
{
	if (put(b, b->proc, "/proc", false) == -1 || proc_verify(b) == -1 ||
	    put(b, b->sys, "/sys", true) == -1 ||
	    put(b, b->cgroup, "/sys/fs/cgroup", true) == -1 ||
	    put(b, b->dev, "/dev", false) == -1 ||
	    put(b, b->pts, "/dev/pts", false) == -1 ||
	    put(b, b->shm, "/dev/shm", false) == -1 ||
	    put(b, b->mqueue, "/dev/mqueue", false) == -1)
		return (-1);
	return (0);
}
