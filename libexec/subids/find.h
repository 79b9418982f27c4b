#ifndef SUBIDS_FIND_H
#define SUBIDS_FIND_H

#include <sys/types.h>

struct subids;

/*
 * Find out everything about a user; 0: the engine's account. A person's reason
 * why the ranges are of no use is left in `why`.
 */
void	find_ids(struct subids *, uid_t);
/* The same about root of our own user namespace. */
void	find_own_ids(struct subids *);

#endif
