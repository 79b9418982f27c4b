#include "toml.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define BLOCK		16384u

/*
 * How a table or array came to be decides what may still be added to it,
 * which is most of what makes a document invalid.
 */
enum {
	BY_VALUE,	/* key = value: closed */
	BY_HEADER,	/* [name] */
	BY_PATH,	/* [name.x] mentioned it: [name] may still come */
	BY_DOTTED,	/* name.x = 1: more dotted keys may come */
	BY_AOT,		/* [[name]]: more elements may come */
};

struct block {
	struct block	*next;
	size_t		 used, size;
	char		 data[];
};

struct toml_doc {
	struct block	*blocks;
	struct toml	 root;
};

struct parser {
	struct toml_doc		*doc;
	struct toml_error	*err;
	const char		*start, *p, *end;
	const char		*line_start;
	unsigned int		 line;
	unsigned int		 nodes;
};

/* A place to come back to for an error message. */
struct mark {
	const char	*p;
	unsigned int	 line, col;
};

static struct mark
here(const struct parser *ps)
{
	return ((struct mark){ ps->p, ps->line,
	    (unsigned int)(ps->p - ps->line_start) + 1 });
}

/* Copy what stands at the mark, up to the end of the line, made printable. */
static void
quote_near(const struct parser *ps, const char *p, char *out, size_t size)
{
	size_t	 n = 0;

	for (; p < ps->end && *p != '\n' && *p != '\r'; p++) {
		if (n + 2 > size - 3) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		out[n++] = (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

static int fail_at(struct parser *, struct mark, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Report at a mark. Returns -1. The first error stands. */
static int
fail_at(struct parser *ps, struct mark at, const char *fmt, ...)
{
	va_list	 ap;

	if (ps->err->what[0] != '\0')
		return (-1);
	ps->err->line = at.line;
	ps->err->col = at.col;
	va_start(ap, fmt);
	(void)vsnprintf(ps->err->what, sizeof(ps->err->what), fmt, ap);
	va_end(ap);
	quote_near(ps, at.p, ps->err->near, sizeof(ps->err->near));
	return (-1);
}

#define fail(ps, ...)	fail_at((ps), here(ps), __VA_ARGS__)

static void *
alloc(struct parser *ps, size_t size)
{
	struct block	*b = ps->doc->blocks;
	size_t		 want;
	void		*p;

	size = (size + 15) & ~(size_t)15;
	if (b == NULL || b->size - b->used < size) {
		want = size > BLOCK ? size : BLOCK;
		if ((b = malloc(sizeof(*b) + want)) == NULL) {
			(void)fail(ps, "out of memory");
			return (NULL);
		}
		b->next = ps->doc->blocks;
		b->used = 0;
		b->size = want;
		ps->doc->blocks = b;
	}
	p = b->data + b->used;
	b->used += size;
	return (p);
}

static struct toml *
node_new(struct parser *ps, enum toml_kind kind, struct mark at)
{
	struct toml	*t;

	if (++ps->nodes > TOML_NODES) {
		(void)fail_at(ps, at, "more than %u values", TOML_NODES);
		return (NULL);
	}
	if ((t = alloc(ps, sizeof(*t))) == NULL)
		return (NULL);
	*t = (struct toml){ .kind = kind, .line = at.line, .col = at.col };
	return (t);
}

static void
node_append(struct toml *parent, struct toml *t)
{
	if (parent->last == NULL)
		parent->first = t;
	else
		parent->last->next = t;
	parent->last = t;
}

/* FNV-1a, so that looking for duplicates rarely compares text. */
static uint32_t
hash_key(const char *p, size_t n)
{
	uint32_t	 h = 2166136261u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 16777619u;
	return (h);
}

struct key {
	const char	*text;
	size_t		 len;
	uint32_t	 hash;
	struct mark	 at;
};

static struct toml *
member(const struct toml *t, const struct key *k)
{
	for (struct toml *m = t->first; m != NULL; m = m->next)
		if (m->hash == k->hash && m->key_len == k->len &&
		    memcmp(m->key, k->text, k->len) == 0)
			return (m);
	return (NULL);
}

static void
name_node(struct toml *t, const struct key *k)
{
	t->key = k->text;
	t->key_len = k->len;
	t->hash = k->hash;
}

/* --- characters --- */

static bool
at_end(const struct parser *ps)
{
	return (ps->p >= ps->end);
}

static int
peek(const struct parser *ps)
{
	return (at_end(ps) ? -1 : (unsigned char)*ps->p);
}

static bool
looking_at(const struct parser *ps, const char *s)
{
	size_t	 n = strlen(s);

	return ((size_t)(ps->end - ps->p) >= n && memcmp(ps->p, s, n) == 0);
}

/* Where a line ends here: 1 for LF, 2 for CRLF, else 0. */
static size_t
newline_len(const struct parser *ps)
{
	if (peek(ps) == '\n')
		return (1);
	return (looking_at(ps, "\r\n") ? 2 : 0);
}

static bool
take_newline(struct parser *ps)
{
	size_t	 n = newline_len(ps);

	if (n == 0)
		return (false);
	ps->p += n;
	ps->line++;
	ps->line_start = ps->p;
	return (true);
}

static void
skip_blank(struct parser *ps)
{
	while (peek(ps) == ' ' || peek(ps) == '\t')
		ps->p++;
}

/* Neither comments nor strings may hold control characters but tab. */
static bool
is_control(int c)
{
	return ((c < ' ' && c != '\t') || c == 0x7f);
}

static int
skip_comment(struct parser *ps)
{
	if (peek(ps) != '#')
		return (0);
	while (!at_end(ps) && !is_control(peek(ps)))
		ps->p++;
	if (!at_end(ps) && newline_len(ps) == 0)
		return (fail(ps, "control character in a comment"));
	return (0);
}

/* Blanks, comments and newlines between the elements of an array. */
static int
skip_space(struct parser *ps)
{
	for (;;) {
		skip_blank(ps);
		if (skip_comment(ps) == -1)
			return (-1);
		if (!take_newline(ps))
			return (0);
	}
}

/* Nothing but a comment may follow on this line. */
static int
end_line(struct parser *ps)
{
	skip_blank(ps);
	if (skip_comment(ps) == -1)
		return (-1);
	if (!at_end(ps) && !take_newline(ps))
		return (fail(ps, "expected the end of the line"));
	return (0);
}

/* Length of the UTF-8 sequence at p, or 0 if it is not one. */
static size_t
utf8_len(const unsigned char *p, size_t left)
{
	static const uint32_t	 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t			 n;
	uint32_t		 c;

	if (p[0] < 0x80)
		return (1);
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return (0);
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return (0);
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (0);
	return (n);
}

/* Past the ASCII that follows: most of a document, eight bytes at a time. */
static const char *
skip_ascii(const char *p, const char *end)
{
	uint64_t	 word;

	for (; end - p >= 8; p += 8) {
		memcpy(&word, p, sizeof(word));
		if ((word & 0x8080808080808080u) != 0)
			break;
	}
	while (p < end && (unsigned char)*p < 0x80)
		p++;
	return (p);
}

/* Line and column of a place that the parser has not come to. */
static struct mark
mark_of(const struct parser *ps, const char *p)
{
	struct mark	 at = { p, 1, 1 };

	for (const char *q = ps->start; q < p; q++) {
		at.col++;
		if (*q == '\n') {
			at.line++;
			at.col = 1;
		}
	}
	return (at);
}

static int
check_utf8(struct parser *ps)
{
	const char	*p = ps->p;
	size_t		 n;

	while ((p = skip_ascii(p, ps->end)) < ps->end) {
		n = utf8_len((const unsigned char *)p, (size_t)(ps->end - p));
		if (n == 0)
			return (fail_at(ps, mark_of(ps, p), "not UTF-8"));
		p += n;
	}
	return (0);
}

/* --- strings --- */

static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return (out);
}

static int
hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (-1);
}

/* The digits of \u or \U, which p stands at. */
static int
take_codepoint(struct parser *ps, struct mark at, unsigned int digits,
    char **out)
{
	uint32_t	 c = 0;
	int		 d;

	for (unsigned int i = 0; i < digits; i++, ps->p++) {
		if ((d = hex_digit(peek(ps))) == -1)
			return (fail_at(ps, at, "escape needs %u hex digits",
			    digits));
		c = c << 4 | (uint32_t)d;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (fail_at(ps, at, "escape is not a Unicode character"));
	*out = put_utf8(*out, c);
	return (0);
}

static int
take_escape(struct parser *ps, char **out)
{
	static const char	 from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	struct mark		 at = here(ps);
	const char		*hit;
	int			 c;

	ps->p++;
	c = peek(ps);
	if (c > 0 && (hit = strchr(from, c)) != NULL) {
		*(*out)++ = to[hit - from];
		ps->p++;
		return (0);
	}
	if (c != 'u' && c != 'U')
		return (fail_at(ps, at, "unknown escape"));
	ps->p++;
	return (take_codepoint(ps, at, c == 'u' ? 4 : 8, out));
}

/*
 * A backslash that ends a line swallows all white space up to the next
 * character. False: it is not one of those.
 */
static bool
take_line_ending_backslash(struct parser *ps)
{
	struct parser	 look = *ps;

	look.p++;
	skip_blank(&look);
	if (newline_len(&look) == 0)
		return (false);
	do
		skip_blank(&look);
	while (take_newline(&look));
	ps->p = look.p;
	ps->line = look.line;
	ps->line_start = look.line_start;
	return (true);
}

/*
 * Up to two quotes may stand before the three that close a multi-line
 * string. Returns how many quotes are content; -1: none of them closes.
 */
static int
closing_quotes(const struct parser *ps, char quote)
{
	int	 n = 0;

	while (ps->p + n < ps->end && ps->p[n] == quote && n < 5)
		n++;
	return (n >= 3 ? n - 3 : -1);
}

static int
take_multiline(struct parser *ps, char quote, char **out)
{
	struct mark	 at = here(ps);
	int		 n;

	ps->p += 3;
	(void)take_newline(ps);
	for (;;) {
		if (at_end(ps))
			return (fail_at(ps, at, "string is never closed"));
		if (peek(ps) == quote && (n = closing_quotes(ps, quote)) >= 0) {
			memset(*out, quote, (size_t)n);
			*out += n;
			ps->p += n + 3;
			return (0);
		}
		if (take_newline(ps)) {
			*(*out)++ = '\n';
		} else if (quote == '"' && peek(ps) == '\\') {
			if (!take_line_ending_backslash(ps) &&
			    take_escape(ps, out) == -1)
				return (-1);
		} else if (is_control(peek(ps))) {
			return (fail(ps, "control character in a string"));
		} else {
			*(*out)++ = *ps->p++;
		}
	}
}

static int
take_oneline(struct parser *ps, char quote, char **out)
{
	struct mark	 at = here(ps);

	ps->p++;
	for (;;) {
		if (at_end(ps) || newline_len(ps) != 0)
			return (fail_at(ps, at, "string is never closed"));
		if (peek(ps) == quote) {
			ps->p++;
			return (0);
		}
		if (quote == '"' && peek(ps) == '\\') {
			if (take_escape(ps, out) == -1)
				return (-1);
		} else if (is_control(peek(ps))) {
			return (fail(ps, "control character in a string"));
		} else {
			*(*out)++ = *ps->p++;
		}
	}
}

/*
 * Room for a string that starts here. What comes out is never longer than
 * what stands in the text before the next quote that could end it, and that
 * is looked for first, so that a string costs its own length in memory.
 */
static char *
string_room(struct parser *ps, char quote, bool multi)
{
	const char	*p = ps->p + (multi ? 3 : 1);

	for (; p < ps->end; p++) {
		if (quote == '"' && *p == '\\') {
			p++;
			continue;
		}
		if (!multi && (*p == quote || *p == '\n'))
			break;
		if (multi && *p == quote && ps->end - p >= 3 &&
		    p[1] == quote && p[2] == quote) {
			p += 5;		/* two more may belong to it */
			break;
		}
	}
	return (alloc(ps, (size_t)(p - ps->p) + 8));
}

static int
take_string(struct parser *ps, bool may_be_multi, const char **text,
    size_t *len)
{
	char	 quote = *ps->p;
	bool	 multi;
	char	*out, *base;
	int	 rc;

	multi = looking_at(ps, quote == '"' ? "\"\"\"" : "'''");
	if (multi && !may_be_multi)
		return (fail(ps, "a key cannot be a multi-line string"));
	if ((base = out = string_room(ps, quote, multi)) == NULL)
		return (-1);
	rc = multi ? take_multiline(ps, quote, &out) :
	    take_oneline(ps, quote, &out);
	if (rc == -1)
		return (-1);
	*out = '\0';
	*text = base;
	*len = (size_t)(out - base);
	return (0);
}

/* --- keys --- */

static bool
is_bare(int c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-');
}

static int
take_bare_key(struct parser *ps, struct key *k)
{
	const char	*from = ps->p;
	char		*copy;

	while (is_bare(peek(ps)))
		ps->p++;
	k->len = (size_t)(ps->p - from);
	if (k->len == 0)
		return (fail(ps, "expected a key"));
	if ((copy = alloc(ps, k->len + 1)) == NULL)
		return (-1);
	memcpy(copy, from, k->len);
	copy[k->len] = '\0';
	k->text = copy;
	return (0);
}

static int
take_simple_key(struct parser *ps, struct key *k)
{
	int	 rc;

	k->at = here(ps);
	if (peek(ps) == '"' || peek(ps) == '\'')
		rc = take_string(ps, false, &k->text, &k->len);
	else
		rc = take_bare_key(ps, k);
	if (rc == 0)
		k->hash = hash_key(k->text, k->len);
	return (rc);
}

/* a.b.c with blanks around the dots: the parts, and how many. -1: error. */
static int
take_key(struct parser *ps, struct key *parts)
{
	unsigned int	 n = 0;

	for (;;) {
		if (n == TOML_DEPTH)
			return (fail(ps, "more than %u dots in a key",
			    TOML_DEPTH - 1));
		if (take_simple_key(ps, &parts[n]) == -1)
			return (-1);
		n++;
		skip_blank(ps);
		if (peek(ps) != '.')
			return ((int)n);
		ps->p++;
		skip_blank(ps);
	}
}

/* --- numbers, booleans, dates --- */

/* Where a bare value may end. */
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

/* What follows the integer part of a float. False: malformed. */
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

/* Exactly n digits; -1 if they are not there. */
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

/* Which of the four it is, or -1. */
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
	if ((copy = alloc(ps, n + 1)) == NULL)
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

static int
bare_value(struct parser *ps, struct toml *t)
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

/* --- values --- */

static int	take_value(struct parser *, struct toml *, unsigned int);
static int	take_pair(struct parser *, struct toml *, unsigned int);

static int
array_value(struct parser *ps, struct toml *t, unsigned int depth)
{
	struct mark	 at = here(ps);
	struct toml	*item;

	t->kind = TOML_ARRAY;
	ps->p++;
	for (;;) {
		if (skip_space(ps) == -1)
			return (-1);
		if (at_end(ps))
			return (fail_at(ps, at, "array is never closed"));
		if (peek(ps) == ']')
			break;
		if ((item = node_new(ps, TOML_STRING, here(ps))) == NULL ||
		    take_value(ps, item, depth + 1) == -1)
			return (-1);
		node_append(t, item);
		if (skip_space(ps) == -1)
			return (-1);
		if (peek(ps) == ',')
			ps->p++;
		else if (at_end(ps))
			return (fail_at(ps, at, "array is never closed"));
		else if (peek(ps) != ']')
			return (fail(ps, "expected \",\" or \"]\""));
	}
	ps->p++;
	return (0);
}

static int
inline_table(struct parser *ps, struct toml *t, unsigned int depth)
{
	t->kind = TOML_TABLE;
	ps->p++;
	skip_blank(ps);
	if (peek(ps) == '}') {
		ps->p++;
		return (0);
	}
	for (;;) {
		skip_blank(ps);
		if (take_pair(ps, t, depth + 1) == -1)
			return (-1);
		skip_blank(ps);
		if (peek(ps) == '}')
			break;
		if (peek(ps) != ',')
			return (fail(ps, "expected \",\" or \"}\""));
		ps->p++;
	}
	ps->p++;
	return (0);
}

static int
take_value(struct parser *ps, struct toml *t, unsigned int depth)
{
	if (depth > TOML_DEPTH)
		return (fail(ps, "more than %u levels deep", TOML_DEPTH));
	switch (peek(ps)) {
	case '"':
	case '\'':
		t->kind = TOML_STRING;
		return (take_string(ps, true, &t->text, &t->len));
	case '[':
		return (array_value(ps, t, depth));
	case '{':
		return (inline_table(ps, t, depth));
	default:
		return (bare_value(ps, t));
	}
}

/* The table that a.b. of a dotted key means, made where absent. */
static struct toml *
dotted_parent(struct parser *ps, struct toml *t, const struct key *parts, int n)
{
	struct toml	*m;

	for (int i = 0; i < n - 1; i++) {
		if ((m = member(t, &parts[i])) == NULL) {
			m = node_new(ps, TOML_TABLE, parts[i].at);
			if (m == NULL)
				return (NULL);
			m->made = BY_DOTTED;
			name_node(m, &parts[i]);
			node_append(t, m);
		} else if (m->kind != TOML_TABLE || m->made != BY_DOTTED) {
			(void)fail_at(ps, parts[i].at,
			    "already defined on line %u", m->line);
			return (NULL);
		}
		t = m;
	}
	return (t);
}

/* key = value into a table. */
static int
take_pair(struct parser *ps, struct toml *table, unsigned int depth)
{
	struct key	 parts[TOML_DEPTH];
	const struct key *leaf;
	struct toml	*t, *old;
	int		 n;

	if ((n = take_key(ps, parts)) == -1)
		return (-1);
	if (peek(ps) != '=')
		return (fail(ps, "expected \"=\" after the key"));
	ps->p++;
	skip_blank(ps);
	leaf = &parts[n - 1];
	if ((table = dotted_parent(ps, table, parts, n)) == NULL)
		return (-1);
	if ((old = member(table, leaf)) != NULL)
		return (fail_at(ps, leaf->at, "already defined on line %u",
		    old->line));
	if ((t = node_new(ps, TOML_STRING, leaf->at)) == NULL)
		return (-1);
	name_node(t, leaf);
	node_append(table, t);
	return (take_value(ps, t, depth + (unsigned int)n));
}

/* --- headers --- */

/* Walk to the table that holds the last part of a header. */
static struct toml *
header_parent(struct parser *ps, const struct key *parts, int n)
{
	struct toml	*t = &ps->doc->root, *m;

	for (int i = 0; i < n - 1; i++) {
		if ((m = member(t, &parts[i])) == NULL) {
			m = node_new(ps, TOML_TABLE, parts[i].at);
			if (m == NULL)
				return (NULL);
			m->made = BY_PATH;
			name_node(m, &parts[i]);
			node_append(t, m);
		}
		if (m->kind == TOML_ARRAY && m->made == BY_AOT)
			m = m->last;
		if (m->kind != TOML_TABLE || m->made == BY_VALUE) {
			(void)fail_at(ps, parts[i].at,
			    "already defined on line %u", m->line);
			return (NULL);
		}
		t = m;
	}
	return (t);
}

/* [name]. The table that the following pairs go into, or NULL. */
static struct toml *
open_table(struct parser *ps, struct toml *parent, const struct key *k)
{
	struct toml	*t = member(parent, k);

	if (t == NULL) {
		if ((t = node_new(ps, TOML_TABLE, k->at)) == NULL)
			return (NULL);
		name_node(t, k);
		node_append(parent, t);
	} else if (t->kind != TOML_TABLE || t->made != BY_PATH) {
		(void)fail_at(ps, k->at, "already defined on line %u", t->line);
		return (NULL);
	}
	t->made = BY_HEADER;
	return (t);
}

/* [[name]]. The new element, or NULL. */
static struct toml *
open_element(struct parser *ps, struct toml *parent, const struct key *k)
{
	struct toml	*array = member(parent, k), *t;

	if (array == NULL) {
		if ((array = node_new(ps, TOML_ARRAY, k->at)) == NULL)
			return (NULL);
		array->made = BY_AOT;
		name_node(array, k);
		node_append(parent, array);
	} else if (array->kind != TOML_ARRAY || array->made != BY_AOT) {
		(void)fail_at(ps, k->at, "already defined on line %u",
		    array->line);
		return (NULL);
	}
	if ((t = node_new(ps, TOML_TABLE, k->at)) == NULL)
		return (NULL);
	t->made = BY_HEADER;
	node_append(array, t);
	return (t);
}

static struct toml *
take_header(struct parser *ps)
{
	struct key	 parts[TOML_DEPTH];
	bool		 element = looking_at(ps, "[[");
	const char	*close = element ? "]]" : "]";
	struct toml	*parent;
	int		 n;

	ps->p += strlen(close);
	skip_blank(ps);
	if ((n = take_key(ps, parts)) == -1)
		return (NULL);
	if (!looking_at(ps, close)) {
		(void)fail(ps, "expected \"%s\"", close);
		return (NULL);
	}
	ps->p += strlen(close);
	if ((parent = header_parent(ps, parts, n)) == NULL)
		return (NULL);
	return (element ? open_element(ps, parent, &parts[n - 1]) :
	    open_table(ps, parent, &parts[n - 1]));
}

static int
take_document(struct parser *ps)
{
	struct toml	*table = &ps->doc->root;

	for (;;) {
		if (skip_space(ps) == -1)
			return (-1);
		if (at_end(ps))
			return (0);
		if (peek(ps) == '[') {
			if ((table = take_header(ps)) == NULL)
				return (-1);
		} else if (take_pair(ps, table, 1) == -1) {
			return (-1);
		}
		if (end_line(ps) == -1)
			return (-1);
	}
}

/* --- outside --- */

struct toml_doc *
toml_parse(const char *text, size_t len, struct toml_error *err)
{
	struct toml_doc	*doc;
	struct parser	 ps = { .err = err, .start = text, .p = text,
			    .end = text + len, .line_start = text, .line = 1 };

	*err = (struct toml_error){ .line = 1, .col = 1 };
	if ((doc = calloc(1, sizeof(*doc))) == NULL) {
		(void)snprintf(err->what, sizeof(err->what), "out of memory");
		return (NULL);
	}
	doc->root = (struct toml){ .kind = TOML_TABLE, .made = BY_HEADER,
	    .line = 1, .col = 1 };
	ps.doc = doc;
	if (len > TOML_MAX) {
		(void)fail(&ps, "more than %u bytes", TOML_MAX);
	} else if (check_utf8(&ps) == 0) {
		if (looking_at(&ps, "\xef\xbb\xbf"))
			ps.p = ps.line_start = text + 3;
		if (take_document(&ps) == 0)
			return (doc);
	}
	toml_free(doc);
	return (NULL);
}

void
toml_free(struct toml_doc *doc)
{
	struct block	*b, *next;

	if (doc == NULL)
		return;
	for (b = doc->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(doc);
}

const struct toml *
toml_root(const struct toml_doc *doc)
{
	return (&doc->root);
}

const struct toml *
toml_find(const struct toml *t, const char *key)
{
	struct key	 k = { .text = key, .len = strlen(key) };

	if (t == NULL || t->kind != TOML_TABLE)
		return (NULL);
	k.hash = hash_key(key, k.len);
	return (member(t, &k));
}

const char *
toml_kind_name(enum toml_kind kind)
{
	static const char *const	 names[] = {
		"a string", "an integer", "a float", "a boolean",
		"a date and time", "a local date and time", "a date",
		"a time", "an array", "a table",
	};

	return ((size_t)kind < NITEMS(names) ? names[kind] : "a value");
}
