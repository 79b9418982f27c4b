/*
 * Bringing the rows of containers up to date: a command, a monitor or a whole
 * container may have been killed before it could record what it did.
 */
#ifndef ENGINE_RECONCILE_H
#define ENGINE_RECONCILE_H

struct rec;
struct session;

/*
 * One, by name, ID or prefix: its row with its definition as nested `def`, read
 * after what a killed command left was put right (reconcile.c says what): an
 * end that was not recorded is recorded, a start or pause that was interrupted
 * is undone, a creation or removal ends with the removal. The caller frees it;
 * NULL with an error, ENOENT if it is not there (any more).
 */
struct rec *container_reconciled(struct session *, const char *ref);
/* The rows of all, nested `ctr`. The caller frees it; NULL with an error. */
struct rec *containers_reconciled(struct session *);
/*
 * The monitor of this id has ended. If its container was removed meanwhile,
 * remove what the monitor wrote after that.
 */
void	reconcile_forgotten(struct session *, const char *id);

#endif
