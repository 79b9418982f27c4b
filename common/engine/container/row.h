/*
 * A container's row in the state: what it says, and how it changes.
 *
 * Its restart policy takes effect when the container has ended. The process
 * that records the end decides, in the transaction that records it; the
 * container's reaper carries it out. The row then has `restart_due`, a word of
 * its own for each decision, which only one start can take; `restart_count`
 * and `restart_delay` go with it. These end with the boot. `user_stopped`
 * survives a boot: unless-stopped containers that the user stopped stay
 * stopped.
 */
#ifndef ENGINE_ROW_H
#define ENGINE_ROW_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Load one by name, ID or prefix: its row, with its definition as nested `def`,
 * as it was recorded, which may be out of date (reconcile.h). The caller frees
 * it; NULL with an error.
 */
struct rec *container_load(struct session *, const char *ref);
/* The definition in a row: the caller frees it, before the row; or NULL. */
struct rec *container_def(const struct rec *row);
/*
 * Has it a process that was started: is it running, stopping or paused? Is a
 * command making or starting it? Both are false of NULL.
 */
bool	container_is_running(const struct rec *row);
bool	container_is_starting(const struct rec *row);
/*
 * If the row is in one of these states (a mask; 0: any), change its state (0:
 * the same) and these keys (NULL: none). 0, or -1 with an error.
 */
int	container_set(struct session *, const char *id, unsigned int from,
	    unsigned int to, const struct rec *keys);
/*
 * What is recorded with these keys is about the process of this row: it changes
 * nothing if the container is running another by then, or none.
 */
void	container_expect(struct rec *keys, const struct rec *row);

/* Has a row (or definition) a policy that may start it again? */
bool	restart_wanted(const struct rec *);
/* Is it to run again when the machine has started? */
bool	restart_at_boot(const struct rec *);
/*
 * It has ended with this exit code at this time (ns): add what follows to the
 * keys that record it. The row must have been read after the end.
 */
void	restart_decide(const struct rec *row, int code, int64_t finished,
	    struct rec *keys);
/*
 * It is being stopped on purpose: for good, or (true) until the machine or
 * a person starts it again. Before any signal is sent. 0 or -1.
 */
int	restart_forbid(struct session *, const struct rec *row, bool);

#endif
