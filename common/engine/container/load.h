/*
 * A container's row, as the state has it.
 */
#ifndef ENGINE_LOAD_H
#define ENGINE_LOAD_H

#include <stdbool.h>

struct rec;
struct session;

/* A mask of the states in which a container has a process that was started. */
#define CTR_LIVE							\
	(1u << CTR_RUNNING | 1u << CTR_STOPPING | 1u << CTR_PAUSED)

/*
 * Load one by name, ID or prefix: its row, with its definition as nested
 * `def`, also if what it says is over (reconcile.h). The caller frees it;
 * NULL with an error.
 */
struct rec *container_load(struct session *, const char *ref);
/* Is a row in one of these states? */
bool	container_is_running(const struct rec *row);

#endif
