/*
 * Talking to the monitor of a container that an earlier command started.
 */
#ifndef CLIENT_MONCONN_H
#define CLIENT_MONCONN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "chan.h"

struct rec;
struct session;

/* Does a monitor listen for this container, however busy it is? */
bool	monconn_is_there(struct session *, const char *);
/*
 * Connect to a container's control socket. 0; -1: no monitor is there, or it
 * takes nobody for five seconds (EAGAIN).
 */
int	monconn_open(struct session *, const char *, struct chan *);
/*
 * Ask, and wait for the answer at most so long (-1: for ever). 0 with the
 * reply, which the caller clears; -1 with errno (ETIMEDOUT, EPIPE, or what
 * the monitor said, whose sentence is in the session's error).
 */
int	monconn_ask(struct session *, struct chan *, enum msg_type,
	    const union msg *, const int *, unsigned int, int, struct packet *);
/*
 * Signal a running container, through its monitor, or, when that was
 * killed, through a pidfd that is checked against the start time and boot id
 * of the row. 0, or -1 with errno (ESRCH: it is not running).
 */
int	monconn_signal(struct session *, const struct rec *, int);
/*
 * The pid namespace of a running container, that of the same process. A
 * descriptor, or -1 with errno.
 */
int	monconn_pid_namespace(const struct rec *);
/*
 * Wait for its end, at most so long. 0: it has ended (or was not running);
 * -1 with ETIMEDOUT.
 */
int	monconn_wait(struct session *, const struct rec *, int64_t);
/* The start time of a process in clock ticks since boot; 0: it is gone. */
uint64_t proc_start_time(pid_t);

#endif
