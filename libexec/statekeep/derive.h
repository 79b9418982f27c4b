/*
 * Which events a transition is, in podman's words.
 */
#ifndef STATEKEEP_DERIVE_H
#define STATEKEEP_DERIVE_H

#include <stdbool.h>

struct rec;
struct transition;

/* Nothing that anybody could see has happened. */
bool	derive_silent(const struct transition *);
/*
 * Add to an entry what has happened: `ev` for each event of the transition's
 * own object, in order, and `note` for each of another. The notes (nested
 * `note`; one of the object itself has a status alone) may be NULL. 0 or -1.
 */
int	derive_add(struct rec *, const struct transition *,
	    const struct rec *);

#endif
