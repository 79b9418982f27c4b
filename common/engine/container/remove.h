/*
 * Removing a container, as several commands do it.
 */
#ifndef ENGINE_REMOVE_H
#define ENGINE_REMOVE_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Remove; a running one only by force, which stops it first. 0 or -1 with
 * a sentence in the session's error.
 */
int	remove_container(struct session *, const struct rec *, bool, int64_t);
/*
 * The same by force for each `user` of a pod or a volume that still is there,
 * stopped in so many seconds (-1: its own timeout).
 */
int	remove_users(struct session *, const struct rec *, int64_t);

#endif
