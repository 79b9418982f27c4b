/*
 * What comes out: the record that every other program works from, and the
 * same as text that would be read to the same effect.
 */
#ifndef RESOLVE_EMIT_H
#define RESOLVE_EMIT_H

#include <stdbool.h>

struct places;
struct rec;
struct request;
struct settings;

/* A new record, digest and all (and the text, if wanted), or NULL. */
struct rec *emit_record(const struct settings *, const struct request *,
	    const struct places *, bool with_text);
/*
 * containers.conf, or storage.conf, in canonical form, each value with its
 * origin as a comment. For the caller to free, or NULL.
 */
char	*emit_text(const struct settings *, bool storage);

#endif
