/* Random names and identifiers. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/* Random bytes, also when a signal interrupts. 0, or -1 and errno. */
int	random_bytes(void *, size_t);
/*
 * Random bytes (64 at most) as lower-case hexadecimal digits, two for each,
 * and a NUL. 0, or -1 and errno.
 */
int	random_hex(char *, size_t);

#endif
