/*
 * The result: the record that all other programs use, and the same as text that
 * resolve would read back to the same result.
 */
#ifndef RESOLVE_EMIT_H
#define RESOLVE_EMIT_H

#include <stdio.h>

#include "schema.h"

struct places;
struct sources;
struct rec;
struct request;
struct settings;

/*
 * A new record with its digest, and what the flags (enum config_flags) ask for;
 * or NULL.
 */
struct rec *emit_record(const struct settings *, const struct request *,
	    const struct places *, const struct sources *, unsigned int);
/*
 * containers.conf, storage.conf or registries.conf in canonical form, each
 * value with its origin as a comment. The caller frees it. Or NULL.
 */
char	*emit_text(const struct settings *, enum conf_kind);
/* A string of TOML; the rest of a line as a comment. */
void	emit_string(FILE *, const char *);
void	emit_comment(FILE *, const char *);

#endif
