/*
 * What commands that were killed have left: found without looking at what
 * belongs to the living, so that it costs nothing when there is none.
 */
#ifndef BULKHEAD_SWEEP_H
#define BULKHEAD_SWEEP_H

struct session;

/*
 * Containers that nobody makes, watches or ends any more. Each has a run
 * directory, which whoever works for it holds locked.
 */
void	sweep_containers(struct session *);
/*
 * Layers half made or half deleted, if they are not of just now. Once in each
 * boot: writable layers of containers whose records the last one took along.
 */
void	sweep_store(struct session *);
/* Mark the layer of a container that is removed when it ends. */
void	sweep_mark_ephemeral(struct session *, const char *);

#endif
