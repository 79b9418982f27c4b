/*
 * The locks of one connection. All of them end with the set, and so with the
 * process, however that ends. Another kind of lock is another file like
 * lock.c behind these functions.
 */
#ifndef LOCKBROKER_LOCK_H
#define LOCKBROKER_LOCK_H

#include <stdbool.h>
#include <stddef.h>

struct locks;

/*
 * An empty set over a directory (taken). The text says who holds what is
 * taken here, as others will read it. NULL on ENOMEM.
 */
struct locks	*locks_new(int, const char *);	/* takes */
void		 locks_free(struct locks *);
/*
 * Take a lock by name, shared or not, waiting at most so many milliseconds.
 * 0, or -1: EBUSY when it is held and no wait was asked for, ETIMEDOUT,
 * ECONNRESET when our peer left meanwhile, EDEADLK when it is ours already,
 * EINVAL for what is no name, or what the file system said.
 */
int		 locks_take(struct locks *, const char *, bool, unsigned int);
/* Give one back; ENOENT when it is not held. */
int		 locks_drop(struct locks *, const char *);
/* Who said he holds it, for a sentence; "" if nobody says. */
void		 locks_holder(struct locks *, const char *, char *, size_t);

#endif
