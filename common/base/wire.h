#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fields of messages: numbers, little endian, and strings with a length of 16
 * bits before them. Both buffers have a sticky error: compose or parse all
 * fields, then check it once, with `bad` or get_done.
 */
struct wbuf {
	uint8_t	*base;
	size_t	 len;
	size_t	 cap;
	bool	 bad;
};

struct rbuf {
	const uint8_t	*p;
	size_t		 left;
	bool		 bad;
};

/* Append one. A string has at most so many bytes. */
void	put_u16(struct wbuf *, uint16_t);
void	put_u32(struct wbuf *, uint32_t);
void	put_u64(struct wbuf *, uint64_t);
void	put_str(struct wbuf *, const char *, size_t);

/* The next number, at most this one; 0 after an error. */
uint16_t get_u16(struct rbuf *, uint16_t);
uint32_t get_u32(struct rbuf *, uint32_t);
uint64_t get_u64(struct rbuf *, uint64_t);
/* The next string, of at most so many bytes, into room for one byte more. */
void	get_str(struct rbuf *, char *, size_t);
/* Was every field there, and nothing behind them? */
bool	get_done(const struct rbuf *);

#endif
