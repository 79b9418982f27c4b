/*
 * Identifiers, digests and times in the store. Every name from a file is
 * checked here before it becomes part of a path.
 */
#ifndef STORE_TEXT_H
#define STORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_LEN		64		/* image, layer and container ids */
#define DIGEST_LEN	71		/* "sha256:" and 64 digits */

/* Exactly 64 lower-case hexadecimal digits. NULL is not an id. */
bool	text_is_id(const char *);
/* Exactly "sha256:" and 64 such digits. */
bool	text_is_digest(const char *);
/* Only lower-case hexadecimal digits, one at least. */
bool	text_is_hex(const char *);
/* The SHA-256 of what is in memory as such digits; of a text, as a digest. */
void	text_sha256(const void *, size_t, char[ID_LEN + 1]);
void	text_digest(const char *, char[DIGEST_LEN + 1]);
/* RFC 3339 to nanoseconds since 1970, clamped to what fits; 0 if malformed. */
int64_t	text_time(const char *);
/* Nanoseconds to RFC 3339 in UTC, as Go's RFC3339Nano writes it. */
void	text_rfc3339(int64_t, char *, size_t);
/* Standard base64 of a key, as big-data files are named; false: no room. */
bool	text_base64(const char *, char *, size_t);

#endif
