/* JSON that strangers wrote, and digests in it: one strict way to read both. */
#ifndef FETCH_TEXT_H
#define FETCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct answer;

#define TEXT_DEPTH_MAX	64

#define scoped_json	__attribute__((cleanup(text_release)))
void	text_release(json_t **);

/*
 * One JSON object or array; no key twice, at most 64 levels. The name is for
 * the sentence. NULL with one.
 */
json_t	*text_parse(const char *, const char *, size_t, struct answer *);
/* A string member, or NULL when it is absent or something else. */
const char *text_get(const json_t *, const char *);
/* Exactly "sha256:" and 64 lower-case digits (B02)? */
bool	text_is_digest(const char *);
/* The digest of bytes, as text. */
void	text_digest(const void *, size_t, char [72]);

#endif
