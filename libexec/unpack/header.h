/* Check and decode one 512-byte tar header. */
#ifndef UNPACK_HEADER_H
#define UNPACK_HEADER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;
struct tar_extent;

enum header_format { HEADER_V7, HEADER_USTAR, HEADER_GNU };

struct header {
	enum header_format	 format;
	char			 flag;
	char			 path[257];	/* prefix, slash, name */
	char			 link[101];
	uint64_t		 size;
	mode_t			 mode;
	uint64_t		 uid, gid;
	uint64_t		 mtime;
};

/* Are these 512 bytes all zero? */
bool	header_is_zero(const uint8_t *);
/* 0, or -1 with why set. */
int	header_parse(const uint8_t *, struct header *, struct why *);
/*
 * Decode a number field of this many bytes, octal or base 256. A negative
 * base-256 number is refused. 0, or -1 with why set.
 */
int	header_number(const uint8_t *, size_t, const char *, uint64_t *,
	    struct why *);

#endif
