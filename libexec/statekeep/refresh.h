/*
 * What a reboot asks of the state. Nothing has to be done for the state to be
 * right: each record says which boot its volatile part is of, and is read
 * so. A refresh writes down what is read, once in each boot of a store, and
 * says which containers left something that others have to take away.
 */
#ifndef STATEKEEP_REFRESH_H
#define STATEKEEP_REFRESH_H

#include <stdbool.h>

struct state;
struct rec;

/* Has this store not been refreshed in this boot? The durable side is open. */
bool	refresh_due(struct state *);
/*
 * What there is to do, one nested `item` each: kind, id, name, was, then (the
 * state after, "removed", or "damaged"), why. It depends on nothing but the
 * databases and the boot id. NULL with errno and the sentence.
 */
struct rec *refresh_plan(struct state *);
/*
 * Do of it what concerns the databases: an item that could not be done has
 * `error`, and the others are done all the same.
 */
struct rec *refresh_apply(struct state *);
/* It is all done: say so in the store, where refresh_due looks. 0 or -1. */
int	refresh_done(struct state *);

#endif
