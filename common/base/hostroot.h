/*
 * Root of the machine, whose containers are system mode's, or root of a user
 * namespace, who is an ordinary user.
 */
#ifndef BASE_HOSTROOT_H
#define BASE_HOSTROOT_H

#include <stdbool.h>

/* Of the first user namespace: PROC_USER_INIT_INO, part of the kernel's ABI. */
#define FIRST_USERNS	0xeffffffdULL

/*
 * Is the effective user root, in the first user namespace? Then it is root of
 * the machine whatever capabilities it has, as in a container of root's podman:
 * files of the host's root are its own. The namespace is looked up in the first
 * call, before the process confines itself. Where /proc cannot be read: root is
 * root.
 */
bool	host_root(void);

#endif
