/*
 * The locks of containers, pods and volumes, through the lock broker. They
 * are taken by name; the number of one is the object's own for as long as it
 * exists, and stands in its row as `lock`.
 */
#ifndef ENGINE_LOCKS_H
#define ENGINE_LOCKS_H

#include <stdbool.h>

struct rec;
struct session;

#define LOCKS_NAME	81

/* How many ms to wait for the lock of an object. */
#define LOCK_WAIT_MS		10000	/* another command changes it */
#define LOCK_WAIT_START_MS	20000	/* another command starts it */
#define LOCK_WAIT_FILL_MS	120000	/* another container fills the volume */

/*
 * Have the lock broker ready, with the numbers that objects have; or in two
 * steps, without the numbers. 0, or -1 with an error.
 */
int	locks_ready(struct session *);
int	locks_open_begin(struct session *);
int	locks_open_end(struct session *);
/* Take one, waiting: 0, or -1 with an error. Drop it; errors and errno stay. */
int	locks_take(struct session *, const char *kind, const char *id,
	    unsigned int wait_ms);
void	locks_drop(struct session *, const char *kind, const char *id);
/*
 * Allocate the lock of a pod or volume (or find it, if a killed command has),
 * and add its number to the record as `lock`. 0, or -1 with an error.
 */
int	locks_alloc(struct session *, const char *kind, const char *id,
	    struct rec *);
/*
 * An object is removed: give back the number of its row, if it has one; or by
 * its id. What fails is repaired by renumbering.
 */
void	locks_free(struct session *, const struct rec *row, const char *kind);
void	locks_free_id(struct session *, const char *kind, const char *id);
/*
 * An object exists: its lock is dropped, and the number that it was taken
 * with is its own. Until then, the number ends with us.
 */
void	locks_release(struct session *, const char *kind, const char *id);

#endif
