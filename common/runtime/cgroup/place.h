/*
 * Where the cgroups of this engine's containers are.
 */
#ifndef RUNTIME_PLACE_H
#define RUNTIME_PLACE_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/*
 * The hierarchy that can freeze: cgroup v2, v1's freezer controller, or the
 * v2 that stands beside v1. NULL when there is none.
 */
const char *place_hierarchy(void);
/* Is this a directory of cgroup v2? A descriptor. */
bool	place_is_v2(int);
/* Do cgroups of this user come from systemd? */
bool	place_by_systemd(const struct session *);
/*
 * The directory beneath which containers have theirs, open, and its path.
 * In system mode root makes it for the engine's account, which makes the rest
 * itself; a user has it where his own processes are, if he may write there.
 * -1 with a sentence.
 */
int	place_open(struct session *, char *, size_t);

#endif
