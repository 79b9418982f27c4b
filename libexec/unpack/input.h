/* The layer's bytes: read with a deadline, into one buffer. */
#ifndef UNPACK_INPUT_H
#define UNPACK_INPUT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;
struct input;

struct input_limits {
	uint64_t	 max_bytes;
	int		 stall_ms;	/* longest wait for the next byte */
	int		 owner_fd;	/* stop when it hangs up; -1: none */
};

/* Read from a descriptor (borrowed). NULL with why set. */
struct input	*input_open(int, const struct input_limits *, struct why *);
/* From memory, for tests and the fuzz target: no limits. */
struct input	*input_memory(const void *, size_t, struct why *);
void		 input_free(struct input *);

/*
 * At least `want` bytes in one piece (at most 64 KiB), or all that are left.
 * Returns their number, 0 at the end, or -1 with why set. The pointer is valid
 * until the next call.
 */
ssize_t		 input_peek(struct input *, size_t, const uint8_t **);
/* Consume bytes that input_peek has returned. */
void		 input_skip(struct input *, size_t);
/* The number of consumed bytes: the position in the uncompressed stream. */
uint64_t	 input_position(const struct input *);

/* Check that the stream ends here. 0, or -1 with why set. */
int		 input_close(struct input *);

#endif
