/*
 * The first moments of a program that has privilege and was started by
 * someone who has none: nothing that came with the exec is believed.
 */
#ifndef REFRESH_STARTUP_H
#define REFRESH_STARTUP_H

#include <sys/types.h>

struct policy;

/* Environment, descriptors 0 to 2, signals, umask, directory. Or exit. */
void	startup_clean(int, char **);
/* -P prints the policy and exits; the rest is for mapper. Or exit. */
void	startup_args(int, char **, const struct policy *);
/*
 * The channel must be a packet socket that was made by the user we run for.
 * Other descriptors of the caller's are closed, but stderr. Or exit.
 */
void	startup_channel(int);
/* Stop being root for good, and keep the capabilities permitted. Or exit. */
void	startup_become(uid_t, gid_t);

#endif
