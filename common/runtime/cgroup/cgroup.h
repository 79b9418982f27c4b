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
 * caller ends it with cgroup_clear. 0, or -1 with a sentence.
 */
int	cgroup_make(const struct run_env *, const struct rec *, struct cgroup
	    *);
void	cgroup_clear(struct cgroup *);
/*
 * Remove what a container had, by the directory `ctr` of all containers' run
 * directories and its id. Quick when it had none, which is usual.
 */
void	cgroup_remove(int, const char *);

#endif
