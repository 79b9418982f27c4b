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
 * Remove those of the layers (an id with a newline each, children first)
 * that nothing refers to, from the index and into the trash, and directories
 * of these ids that no index knows. The locks are held. 0 or -1.
 */
int	drop_layers(struct store *, const struct drop_locks *, const char *,
	    struct answer *);
/* The same with the locks taken and given back. */
int	drop_unused(struct store *, const char *, struct answer *);
/* The id of a container on this image, in the buffer; -1 on error, 0, 1. */
int	drop_image_user(struct store *, const char *, char *, struct answer *);

#endif
