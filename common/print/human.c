#include "human.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND	1000000000LL

void
human_duration(int64_t ns, char *out, size_t size)
{
	int64_t	 s = ns / SECOND, m = s / 60;
	int64_t	 h = (ns + 1800 * SECOND) / (3600 * SECOND);

	if (s < 1)
		snprintf(out, size, "Less than a second");
	else if (s == 1)
		snprintf(out, size, "1 second");
	else if (s < 60)
		snprintf(out, size, "%lld seconds", (long long)s);
	else if (m == 1)
		snprintf(out, size, "About a minute");
	else if (m < 60)
		snprintf(out, size, "%lld minutes", (long long)m);
	else if (h == 1)
		snprintf(out, size, "About an hour");
	else if (h < 48)
		snprintf(out, size, "%lld hours", (long long)h);
	else if (h < 24 * 7 * 2)
		snprintf(out, size, "%lld days", (long long)h / 24);
	else if (h < 24 * 30 * 2)
		snprintf(out, size, "%lld weeks", (long long)h / 24 / 7);
	else if (h < 24 * 365 * 2)
		snprintf(out, size, "%lld months", (long long)h / 24 / 30);
	else
		snprintf(out, size, "%lld years",
		    (long long)(s / 3600) / 24 / 365);
}

void
human_ago(int64_t then, int64_t now, char *out, size_t size)
{
	size_t	 n;

	human_duration(now - then, out, size);
	n = strlen(out);
	snprintf(out + n, size - n, " ago");
}

void
human_size(int64_t bytes, char *out, size_t size)
{
	static const char *const	 units[] = { "B", "kB", "MB", "GB",
					    "TB", "PB", "EB" };
	double				 v = (double)bytes;
	size_t				 i = 0;

	for (; v >= 1000 && i < 6; i++)
		v /= 1000;
	snprintf(out, size, "%.3g %s", v, units[i]);
}

/* Date, a separator, time and a fraction without zeros at its end. */
static void
stamp(int64_t ns, char separator, struct tm *tm, char *out, size_t size)
{
	/* Moments before 1970 have a positive fraction, too. */
	int64_t	 rest = (ns % SECOND + SECOND) % SECOND;
	time_t	 s = (time_t)((ns - rest) / SECOND);
	size_t	 n;

	localtime_r(&s, tm);
	n = strftime(out, size, "%Y-%m-%d %H:%M:%S", tm);
	out[strcspn(out, " ")] = separator;
	if (rest == 0)
		return;
	n += (size_t)snprintf(out + n, size - n, ".%09lld", (long long)rest);
	while (out[n - 1] == '0')
		out[--n] = '\0';
}

void
human_go_time(int64_t ns, char *out, size_t size)
{
	char		 day[48], zone[32];
	struct tm	 tm;

	stamp(ns, ' ', &tm, day, sizeof(day));
	strftime(zone, sizeof(zone), "%z %Z", &tm);
	snprintf(out, size, "%s %s", day, zone);
}

void
human_rfc3339(int64_t ns, char *out, size_t size)
{
	char		 day[48], zone[8] = "Z";
	struct tm	 tm;
	long		 off;

	if (ns == 0) {
		snprintf(out, size, "0001-01-01T00:00:00Z");
		return;
	}
	stamp(ns, 'T', &tm, day, sizeof(day));
	off = tm.tm_gmtoff / 60;
	if (off != 0)
		snprintf(zone, sizeof(zone), "%c%02ld:%02ld",
		    off < 0 ? '-' : '+', labs(off) / 60 % 24, labs(off) % 60);
	snprintf(out, size, "%s%s", day, zone);
}
