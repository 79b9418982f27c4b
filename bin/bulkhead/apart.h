/*
 * Work in a process of its own: a session gives up what it was started with,
 * as root it becomes the engine's account, and then it is confined. So where
 * there are several sessions, or one and then other work, each has a process.
 */
#ifndef BULKHEAD_APART_H
#define BULKHEAD_APART_H

#include <sys/types.h>

struct cli;

/* The work: the writing end of its pipe, or -1. Its exit code. */
typedef int	apart_fn(struct cli *, const void *arg, int report);

/*
 * Begin it. With `report` not NULL it gets a pipe, whose reading end, the
 * caller's, is put there. Its process; -1 after saying why there is none.
 */
pid_t	apart_begin(apart_fn *, struct cli *, const void *arg, int *report);
/* Wait for its end. The exit code of the work, or after saying why not. */
int	apart_end(pid_t);

#endif
