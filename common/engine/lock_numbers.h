/*
 * The numbers of locks: which object has which. The state has them in the
 * objects' rows; the lock broker counts them in a table that a boot empties.
 */
#ifndef ENGINE_LOCK_NUMBERS_H
#define ENGINE_LOCK_NUMBERS_H

#include <stdbool.h>

struct rec;
struct session;

#define LOCKS_WAIT_MS	2000	/* to retrieve; then the next command does it */

/*
 * All objects that are to have a lock, in the order of renumbering, as nested
 * `lock` records: name (of the lock), kind, of (the object's own name), and
 * was (the number it has, if any). NULL with an error.
 */
struct rec *locks_objects(struct session *);
/*
 * The same with `number` in each: 0 and up, or with `keep` the one that it has,
 * where that is no other's, and the lowest free one for the rest. NULL: ENOMEM.
 */
struct rec *locks_numbered(const struct rec *objects, bool keep);
/* With the lock "store": have these numbers counted. 0 or -1 with an error. */
int	locks_install(struct session *, const struct rec *);
/*
 * The broker's table is new, as after a boot, or a renumbering was cut short:
 * tell it the numbers that the rows have. An object whose number another has
 * gets a new one. 0, also when others are at work and it has to wait; or -1
 * with an error.
 */
int	locks_retrieve(struct session *, unsigned int wait_ms);

#endif
