#include "text.h"

#include <sys/types.h>

#include <errno.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "record.h"

bool
text_is_hex(const char *s)
{
	return (s != NULL && *s != '\0' &&
	    s[strspn(s, "0123456789abcdef")] == '\0');
}

bool
text_is_id(const char *s)
{
	return (rec_is_id(s));
}

bool
text_is_digest(const char *s)
{
	return (s != NULL && strncmp(s, "sha256:", 7) == 0 &&
	    text_is_id(s + 7));
}

/* libmd's, because libcrypto takes longer to start than `run` may need here. */
void
text_sha256(const void *data, size_t len, char hex[ID_LEN + 1])
{
	SHA2_CTX	 c;

	SHA256Init(&c);
	SHA256Update(&c, data, len);
	(void)SHA256End(&c, hex);
}

void
text_digest(const char *text, char digest[DIGEST_LEN + 1])
{
	memcpy(digest, "sha256:", 7);
	text_sha256(text, strlen(text), digest + 7);
}

/* Parse the fraction of a second behind the dot, in nanoseconds. */
static int64_t
fraction(const char **s)
{
	int64_t	 ns = 0;
	int64_t	 unit = 100000000;

	if (**s != '.')
		return (0);
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		ns += (**s - '0') * unit;
	return (ns);
}

/* Parse the time zone, Z or +hh:mm, as seconds east of UTC. False: neither. */
static bool
zone(const char *s, int64_t *east)
{
	int	 hh, mm, n = 0;

	*east = 0;
	if (strcmp(s, "Z") == 0)
		return (true);
	if ((*s != '+' && *s != '-') ||
	    sscanf(s + 1, "%2d:%2d%n", &hh, &mm, &n) != 2 || s[1 + n] != '\0')
		return (false);
	*east = (hh * 3600 + mm * 60) * (*s == '-' ? -1 : 1);
	return (true);
}

int64_t
text_time(const char *s)
{
	int64_t		 sec, ns, east;
	int		 y, mon, d, hh, mm, ss, n = 0;

	if (s == NULL || sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mon, &d,
	    &hh, &mm, &ss, &n) != 6 || mon < 1 || mon > 12)
		return (0);
	s += n;
	ns = fraction(&s);
	if (!zone(s, &east))
		return (0);
	sec = clock_days(y, mon, d) * 86400 + hh * 3600 + mm * 60 + ss - east;
	/* Go's zero time is the year 1, which no int64_t of ns can hold. */
	if (sec < INT64_MIN / 1000000000 + 1)
		return (INT64_MIN);
	if (sec > INT64_MAX / 1000000000 - 1)
		return (INT64_MAX);
	return (sec * 1000000000 + ns);
}

void
text_rfc3339(int64_t t, char *out, size_t size)
{
	struct tm	 tm;
	char		 day[32], frac[16] = "";
	time_t		 sec = t / 1000000000;
	int64_t		 ns = t % 1000000000;
	size_t		 n;

	if (ns < 0) {
		ns += 1000000000;
		sec--;
	}
	gmtime_r(&sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	if (ns != 0) {
		n = (size_t)snprintf(frac, sizeof(frac), ".%09d", (int)ns);
		while (frac[n - 1] == '0')
			frac[--n] = '\0';
	}
	snprintf(out, size, "%s%sZ", day, frac);
}

bool
text_base64(const char *key, char *out, size_t size)
{
	static const char	 set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t			 n = strlen(key), o = 0;
	uint32_t		 v;

	if ((n + 2) / 3 * 4 + 1 > size)
		return (false);
	for (size_t i = 0; i < n; i += 3) {
		v = (uint32_t)(uint8_t)key[i] << 16;
		v |= i + 1 < n ? (uint32_t)(uint8_t)key[i + 1] << 8 : 0;
		v |= i + 2 < n ? (uint32_t)(uint8_t)key[i + 2] : 0;
		out[o++] = set[v >> 18];
		out[o++] = set[v >> 12 & 63];
		out[o++] = i + 1 < n ? set[v >> 6 & 63] : '=';
		out[o++] = i + 2 < n ? set[v & 63] : '=';
	}
	out[o] = '\0';
	return (true);
}
