#include "clock.h"

#include <time.h>

int64_t
clock_real_ns(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (ts.tv_sec * 1000000000L + ts.tv_nsec);
}

int64_t
clock_mono_ms(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000L + ts.tv_nsec / 1000000);
}
