/* SHA-256 of a stream, and its name as text. */
#ifndef UNPACK_DIGEST_H
#define UNPACK_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_LEN	32
#define DIGEST_TEXT	72	/* "sha256:", 64 digits, NUL */

struct digest;

/* A digest of no bytes yet, or NULL (ENOMEM). */
struct digest	*digest_new(void);
void		 digest_free(struct digest *);
void		 digest_add(struct digest *, const void *, size_t);
/* What was added so far, as "sha256:...". The digest is used up. */
void		 digest_text(struct digest *, char [DIGEST_TEXT]);
/* Is this exactly "sha256:" and 64 lower-case digits? */
bool		 digest_valid(const char *);

#endif
