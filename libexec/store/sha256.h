#ifndef STORE_SHA256_H
#define STORE_SHA256_H

#include <stddef.h>

#define SHA256_HEX	64

/* SHA-256 of what is in memory, as 64 lower-case digits and a NUL. */
void	sha256_hex(const void *, size_t, char[SHA256_HEX + 1]);

#endif
