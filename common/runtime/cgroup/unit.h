/*
 * Scopes and slices of the user's systemd, through the helper systemd.
 */
#ifndef RUNTIME_UNIT_H
#define RUNTIME_UNIT_H

#include <sys/types.h>

#include <stddef.h>

struct session;

/*
 * Start the helper now, for what is asked of it after the session is
 * confined. 0, or -1 with a sentence.
 */
int	unit_ready(struct session *);
/*
 * A scope for a container, of this pod or "", with this process of it: the
 * directory of the scope's cgroup, open, and its path. -1 with a sentence.
 * Before the session is confined, for it starts the helper.
 */
int	unit_scope(struct session *, const char *, const char *, pid_t, char *,
	    size_t);
/* One more process for it. 0, or -1 with a sentence. */
int	unit_attach(struct session *, const char *, pid_t);
/* What the slice of a pod is called. */
void	unit_name_slice(char *, size_t, const char *);
/* A slice; its path below the hierarchy. 0, or -1 with a sentence. */
int	unit_slice(struct session *, const char *, char *, size_t);
/* Stop it, if it is there. */
int	unit_stop(struct session *, const char *);

#endif
