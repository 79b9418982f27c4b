/*
 * A process in a user namespace, through whose directory in /proc refresh
 * writes the maps.
 */
#ifndef MAPPER_MAP_CHILD_H
#define MAPPER_MAP_CHILD_H

#include <sys/types.h>

struct map_child {
	pid_t	 pid;
	int	 sock;		/* it ends when this is closed */
	int	 dir;		/* /proc/PID */
};

#define MAP_CHILD_NONE	{ -1, -1, -1 }

/*
 * Start one that enters this user namespace, or with -1 makes one. 0, or -1
 * with errno; map_child_stop is right after either.
 */
int	map_child_start(struct map_child *, int userns);
void	map_child_stop(struct map_child *);
/* Wait for all that were stopped. */
void	map_child_reap(void);

#endif
