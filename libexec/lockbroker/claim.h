/*
 * Who has and who waits for what: claims in queues, in the order in which
 * they came. One is granted when nothing before it is against it, and nobody
 * overtakes. All of it is done with the table's mutex.
 */
#ifndef LOCKBROKER_CLAIM_H
#define LOCKBROKER_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

struct table;

/*
 * Queue up for a slot; the claim, which may be granted already, or 0 with
 * ENOLCK when there are too many.
 */
uint32_t claim_add(struct table *, uint32_t slot, bool shared);
/*
 * Take one out of its queue, and grant what that lets through. The number of
 * a lock that was allocated with it goes as well.
 */
void	 claim_remove(struct table *, uint32_t);
/* Put it at the end of a slot's queue, and in a member's list; no more. */
void	 claim_link(struct table *, uint32_t, uint32_t slot, uint32_t member);
/* Our claim on a slot, or 0. */
uint32_t claim_own(const struct table *, uint32_t slot);
/* Grant what can be granted in a slot. */
void	 claim_grant_next(struct table *, uint32_t slot);
/* Let go of everything that a member has, who is dead or leaves. */
void	 claim_reap(struct table *, uint32_t member);
/* Do that for all who are dead; their places are free then. */
void	 claim_reap_dead(struct table *);
/*
 * Would this claim wait for itself: does one that it waits for wait, by
 * however many steps, for us?
 */
bool	 claim_in_cycle(const struct table *, uint32_t);

#endif
