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

/* The fraction of a second, without the zeros at its end. */
static void
fraction(int64_t ns, char *out, size_t size)
{
	size_t	 n;

	*out = '\0';
	if (ns == 0)
		return;
	snprintf(out, size, ".%09lld", (long long)ns);
	for (n = strlen(out); out[n - 1] == '0'; n--)
		out[n - 1] = '\0';
}

/* Floor division, so that moments before 1970 have a positive fraction. */
static time_t
split(int64_t ns, int64_t *rest)
{
	int64_t	 s = ns / SECOND;

	*rest = ns % SECOND;
	if (*rest < 0) {
		*rest += SECOND;
		s--;
	}
	return ((time_t)s);
}

void
human_go_time(int64_t ns, char *out, size_t size)
{
	char		 day[32], frac[16], zone[32];
	int64_t		 rest;
	time_t		 s = split(ns, &rest);
	struct tm	 tm;

	localtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z %Z", &tm);
	fraction(rest, frac, sizeof(frac));
	snprintf(out, size, "%s%s %s", day, frac, zone);
}

void
human_rfc3339(int64_t ns, char *out, size_t size)
{
	char		 day[32], frac[16], zone[8] = "Z";
	int64_t		 rest;
	time_t		 s = split(ns, &rest);
	struct tm	 tm;
	long		 off;

	if (ns == 0) {
		snprintf(out, size, "0001-01-01T00:00:00Z");
		return;
	}
	localtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	fraction(rest, frac, sizeof(frac));
	off = tm.tm_gmtoff / 60;
	if (off != 0)
		snprintf(zone, sizeof(zone), "%c%02ld:%02ld",
		    off < 0 ? '-' : '+', labs(off) / 60 % 24, labs(off) % 60);
	snprintf(out, size, "%s%s%s", day, frac, zone);
}
