/*
 * Clients: the front end that had the monitor started (client 0, descriptor 3),
 * and later commands, which connect to the socket `ctl` in the run directory.
 */
#ifndef MONITOR_CTL_H
#define MONITOR_CTL_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "chan.h"

#define CLIENTS		32		/* besides the front end */
#define CTL_SLOTS	(1 + 1 + CLIENTS) /* listener, front end, others */

struct monitor;

struct client {
	struct monitor	*m;
	struct chan	 chan;		/* fd -1: free */
	bool		 waiting;	/* for the exit status */
	bool		 answered;	/* it was sent the status */
	uint32_t	 wait_seq;
};

struct ctl {
	int		 listen_fd;
	struct client	 front;
	struct client	 c[CLIENTS];
};

/* Only the front end, on this channel. */
void	ctl_init(struct ctl *, struct monitor *, const struct chan *);
/* Make the socket `ctl`, mode 0600, in a directory. 0, or -1 with errno. */
int	ctl_listen(struct ctl *, int);
/* Fill CTL_SLOTS poll slots. */
void	ctl_poll(const struct ctl *, struct pollfd *);
/* Serve the ready clients, one packet each. */
void	ctl_serve(struct ctl *, const struct pollfd *);
/*
 * Send the exit status to all clients that wait; drop one that cannot take it.
 */
void	ctl_answer(struct ctl *, uint64_t, const char *);
/* Close one client. */
void	ctl_drop(struct client *);

#endif
