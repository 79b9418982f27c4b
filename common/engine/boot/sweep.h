/*
 * Removing what killed commands, and boots that ended, have left.
 * Directories that a live process has locked are passed over, so where
 * nothing was left this costs next to nothing.
 */
#ifndef ENGINE_SWEEP_H
#define ENGINE_SWEEP_H

#include <stddef.h>

struct session;

/*
 * Reconcile the containers (reconcile.h) that have a run directory which no
 * process has locked: none makes, watches or ends them. If they do not run,
 * remove the directory.
 */
void	sweep_containers(struct session *);
/* Remove layers that were made or deleted in part, and not a moment ago. */
void	sweep_store(struct session *);
/*
 * Once in each boot: both, however recent, and the writable layers of
 * containers whose records ended with the last boot.
 */
void	sweep_boot(struct session *);
/* What sweep_boot would remove: kind, name, why. Nothing is changed. */
typedef void sweep_fn(void *, const char *, const char *, const char *);
void	sweep_plan(struct session *, sweep_fn *, void *);

#endif
