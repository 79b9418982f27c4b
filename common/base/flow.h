/*
 * Bytes through pipes that end: every wait has a deadline, and is over when
 * the caller has gone.
 */
#ifndef BASE_FLOW_H
#define BASE_FLOW_H

#include <sys/types.h>

#include <stddef.h>

struct why;

#define FLOW_READ_MS	60000	/* longest wait for a byte */
#define FLOW_WRITE_MS	120000	/* and for room: what follows may be a disk */

struct flow {
	int	 fd;		/* lent */
	int	 owner_fd;	/* its hang-up ends every wait; -1: none */
	int	 stall_ms;	/* longest wait */
};

/* Is this a pipe or a regular file? 0, or -1 with EINVAL. */
int	flow_check_in(int);
/* Is this a pipe? It is made non-blocking. 0, or -1 with errno. */
int	flow_check_out(int);
/* Some bytes: their number, 0 at the end, or -1 with why set. */
ssize_t	flow_read(const struct flow *, void *, size_t, struct why *);
/* All of them. 0, or -1 with why set (EPIPE: there is no reader any more). */
int	flow_write(const struct flow *, const void *, size_t, struct why *);

#endif
