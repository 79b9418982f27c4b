/* The capability sets of this process. */
#ifndef BASE_PROCAPS_H
#define BASE_PROCAPS_H

#include <stdint.h>

#define CAP_BIT(c)	(1ULL << (c))

struct procaps {
	uint64_t	 permitted;
	uint64_t	 effective;
	uint64_t	 inheritable;
};

/* capget(2) and capset(2). 0, or -1 with errno. */
int	procaps_get(struct procaps *);
int	procaps_set(const struct procaps *);

#endif
