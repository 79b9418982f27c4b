/* Removing layers and images' files that nothing uses any more. */
#ifndef STORE_DROP_H
#define STORE_DROP_H

#include <jansson.h>
#include <stdbool.h>

struct answer;
struct store;

/*
 * The locks that a removal needs, in podman's order: layers, images, and
 * containers, for reading unless containers go too. The indexes are read
 * again under them.
 */
struct drop_locks {
	int	 layers;
	int	 images;
	int	 containers;
};

int	drop_lock(struct store *, struct drop_locks *, bool, struct answer *);
void	drop_unlock(struct drop_locks *);
/*
 * Remove the layers in this list (an ID with a newline each, children first)
 * that nothing refers to from the index, and move them to the trash; also
 * directories with these IDs that no index names. The caller holds the locks. 0
 * or -1.
 */
int	drop_layers(struct store *, const struct drop_locks *, const char *,
	    struct answer *);
/* The same; it takes and releases the locks. */
int	drop_unused(struct store *, const char *, struct answer *);

#endif
