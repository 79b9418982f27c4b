/* Record a new image, or new names of an image that exists. */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

struct answer;
struct rec;
struct store;

/*
 * Store an image as the record describes it: config_json, manifest_json,
 * digest, layer (its top layer's id), name (repeated). Everything that can
 * be computed is computed and compared. Its id in the buffer; 0 or -1.
 */
int	commit_image(struct store *, const struct rec *, char *,
	    struct answer *);
/*
 * The same, without a name, for an image whose files are there and that the
 * index has lost: the record must be of this id. The caller holds both locks;
 * the descriptor is that of the images. 0 or -1.
 */
int	commit_again(struct store *, const struct rec *, const char *, int,
	    struct answer *);

#endif
