/*
 * The documents of an image, read under limits: nesting, repeated keys,
 * digests, the environment.
 */
#ifndef STORE_IMAGE_H
#define STORE_IMAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct answer;
struct rec;
struct store;

#define BLOB_MAX	(4u << 20)	/* config or manifest */

/*
 * The config of an image as it was stored and as JSON. NULL with an error.
 * The text is checked against the digest by which the manifest names it; the
 * caller frees it.
 */
json_t	*image_config(struct store *, const json_t *, char **, char **,
	    struct answer *);
/* The whole image record that image_find answers. NULL with an error. */
struct rec *image_record(struct store *, const json_t *, struct answer *);
/* Bytes of layers and big data, as `podman images` counts them; -1. */
int64_t	image_size(struct store *, const json_t *, struct answer *);
/* Put id, digests, names, created and size into a record. 0 or -1. */
int	image_basics(struct store *, const json_t *, struct rec *,
	    struct answer *);
/* The path of a big-data item beneath the graph root; false: too long. */
bool	image_blob_path(const struct store *, const char *, const char *,
	    char *, size_t);
/* Put what a config says into a record, what is not of its kind left out. */
void	image_describe(struct rec *, const json_t *);
/* Check that every entry of a config's environment is KEY=VALUE. 0 or -1. */
int	image_check_env(const json_t *, const char *, struct answer *);
/* Check one manifest's text: a single image's, or NULL with an error. */
json_t	*image_manifest(const char *, size_t, const char *, struct answer *);

#endif
