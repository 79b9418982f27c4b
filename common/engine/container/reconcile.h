/*
 * Bringing rows up to date: a container has ended, or it, its monitor or a
 * command that worked with it was killed before that could be recorded. Each
 * step may be done again by a later command, after a crash at any point.
 */
#ifndef ENGINE_RECONCILE_H
#define ENGINE_RECONCILE_H

#include <stdint.h>

struct rec;
struct session;

/*
 * One, by name, ID or prefix: its row with its definition as nested `def`, read
 * after what a killed command left was put right (reconcile.c says what): an
 * end that was not recorded is recorded, a start or pause that was interrupted
 * is undone, a creation or removal ends with the removal. As root nothing is
 * put right. The caller frees it; NULL with an error, ENOENT if it is not there
 * (any more).
 */
struct rec *container_reconciled(struct session *, const char *ref);
/*
 * The same of the ID of one that was seen: if it is gone, it has been removed
 * meanwhile (ERR_CTR_REMOVED).
 */
struct rec *container_again(struct session *, const char *id);
/* The rows of all, nested `ctr`. The caller frees it; NULL with an error. */
struct rec *containers_reconciled(struct session *);
/*
 * The monitor of this id has ended. If its container was removed meanwhile,
 * remove what the monitor wrote after that.
 */
void	reconcile_forgotten(struct session *, const char *id);

/* The exit code that a person sees for a raw wait status. */
int	exit_code_of(int);

/* These return 0, or -1 with an error. */

/*
 * Record that the process in its row has ended, with this raw status and time
 * (0: now): state exited (or, with rm set in its row, gone altogether). Does
 * nothing if another command was first, or has started it again since.
 */
int	exit_record(struct session *, const struct rec *row, int, int64_t);
/*
 * Remove it with everything that is its own; the exit code is for the events.
 */
int	exit_remove(struct session *, const struct rec *row, int code);
/*
 * What is left of one that has no row any more, or never had: layer and log.
 * On -1 it has to be tried again.
 */
int	exit_remove_leftovers(struct session *, const char *id);

#endif
