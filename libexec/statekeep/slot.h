/*
 * System mode: which of the disjoint id ranges a container has. A slot is the
 * number of a range and a key in the per-boot database, so that two containers
 * cannot have the same one.
 */
#ifndef STATEKEEP_SLOT_H
#define STATEKEEP_SLOT_H

#include <stdint.h>

struct db;

#define SLOT_MAX	65535

/* Remove the slots of an earlier boot. In a write transaction. 0 or -1. */
int	slot_boot(struct db *, const char *);
/*
 * Give the container the lowest free slot, and return it; 0 with errno if there
 * is none.
 */
uint32_t slot_take(struct db *, const char *);
/* Give a container a particular slot, which it had before. 0 or -1. */
int	slot_keep(struct db *, uint32_t, const char *);
/* Release a slot, if it is the container's. 0 or -1. */
int	slot_give(struct db *, uint32_t, const char *);

#endif
