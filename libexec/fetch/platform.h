/* Is an image for this machine? */
#ifndef FETCH_PLATFORM_H
#define FETCH_PLATFORM_H

#include <jansson.h>

/* The architecture of this machine, as images name it. */
const char	*platform_name(void);
/*
 * How well a descriptor's platform fits: 0 not at all, 1 not specified, a
 * greater number fits better.
 */
int		 platform_rank(const json_t *);

#endif
