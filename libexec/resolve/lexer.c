#include "parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK		16384u

void
toml_quote(const char *p, const char *end, char *out, size_t size)
{
	size_t	 n = 0;

	for (; p < end && *p != '\n' && *p != '\r'; p++) {
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

int
parser_fail(struct parser *ps, struct mark at, const char *fmt, ...)
{
	va_list	 ap;

	if (ps->err->what[0] != '\0')
		return (-1);
	ps->err->line = at.line;
	ps->err->col = at.col;
	va_start(ap, fmt);
	(void)vsnprintf(ps->err->what, sizeof(ps->err->what), fmt, ap);
	va_end(ap);
	toml_quote(at.p, ps->end, ps->err->near, sizeof(ps->err->near));
	return (-1);
}

void *
parser_alloc(struct parser *ps, size_t size)
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

/* --- between values --- */

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

int
parser_space(struct parser *ps)
{
	for (;;) {
		skip_blank(ps);
		if (skip_comment(ps) == -1)
			return (-1);
		if (!take_newline(ps))
			return (0);
	}
}

int
parser_end_line(struct parser *ps)
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

/* Skip ASCII, eight bytes at a time: most of a document. */
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

/* Line and column of a position that the parser has not reached. */
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

int
parser_utf8(struct parser *ps)
{
	const char	*p = ps->p;
	size_t		 n;

	while ((p = skip_ascii(p, ps->end)) < ps->end) {
		n = utf8_len((const unsigned char *)p, (size_t)(ps->end - p));
		if (n == 0)
			return (parser_fail(ps, mark_of(ps, p), "not UTF-8"));
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

/* The digits of \u or \U at p. */
static int
take_codepoint(struct parser *ps, struct mark at, unsigned int digits,
    char **out)
{
	uint32_t	 c = 0;
	int		 d;

	for (unsigned int i = 0; i < digits; i++, ps->p++) {
		if ((d = hex_digit(peek(ps))) == -1)
			return (parser_fail(ps, at, "escape needs %u hex "
			    "digits", digits));
		c = c << 4 | (uint32_t)d;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (parser_fail(ps, at, "escape is not a Unicode "
		    "character"));
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
		return (parser_fail(ps, at, "unknown escape"));
	ps->p++;
	return (take_codepoint(ps, at, c == 'u' ? 4 : 8, out));
}

/*
 * A backslash at the end of a line skips all white space up to the next
 * character. False: there is none.
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
 * Up to two quotes may precede the three that close a multi-line string.
 * Returns how many quotes are content; -1: the string does not end here.
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
			return (parser_fail(ps, at, "string is never closed"));
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
			return (parser_fail(ps, at, "string is never closed"));
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
 * Allocate memory for a string that starts here. The result is never longer
 * than the text before the next quote that could end it; find that first, so
 * that a string takes no more memory than its length.
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
			p += 5;		/* two more quotes may be content */
			break;
		}
	}
	return (parser_alloc(ps, (size_t)(p - ps->p) + 8));
}

int
parser_string(struct parser *ps, bool may_be_multi, const char **text,
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
