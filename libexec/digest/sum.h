/* SHA-256, in the form in which images name their parts. */
#ifndef DIGEST_SUM_H
#define DIGEST_SUM_H

#include <stddef.h>

#define SUM_LEN		32
#define SUM_TEXT	72	/* "sha256:", 64 digits, NUL */

struct sum;

/* A new sum, or NULL. */
struct sum	*sum_new(void);
void		 sum_free(struct sum *);
void		 sum_add(struct sum *, const void *, size_t);
/* Finish the sum and write it as text; nothing can be added afterwards. */
void		 sum_text(struct sum *, char [SUM_TEXT]);

#endif
