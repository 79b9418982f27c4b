/*
 * The state of the TOML parser, for lexer.c (characters, comments, strings),
 * scalar.c (numbers, dates) and toml.c (keys, tables, documents).
 */
#ifndef RESOLVE_PARSER_H
#define RESOLVE_PARSER_H

#include <string.h>

#include "toml.h"

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

/* A position, for an error message. */
struct mark {
	const char	*p;
	unsigned int	 line, col;
};

/* Set the error at a mark, if it is the first. Returns -1. */
int	parser_fail(struct parser *, struct mark, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
#define fail(ps, ...)	parser_fail((ps), here(ps), __VA_ARGS__)
/* Memory that lives as long as the document, or NULL with the error set. */
void	*parser_alloc(struct parser *, size_t);

/*
 * Each function stops behind the text that it has read: 0, or -1 with the error
 * set.
 */
/* Blanks, comments and newlines between the elements of an array. */
int	parser_space(struct parser *);
/* Only a comment may follow on this line. */
int	parser_end_line(struct parser *);
/* Is all of the text UTF-8? Reads nothing. */
int	parser_utf8(struct parser *);
/* A string of any kind, of one line or several. */
int	parser_string(struct parser *, bool, const char **, size_t *);
/* A number, boolean, date or time, into a value. */
int	parser_scalar(struct parser *, struct toml *);

static inline struct mark
here(const struct parser *ps)
{
	return ((struct mark){ ps->p, ps->line,
	    (unsigned int)(ps->p - ps->line_start) + 1 });
}

static inline bool
at_end(const struct parser *ps)
{
	return (ps->p >= ps->end);
}

static inline int
peek(const struct parser *ps)
{
	return (at_end(ps) ? -1 : (unsigned char)*ps->p);
}

static inline bool
looking_at(const struct parser *ps, const char *s)
{
	size_t	 n = strlen(s);

	return ((size_t)(ps->end - ps->p) >= n && memcmp(ps->p, s, n) == 0);
}

/* The length of a line end here: 1 for LF, 2 for CRLF, else 0. */
static inline size_t
newline_len(const struct parser *ps)
{
	if (peek(ps) == '\n')
		return (1);
	return (looking_at(ps, "\r\n") ? 2 : 0);
}

static inline bool
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

static inline void
skip_blank(struct parser *ps)
{
	while (peek(ps) == ' ' || peek(ps) == '\t')
		ps->p++;
}

/* Comments and strings must not have control characters but tab. */
static inline bool
is_control(int c)
{
	return ((c < ' ' && c != '\t') || c == 0x7f);
}

static inline int
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

#endif
