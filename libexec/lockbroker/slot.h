/*
 * Names and numbers of locks. Number n is slot n of those behind the ones
 * that have none. All of it is done with the table's mutex.
 */
#ifndef LOCKBROKER_SLOT_H
#define LOCKBROKER_SLOT_H

#include <stdint.h>

struct table;

/* The slot that has a name, or 0. */
uint32_t slot_find(const struct table *, const char *);
/* The same; one without a number is made. 0 with ENOLCK. */
uint32_t slot_get(struct table *, const char *);
/*
 * The same, with a number below the count: that one, and one, or (0) the
 * lowest that is free. 0 with EEXIST, EINVAL, ENOSPC. One that has a number
 * is found if none was named.
 */
uint32_t slot_allocate(struct table *, const char *, uint32_t, uint32_t);
/* Take the number away. 0 or -1 with ENOENT. */
int	 slot_free(struct table *, const char *);
/* Number and one of a slot; 0 if it has none. */
uint32_t slot_number(const struct table *, uint32_t);
/* The slot of a number and one; 0 with EINVAL when there is none. */
uint32_t slot_of(const struct table *, uint32_t);
/* Forget the name if nothing needs it any more. */
void	 slot_unused(struct table *, uint32_t);
/* Forget all names but LOCK_STORE; name one. For a renumbering. */
void	 slot_clear_all(struct table *);
/* For table_rebuild: put it where slot_find looks. */
void	 slot_index(struct table *, uint32_t);

#endif
