/*
 * Where the cgroups of this engine's containers are.
 */
#ifndef RUNTIME_CGROUP_PATH_H
#define RUNTIME_CGROUP_PATH_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct run_env;

/* Is /sys/fs/cgroup itself cgroup v2? False if that is not known. */
bool	cgroup_unified(void);
/*
 * The hierarchy that can freeze: cgroup v2, v1's freezer controller, or the
 * v2 that stands beside v1. NULL when there is none.
 */
const char *cgroup_hierarchy(void);
/*
 * The path in the file system of the cgroup that a process is in; false: it is
 * not known.
 */
bool	cgroup_of_process(pid_t, char *, size_t);
/* Is this a directory of cgroup v2? A descriptor. */
bool	cgroup_is_v2(int);
/*
 * Open the directory of a cgroup by its path, or a file or directory in it by
 * its name. No link is followed, and what is opened is on a file system of
 * cgroups: the path may come from another program. A descriptor, or -1 with
 * errno; EPERM: it is on another file system.
 */
int	cgroup_open(const char *);
int	cgroup_open_in(int, const char *, int flags);
/* Do cgroups of this user come from systemd? */
bool	cgroup_by_systemd(const struct run_env *);
/*
 * The directory beneath which containers have theirs, open, and its path.
 * In system mode root makes it for the engine's account, which makes the rest
 * itself; a user has it where the user's own processes are, if that can be
 * written to. -1 with an error.
 */
int	cgroup_open_parent(const struct run_env *, char *, size_t);
/* "WHAT NAME: strerror" as the client's error. Returns -1. */
int	cgroup_error(const struct run_env *, const char *, const char *);

#endif
