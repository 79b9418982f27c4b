/* CRC-64 of ISO 3309, as tar-split checks contents with. */
#ifndef UNPACK_CRC64_H
#define UNPACK_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* Once, before the first crc64_add. */
void		crc64_init(void);
/* Go on from a sum (0 at first) over more bytes. */
uint64_t	crc64_add(uint64_t, const void *, size_t);

#endif
