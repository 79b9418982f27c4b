/* What the files about containers have in common. */
#ifndef STATEKEEP_CTR_H
#define STATEKEEP_CTR_H

#include <stdbool.h>
#include <stdint.h>

struct state;
struct rec;

/* The sentence that podman has for it, and ENOENT. Returns -1. */
int	ctr_no_such(struct state *, const char *);
/*
 * The row of a container as it is now, from whichever of the two open
 * databases has it; the last argument says whether that is the per-boot one.
 * NULL with ENOENT, EUCLEAN (damaged) or EXDEV (another namespace's).
 */
struct rec *ctr_load(struct state *, const char *, bool *);
/*
 * Write down that a container which ran in another boot has ended: a
 * transaction of its own. Nothing if it has not, or has been written down.
 */
int	ctr_record_exit(struct state *, const char *);
/* Give a container the lowest free range of ids. 0 or -1. */
int	ctr_take_slot(struct state *, const char *, uint32_t *);

#endif
