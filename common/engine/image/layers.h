/*
 * Bringing the layers of one image from an archive into the store: fetch
 * sends, unpack unpacks, store keeps; the front end carries descriptors.
 */
#ifndef ENGINE_LAYERS_H
#define ENGINE_LAYERS_H

#include <stdbool.h>

struct limits;
struct rec;
struct session;

/*
 * Every nested `layer` of an archive's image, lowest first, those that the
 * store has only hashed. The id of the top layer goes into a buffer of 65
 * bytes. A second record gets a nested `layer` {digest, diff_id, size,
 * compressed_size} each, as what was unpacked turned out to be. 0, or -1 with
 * a sentence in the session's error; nothing half-made is left.
 */
int	layers_bring(struct session *, const struct rec *, struct limits *,
	    bool, char *, struct rec *);

#endif
