/*
 * A user namespace, and its maps. They are written through /proc/PID of a
 * process in it, which mapper has made, by descriptor: no process is looked
 * up by its number.
 */
#ifndef REFRESH_USERNS_H
#define REFRESH_USERNS_H

#include <sys/types.h>

#include <stdbool.h>

#include "map.h"

/* Remember which user namespace is ours. Dies if it cannot. */
void	userns_home(void);
/*
 * Is this descriptor a user namespace, a child of ours, made by this user?
 * NULL, or a phrase for what is wrong: "a user namespace that ...".
 */
const char *userns_check(int, uid_t);
/*
 * The user namespace of the process whose directory in /proc this is. A
 * descriptor, or -1 with errno: EPERM where it is no directory of /proc.
 */
int	userns_of(int dir);
/* Are these two descriptors of one namespace? */
bool	userns_same(int, int);
/*
 * Write both maps, which must be empty, and read them back; before that, if
 * `deny` says so, deny setgroups(2). NULL, or what has failed, with errno.
 */
const char *userns_map(int dir, const struct map *uids, const struct map *gids,
	    bool deny);

#endif
