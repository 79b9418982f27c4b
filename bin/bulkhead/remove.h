/*
 * Stopping and removing, as several commands do it.
 */
#ifndef BULKHEAD_REMOVE_H
#define BULKHEAD_REMOVE_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Stop: its stop signal, then SIGKILL after so many seconds (-1: its own
 * timeout). Returns when it is recorded as ended. 0, or -1 with a sentence.
 */
int	stop_container(struct session *, const struct rec *, int64_t);
/*
 * Remove; a running one only by force, which stops it first. 0 or -1 with
 * a sentence in the session's star.
 */
int	remove_container(struct session *, const struct rec *, bool, int64_t);

#endif
