/*
 * Starting one container that exists: for start, container cleanup --restart
 * and system migrate.
 */
#ifndef BULKHEAD_STARTING_H
#define BULKHEAD_STARTING_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct cli;

/*
 * Start one by name or ID, and (true) stay attached. The exit code of
 * `start`.
 */
int	start_one(struct cli *, const char *, bool);
/*
 * Start a container that has ended because its restart policy says so, with
 * what its reaper has kept for us: if its restart_due is still this one. The
 * exit code of `start`.
 */
int	start_by_policy(struct cli *, const char *, int64_t);
/*
 * Start one by name or id in a process of its own, without attaching: for
 * one that goes on, and has no session. The exit code of `start`.
 */
int	start_apart(struct cli *, const char *);
/* Wait for such a process, and return its exit code. */
int	start_exit_code(pid_t);

#endif
