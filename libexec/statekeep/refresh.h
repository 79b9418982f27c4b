/*
 * The state after a reboot. Records need no change to be right: each says to
 * which boot its volatile part belongs, and is read accordingly. A refresh
 * writes the merged records down, once in each boot of a store, and lists the
 * containers that left something on disk or in the kernel for other programs to
 * remove.
 */
#ifndef STATEKEEP_REFRESH_H
#define STATEKEEP_REFRESH_H

#include <stdbool.h>

struct state;
struct rec;

/* Does this store need a refresh in this boot? The durable database is open. */
bool	refresh_due(struct state *);
/*
 * The plan of a refresh, one nested `item` each: kind, id, name, was, then (the
 * state after, "removed", or "damaged"), why. It depends on the databases and
 * on the boot id only. NULL with errno and a message.
 */
struct rec *refresh_plan(struct state *);
/*
 * Do the part of the plan that concerns the databases. An item that failed gets
 * `error`; the other items are done all the same.
 */
struct rec *refresh_apply(struct state *);
/*
 * Record in the store that its refresh in this boot is complete, which
 * refresh_due reads. 0 or -1.
 */
int	refresh_done(struct state *);

#endif
