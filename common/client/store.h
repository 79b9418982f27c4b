/*
 * Requests to store: images, layers, and the writable layers of containers.
 *
 * All of these return 0, or a record that the caller frees; or -1, or NULL,
 * with the client's error set.
 */
#ifndef CLIENT_STORE_H
#define CLIENT_STORE_H

#include <stdbool.h>

struct client;
struct rec;

/* Directories: graph root and run root. */
int	store_open_begin(struct client *, int graph, int run,
	    const char *driver, bool create, bool single);
int	store_open_end(struct client *);
/* Finish deletions, discard what was half made. */
int	store_tidy(struct client *);

/* --- images --- */

/* One by name, ID, or unique prefix of one. */
struct rec *store_image_get(struct client *, const char *ref);
int	store_image_get_begin(struct client *, const char *ref);
struct rec *store_image_get_end(struct client *);
/* All, nested `image`. */
struct rec *store_images(struct client *);
/* What was done: `untagged`, `deleted`. */
struct rec *store_image_remove(struct client *, const char *ref, bool force);
/* Record one that was loaded; its ID, in a buffer of 65 bytes. */
int	store_image_commit(struct client *, const struct rec *, char *id);

/* --- layers of images --- */

/* The ID of the layer with this chain ID, [65]; ENOENT: there is none. */
int	store_layer_find(struct client *, const char *chain_id, char *id);
/*
 * A directory to unpack one on its parent ("": none), which goes again with
 * this store unless an image was made of it. Its token, [65], and (the
 * return value) the directory, the caller's.
 */
int	store_layer_stage(struct client *, const char *parent, char *token);
/* What was unpacked there is a layer: its record; its ID, [65]. */
int	store_layer_commit(struct client *, const char *token,
	    const char *parent, const char *chain_id, const struct rec *,
	    char *id);
/* It is none; the client's error and errno stay as they are. */
void	store_layer_abort(struct client *, const char *token);

/* --- writable layers --- */

/*
 * One on an image ("": none), with a mark for sweeps beside it ("": none):
 * its record.
 */
int	store_rw_make_begin(struct client *, const char *id,
	    const char *image, const char *mark);
struct rec *store_rw_make_end(struct client *);
/*
 * List a container where other engines on the store look. Only sent: by
 * client_sync; EEXIST: the name, which the user gave, is another's.
 */
int	store_rw_list_begin(struct client *, const char *id,
	    const char *image, const char *name, bool given);
/* The layer lasts: its mark goes. */
int	store_rw_keep(struct client *, const char *id, const char *mark);
/* The same, only sent, and its answer never read. */
void	store_rw_keep_begin(struct client *, const char *id, const char *mark);
/* Delete one now; */
int	store_rw_remove(struct client *, const char *id);
/* or put it in the trash. *left: something is, which needs ids mapped. */
int	store_rw_remove_begin(struct client *, const char *id);
int	store_rw_remove_end(struct client *, bool *left);

#endif
