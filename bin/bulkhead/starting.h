/*
 * Starting one container that exists: for start, container cleanup --restart
 * and system migrate.
 */
#ifndef BULKHEAD_STARTING_H
#define BULKHEAD_STARTING_H

#include <stdbool.h>
#include <stdint.h>

struct cli;

/*
 * Start one by name or ID, and (true) stay attached. With a restart_due: if it
 * is still that one, because its restart policy says so, with what its reaper
 * has kept for us. The exit code of `start`.
 */
int	start_one(struct cli *, const char *, bool, int64_t);
/*
 * The same in a process of its own, without attaching: for a command that goes
 * on, and has no session.
 */
int	start_apart(struct cli *, const char *);

#endif
