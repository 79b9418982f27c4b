/*
 * The list of locks, as system locks has it: a row for each holder.
 */
#ifndef VIEW_LIST_LOCK_H
#define VIEW_LIST_LOCK_H

#include "list.h"

extern const struct list_about	lock_about;

/* "container", "pod" or "volume" for what a lock's name begins with; or "". */
const char *lock_kind(const char *);
/*
 * Print locks (nested `lock`, of the lock broker) with the names of objects
 * (nested `lock`, of locks_objects; NULL: they are not known). The exit code.
 */
int	list_lock(struct list *, const struct rec *locks,
	    const struct rec *objects);

#endif
