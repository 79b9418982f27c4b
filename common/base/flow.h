/*
 * Bytes through pipes: every wait has a deadline, and ends when the caller has
 * gone.
 */
#ifndef BASE_FLOW_H
#define BASE_FLOW_H

#include <sys/types.h>

#include <stddef.h>

struct why;

#define FLOW_READ_MS	60000	/* longest wait for a byte */
#define FLOW_WRITE_MS	120000	/* and for room: a disk may follow */

struct flow {
	int	 fd;		/* borrowed */
	int	 owner_fd;	/* a hang-up on it ends every wait; or -1 */
	int	 stall_ms;	/* longest wait */
};

/* Is this a pipe or a regular file? 0, or -1 with EINVAL. */
int	flow_check_in(int);
/* Is this a pipe? Makes it non-blocking. 0, or -1 with errno. */
int	flow_check_out(int);
/* Read some bytes: their number, 0 at the end, or -1 with why set. */
ssize_t	flow_read(const struct flow *, void *, size_t, struct why *);
/*
 * Write all of the bytes. 0, or -1 with why set (EPIPE: there is no reader any
 * more).
 */
int	flow_write(const struct flow *, const void *, size_t, struct why *);

#endif
