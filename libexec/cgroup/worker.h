/*
 * The process that gathers, beside the one that reads messages: it must be
 * able to fork, to enter namespaces and to mount there, and is told nothing
 * but two descriptors at a time.
 */
#ifndef CGROUP_WORKER_H
#define CGROUP_WORKER_H

#include "gather.h"

struct policy;

/* How it went, in one packet of this size. */
struct outcome {
	int		 error;		/* errno, or 0 */
	char		 refused[64];	/* what a descriptor is instead, or "" */
	struct tally	 tally;
};

/*
 * Start it, confined by this policy; its children get the Landlock rules of
 * it, with slot 0 the container's /proc. It ends when the socket that is
 * returned, which is the caller's, closes. -1 with errno.
 */
int	worker_start(const struct policy *);
/*
 * Have it gather: cgroup.procs and pid namespace, borrowed. Returns 0 with an
 * outcome, or -1 with errno: ECANCELED when the peer on descriptor 3 has
 * gone, EPIPE when the worker has.
 */
int	worker_ask(int, int, int, struct outcome *);

#endif
