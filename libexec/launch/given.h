/*
 * The descriptors that the front end handed over for one container.
 */
#ifndef LAUNCH_GIVEN_H
#define LAUNCH_GIVEN_H

#include <stddef.h>
#include <stdint.h>

struct given;

/* An empty table, or NULL. */
struct given	*given_new(void);
/*
 * Put a descriptor in: 0. -1 with EINVAL when the kind is unknown or what
 * the descriptor is does not suit it, EEXIST when there is one already.
 */
int		 given_put(struct given *, uint32_t, uint32_t, int); /* takes */
/* Borrow one; -1 when it was not given. */
int		 given_get(const struct given *, uint32_t, uint32_t);
/*
 * Take one out after another, counting from 0: the descriptor, which is the
 * caller's, and what it is; -1 when there are no more.
 */
int		 given_next(struct given *, size_t *, uint32_t *, uint32_t *);
/* Close one, if it was given. */
void		 given_drop(struct given *, uint32_t, uint32_t);
/* Nothing was given any more, and nothing is closed. */
void		 given_forget(struct given *);
/* Close all of them. */
void		 given_clear(struct given *);

#endif
