/*
 * What commands that were killed have left, and boots that ended: found
 * without looking at what belongs to the living, so that it costs nothing
 * when there is none.
 */
#ifndef ENGINE_SWEEP_H
#define ENGINE_SWEEP_H

#include <stddef.h>

struct session;

/*
 * Containers that no process makes, watches or ends. Each has a run directory,
 * which the process that works for it holds locked.
 */
void	sweep_containers(struct session *);
/* Layers half made or half deleted, if they are not of just now. */
void	sweep_store(struct session *);
/*
 * Once in each boot: all of it, however recent, and the writable layers of
 * containers whose records the last boot took along.
 */
void	sweep_boot(struct session *);
/* What sweep_boot would take away: kind, name, why. Nothing is changed. */
typedef void sweep_fn(void *, const char *, const char *, const char *);
void	sweep_plan(struct session *, sweep_fn *, void *);

#endif
