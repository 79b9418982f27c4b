/*
 * System mode: which of the disjoint id ranges a container has. A slot is a
 * key in the per-boot database, so that two can never hold the same one.
 */
#ifndef STATEKEEP_SLOT_H
#define STATEKEEP_SLOT_H

#include <stdint.h>

struct db;

#define SLOT_MAX	65535

/* Forget slots of an earlier boot. In a write transaction. 0 or -1. */
int	slot_boot(struct db *, const char *);
/* The lowest that is free, now the container's; 0 with errno if none. */
uint32_t slot_take(struct db *, const char *);
/* Give a container the one that it had. 0 or -1. */
int	slot_keep(struct db *, uint32_t, const char *);
/* Give it back, if it is the container's. 0 or -1. */
int	slot_give(struct db *, uint32_t, const char *);

#endif
