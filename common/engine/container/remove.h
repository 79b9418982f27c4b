/*
 * Stopping and removing, as several commands do it.
 */
#ifndef ENGINE_REMOVE_H
#define ENGINE_REMOVE_H

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
 * The same because the machine (or the engine) stops, not because a user wants
 * this container stopped: its restart policy holds again at the next start of
 * the machine.
 */
int	stop_until_boot(struct session *, const struct rec *, int64_t);
/*
 * Remove; a running one only by force, which stops it first. 0 or -1 with
 * a sentence in the session's error.
 */
int	remove_container(struct session *, const struct rec *, bool, int64_t);

#endif
