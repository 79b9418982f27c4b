/*
 * The container's first process, from clone to execve, and the socket between
 * it and the helper that cloned it.
 */
#ifndef LAUNCH_CHILD_H
#define LAUNCH_CHILD_H

#include <sys/resource.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct given;

/*
 * Descriptors are not answered one by one; CHILD_BUILD reports what is wrong.
 */
enum child_op { CHILD_GIVE = 1, CHILD_DEFINE, CHILD_BUILD, CHILD_EXEC };

/*
 * These structs are exchanged only between this program and its own clone,
 * until that executes another program: they need no encoding.
 */
struct child_ask {
	uint32_t	 op;
	uint32_t	 kind;
	uint32_t	 index;
	uint32_t	 rows;
	uint32_t	 cols;
	uint32_t	 single;	/* of CHILD_DEFINE */
};

struct child {
	int	 sock;
	int	 channel;	/* a hang-up on it ends every wait */
	int	 pidfd;
	int	 userns;
	int	 netns;
	pid_t	 pid;
	struct rlimit nofile;	/* the container's limit */
};

/*
 * Clone the process with its namespaces, as a child of this process's parent;
 * host_net: without a network namespace. 0, or -1 with the fault filled. The
 * clone has its own copy of the given descriptors; the caller's table is empty
 * afterwards.
 */
int	child_start(struct child *, struct given *, bool host_net,
	    struct fault *);
/*
 * Send it a request with a descriptor (or -1), which is lent, and wait. 0; or
 * -1 with the fault filled. A descriptor in the answer is the caller's.
 */
int	child_ask(struct child *, const struct child_ask *, int, int *,
	    struct fault *);
/*
 * Send it all descriptors that were given since. 0, or -1 with the fault
 * filled.
 */
int	child_give(struct child *, struct given *, struct fault *);

#endif
