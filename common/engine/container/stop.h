/*
 * Stopping a container, as several commands do it.
 */
#ifndef ENGINE_STOP_H
#define ENGINE_STOP_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

#define STOP_KILL_WAIT_MS 10000	/* for the kernel to end a killed process */

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
/* The signal that stops it first, of a row with its definition. */
int	stop_signal(const struct rec *);
/* Is a command making or starting it, by its row? */
bool	stop_is_starting(const struct rec *);
/*
 * Wait until that is done. The row as it is then; NULL with an error, ENOENT if
 * it is gone.
 */
struct rec *stop_wait_until_idle(struct session *, const char *id);

#endif
