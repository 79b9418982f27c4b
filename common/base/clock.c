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

/* Years start in March, so that the leap day is the last. */
int64_t
clock_days(int64_t y, int m, int d)
{
	int64_t	 era, of_era;
	int	 of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = y - era * 400;
	of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return (era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468);
}
