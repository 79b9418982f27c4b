/*
 * What tells one state from another, also from one that was removed and made
 * again in its place: its directory, and when that was made.
 */
#ifndef ENGINE_STATEID_H
#define ENGINE_STATEID_H

#include <stddef.h>

/* A file name for the state that is in this directory. 0, or -1 and errno. */
int	state_id(int, char *, size_t);

#endif
