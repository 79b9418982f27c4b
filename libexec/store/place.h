/* The tree of a layer and the files beside it, as the driver has them. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

struct answer;
struct rec;
struct store;

/*
 * Finish a staging directory (beneath the graph root): the mode of the root,
 * and for overlay the files "link" and "lower". 0, or -1 + error.
 */
int	place_prepare(struct store *, const char *, const char *,
	    struct answer *);
/*
 * Move it to the directory of the layer with this ID. The caller holds the
 * layers lock.
 */
int	place_move(struct store *, const char *, const char *, struct answer *);
/* Add the entry of such a layer and save the index. */
int	place_record(struct store *, const char *, const char *,
	    const struct rec *, struct answer *);
/*
 * Remove the tree (and the short link) of a layer, unless the index, read
 * again, names it. The caller holds the layers lock. 0, or -1 + error if the
 * index cannot be read; then nothing is removed.
 */
int	place_back_unlisted(struct store *, const char *, struct answer *);
/*
 * Make an empty layer with this id that no image can find by a digest, unless
 * it is listed. Does not wait for the lock. 0, or -1 with an error.
 */
int	place_empty(struct store *, const char *, struct answer *);
/* Move a layer's tree to the trash and unlink what names it. */
void	place_trash_layer(struct store *, const char *);
/*
 * Remove a layer that a process was making when it died, unless it is listed.
 */
int	place_undo(struct store *, const char *, struct answer *);

#endif
