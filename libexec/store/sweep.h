/* What killed processes and the last boot have left in the storage. */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include <stdbool.h>

struct answer;
struct rec;
struct store;

/*
 * Is there something in the trash or half made for store_tidy? Not of just
 * now: a process may be at work with it.
 */
bool	sweep_is_due(struct store *);
/*
 * Move the layers of containers that did not outlive the last boot to the
 * trash, or (true) only list them. The record has the IDs of all containers of
 * this state; the string is the ID of this boot. A record to be freed, of
 * nested `item` (kind, id, why; error: it could not be moved), with what is for
 * store_tidy, and `left` if there is something; NULL + error.
 */
struct rec *sweep_boot(struct store *, const struct rec *, const char *, bool,
	    struct answer *);

#endif
