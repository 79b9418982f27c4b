/* `rmi`: remove names, delete images, as podman does. */
#ifndef STORE_REMOVE_H
#define STORE_REMOVE_H

#include <stdbool.h>

struct answer;
struct rec;
struct store;

/*
 * Untag or delete what a reference means. A record of `untagged` names and
 * `deleted` ids, and `left` when files in the trash need a user namespace
 * to be deleted; NULL with podman's message.
 */
struct rec *remove_image(struct store *, const char *, bool,
	    struct answer *);

#endif
