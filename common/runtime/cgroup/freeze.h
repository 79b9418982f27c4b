/*
 * Stopping all processes of a container by its cgroup, and letting them run.
 */
#ifndef RUNTIME_FREEZE_H
#define RUNTIME_FREEZE_H

struct cgroup;
struct rec;
struct run_env;

/*
 * Have all of its processes in it, and none of them run: it returns when the
 * kernel says so, or after undoing it. 0, or -1 with an error.
 */
int	cgroup_freeze(const struct run_env *, const struct rec *,
	    const struct cgroup *);
/*
 * Let its processes run. 0, also when it has no cgroup; -1 with an error.
 */
int	cgroup_thaw(const struct run_env *, const char *);
/* Is it frozen, or about to be: 1, 0; -1: there is no cgroup to be seen. */
int	cgroup_frozen(const struct run_env *, const char *);

#endif
