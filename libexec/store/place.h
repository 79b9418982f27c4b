/* Where the tree of a layer stands, in the driver's own arrangement. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

struct answer;
struct rec;
struct store;

/*
 * Finish a staging directory (beneath the graph root): the root's mode, and
 * for overlay the files that say what it lies on. 0, or -1 + sentence.
 */
int	place_prepare(struct store *, const char *, const char *,
	    struct answer *);
/* Move it to where the layer with this id belongs. Holds the layers lock. */
int	place_move(struct store *, const char *, const char *, struct answer *);
/* Add the entry of such a layer and save the index. */
int	place_record(struct store *, const char *, const char *,
	    const struct rec *, struct answer *);
/*
 * Take away the tree (and the short link) of a layer that the index, read
 * again, does not name. Holds the layers lock. 0, or -1 + sentence when the
 * index cannot be read: everything is left then.
 */
int	place_back_unlisted(struct store *, const char *, struct answer *);
/*
 * Make an empty layer with this id that no image can find by a digest, unless
 * it is listed. Does not wait for the lock. 0, or -1 with a sentence.
 */
int	place_empty(struct store *, const char *, struct answer *);
/* Move a layer's tree to the trash and unlink what names it. */
void	place_trash_layer(struct store *, const char *);
/* Take away a layer that a dead process was making, unless it is listed. */
int	place_undo(struct store *, const char *, struct answer *);

#endif
