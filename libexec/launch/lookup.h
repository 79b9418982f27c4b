/*
 * The ids of the container's user, found by a process that holds nothing of the
 * host: passwd and group are the image's, and so are links in their paths.
 */
#ifndef LAUNCH_LOOKUP_H
#define LAUNCH_LOOKUP_H

#include <sys/types.h>

struct build;

struct lookup {
	pid_t	 pid;		/* the process that looks */
	int	 answer;	/* read end of its pipe */
	int	 last_pid;	/* ns_last_pid, or -1 */
};

/*
 * Start the process, in the finished container: it reads passwd and group while
 * the caller goes on. 0, or -1 with the fault filled.
 */
int	lookup_begin(struct build *, struct lookup *);
/*
 * Wait for it. Fills who, and whether the passwd file with an entry for the
 * user was written. 0, or -1 with the fault filled.
 */
int	lookup_end(struct build *, struct lookup *);

#endif
