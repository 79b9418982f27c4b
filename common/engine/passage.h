/*
 * The programs that the bytes of one layer pass through, one behind the
 * other: fetch, digest, inflate, digest, unpack. What the layer is called
 * comes from digest alone, which parses nothing.
 */
#ifndef ENGINE_PASSAGE_H
#define ENGINE_PASSAGE_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/* What an archive may still take, all its images together. */
struct limits {
	uint64_t	 size;		/* bytes of unpacked layers */
	uint64_t	 files;
	uint64_t	 ratio;		/* bytes unpacked per byte, of a layer */
};

/*
 * Unpack a layer of an archive (its record in archive_open's answer) into a
 * directory, by the unpack that was started. Its record with what digest and
 * inflate say of it, or NULL with a sentence in the session's error: also when
 * it is not what the archive says. What it took is taken off the limits.
 */
struct rec	*passage_unpack(struct session *, const struct rec *, int,
		    struct limits *);
/*
 * Only look whether a layer is what the archive says, as far as it says
 * something. 0, or -1 with a sentence.
 */
int		 passage_verify(struct session *, const struct rec *,
		    const struct limits *);

#endif
