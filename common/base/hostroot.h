/*
 * Root of the machine, whose containers are system mode's, or root of a user
 * namespace, who is an ordinary user.
 */
#ifndef BASE_HOSTROOT_H
#define BASE_HOSTROOT_H

#include <stdbool.h>

/*
 * Is the effective user root, in the first user namespace, with CAP_SYS_ADMIN?
 * Root in a container of another engine has no CAP_SYS_ADMIN. The namespace and
 * the capability are looked up in the first call, which comes before the
 * process gives up what it holds. Where /proc cannot be read: root is root.
 */
bool	host_root(void);

#endif
