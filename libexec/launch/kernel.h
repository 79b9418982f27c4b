/*
 * The system calls of the kernel's mount interface, which not every C library
 * has: descriptors in, descriptors out. All descriptors that they return are
 * close-on-exec.
 */
#ifndef LAUNCH_KERNEL_H
#define LAUNCH_KERNEL_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For C libraries without them; newer ones have macros of these names. */
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY	0x00000001
#define MOUNT_ATTR_NOSUID	0x00000002
#define MOUNT_ATTR_NODEV	0x00000004
#define MOUNT_ATTR_NOEXEC	0x00000008
#define MOUNT_ATTR__ATIME	0x00000070
#define MOUNT_ATTR_NOATIME	0x00000010
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW	0x00200000
#endif

/* Open a context for a new file system of this type. */
int	k_fsopen(const char *);
/* Set one option by text, or a flag when the value is NULL. */
int	k_fsconfig(int, const char *, const char *);
/* Set one option to a descriptor. */
int	k_fsconfig_fd(int, const char *, int);
/*
 * Create the configured file system as a detached mount with these MOUNT_ATTR_
 * flags.
 */
int	k_fsmount(int, unsigned int);
/*
 * A new file system in one step: type, options ("a=b" or "flag") up to
 * NULL, attributes. A detached mount, or -1.
 */
int	k_mount_new(const char *, const char *const *, unsigned int);
/*
 * A detached copy of the mount at a path, with the mounts beneath it or
 * without.
 */
int	k_clone(int, const char *, bool);
/* Attach a detached mount to the file or directory of a descriptor. */
int	k_attach(int, int);
/* Set attributes and propagation (0: leave) of a mount, or of a tree. */
int	k_setattr(int, bool, uint64_t, uint64_t);
/* Detach what is mounted on the working directory. */
int	k_detach_cwd(void);
/* Make the working directory the root, and detach the old root. */
int	k_pivot_cwd(void);
/* The id of the mount that a descriptor is in; 0 on error. */
uint64_t k_mount_id(int);
/* openat2 with RESOLVE_ flags. */
int	k_open(int, const char *, int, uint64_t);

/* Close every descriptor from this one on. 0 or -1. */
int	k_close_from(unsigned int);
/*
 * End this process. If a seccomp filter refuses exit_group, the C library would
 * call it for ever: end by a fault then.
 */
_Noreturn void k_exit(int);

#endif
