/*
 * Claims: who holds or waits for a lock, in a queue for each slot, in the order
 * of arrival. A claim is granted when no claim before it conflicts; no claim
 * overtakes another. The caller of each function holds the table's mutex.
 */
#ifndef LOCKBROKER_CLAIM_H
#define LOCKBROKER_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

struct table;

/*
 * Add a claim to a slot's queue. Returns the claim, which may be granted
 * already, or 0 with ENOLCK when there are too many.
 */
uint32_t claim_add(struct table *, uint32_t slot, bool shared);
/*
 * Remove a claim from its queue and grant the next ones. If the slot's number
 * was allocated with this claim, release the number too.
 */
void	 claim_remove(struct table *, uint32_t);
/* Only link a claim: to the end of a slot's queue and into a member's list. */
void	 claim_link(struct table *, uint32_t, uint32_t slot, uint32_t member);
/* The claim of this process on a slot, or 0. */
uint32_t claim_own(const struct table *, uint32_t slot);
/* Grant the claims at the head of a slot's queue that can be granted. */
void	 claim_grant_next(struct table *, uint32_t slot);
/* Remove all claims of a member that is dead or leaves. */
void	 claim_reap(struct table *, uint32_t member);
/* Do that for all dead members, and free their entries. */
void	 claim_reap_dead(struct table *);
/*
 * Is this claim part of a deadlock: does a claim that it waits for wait, in any
 * number of steps, for this process?
 */
bool	 claim_in_cycle(const struct table *, uint32_t);

#endif
