/*
 * Loading the layers of an image from an archive into the store: fetch sends,
 * unpack unpacks, store keeps; the front end passes descriptors on.
 */
#ifndef ENGINE_LAYERS_H
#define ENGINE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

struct limits;
struct rec;
struct session;

/* One of the layers of an image, by its digest: to be unpacked, or `here`. */
typedef void layer_fn(size_t number, size_t total, const char *digest,
	    bool here);

/*
 * Load every nested `layer` of an archive's image, lowest first; those that
 * the store has are only verified. The ID of the top layer goes into a buffer
 * of ID_TEXT bytes. The second record gets a nested `layer` {digest, diff_id,
 * size, compressed_size} for each, as it turned out. The function, if not NULL,
 * is called before each. 0, or -1 with an error; nothing half made is left.
 */
int	layers_load(struct session *, const struct rec *, struct limits *,
	    layer_fn *, char *, struct rec *);

#endif
