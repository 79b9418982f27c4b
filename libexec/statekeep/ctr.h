/* Functions on containers that several files use. */
#ifndef STATEKEEP_CTR_H
#define STATEKEEP_CTR_H

#include <stdbool.h>
#include <stdint.h>

struct state;
struct rec;

/*
 * Set podman's message for a container that does not exist, and ENOENT. Returns
 * -1.
 */
int	ctr_no_such(struct state *, const char *);
/*
 * The merged row of a container, from the one of the two open databases that
 * has it; the last argument is set to true for the per-boot database. NULL with
 * ENOENT, EUCLEAN (damaged) or EXDEV (of another namespace).
 */
struct rec *ctr_load(struct state *, const char *, bool *);
/*
 * Record, in a transaction of its own, that a container that ran in an earlier
 * boot has exited. Nothing to do if it is recorded already. 0 or -1.
 */
int	ctr_record_exit(struct state *, const char *);
/* Give a container the lowest free range of ids. 0 or -1. */
int	ctr_take_slot(struct state *, const char *, uint32_t *);

#endif
