/*
 * The control group of one container. It is made when something first needs
 * it, so that `run` pays nothing for it, and removed with the container's run
 * directory, where a file `cgroup` says where it is.
 */
#ifndef RUNTIME_CGROUP_H
#define RUNTIME_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

struct rec;
struct session;

#define CGROUP_NAME	"libpod-"	/* then the container's id, as podman */
#define CGROUP_POD	"libpod_pod_"	/* then the pod's */

/* Is /sys/fs/cgroup itself cgroup v2? False if that is not known. */
bool	cgroup_unified(void);

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
 * caller ends it with cgroup_clear. 0, or -1 with a sentence.
 */
int	cgroup_make(struct session *, const struct rec *, struct cgroup *);
void	cgroup_clear(struct cgroup *);
/*
 * Have all of its processes in it, and none of them run: it returns when the
 * kernel says so, or after undoing it. 0, or -1 with a sentence.
 */
int	cgroup_freeze(struct session *, const struct rec *,
	    const struct cgroup *);
/*
 * Let its processes run. 0, also when it has no cgroup; -1 with a sentence.
 */
int	cgroup_thaw(struct session *, const char *);
/* Is it frozen, or about to be: 1, 0; -1: there is no cgroup to be seen. */
int	cgroup_frozen(struct session *, const char *);
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
int	cgroup_pod_make(struct session *, const char *, char *, size_t);
/* Remove it: what cgroup_pod_make has put. Missing is no error. */
int	cgroup_pod_remove(struct session *, const char *);

#endif
