/*
 * Containers of other engines on an image that is removed by force: podman's
 * forced removal takes them with it, and so does this.
 */
#ifndef STORE_EVICT_H
#define STORE_EVICT_H

#include <jansson.h>

struct answer;
struct drop_locks;
struct store;

/*
 * Their entries in the lists of containers, an array for the caller to free.
 * NULL with a sentence, also when one of them runs or is mounted, or belongs
 * to bulkhead with another state directory.
 */
json_t	*evict_find(struct store *, const char *, struct answer *);
/*
 * Take these entries from the lists, and the directories of the containers
 * into the trash; their layers are the caller's to drop. The lock of the
 * containers is held for writing. 0, or -1 with a sentence.
 */
int	evict(struct store *, const struct drop_locks *, const json_t *,
	    struct answer *);

#endif
