/*
 * The compression formats of layers. A decoder transforms bytes: it reads
 * nothing itself and stops when its output is full.
 */
#ifndef INFLATE_CODEC_H
#define INFLATE_CODEC_H

#include <stddef.h>
#include <stdint.h>

struct why;

#define CODEC_MAGIC	6	/* bytes that codec_detect needs */

/* The numbers are those that containers/storage writes into layers.json. */
enum codec_number {
	CODEC_PLAIN = 0, CODEC_BZIP2 = 1, CODEC_GZIP = 2, CODEC_XZ = 3,
	CODEC_ZSTD = 4,
};

struct codec_io {
	const uint8_t	*in;
	size_t		 in_left;
	uint8_t		*out;
	size_t		 out_left;
};

enum codec_state {
	CODEC_MORE,	/* needs more input, or more room */
	CODEC_END,	/* a member is complete; another may follow */
	CODEC_BAD,	/* damaged, or over a limit; why is set */
};

struct codec {
	const char		*name;
	enum codec_number	 number;
	size_t			 magic_len;
	uint8_t			 magic[CODEC_MAGIC];
	void			*(*start)(void);
	enum codec_state	 (*run)(void *, struct codec_io *,
				    struct why *);
	/* Prepare for the next member. 0, or -1. */
	int			 (*again)(void *);
	void			 (*stop)(void *);
};

/* Find the codec by the first bytes; NULL: not compressed. */
const struct codec *codec_detect(const uint8_t *, size_t);

#endif
