#include "crc64.h"

#include <endian.h>
#include <string.h>

#define POLYNOMIAL	0xd800000000000000ULL

/* table[k][b]: the contribution of byte b with k bytes behind it. */
static uint64_t	table[8][256];

void
crc64_init(void)
{
	for (unsigned int b = 0; b < 256; b++) {
		uint64_t	 x = b;

		for (int bit = 0; bit < 8; bit++)
			x = x & 1 ? x >> 1 ^ POLYNOMIAL : x >> 1;
		table[0][b] = x;
	}
	for (unsigned int b = 0; b < 256; b++)
		for (int k = 1; k < 8; k++)
			table[k][b] = table[0][table[k - 1][b] & 0xff] ^
			    table[k - 1][b] >> 8;
}

uint64_t
crc64_add(uint64_t crc, const void *data, size_t n)
{
	const uint8_t	*p = data;
	uint64_t	 word;

	crc = ~crc;
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&word, p, sizeof(word));
		crc ^= le64toh(word);
		crc = table[7][crc & 0xff] ^ table[6][crc >> 8 & 0xff] ^
		    table[5][crc >> 16 & 0xff] ^ table[4][crc >> 24 & 0xff] ^
		    table[3][crc >> 32 & 0xff] ^ table[2][crc >> 40 & 0xff] ^
		    table[1][crc >> 48 & 0xff] ^ table[0][crc >> 56];
	}
	for (; n > 0; n--, p++)
		crc = table[0][(crc ^ *p) & 0xff] ^ crc >> 8;
	return (~crc);
}
