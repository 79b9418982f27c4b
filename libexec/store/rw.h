/*
 * Writable layers of containers: <graph root>/bulkhead/<id>/. No index names
 * them, so making one is three mkdirs and removing one is a rename.
 */
#ifndef STORE_RW_H
#define STORE_RW_H

#include <stdbool.h>

struct answer;
struct rec;
struct store;

/*
 * Make the directories for a container on an image ("" for none), with an
 * empty file of the last name beside them ("" for none), or describe those
 * that an earlier start of it has made. A record for the caller to free:
 * driver, lower (top first), upper, work, or rootfs; NULL with a sentence.
 */
struct rec *rw_make(struct store *, const char *, const char *, const char *,
	    struct answer *);
/* It lasts: that file goes again. 0, also when there is none, or -1. */
int	rw_keep(struct store *, const char *, const char *, struct answer *);
/*
 * Put it in the trash and delete what may be deleted, now or, if that can
 * wait, when the channel has closed; an unknown id is no error. How many are
 * left in the trash (0 or 1), or -1.
 */
int	rw_remove(struct store *, const char *, bool, struct answer *);
/* Delete what is in the trash. How many could not be, or -1. */
int	rw_tidy(struct store *, struct answer *);
/* Move a directory (beneath the graph root) to the trash. 0 or -1. */
int	rw_trash(struct store *, const char *, char[64]);

#endif
