/*
 * Requests to the helpers that move processes between cgroups: cgroup, and
 * systemd, which asks the user's service manager.
 *
 * All of these return 0, or -1 with the client's error set.
 */
#ifndef CLIENT_CGROUPS_H
#define CLIENT_CGROUPS_H

#include <sys/types.h>

#include <stddef.h>

struct client;
struct rec;

/*
 * Move every process of a pid namespace into a cgroup, given by its
 * cgroup.procs. A record, which the caller frees, of `moved`, a number, and of
 * `left`, the process id of each that the kernel would not let us move; NULL
 * with the error set.
 */
struct rec *cgroup_gather(struct client *, int procs, int pid_namespace);

/* A socket that is connected to the user's service manager. */
int	systemd_open(struct client *, int socket);
/* A delegated scope in a slice with this process in it: its control group. */
int	systemd_scope(struct client *, const char *unit, const char *slice,
	    pid_t, char *path, size_t);
/* One more process for it. */
int	systemd_attach(struct client *, const char *unit, pid_t);
/* A slice: its control group. */
int	systemd_slice(struct client *, const char *unit, char *path, size_t);
/* Stop a unit, if it is there. */
int	systemd_stop(struct client *, const char *unit);

#endif
