/* Derive podman's events from a transition. */
#ifndef STATEKEEP_DERIVE_H
#define STATEKEEP_DERIVE_H

#include <stdbool.h>

struct rec;
struct transition;

/* Does the transition have no event? */
bool	derive_silent(const struct transition *);
/*
 * Add the events of a transition to a history entry: an `ev` for each event of
 * the transition's own object, in order, and a `note` for each event of another
 * object. The notes (nested `note`; one for the transition's own object has
 * only a status) may be NULL. 0 or -1.
 */
int	derive_add(struct rec *, const struct transition *,
	    const struct rec *);

#endif
