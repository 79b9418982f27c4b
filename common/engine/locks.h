/*
 * The locks of containers, pods and volumes, through the lock broker. They
 * are taken by name; the number of one is the object's own for as long as it
 * exists, and stands in its row as `lock`.
 */
#ifndef ENGINE_LOCKS_H
#define ENGINE_LOCKS_H

#include <stdbool.h>
#include <stddef.h>

struct rec;
struct session;

#define LOCKS_NAME	81
#define LOCKS_WAIT_MS	2000	/* to retrieve; then the next command does it */

/*
 * Take one, waiting: 0, or -1 with an error. Let it go; what was said and errno
 * stay as they were.
 */
int	locks_take(struct session *, const char *kind, const char *id,
	    unsigned int wait_ms);
void	locks_drop(struct session *, const char *kind, const char *id);
/*
 * An object is removed: give back the number that its row has, if it has
 * one. It is no failure when that cannot be done: renumbering mends it.
 */
void	locks_free(struct session *, const struct rec *row, const char *kind);
/* The same by its id, when its row is not at hand. */
void	locks_free_id(struct session *, const char *kind, const char *id);
/*
 * An object exists: its lock is dropped, and the number that it was taken
 * with is its own. Until then, the number ends with us.
 */
void	locks_settle(struct session *, const char *kind, const char *id);
/*
 * All objects that are to have a lock, in the order of renumbering, as nested
 * `lock` records: name (of the lock), kind, of (the object's own name), and
 * was (the number it has, if any). NULL with a sentence.
 */
struct rec *locks_objects(struct session *);
/* The same with `number` in each: the ones they have; or 0 and up. */
struct rec *locks_kept(const struct rec *objects);
struct rec *locks_fresh(const struct rec *objects);
/* With the lock "store": have these numbers counted. 0 or -1 with an error. */
int	locks_begin(struct session *);
int	locks_install(struct session *, const struct rec *);
/* Take and give back the lock "store", alone. 0 or -1 with an error. */
int	locks_store(struct session *, unsigned int wait_ms);
void	locks_store_drop(struct session *);
/*
 * The broker's table is new, as after a boot, or a renumbering was cut short:
 * tell it the numbers that the rows have. An object whose number another has
 * gets a new one. 0, also when others are at work and it has to wait; or -1
 * with a sentence.
 */
int	locks_retrieve(struct session *, unsigned int wait_ms);

#endif
