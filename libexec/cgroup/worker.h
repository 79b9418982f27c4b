/*
 * The worker, beside the process that reads messages: it must fork, enter
 * namespaces and mount there, and gets only two descriptors at a time.
 */
#ifndef CGROUP_WORKER_H
#define CGROUP_WORKER_H

#include "gather.h"

struct policy;

/* The outcome, one packet of this size. */
struct outcome {
	int		 error;		/* errno, or 0 */
	char		 refused[64];	/* a wrong descriptor is this, or "" */
	struct tally	 tally;
};

/*
 * Start the worker, confined by this policy; its children apply the policy's
 * Landlock rules, with DIR 0 the container's /proc. It ends when the returned
 * socket, which is the caller's, closes. -1 with errno.
 */
int	worker_start(const struct policy *);
/*
 * Send it cgroup.procs and a pid namespace (borrowed), and wait. 0 with an
 * outcome, or -1 with errno: ECANCELED when the peer on descriptor 3 has gone,
 * EPIPE when the worker has.
 */
int	worker_ask(int, int, int, struct outcome *);

#endif
