/* Move the processes of a pid namespace into one cgroup. */
#ifndef CGROUP_GATHER_H
#define CGROUP_GATHER_H

#include <sys/types.h>

#include <stddef.h>

#define LEFT_MAX	256

struct policy;

struct tally {
	unsigned int	 moved;
	size_t		 nleft;		/* that the kernel refused to move */
	pid_t		 left[LEFT_MAX];
};

/* Is this a file of a cgroup, open for writing? NULL, or what it is instead. */
const char *gather_check_procs(int);
/*
 * Is this a pid namespace owned by a user namespace that is a child of ours?
 * NULL, with the user namespace, which the caller closes; or what it is
 * instead.
 */
const char *gather_check_pids(int, int *);
/*
 * Move every process of the pid namespace into the cgroup, except those in
 * `left`, with processes that confine their files by the policy. 0, or -1 with
 * errno: ETIMEDOUT, or ECHILD when the container has killed or stopped them.
 */
int	gather(int procs, int pids, int users, const struct policy *,
	    struct tally *);

#endif
