/*
 * Names and numbers of locks. The first slots are for locks without a number;
 * number n is slot n of those behind them. The caller holds the table's mutex.
 */
#ifndef LOCKBROKER_SLOT_H
#define LOCKBROKER_SLOT_H

#include <stdint.h>

struct table;

/* Find the slot of a name, or 0. */
uint32_t slot_find(const struct table *, const char *);
/* The same; make a slot without a number if there is none. 0 with ENOLCK. */
uint32_t slot_get(struct table *, const char *);
/*
 * Find or make the slot of a name, with the given number minus one, or (0) with
 * the lowest free one. 0 with EEXIST, EINVAL, ENOSPC. If the name has a number
 * and none was given, that slot is returned.
 */
uint32_t slot_allocate(struct table *, const char *, uint32_t, uint32_t);
/* Release the number. 0, or -1 with ENOENT. */
int	 slot_free(struct table *, const char *);
/* The number of a slot plus one; 0 if it has none. */
uint32_t slot_number(const struct table *, uint32_t);
/* The slot of a number plus one; 0 with EINVAL when there is none. */
uint32_t slot_of(const struct table *, uint32_t);
/* Remove the name if the slot has no number and no claim. */
void	 slot_unused(struct table *, uint32_t);
/*
 * For a renumbering: remove all names but LOCK_STORE; set the name of one slot.
 */
void	 slot_clear_all(struct table *);
/* For table_rebuild: add a slot to the index that slot_find uses. */
void	 slot_index(struct table *, uint32_t);

#endif
