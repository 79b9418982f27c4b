/*
 * bulkhead/.trash: what is removed is moved here by one rename and deleted
 * afterwards, if need be by the next store and as root of a user namespace.
 */
#ifndef STORE_TRASH_H
#define STORE_TRASH_H

#include <stdbool.h>

struct answer;
struct store;

#define TRASH	"bulkhead/.trash"

/* Move a directory beneath the graph root to the trash. 0 or -1 and errno. */
int	trash_put(struct store *, const char *);
/*
 * The same, and delete what may be deleted: 0, or 1 when some of it stays in
 * the trash. Also 0 when there was nothing. -1 and errno: it was not moved.
 */
int	trash_discard(struct store *, const char *);
/* Delete what is in the trash. How many could not be, or -1 + error. */
int	trash_empty(struct store *, struct answer *);
/*
 * Does a directory beneath the graph root have entries, of which none came or
 * went in the last seconds (0: whenever)?
 */
bool	trash_is_idle(struct store *, const char *, long);

#endif
