/*
 * The cgroups of pods.
 */
#ifndef RUNTIME_CGROUP_POD_H
#define RUNTIME_CGROUP_POD_H

#include <stddef.h>

struct run_env;

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
