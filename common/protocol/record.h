/*
 * A record is an ordered list of (key, value) pairs: the only form in which
 * data larger than a message is sent (in a sealed memfd) or stored. Keys may
 * repeat (a list). A value is text without NUL, bytes, or another record; a
 * number is text of decimal digits. The encoding is checked completely before
 * anything is read from it.
 *
 * Which keys there are, of which type and bound, is declared in records.h.
 */
#ifndef PROTOCOL_RECORD_H
#define PROTOCOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records.h"

#define REC_DEPTH	8		/* records within records */
#define ID_TEXT		(REC_ID + 1)	/* an ID, with its NUL */

struct rec;

/* A new empty record, or NULL (ENOMEM). rec_free(NULL) is allowed. */
struct rec	*rec_new(void) __attribute__((warn_unused_result));
void		 rec_free(struct rec *);
void		 scope_rec(struct rec **);
#define scoped_rec	__attribute__((cleanup(scope_rec)))

/*
 * Append. 0, or -1 (ENOMEM, EINVAL for a NUL in text, EMSGSIZE). Failures
 * are sticky: rec_encode and rec_memfd fail if any append has failed, so
 * composing code may append everything and look once.
 */
int	rec_add(struct rec *, struct key_str, const char *);
int	rec_addf(struct rec *, struct key_str, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
int	rec_add_num(struct rec *, struct key_num, int64_t);
int	rec_add_bytes(struct rec *, struct key_bytes, const void *, size_t);
int	rec_add_rec(struct rec *, struct key_rec, const struct rec *);
/* Append every pair of the second record to the first. */
int	rec_add_all(struct rec *, const struct rec *);

/* Replace all values of a key by one. */
int	rec_set(struct rec *, struct key_str, const char *);
int	rec_set_num(struct rec *, struct key_num, int64_t);
int	rec_set_flag(struct rec *, struct key_flag, bool);

/* First text value of a key, or NULL; valid while the record lives. */
const char *rec_get(const struct rec *, struct key_str);
/* The same with a fallback that is returned as it is. */
const char *rec_str(const struct rec *, struct key_str, const char *);
/* First value as a number; the fallback if absent or not a number. */
int64_t	rec_num(const struct rec *, struct key_num, int64_t);
/* First value as a flag, true or false; the fallback if absent. */
bool	rec_flag(const struct rec *, struct key_flag, bool);
/* First bytes value, its length in the last argument; NULL when absent. */
const void *rec_bytes(const struct rec *, struct key_bytes, size_t *);
/*
 * The next (or first) nested record of a key as a new record that borrows the
 * outer one's bytes: free it before the outer one. NULL at the end, or
 * (errno EBADMSG) when damaged. *it starts at 0.
 */
struct rec *rec_sub(const struct rec *, struct key_rec, size_t *);

/*
 * Of a key of any type. rec_text: its first value as text, or NULL.
 * rec_has: has it a text value, and not an empty one? rec_count: how many
 * values. rec_del: remove all of them. rec_clear: append an empty value,
 * which in a record of changes takes the key away. rec_copy: append the
 * second record's values to the first. rec_next: the next text, "" for other
 * values; false at the end; *it starts at 0.
 */
#define rec_text(r, key)	record_text((r), KEY_ANY(key))
#define rec_has(r, key)		record_has((r), KEY_ANY(key))
#define rec_count(r, key)	record_count((r), KEY_ANY(key))
#define rec_del(r, key)		record_del((r), KEY_ANY(key))
#define rec_clear(r, key)	record_clear((r), KEY_ANY(key))
#define rec_copy(to, from, key)	record_copy((to), (from), KEY_ANY(key))
#define rec_next(r, key, it, text)	\
	record_next((r), KEY_ANY(key), (it), (text))

/*
 * Loops over the nested records of a key, each freed when its turn ends, also
 * by break and return, and over its texts. The variable is the caller's; a
 * record that is NULL has neither.
 */
#define rec_each(sub, r, key)						\
	for (__attribute__((cleanup(rec_loop_end)))			\
	    struct rec_loop sub##_loop = { NULL, 0 };			\
	    ((sub) = rec_loop_next(&sub##_loop, (r), key)) != NULL;)
#define rec_each_text(text, r, key)					\
	for (size_t text##_it = 0;					\
	    rec_next((r), key, &text##_it, &(text));)

/* How many pairs there are. */
size_t	rec_len(const struct rec *);
/* Walk all pairs; *it starts at 0. Returns false at the end. */
struct rec_item {
	const char	*key;
	const char	*text;		/* NULL unless text */
	const void	*data;
	size_t		 len;
	bool		 nested;
};
bool	rec_walk(const struct rec *, size_t *, struct rec_item *);

/* Is this the ID of a container, pod, image or layer: 64 lower-case digits? */
bool	rec_is_id(const char *);
/* Encoded form in malloc'd memory for the caller to free; -1 with errno. */
int	rec_encode(const struct rec *, void **, size_t *);
/*
 * Decode a copy of the bytes as a record of a type, RECORD(row). NULL with
 * EBADMSG when malformed, or when a value does not hold the declaration of
 * its key: then *refused, if asked for, is that key, else NULL. The text of
 * the key is in static storage.
 */
struct rec *rec_decode(const void *, size_t, enum record_type,
    const char **refused);
/* A sealed memfd that holds the record, or -1. The name is for /proc. */
int	rec_memfd(const struct rec *, const char *);
/*
 * Read one from a descriptor, which must be a memfd that can no longer
 * change (seals are checked). Maps it; borrows nothing: the caller still
 * owns the descriptor. NULL with EBADMSG (as rec_decode), EPERM (not sealed)
 * or EMSGSIZE.
 */
struct rec *rec_from_fd(int, enum record_type, const char **refused);

/*
 * Write a record of many nested ones directly into a memfd, so that a long list
 * is never in memory. Raw: bytes from rec_encode that a decoder has accepted.
 * Failures are sticky. rec_stream_end gives the sealed descriptor or -1, and
 * frees.
 */
struct rec_stream;
struct rec_stream *rec_stream_new(const char *);
int	rec_stream_raw(struct rec_stream *, struct key_rec, const void *,
	    size_t);
int	rec_stream_rec(struct rec_stream *, struct key_rec,
	    const struct rec *);
int	rec_stream_end(struct rec_stream *);

/* What the macros above expand to. */
struct rec_loop {
	struct rec	*sub;
	size_t		 it;
};
struct rec *rec_loop_next(struct rec_loop *, const struct rec *,
	    struct key_rec);
void	rec_loop_end(struct rec_loop *);
const char *record_text(const struct rec *, struct key_any);
bool	record_has(const struct rec *, struct key_any);
size_t	record_count(const struct rec *, struct key_any);
void	record_del(struct rec *, struct key_any);
int	record_clear(struct rec *, struct key_any);
int	record_copy(struct rec *, const struct rec *, struct key_any);
bool	record_next(const struct rec *, struct key_any, size_t *,
    const char **);

#endif
