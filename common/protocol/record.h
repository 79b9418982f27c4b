/*
 * A record is an ordered list of (key, value) pairs: the only form in which
 * data larger than a message is sent (in a sealed memfd) or stored. Keys may
 * repeat (a list). A value is text without NUL, bytes, or another record. The
 * encoding is checked completely before anything is read from it.
 */
#ifndef PROTOCOL_RECORD_H
#define PROTOCOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_MAX		(64u << 20)	/* bytes of one encoded record */
#define REC_ITEMS	1000000u	/* pairs in one record */
#define REC_DEPTH	8		/* nested records */

struct rec;

/* A new empty record, or NULL (ENOMEM). rec_free(NULL) is allowed. */
struct rec	*rec_new(void) __attribute__((warn_unused_result));
void		 rec_free(struct rec *);

/*
 * Append. 0, or -1 (ENOMEM, EINVAL for a NUL in text, EMSGSIZE). Failures
 * are sticky: rec_encode and rec_memfd fail if any append has failed, so
 * composing code may append everything and look once.
 */
int	rec_add(struct rec *, const char *, const char *);
int	rec_addf(struct rec *, const char *, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
int	rec_add_num(struct rec *, const char *, int64_t);
int	rec_add_bytes(struct rec *, const char *, const void *, size_t);
int	rec_add_rec(struct rec *, const char *, const struct rec *);
/* Append every pair of the second record to the first. */
int	rec_add_all(struct rec *, const struct rec *);

/* Replace all values of a key by one; delete all values of a key. */
int	rec_set(struct rec *, const char *, const char *);
int	rec_set_num(struct rec *, const char *, int64_t);
void	rec_del(struct rec *, const char *);

/* First text value of a key, or NULL; valid while the record lives. */
const char *rec_get(const struct rec *, const char *);
/* The same with a fallback, returned as it is. */
const char *rec_str(const struct rec *, const char *, const char *);
/* First value as a number; the fallback if absent or not a number. */
int64_t	rec_num(const struct rec *, const char *, int64_t);
/* First text value as a flag ("true"); the fallback if absent. */
bool	rec_flag(const struct rec *, const char *, bool);
/* First bytes value, its length in the last argument; NULL when absent. */
const void *rec_bytes(const struct rec *, const char *, size_t *);

/*
 * Walk all pairs, or those of one key (NULL: all). *it starts at 0. Returns
 * false at the end. rec_next gives text values, and "" for other kinds.
 */
struct rec_item {
	const char	*key;
	const char	*text;		/* NULL unless text */
	const void	*data;
	size_t		 len;
	bool		 nested;
};
bool	rec_walk(const struct rec *, const char *, size_t *, struct rec_item *);
bool	rec_next(const struct rec *, const char *, size_t *, const char **);
size_t	rec_count(const struct rec *, const char *);
/*
 * The next (or first) nested record of a key as a new record that borrows the
 * outer one's bytes: free it before the outer one. NULL at the end, or
 * (errno EBADMSG) when damaged.
 */
struct rec *rec_sub(const struct rec *, const char *, size_t *);

/* Encoded form in malloc'd memory for the caller to free; -1 with errno. */
int	rec_encode(const struct rec *, void **, size_t *);
/* Decode a copy of the bytes. NULL with EBADMSG when malformed. */
struct rec *rec_decode(const void *, size_t);
/* A sealed memfd that holds the record, or -1. The name is for /proc. */
int	rec_memfd(const struct rec *, const char *);
/*
 * Read a record from a descriptor, which must be a memfd that cannot change any
 * more (its seals are checked). It is mapped; the caller still owns the
 * descriptor. NULL with EBADMSG, EPERM (not sealed) or EMSGSIZE.
 */
struct rec *rec_from_fd(int);

/*
 * Write a record of many nested ones directly into a memfd, so that a long list
 * is never in memory. Raw: bytes from rec_encode that a decoder has accepted.
 * Failures are sticky. rec_stream_end gives the sealed descriptor or -1, and
 * frees.
 */
struct rec_stream;
struct rec_stream *rec_stream_new(const char *);
int	rec_stream_raw(struct rec_stream *, const char *, const void *, size_t);
int	rec_stream_rec(struct rec_stream *, const char *, const struct rec *);
int	rec_stream_end(struct rec_stream *);

#endif
