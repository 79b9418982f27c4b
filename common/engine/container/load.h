/*
 * A container's row, as the state has it.
 */
#ifndef ENGINE_LOAD_H
#define ENGINE_LOAD_H

#include <stdbool.h>

struct rec;
struct session;

/*
 * Load one by name, ID or prefix: its row, with its definition as nested `def`,
 * as it was recorded, which may be out of date (reconcile.h). The caller frees
 * it; NULL with an error.
 */
struct rec *container_load(struct session *, const char *ref);
/*
 * Has the container of a row a process that was started: is it running,
 * stopping or paused?
 */
bool	container_is_running(const struct rec *row);

#endif
