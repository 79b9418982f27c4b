/*
 * Requests to the helpers that the bytes of a layer pass through: digest,
 * inflate, unpack. Pipes and directories are lent.
 *
 * All of these return 0, or -1 with the client's error set.
 */
#ifndef CLIENT_UNPACK_H
#define CLIENT_UNPACK_H

#include <stdint.h>

#include "client.h"

#define DIGEST_TEXT	72		/* "sha256:", 64 digits, NUL */

/*
 * Hash at most so many bytes (0: any number) from one pipe into the next, or
 * with to -1 no further. EFBIG: there were more. H_DIGEST or H_DIGEST2.
 */
int	digest_begin(struct client *, enum helper_id, int from, int to,
	    uint64_t max_bytes);
/* Their digest, and how many there were. */
int	digest_end(struct client *, enum helper_id, char digest[DIGEST_TEXT],
	    uint64_t *size);
/*
 * Decompress, if that is needed, at most so many bytes for one (0: 250). How
 * it was compressed, as containers/storage counts.
 */
int	inflate_begin(struct client *, int from, int to, uint64_t max_ratio);
int	inflate_end(struct client *, uint64_t *compression);
/* Unpack into a directory; flags: enum unpack_flags. */
int	unpack_begin(struct client *, int from, int dir, uint64_t max_bytes,
	    uint64_t max_inodes, uint32_t flags);
/* The layer's record, which the caller frees; NULL with the error set. */
struct rec *unpack_end(struct client *);

#endif
