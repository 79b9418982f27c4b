/*
 * Ending a container: a signal, a stop, its removal; and waiting for its end.
 * The rows are those of container_load or container_reconciled.
 */
#ifndef ENGINE_STOP_H
#define ENGINE_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Send a signal to a running or paused container. One that ends it on purpose
 * ends its restart policy as well. 0, or -1 with an error.
 */
int	container_kill(struct session *, const struct rec *row, int signo);
/*
 * Stop: its stop signal, then SIGKILL after so many seconds (-1: its own
 * timeout). `until_boot`: because the machine (or the engine) stops, so that
 * its restart policy holds again at the next start of the machine. Returns
 * when it is recorded as ended. 0, or -1 with an error.
 */
int	stop_container(struct session *, const struct rec *row, int64_t timeout,
	    bool until_boot);
/*
 * The same in two steps, so that the timeouts of several do not add up. Begin:
 * send the signal; 1: stop_end is due, 0: it does not run, -1 with an error.
 * End: wait, kill what is left, record the end, and free; or only free.
 */
struct stop {
	struct rec	*row;
	int64_t		 until_ms;	/* of the monotonic clock */
};
int	stop_begin(struct session *, struct stop *, const struct rec *row,
	    int64_t timeout, bool until_boot);
int	stop_end(struct session *, struct stop *);
void	stop_clear(struct stop *);
/*
 * Both for at most STOP_AT_ONCE rows, until the boot. The function is told 0 or
 * -1 for each, as soon as that is known; what has ended or was removed
 * meanwhile is stopped. The clean-ups of so many may run at the same time.
 */
#define STOP_AT_ONCE	64
typedef void stop_fn(struct session *, const struct rec *row, int rc,
	    void *ctx);
void	stop_side_by_side(struct session *, struct rec *const *rows, size_t n,
	    int64_t timeout, stop_fn *tell, void *ctx);
/*
 * Wait until it has ended, and record the end. At once for one that does not
 * run. 0, and its exit code; -1 with an error: how it ended is not known, for
 * example because it was removed after its monitor was killed.
 */
int	container_wait(struct session *, const struct rec *row, int *code);
/*
 * Remove; a running one only by force, which stops it first. 0, or -1 with an
 * error.
 */
int	remove_container(struct session *, const struct rec *row, bool force,
	    int64_t timeout);
/*
 * The same by force for each `user` of a pod or a volume that still is there,
 * many at the same time.
 */
int	remove_users(struct session *, const struct rec *of, int64_t timeout);

#endif
