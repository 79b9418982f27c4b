/* CRC-64 of ISO 3309, tar-split's checksum of contents. */
#ifndef UNPACK_CRC64_H
#define UNPACK_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* Call it once, before the first crc64_add. */
void		crc64_init(void);
/* Continue a sum (0 at first) with more bytes. */
uint64_t	crc64_add(uint64_t, const void *, size_t);

#endif
