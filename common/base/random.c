#include "random.h"

#include <sys/random.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

int
random_bytes(void *buf, size_t n)
{
	uint8_t	*p = buf;
	ssize_t	 got;

	for (size_t done = 0; done < n; done += (size_t)got)
		while ((got = getrandom(p + done, n - done, 0)) == -1)
			if (errno != EINTR)
				return (-1);
	return (0);
}

int
random_hex(char *out, size_t n)
{
	uint8_t	 raw[64];

	if (n > sizeof(raw)) {
		errno = EINVAL;
		return (-1);
	}
	if (random_bytes(raw, n) == -1)
		return (-1);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", raw[i]);
	return (0);
}
