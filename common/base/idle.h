/*
 * Sleeping with little memory: for the two programs that stay for each running
 * container, and are idle most of the time.
 */
#ifndef BASE_IDLE_H
#define BASE_IDLE_H

#include <poll.h>
#include <signal.h>
#include <time.h>

/*
 * ppoll(2), which releases the pages of the program's code when nothing happens
 * for a second. They are read again from the page cache when they are used.
 * Pages that were written are kept. The last argument as in ppoll(2), -1 with
 * errno as there.
 */
int	idle_ppoll(struct pollfd *, nfds_t, const struct timespec *,
	    const sigset_t *);

#endif
