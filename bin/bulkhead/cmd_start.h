/*
 * What other commands need of `start`.
 */
#ifndef BULKHEAD_CMD_START_H
#define BULKHEAD_CMD_START_H

#include <stdint.h>

struct cli;

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

#endif
