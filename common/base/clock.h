/*
 * What time it is.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since the epoch. */
int64_t	clock_real_ns(void);
/* Milliseconds of CLOCK_MONOTONIC, for deadlines. */
int64_t	clock_mono_ms(void);

#endif
