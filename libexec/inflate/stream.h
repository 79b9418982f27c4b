/* Decompress one layer to the bytes of its tar archive. */
#ifndef INFLATE_STREAM_H
#define INFLATE_STREAM_H

#include <stdint.h>

#include "codec.h"
#include "flow.h"

struct why;

#define STREAM_RATIO		250ULL		/* unless the message says */
#define STREAM_RATIO_FROM	(1ULL << 30)	/* output from which the ratio
						 * counts */

struct stream {
	struct flow	 in, out;
	uint64_t	 max_ratio;	/* bytes out per byte in */
	uint64_t	 ratio_from;
};

/*
 * Decompress all of it, in the format of its first bytes; copy it if it is not
 * compressed. Returns the format, or -1 with why set.
 */
int	stream_inflate(const struct stream *, struct why *);

#endif
