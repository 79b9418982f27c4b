/*
 * The pipeline for the bytes of one layer: fetch, digest, inflate, digest and
 * unpack, each with a pipe to the next. The digests of the layer are only
 * those that the helper digest computes, which parses nothing.
 */
#ifndef ENGINE_PIPELINE_H
#define ENGINE_PIPELINE_H

#include <stdint.h>

struct rec;
struct session;

/* What an archive may still take, all its images together. */
struct limits {
	uint64_t	 size;		/* bytes of unpacked layers */
	uint64_t	 files;
	uint64_t	 ratio;		/* bytes of a layer for a byte of it */
};

/*
 * Unpack a layer of an archive (its record in the answer of fetch_archive)
 * into a directory, with the unpack that is running. The record of unpack with
 * the sums and sizes of digest and inflate, for the caller to free; or NULL
 * with an error, also when the layer is not what the archive says. Its size
 * and files are subtracted from the limits.
 */
struct rec *pipeline_unpack(struct session *, const struct rec *, int,
	    struct limits *);
/*
 * Only check that a layer has the digests that the archive says, if it says
 * any. 0, or -1 with an error.
 */
int	pipeline_verify(struct session *, const struct rec *,
	    const struct limits *);

#endif
