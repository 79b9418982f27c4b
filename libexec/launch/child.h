/*
 * The container's first process, from clone to exec, and the socket between
 * it and the helper that made it.
 */
#ifndef LAUNCH_CHILD_H
#define LAUNCH_CHILD_H

#include <sys/resource.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct given;

/* A descriptor that is given is not answered; what is wrong, build says. */
enum child_op { CHILD_GIVE = 1, CHILD_DEFINE, CHILD_BUILD, CHILD_EXEC };

/*
 * These travel only between a process and its own copy, until that executes
 * something: so they are the structs that they are.
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
	int	 channel;	/* whose hanging up ends all waiting */
	int	 pidfd;
	int	 userns;
	int	 netns;
	pid_t	 pid;
	struct rlimit nofile;	/* what the container is to have */
};

/*
 * Clone it with its namespaces, as a child of our parent: host_net, without a
 * network namespace. 0, or -1 with the fault filled. It has its own copy of
 * given, and ours is empty then.
 */
int	child_start(struct child *, struct given *, bool host_net,
	    struct fault *);
/*
 * Ask something of it, lending a descriptor (or -1), and wait. 0; or -1
 * with the fault filled. A descriptor that comes back is the caller's.
 */
int	child_ask(struct child *, const struct child_ask *, int, int *,
	    struct fault *);
/* Hand over all that was given since. 0, or -1 with the fault filled. */
int	child_give(struct child *, struct given *, struct fault *);

#endif
