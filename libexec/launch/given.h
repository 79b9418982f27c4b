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
 * Add a descriptor: 0. -1 with EINVAL when the kind is unknown or the
 * descriptor does not suit it, EEXIST for a second one.
 */
int		 given_put(struct given *, uint32_t, uint32_t, int); /* takes */
/* Borrow one; -1 when it was not given. */
int		 given_get(const struct given *, uint32_t, uint32_t);
/*
 * Remove one descriptor after another, counting from 0: the descriptor, which
 * is the caller's, with its kind and index; -1 when there are no more.
 */
int		 given_next(struct given *, size_t *, uint32_t *, uint32_t *);
/* Close one, if it was given. */
void		 given_drop(struct given *, uint32_t, uint32_t);
/* Empty the table without closing anything. */
void		 given_forget(struct given *);
/* Close all of them. */
void		 given_clear(struct given *);

#endif
