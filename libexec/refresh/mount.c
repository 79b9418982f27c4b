#include "mount.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <linux/magic.h>
#include <linux/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
#include "maprequest.h"

/*
 * The kernel maps ids only on filesystems made for it. These are named
 * nevertheless: no kernel to come may put them within reach.
 */
static bool
is_kernel_fs(long type)
{
	static const long	 kernel[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC, SELINUX_MAGIC, BPF_FS_MAGIC, NSFS_MAGIC,
		DEVPTS_SUPER_MAGIC, EFIVARFS_MAGIC,
	};

	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++)
		if (kernel[i] == type)
			return (true);
	return (false);
}

const char *
mount_check(int fd)
{
	struct statfs	 fs;
	struct stat	 st;

	if (fstat(fd, &st) == -1 || fstatfs(fd, &fs) == -1)
		return ("not a file");
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return ("a device; a container has those of /dev");
	if (S_ISLNK(st.st_mode))
		return ("a symbolic link");
	if (is_kernel_fs((long)fs.f_type))
		return ("part of a filesystem of the kernel's own");
	return (NULL);
}

int
mount_mapped(int from, int userns, uint32_t flags, const char **why)
{
	struct mount_attr	 attr = { .attr_set = MOUNT_ATTR_IDMAP,
				    .propagation = MS_PRIVATE,
				    .userns_fd = (uint64_t)userns };
	unsigned int		 deep = (flags & GRANT_DEEP) ? AT_RECURSIVE : 0;
	scoped_fd int		 fd = -1;
	long			 rc = -1;

	attr.attr_set |= ((flags & GRANT_NOSUID) ? MOUNT_ATTR_NOSUID : 0) |
	    ((flags & GRANT_NODEV) ? MOUNT_ATTR_NODEV : 0) |
	    ((flags & GRANT_RDONLY) ? MOUNT_ATTR_RDONLY : 0);
	if (caps_raise(CAP_BIT(CAP_SYS_ADMIN)) == -1) {
		*why = "refresh has no CAP_SYS_ADMIN, which root's containers "
		    "need (--cap-add SYS_ADMIN for a container around them)";
		return (-1);
	}
	fd = (int)syscall(SYS_open_tree, from, "", AT_EMPTY_PATH |
	    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | deep);
	if (fd != -1)
		rc = syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | deep,
		    &attr, sizeof(attr));
	caps_lower();
	if (rc == 0)
		return (take_fd(&fd));
	*why = fd == -1 ? "it cannot be mounted a second time" :
	    errno != EINVAL ? "its ids cannot be mapped" : deep ?
	    "its filesystem, or one that is mounted below it, cannot map ids "
	    "as ext4, xfs, btrfs and tmpfs can; the option \"bind\" leaves "
	    "out what is mounted below it" :
	    "its filesystem cannot map ids; ext4, xfs, btrfs and tmpfs can";
	return (-1);
}
