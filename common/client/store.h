/*
 * Requests to store: images, layers, writable layers of containers, volumes.
 *
 * All of these return 0, or a record that the caller frees; or -1, or NULL,
 * with the client's error set.
 */
#ifndef CLIENT_STORE_H
#define CLIENT_STORE_H

#include <stdbool.h>

#include "messages.h"

struct client;
struct rec;

/* What a store is opened with. */
struct store_options {
	const char	*driver;	/* overlay or vfs */
	bool		 create;
	bool		 single;	/* containers have one id only */
	const char	*volumes;	/* below the graph root, or "" */
	const char	*boot_id;	/* "": no layer will be made */
	const char	*state_id;	/* "": not all records are seen */
};

/* Directories: graph root and run root. */
int	store_open_begin(struct client *, int graph, int run,
	    const struct store_options *);
/* *untidy: a killed process has left something for store_tidy. */
int	store_open_end(struct client *, bool *untidy);
/* Finish deletions, discard what was half made. */
int	store_tidy(struct client *);
/*
 * Once in each boot, or (plan) what that would do; all containers of this
 * state as `ctr`: nested `item` (kind, id, why) of a plan, or `left` if there
 * is something for store_tidy.
 */
struct rec *store_sweep(struct client *, const struct rec *ids,
	    const char *boot_id, bool plan);

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

/* One on an image ("": none), with a mark for store_sweep: its record. */
int	store_rw_make_begin(struct client *, const char *id,
	    const char *image, enum layer_mark);
struct rec *store_rw_make_end(struct client *);
/*
 * List a container where other engines on the store look. Only sent: by
 * client_sync; EEXIST: the name, which the user gave, is another's.
 */
int	store_rw_list_begin(struct client *, const char *id,
	    const char *image, const char *name, bool given);
/*
 * The container is recorded: remove the mark LAYER_NEW. Only sent, and its
 * answer never read.
 */
void	store_rw_keep_begin(struct client *, const char *id);
/* Put one in the trash. *left: to delete it, ids must be mapped. */
int	store_rw_remove_begin(struct client *, const char *id);
int	store_rw_remove_end(struct client *, bool *left);

/* --- volumes: the first three return an enum volume_state, or -1 --- */

/*
 * `legacy`: the volume is where versions before this one put it. How is it
 * used? The same, and its directory is made if there is none.
 */
int	store_volume_look(struct client *, const char *name, bool legacy);
int	store_volume_make(struct client *, const char *name, bool legacy);
/*
 * The caller holds its lock and is going to fill it: VOLUME_USED, not any
 * more; the others say whether that was begun before. And has filled it.
 */
int	store_volume_fill(struct client *, const char *name, bool legacy);
int	store_volume_filled(struct client *, const char *name, bool legacy);
/* Put one in the trash. *stays: it may be a volume of podman, and is left. */
int	store_volume_remove(struct client *, const char *name, bool legacy,
	    bool anonymous, bool *stays);

#endif
