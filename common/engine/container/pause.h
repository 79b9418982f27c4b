/*
 * Pausing containers: their cgroups are frozen. Before the session is confined,
 * as that takes root's rights or the systemd of a user, a cgroup is made and
 * opened for each (pause_prepare). The rest needs only what has been opened.
 */
#ifndef ENGINE_PAUSE_H
#define ENGINE_PAUSE_H

struct rec;
struct session;

/* A list of containers whose cgroups are ready; NULL: none. */
struct pause;

/*
 * Make and open the cgroup of a running container; an error is kept for
 * container_pause. 0, or -1 with errno: no memory.
 */
int	pause_prepare(struct pause **, struct session *,
	    const struct rec *row);
void	pause_clear(struct pause *);

/*
 * Pause one that was prepared. A pause that is killed before the state is
 * changed is undone by the next command that sees the container (reconcile.h).
 * 0, or -1 with the session's error.
 */
int	container_pause(struct session *, const struct rec *,
	    const struct pause *);
/* Let a paused container run again. 0, or -1 with the session's error. */
int	container_unpause(struct session *, const struct rec *);

#endif
