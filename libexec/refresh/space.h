/*
 * A user namespace, by descriptor, and the short life of a child inside it.
 * A map is written through /proc/PID of some process in the namespace: ours,
 * so that no process of a stranger's is looked up, waited for or mistaken.
 */
#ifndef REFRESH_SPACE_H
#define REFRESH_SPACE_H

#include <sys/types.h>

#include <stdbool.h>

#include "map.h"

struct holder {
	pid_t	 pid;
	int	 sock;		/* closed, it may end; killed, it does */
	int	 dir;		/* its directory in /proc */
};

#define HOLDER_NONE	{ -1, -1, -1 }

/* Remember which user namespace is ours. Dies if it cannot. */
void	space_home(void);
/*
 * Is this descriptor a user namespace, a child of ours, made by this user?
 * NULL, or what it is instead.
 */
const char *space_check(int, uid_t);
/*
 * A child that enters the namespace, or with -1 makes one. 0, or -1 with
 * errno; holder_stop is right after either.
 */
int	holder_start(struct holder *, int);
void	holder_stop(struct holder *);
/* Wait for all that were stopped. */
void	holder_reap(void);
/* The namespace that the child is in, or -1. */
int	holder_space(const struct holder *);
/*
 * Write both maps, which must be empty, and read them back; before that, if
 * it says so, deny setgroups(2). NULL, or what has failed, with errno.
 */
const char *holder_map(const struct holder *, const struct map *,
	    const struct map *, bool);

#endif
