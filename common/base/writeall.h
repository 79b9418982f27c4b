/*
 * write(2) until all bytes are written.
 */
#ifndef BASE_WRITEALL_H
#define BASE_WRITEALL_H

#include <stddef.h>

/* 0, or -1 with errno; some bytes may have been written then. */
int	write_all(int, const void *, size_t);

#endif
