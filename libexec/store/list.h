/* Every image at once, and how images descend from one another. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include <jansson.h>
#include <stdbool.h>

struct answer;
struct rec;
struct store;

/* A record with one nested `image` each, as bulkhead-store(8) has it; NULL. */
struct rec *list_images(struct store *, struct answer *);
/*
 * The image of which this one is the next step of a build: its layers and
 * its history are the beginning of this one's. Borrowed; NULL when none is.
 */
json_t	*list_parent(struct store *, const json_t *);
/* Is there an image whose parent this is? */
bool	list_has_child(struct store *, const json_t *);

#endif
