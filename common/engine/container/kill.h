/*
 * A signal to the first process of a container.
 */
#ifndef ENGINE_KILL_H
#define ENGINE_KILL_H

struct rec;
struct session;

/*
 * Send a signal to a running or paused container, whose row with its
 * definition this is. One that ends it on purpose ends its restart policy as
 * well. 0, or -1 with the session's error.
 */
int	container_kill(struct session *, const struct rec *, int);

#endif
