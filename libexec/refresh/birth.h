/*
 * The first moments of a program that has privilege and was started by
 * someone who has none: nothing that came with the exec is believed.
 */
#ifndef REFRESH_BIRTH_H
#define REFRESH_BIRTH_H

#include <sys/types.h>

/* Environment, descriptors 0 to 2, signals, umask, directory. Or exit. */
void	birth_clean(int, char **);
/*
 * The channel must be a pair that was made by the user we run for; and the
 * caller's terminal is let go. Or exit.
 */
void	birth_channel(int);
/* Stop being root for good, and keep the capabilities permitted. Or exit. */
void	birth_become(uid_t, gid_t);

#endif
