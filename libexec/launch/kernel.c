#include "kernel.h"

#include <sys/syscall.h>

#include <linux/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "openat2.h"

int
k_fsopen(const char *type)
{
	return ((int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}

int
k_fsconfig(int fd, const char *key, const char *value)
{
	unsigned int	 how;

	how = value == NULL ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
	return ((int)syscall(SYS_fsconfig, fd, how, key, value, 0));
}

int
k_fsconfig_fd(int fd, const char *key, int value)
{
	return ((int)syscall(SYS_fsconfig, fd, FSCONFIG_SET_FD, key, NULL,
	    value));
}

int
k_fsmount(int fd, unsigned int attrs)
{
	if (syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
		return (-1);
	return ((int)syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attrs));
}

static int
set_option(int fd, const char *option)
{
	char		 key[NAME_MAX];
	const char	*value = strchr(option, '=');

	if (value == NULL)
		return (k_fsconfig(fd, option, NULL));
	if ((size_t)(value - option) >= sizeof(key)) {
		errno = EINVAL;
		return (-1);
	}
	memcpy(key, option, (size_t)(value - option));
	key[value - option] = '\0';
	return (k_fsconfig(fd, key, value + 1));
}

int
k_mount_new(const char *type, const char *const *options, unsigned int attrs)
{
	scoped_fd int	 fd = k_fsopen(type);

	if (fd == -1)
		return (-1);
	for (; *options != NULL; options++)
		if (set_option(fd, *options) == -1)
			return (-1);
	return (k_fsmount(fd, attrs));
}

int
k_clone(int dir, const char *path, bool tree)
{
	unsigned int	 flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

	if (tree)
		flags |= AT_RECURSIVE;
	if (*path == '\0')
		flags |= AT_EMPTY_PATH;
	return ((int)syscall(SYS_open_tree, dir, path, flags));
}

int
k_attach(int mount, int target)
{
	return ((int)syscall(SYS_move_mount, mount, "", target, "",
	    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

int
k_setattr(int fd, bool tree, uint64_t attrs, uint64_t propagation)
{
	struct mount_attr	 set = { .attr_set = attrs,
				    .propagation = propagation };

	return ((int)syscall(SYS_mount_setattr, fd, "",
	    AT_EMPTY_PATH | (tree ? AT_RECURSIVE : 0), &set, sizeof(set)));
}

int
k_detach_cwd(void)
{
	return ((int)syscall(SYS_umount2, ".", 2 /* MNT_DETACH */));
}

int
k_pivot_cwd(void)
{
	/*
	 * With "." twice the old root is mounted on the new one, where it can
	 * be detached, and no directory for it has to exist.
	 */
	if (syscall(SYS_pivot_root, ".", ".") == -1 || k_detach_cwd() == -1)
		return (-1);
	return (chdir("/"));
}

/* The kernel's struct statx, as far as needed: C libraries may be older. */
struct statx_mount {
	uint32_t	 mask;
	uint32_t	 other[35];
	uint64_t	 mount;
	uint64_t	 rest[13];
};
#define WANT_MOUNT	0x1000u		/* STATX_MNT_ID */

uint64_t
k_mount_id(int fd)
{
	struct statx_mount	 st = { 0 };

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, WANT_MOUNT, &st) == -1 ||
	    (st.mask & WANT_MOUNT) == 0)
		return (0);
	return (st.mount);
}

int
k_open(int dir, const char *path, int flags, uint64_t resolve)
{
	return (openat2_resolved(dir, path, flags, 0, resolve));
}

_Noreturn void
k_exit(int status)
{
	(void)syscall(SYS_exit_group, status);
	__builtin_trap();
}

int
k_close_from(unsigned int first)
{
	return ((int)syscall(SYS_close_range, first, ~0U, 0));
}
