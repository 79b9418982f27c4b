/*
 * Sleeping cheaply: for the two programs of which one stays for every
 * running container and has nothing to do for most of that time.
 */
#ifndef BASE_IDLE_H
#define BASE_IDLE_H

#include <poll.h>
#include <signal.h>
#include <time.h>

/*
 * ppoll(2) without its library: when nothing happens for a second, the pages
 * of the program's own code are given back and the wait goes on. They come
 * back from the page cache one by one when they are used. Pages that were
 * written to are never touched. The last argument as in ppoll(2), -1 with
 * errno as there.
 */
int	idle_ppoll(struct pollfd *, nfds_t, const struct timespec *,
	    const sigset_t *);

#endif
