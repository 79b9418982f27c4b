/*
 * The control groups of containers and of pods. That of a container is made
 * when something first needs it, so that `run` pays nothing for it, and removed
 * with the container's run directory, where a file `cgroup` says where it is.
 */
#ifndef RUNTIME_CGROUP_H
#define RUNTIME_CGROUP_H

#include <stddef.h>

struct rec;
struct run_env;

#define CGROUP_PATH_LEN	4096

/*
 * Two descriptors: of the cgroup's cgroup.procs, to be written to, and of the
 * container's pid namespace. -1 where there is none.
 */
struct cgroup {
	int	 procs;
	int	 pids;
};

#define CGROUP_EMPTY	{ -1, -1 }

/*
 * Make the cgroup of a running container, whose row this is, or find it
 * again. To be called by the session's `privileged`, as it takes root's
 * rights in system mode and the helper `systemd` where systemd makes them. The
 * caller ends it with cgroup_clear. 0, or -1 with an error.
 */
int	cgroup_make(const struct run_env *, const struct rec *, struct cgroup
	    *);
void	cgroup_clear(struct cgroup *);
/*
 * If it was lost which cgroup a container has, find it by its first process,
 * which a row or a record of what runs names, and record it again.
 */
void	cgroup_find_again(const struct run_env *, const struct rec *);
/*
 * Remove what a container had, by the directory `ctr` of all containers' run
 * directories and its id. Quick when it had none, which is usual.
 */
void	cgroup_remove(int, const char *);

/*
 * Make the cgroup for the containers of a pod, as its record names it: with
 * systemd a slice, which is made here; else only a name, and the directory is
 * made with that of the first container. Before the session is confined. 0, or
 * -1 with a message; the name is set in both cases.
 */
int	cgroup_pod_make(const struct run_env *, const char *, char *, size_t);
/* Remove it: what cgroup_pod_make has put. Missing is no error. */
int	cgroup_pod_remove(const struct run_env *, const char *);

#endif
