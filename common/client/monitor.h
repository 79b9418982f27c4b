/*
 * Requests to the monitors of containers that earlier commands have started,
 * below a run directory.
 *
 * All of these return 0, or -1 with errno, and the client's error set where a
 * helper said it.
 */
#ifndef CLIENT_MONITOR_H
#define CLIENT_MONITOR_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct client;
struct rec;

/* Does a monitor listen for this container, however busy it is? */
bool	monitor_is_there(int run_dir, const char *id);
/*
 * A descriptor, the caller's, that can be read when the container has ended.
 * -1: there is no monitor.
 */
int	monitor_end_fd(struct client *, int run_dir, const char *id);
/*
 * Signal the container of a row, through its monitor or, where that cannot be
 * reached or does not answer, and for SIGKILL, through a pidfd that is checked
 * against the row. ESRCH: it is not running.
 */
int	monitor_signal(struct client *, int run_dir, const struct rec *row,
	    int signo);
/*
 * Wait for the end of the container of a row at most so long: 0, and its
 * status as wait(2) gives it, unless that is NULL. 1: it has ended, or was
 * there is no process of its pid here, but its monitor does not say how; one
 * that is silent after the end of the process is killed. -1 with ETIMEDOUT.
 * A monitor is asked and believed from any pid namespace; without it, the
 * caller has to know whether the pid can be seen here (running_is_hidden).
 */
int	monitor_wait(struct client *, int run_dir, const struct rec *row,
	    int64_t wait_ms, int *status);

#endif
