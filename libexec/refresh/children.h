/*
 * The two programs that refresh starts, both without privilege: subids, which
 * reads what it has to know, and mapper, which speaks with bulkhead.
 */
#ifndef REFRESH_CHILDREN_H
#define REFRESH_CHILDREN_H

#include <sys/types.h>

#include <stdbool.h>

#define READER_SECONDS	10	/* that subids has for its answer */

struct reader {
	pid_t	 pid;
	int	 pipe;
};

/* Open the directory of this program: the others stand beside it. Or die. */
int	children_dir(void);
/* Can only root replace them? Or false, with EPERM. */
bool	children_are_safe(int dir);
/*
 * Start subids with ids of its own, to ask about a user; 0: the
 * engine's account. Its answer comes from the pipe. 0, or -1 with errno.
 */
int	children_start_reader(int dir, uid_t, struct reader *);
/*
 * Start mapper with the arguments of this program, and the channel to bulkhead
 * as its descriptor 3. Our end of a packet socket becomes descriptor 3 here.
 * Its process id. Dies when it cannot be started.
 */
pid_t	children_start_mapper(int dir, char **argv);

#endif
