#include "parse.h"

#include <sys/utsname.h>

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "clock.h"
#include "nitems.h"

#define SECOND		1000000000LL

static int fail(struct parse_err *, enum error_code, const char *, va_list)
    __attribute__((format(printf, 3, 0)));

/* By way of a buffer: the arguments may point into the text itself. */
static int
fail(struct parse_err *e, enum error_code code, const char *fmt, va_list ap)
{
	char	 text[sizeof(e->text)];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	memcpy(e->text, text, sizeof(text));
	e->code = code;
	return (-1);
}

int
parse_fail(struct parse_err *e, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)fail(e, ERR_INVALID_ARG, fmt, ap);
	va_end(ap);
	return (-1);
}

int
parse_fail_code(struct parse_err *e, enum error_code code, const char *fmt,
    ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)fail(e, code, fmt, ap);
	va_end(ap);
	return (-1);
}

int
parse_no_memory(struct parse_err *e)
{
	return (parse_fail_code(e, ERR_NO_MEMORY, "%s", strerror(ENOMEM)));
}

int
parse_error(const struct parse_err *e, struct error *error)
{
	return (error_set_code(error, e->code, EINVAL, "%s", e->text));
}

int
parse_bool(const char *s)
{
	static const char *const	 words[] = { "0", "f", "F", "FALSE",
	    "false", "False", "1", "t", "T", "TRUE", "true", "True" };

	for (size_t i = 0; i < NITEMS(words); i++)
		if (strcmp(s, words[i]) == 0)
			return (i >= NITEMS(words) / 2);
	return (-1);
}

int
parse_int(const char *s, int64_t *out)
{
	const char	*digits = s + (*s == '-' || *s == '+');
	char		*end;
	int		 base = 0;

	errno = EINVAL;
	if (!isdigit((unsigned char)*digits))
		return (-1);
	if (digits[0] == '0')
		base = (digits[1] | 0x20) == 'b' ? 2 :
		    (digits[1] | 0x20) == 'o' ? 8 : 0;
	if (base != 0) {
		digits += 2;
		if (!isdigit((unsigned char)*digits))
			return (-1);
	}
	errno = 0;
	*out = strtoll(base == 0 ? s : digits, &end, base);
	if (base != 0 && *s == '-')
		*out = -*out;
	if (*end != '\0')
		errno = EINVAL;
	return (errno == 0 ? 0 : -1);
}

int
parse_digits(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t	 v = 0;

	errno = EINVAL;
	if (*s == '\0' || s[strspn(s, "0123456789")] != '\0')
		return (-1);
	errno = ERANGE;
	for (; *s != '\0'; s++) {
		if (v > (UINT64_MAX - 9) / 10)
			return (-1);
		v = v * 10 + (uint64_t)(*s - '0');
	}
	if (v > max)
		return (-1);
	*out = v;
	return (0);
}

/* A decimal number with an optional fraction. False when there is none. */
static bool
take_number(const char **s, long double *out)
{
	const char	*p = *s;
	long double	 v = 0, scale = 1;
	bool		 any = false;

	for (; isdigit((unsigned char)*p); p++, any = true)
		v = v * 10 + (*p - '0');
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++, any = true)
			v += (*p - '0') * (scale /= 10);
	*s = p;
	*out = v;
	return (any);
}

int
parse_duration(const char *arg, int64_t *out, struct parse_err *e)
{
	static const struct {
		const char	*name;
		long double	 ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1e3L }, { "\xc2\xb5s", 1e3L },
		{ "\xce\xbcs", 1e3L }, { "ms", 1e6L }, { "s", 1e9L },
		{ "m", 60e9L }, { "h", 3600e9L },
	};
	const char	*s = arg;
	long double	 total = 0, v;
	bool		 neg = *s == '-';
	size_t		 i, n;

	s += *s == '-' || *s == '+';
	if (strcmp(s, "0") == 0) {
		*out = 0;
		return (0);
	}
	if (*s == '\0')
		return (parse_fail(e, "time: invalid duration \"%s\"", arg));
	while (*s != '\0') {
		if (!take_number(&s, &v))
			return (parse_fail(e, "time: invalid duration \"%s\"",
			    arg));
		n = strcspn(s, ".0123456789");
		if (n == 0)
			return (parse_fail(e,
			    "time: missing unit in duration \"%s\"", arg));
		for (i = 0; i < NITEMS(units); i++)
			if (strlen(units[i].name) == n &&
			    memcmp(units[i].name, s, n) == 0)
				break;
		if (i == NITEMS(units))
			return (parse_fail(e, "time: unknown unit \"%.*s\" in "
			    "duration \"%s\"", (int)n, s, arg));
		total += v * units[i].ns;
		s += n;
	}
	if (total >= 9223372036854775807.0L)
		return (parse_fail(e, "time: invalid duration \"%s\"", arg));
	*out = (int64_t)(neg ? -total : total);
	return (0);
}

int
parse_size(const char *arg, int64_t *out, struct parse_err *e)
{
	static const char	 units[] = "bkmgtp";
	const char		*s = arg, *u;
	long double		 v;
	int			 c;

	if (!isdigit((unsigned char)*s) || !take_number(&s, &v) ||
	    s[-1] == '.')
		return (parse_fail(e, "invalid size: '%s'", arg));
	s += *s == ' ';
	if (*s != '\0') {
		c = tolower((unsigned char)*s);
		if ((u = strchr(units, c)) == NULL)
			return (parse_fail(e, "invalid suffix: '%s'", s));
		for (; u > units; u--)
			v *= 1024;
		s++;
		if (c != 'b' && tolower((unsigned char)*s) == 'i')
			s++;
		if (c != 'b' && tolower((unsigned char)*s) == 'b')
			s++;
	}
	if (*s != '\0')
		return (parse_fail(e, "invalid suffix: '%s'", s));
	if (v >= 9223372036854775807.0L)
		return (parse_fail(e, "size is too large: '%s'", arg));
	*out = (int64_t)v;
	return (0);
}

#define S(name)	{ #name, SIG##name }
static const struct {
	const char	*name;
	int		 number;
} signals[] = {
	S(ABRT), S(ALRM), S(BUS), S(CHLD), S(CONT), S(FPE), S(HUP), S(ILL),
	S(INT), S(IO), S(KILL), S(PIPE), S(PROF), S(PWR), S(QUIT), S(SEGV),
	S(STKFLT), S(STOP), S(SYS), S(TERM), S(TRAP), S(TSTP), S(TTIN), S(TTOU),
	S(URG), S(USR1), S(USR2), S(VTALRM), S(WINCH), S(XCPU), S(XFSZ),
	/* Second names. */
	{ "CLD", SIGCHLD }, { "IOT", SIGABRT }, { "POLL", SIGIO },
	{ "RTMIN", 34 }, { "RTMAX", 64 },
};

int
parse_signal(const char *s)
{
	uint64_t	 n;

	if (parse_digits(s, 64, &n) == 0)
		return (n == 0 ? -1 : (int)n);
	if (strncasecmp(s, "SIG", 3) == 0)
		s += 3;
	for (size_t i = 0; i < NITEMS(signals); i++)
		if (strcasecmp(s, signals[i].name) == 0)
			return (signals[i].number);
	if (strlen(s) < 6 || parse_digits(s + 6, 30, &n) == -1)
		return (-1);
	return (strncasecmp(s, "RTMIN+", 6) == 0 ? 34 + (int)n :
	    strncasecmp(s, "RTMAX-", 6) == 0 ? 64 - (int)n : -1);
}

/* n digits as a number in a range. Moves on. */
static bool
take_digits(const char **s, int n, int min, int max, int *out)
{
	int	 v = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return (false);
		v = v * 10 + (**s - '0');
	}
	*out = v;
	return (v >= min && v <= max);
}

/* ".123" as nanoseconds. */
static int64_t
take_fraction(const char **s)
{
	int64_t	 ns = 0, scale = SECOND;

	if (**s != '.')
		return (0);
	for ((*s)++; isdigit((unsigned char)**s); (*s)++)
		if (scale > 1)
			ns += (**s - '0') * (scale /= 10);
	return (ns);
}

/* "Z", "+01:00" or nothing (local time) after a broken-down time. */
static bool
take_zone(const char *s, struct tm *tm, int64_t *seconds)
{
	int	 h = 0, m = 0, sign;

	tm->tm_isdst = -1;
	if (*s == '\0') {
		*seconds = mktime(tm);
		return (true);
	}
	*seconds = clock_days(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday) *
	    86400 + tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec;
	if (*s == 'Z')
		return (s[1] == '\0');
	if (*s != '+' && *s != '-')
		return (false);
	sign = *s++ == '-' ? -1 : 1;
	if (!take_digits(&s, 2, 0, 23, &h) || *s != ':')
		return (false);
	s++;
	if (!take_digits(&s, 2, 0, 59, &m) || *s != '\0')
		return (false);
	*seconds -= sign * (h * 3600 + m * 60);
	return (true);
}

/* 2006-01-02[T15[:04[:05[.999]]]][zone] */
static bool
date_and_time(const char *s, int64_t *out)
{
	struct tm	 tm = { 0 };
	int64_t		 seconds, ns;

	if (!take_digits(&s, 4, 1, 9999, &tm.tm_year) || *s++ != '-' ||
	    !take_digits(&s, 2, 1, 12, &tm.tm_mon) || *s++ != '-' ||
	    !take_digits(&s, 2, 1, 31, &tm.tm_mday))
		return (false);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (*s == 'T' || *s == ' ') {
		s++;
		if (!take_digits(&s, 2, 0, 23, &tm.tm_hour))
			return (false);
		if (*s == ':' && (s++,
		    !take_digits(&s, 2, 0, 59, &tm.tm_min)))
			return (false);
		if (*s == ':' && (s++,
		    !take_digits(&s, 2, 0, 60, &tm.tm_sec)))
			return (false);
	}
	ns = take_fraction(&s);
	if (!take_zone(s, &tm, &seconds))
		return (false);
	if (seconds > INT64_MAX / SECOND - 1 || seconds < INT64_MIN / SECOND)
		return (false);
	*out = seconds * SECOND + ns;
	return (true);
}

int
parse_time(const char *arg, int64_t now, int64_t *out, struct parse_err *e)
{
	struct parse_err	 ignored;
	const char		*s;
	char			*end;
	int64_t			 d;

	if (date_and_time(arg, out))
		return (0);
	if (isdigit((unsigned char)*arg)) {
		errno = 0;
		d = strtoll(arg, &end, 10);
		s = end;
		if (errno == 0 && d < INT64_MAX / SECOND) {
			d = d * SECOND + take_fraction(&s);
			if (*s == '\0') {
				*out = d;
				return (0);
			}
		}
	}
	if (parse_duration(arg, &d, &ignored) == 0) {
		*out = now - d;
		return (0);
	}
	return (parse_fail(e, "failed to parse time/duration \"%s\"", arg));
}

static int
misplaced(const char *text, const char *at, const char *what,
    struct parse_err *e)
{
	return (parse_fail(e, "parse error on line 1, column %zu: %s",
	    (size_t)(at - text) + 1, what));
}

/* From behind the first quote; gives where the field ends, or NULL. */
static char *
quoted(const char *text, char *in, struct parse_err *e)
{
	char	*out = in;

	for (; *in != '\0' && (*in != '"' || in[1] == '"'); in++) {
		in += *in == '"';
		*out++ = *in;
	}
	if (*in == '"' && (in[1] == ',' || in[1] == '\0')) {
		*out = '\0';
		return (in + 1);
	}
	(void)misplaced(text, in, "extraneous or missing \" in "
	    "quoted-field", e);
	return (NULL);
}

static char *
unquoted(const char *text, char *in, struct parse_err *e)
{
	char	*end = in + strcspn(in, ",\"");

	if (*end != '"')
		return (end);
	(void)misplaced(text, end, "bare \" in non-quoted-field", e);
	return (NULL);
}

int
parse_csv(char *text, const char **fields, size_t room, struct parse_err *e)
{
	char	*at = text, *end, last;
	size_t	 n = 0;

	for (;; at = end + 1) {
		if (n == room)
			return (parse_fail(e, "more than %zu values with "
			    "commas between them", room));
		fields[n++] = *at == '"' ? at + 1 : at;
		end = *at == '"' ? quoted(text, at + 1, e) :
		    unquoted(text, at, e);
		if (end == NULL)
			return (-1);
		last = *end;
		*end = '\0';
		if (last == '\0')
			return ((int)n);
	}
}

const char *
parse_machine(void)
{
	static const struct {
		const char	*uname;
		const char	*go;
	} map[] = {
		{ "x86_64", "amd64" }, { "aarch64", "arm64" },
		{ "armv7l", "arm" }, { "i686", "386" },
	};
	static struct utsname	 u;

	if (uname(&u) == -1)
		return ("unknown");
	for (size_t i = 0; i < NITEMS(map); i++)
		if (strcmp(u.machine, map[i].uname) == 0)
			return (map[i].go);
	return (u.machine);
}
