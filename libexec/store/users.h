/*
 * The lists in which engines name the containers and mounts that use layers and
 * images; and the removal of other engines' containers with an image that is
 * removed by force, as podman does.
 */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include <jansson.h>

struct answer;
struct store;

/*
 * Add each layer that a container or a mount names to a set, as a key. 0, or -1
 * with an error: then the set is not complete.
 */
int	users_mark(struct store *, json_t *, struct answer *);
/*
 * The entries of the containers that use this image, an array for the caller to
 * free. NULL with an error.
 */
json_t	*users_find(struct store *, const char *, struct answer *);
/*
 * May these containers be removed by force? -1 with an error: one of them
 * runs, is mounted, or belongs to bulkhead with another state directory.
 */
int	users_check(struct store *, const json_t *, struct answer *);
/*
 * Remove these entries from the lists, and move the directories of the
 * containers to the trash. The caller holds the containers lock (int) for
 * writing, and drops their layers. 0, or -1 with an error.
 */
int	users_remove(struct store *, int, const json_t *, struct answer *);

#endif
