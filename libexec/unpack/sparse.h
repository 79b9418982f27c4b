/* The three formats of tar for the places of a sparse file's data. */
#ifndef UNPACK_SPARSE_H
#define UNPACK_SPARSE_H

#include <stddef.h>
#include <stdint.h>

#include "tar.h"

struct why;

struct sparse {
	struct tar_extent	*ext;
	size_t			 n, room;
};

void	sparse_clear(struct sparse *);
/* Add one piece. 0, or -1 with why set (too many, or no memory). */
int	sparse_add(struct sparse *, uint64_t, uint64_t, struct why *);
/* Pieces in a GNU header or its continuation block: `n` slots at p. */
int	sparse_slots(struct sparse *, const uint8_t *, size_t, struct why *);
/* "offset,length,offset,length": GNU.sparse.map of format 0.1. */
int	sparse_map(struct sparse *, const char *, size_t, struct why *);
/*
 * Check that the pieces are in order, do not overlap, are within the file, and
 * together as long as the stored data. 0, or -1 with why set.
 */
int	sparse_check(const struct sparse *, uint64_t, uint64_t, struct why *);

#endif
