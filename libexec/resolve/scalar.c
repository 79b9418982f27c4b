#include "parser.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The characters that end a bare value. */
static bool
is_delimiter(int c)
{
	return (c == -1 || c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
	    c == ',' || c == ']' || c == '}' || c == '#');
}

/* Digits of one base, single underscores only between digits. */
static bool
copy_digits(const char **p, const char *end, int base, char **out)
{
	const char	*from = *p;
	int		 d;

	for (; *p < end; (*p)++) {
		if (**p == '_') {
			if (*p == from || (*p)[-1] == '_' || *p + 1 == end)
				return (false);
			d = hex_digit((unsigned char)(*p)[1]);
			if (d == -1 || d >= base)
				return (false);
			continue;
		}
		d = hex_digit((unsigned char)**p);
		if (d == -1 || d >= base)
			break;
		*(*out)++ = **p;
	}
	return (*p > from);
}

static bool
to_integer(const char *digits, int base, int64_t *v)
{
	char	*end;

	errno = 0;
	*v = strtoll(digits, &end, base);
	return (errno == 0 && *end == '\0');
}

enum { NUM_MAX = 400 };

static int
based_integer(struct parser *ps, struct toml *t, const char *p, const char *end)
{
	char	 buf[NUM_MAX + 1], *out = buf;
	int	 base = p[1] == 'x' ? 16 : p[1] == 'o' ? 8 : 2;
	bool	 good;

	p += 2;
	good = copy_digits(&p, end, base, &out) && p == end;
	*out = '\0';
	if (!good)
		return (fail(ps, "malformed number"));
	if (!to_integer(buf, base, &t->integer))
		return (fail(ps, "number does not fit in 64 bits"));
	t->kind = TOML_INTEGER;
	return (0);
}

/* The rest of a float, behind its integer part. False: malformed. */
static bool
copy_fraction(const char **p, const char *end, char **out)
{
	if (*p < end && **p == '.') {
		*(*out)++ = *(*p)++;
		if (!copy_digits(p, end, 10, out))
			return (false);
	}
	if (*p < end && (**p == 'e' || **p == 'E')) {
		*(*out)++ = *(*p)++;
		if (*p < end && (**p == '+' || **p == '-'))
			*(*out)++ = *(*p)++;
		if (!copy_digits(p, end, 10, out))
			return (false);
	}
	return (*p == end);
}

static int
decimal(struct parser *ps, struct toml *t, const char *p, const char *end)
{
	char	 buf[NUM_MAX + 1], *out = buf, *first;

	if (*p == '+' || *p == '-')
		*out++ = *p++;
	first = out;
	if (!copy_digits(&p, end, 10, &out) ||
	    (*first == '0' && out - first > 1))
		return (fail(ps, "malformed number"));
	if (p == end) {
		*out = '\0';
		if (!to_integer(buf, 10, &t->integer))
			return (fail(ps, "number does not fit in 64 bits"));
		t->kind = TOML_INTEGER;
		return (0);
	}
	if (!copy_fraction(&p, end, &out))
		return (fail(ps, "malformed number"));
	*out = '\0';
	t->real = strtod(buf, NULL);
	t->kind = TOML_FLOAT;
	return (0);
}

/* inf and nan, with or without a sign. */
static bool
special_float(struct toml *t, const char *p, size_t n)
{
	double	 sign = *p == '-' ? -1.0 : 1.0;

	if (*p == '+' || *p == '-') {
		p++;
		n--;
	}
	if (n != 3)
		return (false);
	if (memcmp(p, "inf", 3) == 0)
		t->real = copysign((double)INFINITY, sign);
	else if (memcmp(p, "nan", 3) == 0)
		t->real = copysign((double)NAN, sign);
	else
		return (false);
	t->kind = TOML_FLOAT;
	return (true);
}

/* Exactly n digits; -1 if there are fewer. */
static int
fixed(const char **p, const char *end, int n)
{
	int	 v = 0;

	for (; n > 0; n--, (*p)++) {
		if (*p == end || **p < '0' || **p > '9')
			return (-1);
		v = v * 10 + (**p - '0');
	}
	return (v);
}

static bool
fixed_char(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return (false);
	(*p)++;
	return (true);
}

static bool
scan_date(const char **p, const char *end)
{
	static const int	 days[] = { 31, 28, 31, 30, 31, 30,
				     31, 31, 30, 31, 30, 31 };
	int			 y, m, d, max;

	if ((y = fixed(p, end, 4)) == -1 || !fixed_char(p, end, '-') ||
	    (m = fixed(p, end, 2)) == -1 || !fixed_char(p, end, '-') ||
	    (d = fixed(p, end, 2)) == -1 || m < 1 || m > 12)
		return (false);
	max = days[m - 1];
	if (m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)))
		max++;
	return (d >= 1 && d <= max);
}

static bool
scan_time(const char **p, const char *end)
{
	int	 h, m, s;

	if ((h = fixed(p, end, 2)) == -1 || !fixed_char(p, end, ':') ||
	    (m = fixed(p, end, 2)) == -1 || !fixed_char(p, end, ':') ||
	    (s = fixed(p, end, 2)) == -1)
		return (false);
	if (fixed_char(p, end, '.')) {
		if (fixed(p, end, 1) == -1)
			return (false);
		while (*p < end && **p >= '0' && **p <= '9')
			(*p)++;
	}
	return (h <= 23 && m <= 59 && s <= 60);
}

static bool
scan_offset(const char **p, const char *end)
{
	int	 h, m;

	if (fixed_char(p, end, 'Z') || fixed_char(p, end, 'z'))
		return (true);
	if (!fixed_char(p, end, '+') && !fixed_char(p, end, '-'))
		return (false);
	if ((h = fixed(p, end, 2)) == -1 || !fixed_char(p, end, ':') ||
	    (m = fixed(p, end, 2)) == -1)
		return (false);
	return (h <= 23 && m <= 59);
}

/* Which of the four kinds of dates and times, or -1. */
static int
scan_datetime(const char *p, const char *end)
{
	if (end - p > 2 && p[2] == ':')
		return (scan_time(&p, end) && p == end ?
		    TOML_LOCAL_TIME : -1);
	if (!scan_date(&p, end))
		return (-1);
	if (p == end)
		return (TOML_LOCAL_DATE);
	if (*p != 'T' && *p != 't' && *p != ' ')
		return (-1);
	p++;
	if (!scan_time(&p, end))
		return (-1);
	if (p == end)
		return (TOML_LOCAL_DATETIME);
	return (scan_offset(&p, end) && p == end ? TOML_DATETIME : -1);
}

static int
datetime(struct parser *ps, struct toml *t, const char *end)
{
	size_t	 n = (size_t)(end - ps->p);
	int	 kind = scan_datetime(ps->p, end);
	char	*copy;

	if (kind == -1)
		return (fail(ps, "malformed date or time"));
	if ((copy = parser_alloc(ps, n + 1)) == NULL)
		return (-1);
	memcpy(copy, ps->p, n);
	copy[n] = '\0';
	if (n > 10 && copy[2] != ':')
		copy[10] = 'T';
	t->kind = (enum toml_kind)kind;
	t->text = copy;
	t->len = n;
	return (0);
}

static bool
is_date_start(const char *p, const char *end)
{
	int	 digits = 0;

	while (p < end && *p >= '0' && *p <= '9') {
		p++;
		digits++;
	}
	return (p < end && ((digits == 4 && *p == '-') ||
	    (digits == 2 && *p == ':')));
}

/* A date may be followed by one space and a time. */
static const char *
bare_end(const struct parser *ps)
{
	struct parser	 look = *ps;

	while (!is_delimiter(peek(&look)))
		look.p++;
	if (look.p - ps->p == 10 && is_date_start(ps->p, look.p) &&
	    look.end - look.p > 3 && *look.p == ' ' &&
	    is_date_start(look.p + 1, look.end)) {
		look.p++;
		while (!is_delimiter(peek(&look)))
			look.p++;
	}
	return (look.p);
}

int
parser_scalar(struct parser *ps, struct toml *t)
{
	const char	*end = bare_end(ps);
	size_t		 n = (size_t)(end - ps->p);
	int		 rc;

	if (n == 0)
		return (fail(ps, "expected a value"));
	if (n > NUM_MAX)
		return (fail(ps, "value is too long"));
	if ((n == 4 && memcmp(ps->p, "true", 4) == 0) ||
	    (n == 5 && memcmp(ps->p, "false", 5) == 0)) {
		t->kind = TOML_BOOLEAN;
		t->integer = n == 4;
		rc = 0;
	} else if (special_float(t, ps->p, n)) {
		rc = 0;
	} else if (is_date_start(ps->p, end)) {
		rc = datetime(ps, t, end);
	} else if (n > 2 && *ps->p == '0' && strchr("xob", ps->p[1]) != NULL) {
		rc = based_integer(ps, t, ps->p, end);
	} else if (strchr("+-0123456789", *ps->p) != NULL) {
		rc = decimal(ps, t, ps->p, end);
	} else {
		return (fail(ps, "expected a value"));
	}
	if (rc == 0)
		ps->p = end;
	return (rc);
}
