/*
 * Requests to monitors: to the one of the container that this command starts,
 * and to those of containers that earlier commands have started.
 *
 * All of these return 0, or -1 with errno, and the client's error set where a
 * helper said it. Those that end in _begin and have no _end are only sent:
 * their answers are read by the next that ends, or by client_sync.
 */
#ifndef CLIENT_MONITOR_H
#define CLIENT_MONITOR_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct client;
struct rec;

/*
 * The run directory of a container, lent, and its streams: their inner ends,
 * which are the caller's.
 */
int	monitor_open_begin(struct client *, int dir, const char *id, bool tty,
	    bool stdin_open);
int	monitor_open_end(struct client *, int fds[3]);
/* Its log, open for append: with at most so many bytes, or (0) any number. */
int	monitor_log_begin(struct client *, int fd, uint64_t max);
/* The file that takes over what a full log had. */
int	monitor_log_old_begin(struct client *, int fd);
/* A file for the note of its end: note.h. */
int	monitor_note_begin(struct client *, int fd);
/* The first process. */
int	monitor_adopt_begin(struct client *, pid_t, int pidfd);
/* The master of its terminal. */
int	monitor_console(struct client *, int fd);

/* --- monitors of running containers, below a run directory --- */

/* Does a monitor listen for this container, however busy it is? */
bool	monitor_is_there(int run_dir, const char *id);
/*
 * A descriptor, the caller's, that can be read when the container has ended.
 * -1: there is no monitor.
 */
int	monitor_end_fd(struct client *, int run_dir, const char *id);
/*
 * Signal the container of a row, through its monitor or, where that cannot be
 * reached or does not answer, through a pidfd that is checked against the
 * row. ESRCH: it is not running.
 */
int	monitor_signal(struct client *, int run_dir, const struct rec *row,
	    int signo);
/*
 * Wait for the end of the container of a row at most so long: 0, and its
 * status as wait(2) gives it, unless that is NULL. 1: it has ended, or was
 * not running, but its monitor does not say how; one that is silent after the
 * end of the process is killed. -1 with ETIMEDOUT.
 */
int	monitor_wait(struct client *, int run_dir, const struct rec *row,
	    int64_t wait_ms, int *status);

#endif
