/* JSON from strangers, and digests in it, read strictly. */
#ifndef FETCH_TEXT_H
#define FETCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct answer;

#define TEXT_DEPTH_MAX	64

/* A variable that is released at the end of its scope. */
#define scoped_json	__attribute__((cleanup(text_release)))
void	text_release(json_t **);

/*
 * Parse one JSON object or array, without repeated keys, of at most 64 levels.
 * The name is for the message. NULL with a message.
 */
json_t	*text_parse(const char *, const char *, size_t, struct answer *);
/* A string member, or NULL if it is absent or of another type. */
const char *text_get(const json_t *, const char *);
/* Is this exactly "sha256:" and 64 lower-case digits? */
bool	text_is_digest(const char *);
/* The digest of bytes, as text. */
void	text_digest(const void *, size_t, char [72]);

#endif
