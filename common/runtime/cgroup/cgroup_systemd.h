/*
 * Scopes and slices of the user's systemd, through the helper systemd.
 */
#ifndef RUNTIME_CGROUP_SYSTEMD_H
#define RUNTIME_CGROUP_SYSTEMD_H

#include <sys/types.h>

#include <stddef.h>

struct run_env;

/*
 * Start the helper now, for what is asked of it after the session is
 * confined. 0, or -1 with an error.
 */
int	cgroup_systemd_start(const struct run_env *);
/*
 * A scope for a container, of this pod or "", with this process of it: the
 * directory of the scope's cgroup, open, and its path. -1 with an error.
 * Before the session is confined, for it starts the helper.
 */
int	cgroup_systemd_scope(const struct run_env *, const char *, const char *,
	    pid_t, char *, size_t);
/* One more process for it. 0, or -1 with an error. */
int	cgroup_systemd_attach(const struct run_env *, const char *, pid_t);
/* What the slice of a pod is called. */
void	cgroup_systemd_slice_name(char *, size_t, const char *);

#endif
