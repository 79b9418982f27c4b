#include "random.h"

#include <sys/random.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

int
random_hex(char *out, size_t n)
{
	uint8_t	 raw[64];

	if (n > sizeof(raw)) {
		errno = EINVAL;
		return (-1);
	}
	if (getrandom(raw, n, 0) != (ssize_t)n)
		return (-1);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", raw[i]);
	return (0);
}
