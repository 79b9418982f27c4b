/*
 * Remove the containers of other engines that use an image which is removed by
 * force, as podman does.
 */
#ifndef STORE_EVICT_H
#define STORE_EVICT_H

#include <jansson.h>

struct answer;
struct drop_locks;
struct store;

/*
 * The entries of the containers that use this image, an array for the caller to
 * free. NULL with a sentence, also if one of them runs or is mounted, or
 * belongs to bulkhead with another state directory.
 */
json_t	*evict_find(struct store *, const char *, struct answer *);
/*
 * Remove these entries from the lists, and move the directories of the
 * containers to the trash. The caller holds the containers lock for writing,
 * and drops their layers. 0, or -1 with a sentence.
 */
int	evict(struct store *, const struct drop_locks *, const json_t *,
	    struct answer *);

#endif
