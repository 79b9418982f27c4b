/*
 * Viewers: packet sockets that get the container's output and may send input.
 * Framing: see bulkhead-monitor(8), ATTACHING.
 */
#ifndef MONITOR_VIEWER_H
#define MONITOR_VIEWER_H

#include <sys/types.h>

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define VIEWERS		32
#define VIEWER_PACKET	4096		/* most stdin bytes in one packet */

struct io;

struct viewer {
	int	 fd;			/* -1: free */
	bool	 primary;		/* never dropped, output waits for it */
	bool	 feeds;			/* may write to stdin */
	bool	 deaf;			/* hung up; its input is still read */
};

struct viewers {
	struct viewer	 v[VIEWERS];
	bool		 stalled;	/* the primary one's socket is full */
};

/* No viewer is attached. */
void	viewers_init(struct viewers *);
/* Attach one; takes the socket. 0, or -1: EINVAL, EUSERS, EBUSY. */
int	viewers_add(struct viewers *, int, bool, bool);		/* takes */
/*
 * Send output to all viewers. One that cannot take it is dropped, except for
 * the primary: false, and `stalled`, when that one must be waited for (all
 * others have their copy); viewers_retry sends it the packet later.
 */
bool	viewers_send(struct viewers *, int, const char *, size_t);
bool	viewers_retry(struct viewers *, int, const char *, size_t);
/* Fill VIEWERS poll slots; the room says whether input can be taken. */
void	viewers_poll(const struct viewers *, struct pollfd *, bool);
/* Serve the ready viewers; their input goes to the container's stdin. */
void	viewers_serve(struct viewers *, const struct pollfd *, struct io *);

#endif
