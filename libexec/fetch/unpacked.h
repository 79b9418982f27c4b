/* The length of a compressed member without its compression. */
#ifndef FETCH_UNPACKED_H
#define FETCH_UNPACKED_H

#include <stdint.h>

#include "members.h"

struct answer;

/* 0, or -1 with a message. Reads all of a compressed member. */
int	unpacked_size(struct members *, const struct member *, uint64_t *,
	    struct answer *);

#endif
