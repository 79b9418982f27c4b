/* Layers of images: chains, directories, sizes. */
#ifndef STORE_LAYER_H
#define STORE_LAYER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define LAYERS_MAX	500	/* what overlayfs can stack */

struct answer;
struct store;

/*
 * The layers from this one down to its base, top first, borrowed from
 * s->layers (which must be loaded). How many, or -1 (ENOENT, ELOOP, E2BIG).
 */
int	layer_chain(struct store *, const char *, json_t *[LAYERS_MAX],
	    struct answer *);
/* The name of a layer's tree relative to the graph root. */
void	layer_dir(const struct store *, const char *, char *, size_t);
/* Bytes of all layers in a chain, uncompressed, as podman counts them. */
int64_t	layer_sizes(json_t *const *, int);
/*
 * The layer id that containers/image gives to a diff on a parent ("" for
 * none): the diff's own digits on nothing, else the hash of both.
 */
void	layer_make_id(const char *, const char *, char *);
/* One step of the OCI chain id: the digest of parent's and this diff id. */
void	layer_next_chain(const char *, const char *, char *);
/* Was the process that made it killed? podman discards such a layer. */
bool	layer_incomplete(const json_t *);
/*
 * Is it a copy with the ids of a user namespace (podman --userns)? It has the
 * digest of the layer it was made from, but the files of other owners.
 */
bool	layer_mapped(const json_t *);
/*
 * The id of a layer with this OCI chain id, or NULL; never that of a mapped
 * one.
 */
const char *layer_by_chain(struct store *, const char *);

#endif
