/*
 * Waiting for the end of a container.
 */
#ifndef ENGINE_WAITING_H
#define ENGINE_WAITING_H

struct rec;
struct session;

/*
 * Wait until a container, whose row this is, has ended, and record the end.
 * At once for one that does not run. Returns its exit code.
 */
int	container_wait(struct session *, const struct rec *);

#endif
