/*
 * Pausing containers: their cgroups are frozen. What takes root's rights, or
 * the systemd of a user, is done before the session is confined: a cgroup is
 * made and opened for each container (pause_prepare). Pausing and unpausing
 * need only what has been opened.
 */
#ifndef ENGINE_PAUSE_H
#define ENGINE_PAUSE_H

struct rec;
struct session;

/* The containers whose cgroups are ready. */
struct pause {
	struct prepared	*all;
};

#define PAUSE_EMPTY	{ NULL }

/*
 * Make and open the cgroup of a running container, whose row this is; an
 * error is kept for container_pause. While the session may still do so (its
 * `privileged`). 0, or -1 with errno: no memory.
 */
int	pause_prepare(struct pause *, struct session *, const struct rec *);
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
