/* How long a member is without its compression, if it has one. */
#ifndef FETCH_UNPACKED_H
#define FETCH_UNPACKED_H

#include <stdint.h>

#include "members.h"

struct answer;

/* 0, or -1 with a sentence. Reads all of a compressed member. */
int	unpacked_size(struct members *, const struct member *, uint64_t *,
	    struct answer *);

#endif
