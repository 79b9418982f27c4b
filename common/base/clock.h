/*
 * Times: the clocks, and days of the calendar.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since the epoch. */
int64_t	clock_real_ns(void);
/* Milliseconds of CLOCK_MONOTONIC, for deadlines. */
int64_t	clock_mono_ms(void);
/*
 * Days since 1970 of a date in the Gregorian calendar: year, month from 1, day
 * from 1. timegm would take a lock and read the time zone's file.
 */
int64_t	clock_days(int64_t, int, int);

#endif
