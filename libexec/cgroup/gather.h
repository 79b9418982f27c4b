/*
 * The processes of a pid namespace, and the cgroup that all are to be in.
 */
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

/* Is it a file of some cgroup, to be written to? NULL, or what it is. */
const char *gather_check_procs(int);
/*
 * Is it a pid namespace that belongs to a user namespace of ours? NULL, and
 * the user namespace, which the caller closes; or what it is instead.
 */
const char *gather_check_pids(int, int *);
/*
 * Move every process of the pid namespace, until none is outside of the
 * cgroup but those in `left`, by processes that confine their files as the
 * policy says. 0, or -1 with errno: ETIMEDOUT, ECHILD when
 * whoever is in the namespace has stopped us from doing it.
 */
int	gather(int procs, int pids, int users, const struct policy *,
	    struct tally *);

#endif
