/* Make one entry of a layer in its tree. */
#ifndef UNPACK_MAKE_H
#define UNPACK_MAKE_H

#include <stdint.h>

#include "tree.h"

struct layer;
struct tar_entry;

/* Make the entry of the root: only a directory, and only its metadata. */
int	make_root(struct layer *, const struct tar_entry *);
/* Make any other entry, by its clean name. 0, or -1 with why set. */
int	make_entry(struct layer *, const struct tar_entry *, const char *);
/* --- whiteout.c --- */

/* Is the last component of this clean name a whiteout's? */
bool	whiteout_is(const char *);
/* Hide, or in a merged tree remove, the files of lower layers. */
int	whiteout_apply(struct layer *, const char *);
/*
 * Make a directory opaque, which hides all files of lower layers in it. 0, or
 * -1.
 */
int	whiteout_opaque(struct layer *, int, const char *);

#endif
