/*
 * Confinement from a policy: what helper_drop and helper_sandbox do, for
 * programs that are not helpers or that confine themselves in steps. Every
 * failure is fatal: confinement never fails open.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stddef.h>

struct policy;

/*
 * no_new_privs, not dumpable, empty capability sets, read back. The policy's
 * CAPs stay in the permitted set only; for root of a user namespace its
 * NESTED_CAPs stay effective, too. Refuses to go on as root of the host unless
 * the policy has a CAP.
 */
void	confine_drop(const struct policy *);
/* Limits, Landlock, seccomp, in this order; see helper_sandbox. */
void	confine_sandbox(const struct policy *, const int *, size_t);
/* The steps of confine_sandbox. */
void	confine_limits(const struct policy *);
void	confine_landlock(const struct policy *, const int *, size_t);
void	confine_seccomp(const struct policy *);

#endif
