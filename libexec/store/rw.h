/*
 * Writable layers of containers: <graph root>/bulkhead/<id>/. No index names
 * them, so making one is three mkdirs and removing one is a rename.
 */
#ifndef STORE_RW_H
#define STORE_RW_H

#include <stdint.h>

struct answer;
struct rec;
struct store;

/*
 * Make the directories for a container on an image ("" for none), with a mark
 * (enum layer_mark), or describe those that an earlier start of it has made.
 * A record for the caller to free: driver, lower (top first), upper, work, or
 * rootfs; NULL with an error.
 */
struct rec *rw_make(struct store *, const char *, const char *, uint32_t,
	    struct answer *);
/* The container is recorded: remove the mark LAYER_NEW. 0 or -1 + error. */
int	rw_keep(struct store *, const char *, struct answer *);
/*
 * Move it to the trash, which is emptied when the channel has closed; an
 * unknown id is no error. 1 if that needs a user namespace, else 0, or -1.
 */
int	rw_remove(struct store *, const char *, struct answer *);
/* The same of a valid id. 1: moved. 0: there is none. -1 and errno. */
int	rw_trash(struct store *, const char *);

#endif
