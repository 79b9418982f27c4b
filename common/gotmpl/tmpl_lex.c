/*
 * text/template's lexer.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tmpl_impl.h"
#include "visible.h"

struct lexer {
	const char	*text;
	size_t		 pos;
	int		 parens;
	struct tokens	*out;
};

static const struct {
	const char	*word;
	enum tok	 type;
} keywords[] = {
	{ "block", T_BLOCK }, { "break", T_BREAK }, { "continue", T_CONTINUE },
	{ "define", T_DEFINE }, { "else", T_ELSE }, { "end", T_END },
	{ "false", T_BOOL }, { "if", T_IF }, { "nil", T_NIL },
	{ "range", T_RANGE }, { "template", T_TEMPLATE }, { "true", T_BOOL },
	{ "with", T_WITH },
};

static int
emit(struct lexer *l, enum tok type, size_t start)
{
	struct token	*list;

	list = reallocarray(l->out->list, l->out->n + 1, sizeof(*list));
	if (list == NULL)
		return (-1);
	l->out->list = list;
	list[l->out->n++] = (struct token){ type, start, l->pos - start };
	return (0);
}

static int fail(struct lexer *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* The last token is an error: 1 stops the lexer. */
static int
fail(struct lexer *l, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(l->out->error, sizeof(l->out->error), fmt, ap);
	va_end(ap);
	return (emit(l, T_ERROR, l->pos) == -1 ? -1 : 1);
}

/* Go's %#U. */
static int
bad_character(struct lexer *l, const char *what)
{
	size_t	 n;
	int32_t	 r = utf8_next(l->text + l->pos, &n);

	return (fail(l, "%s U+%04X '%.*s'",
	    what, (unsigned int)r, (int)n, l->text + l->pos));
}

static bool
is_word(char c)
{
	return (c == '_' || isalnum((unsigned char)c) || (c & 0x80));
}

static bool
is_space(char c)
{
	return (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

static bool
at(const struct lexer *l, const char *s)
{
	return (strncmp(l->text + l->pos, s, strlen(s)) == 0);
}

/* What may follow a name. */
static bool
at_end_of_word(const struct lexer *l)
{
	char	 c = l->text[l->pos];

	return (c == '\0' || is_space(c) || strchr(".,|:)(", c) != NULL ||
	    at(l, "}}"));
}

/* "}}", or space and "-}}", which also eats the space that follows. */
static bool
at_right(const struct lexer *l, bool *trim)
{
	*trim = is_space(l->text[l->pos]) &&
	    strncmp(l->text + l->pos + 1, "-}}", 3) == 0;
	return (*trim || at(l, "}}"));
}

static int
lex_right(struct lexer *l, bool trim)
{
	size_t	 start;

	if (trim)
		l->pos += 2;
	start = l->pos;
	l->pos += 2;
	if (emit(l, T_RIGHT, start) == -1)
		return (-1);
	if (trim)
		while (is_space(l->text[l->pos]))
			l->pos++;
	return (0);
}

static int
lex_quote(struct lexer *l, char quote, enum tok type)
{
	size_t	 start = l->pos++;
	char	 c;

	while ((c = l->text[l->pos]) != quote) {
		if (c == '\0' || (c == '\n' && quote != '`'))
			return (fail(l, quote == '\'' ?
			    "unterminated character constant" :
			    quote == '`' ? "unterminated raw quoted string" :
			    "unterminated quoted string"));
		l->pos += c == '\\' && quote != '`' &&
		    l->text[l->pos + 1] != '\0' ? 2 : 1;
	}
	l->pos++;
	return (emit(l, type, start));
}

static int
lex_number(struct lexer *l)
{
	size_t	 start = l->pos;
	char	 c;

	l->pos += l->text[l->pos] == '+' || l->text[l->pos] == '-';
	for (; (c = l->text[l->pos]) != '\0'; l->pos++) {
		if ((c == '+' || c == '-') &&
		    strchr("eEpP", l->text[l->pos - 1]) != NULL &&
		    strncmp(l->text + start, "0x", 2) != 0)
			continue;
		if (!is_word(c) && c != '.')
			break;
	}
	return (emit(l, T_NUMBER, start));
}

static int
lex_name(struct lexer *l, enum tok type)
{
	size_t	 start = l->pos, n;

	l->pos += type != T_IDENT;
	while (is_word(l->text[l->pos]))
		l->pos++;
	if (!at_end_of_word(l))
		return (bad_character(l, "bad character"));
	n = l->pos - start;
	if (type == T_FIELD && n == 1)
		type = T_DOT;
	for (size_t i = 0; type == T_IDENT &&
	    i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].word) == n &&
		    memcmp(keywords[i].word, l->text + start, n) == 0)
			type = keywords[i].type;
	return (emit(l, type, start));
}

static int
lex_parens(struct lexer *l)
{
	bool	 open = l->text[l->pos] == '(';

	l->pos++;
	l->parens += open ? 1 : -1;
	if (emit(l, open ? T_LPAREN : T_RPAREN, l->pos - 1) == -1)
		return (-1);
	return (l->parens < 0 ? fail(l, "unexpected right paren") : 0);
}

static int
lex_colon(struct lexer *l)
{
	if (l->text[l->pos + 1] != '=')
		return (fail(l, "expected :="));
	l->pos += 2;
	return (emit(l, T_DECLARE, l->pos - 2));
}

static int
lex_punctuation(struct lexer *l)
{
	char	 c = l->text[l->pos];

	switch (c) {
	case '(':
	case ')':
		return (lex_parens(l));
	case ':':
		return (lex_colon(l));
	case '"':
		return (lex_quote(l, c, T_STRING));
	case '`':
		return (lex_quote(l, c, T_STRING));
	case '\'':
		return (lex_quote(l, c, T_CHARCONST));
	}
	if (!isprint((unsigned char)c))
		return (bad_character(l,
		    "unrecognized character in action:"));
	l->pos++;
	return (emit(l, c == '|' ? T_PIPE : c == '=' ? T_ASSIGN : T_CHAR,
	    l->pos - 1));
}

static int
lex_token(struct lexer *l)
{
	size_t	 start = l->pos;
	char	 c = l->text[l->pos], d = l->text[l->pos + (c != '\0')];

	if (is_space(c)) {
		while (is_space(l->text[l->pos]) &&
		    strncmp(l->text + l->pos + 1, "-}}", 3) != 0)
			l->pos++;
		/* The space before -}} is part of the mark. */
		if (l->pos == start)
			l->pos++;
		return (emit(l, T_SPACE, start));
	}
	if (c == '$')
		return (lex_name(l, T_VARIABLE));
	if (c == '.' && !isdigit((unsigned char)d))
		return (lex_name(l, T_FIELD));
	if (isdigit((unsigned char)c) || c == '.' ||
	    ((c == '+' || c == '-') && (isdigit((unsigned char)d) ||
	    d == '.')))
		return (lex_number(l));
	if (is_word(c))
		return (lex_name(l, T_IDENT));
	return (lex_punctuation(l));
}

/* From behind "{{" to behind "}}". */
static int
lex_action(struct lexer *l)
{
	bool	 trim;
	int	 r;

	l->parens = 0;
	for (;;) {
		if (at_right(l, &trim)) {
			if (l->parens > 0)
				return (fail(l, "unclosed left paren"));
			return (lex_right(l, trim));
		}
		if (l->text[l->pos] == '\0')
			return (fail(l, "unclosed action"));
		if ((r = lex_token(l)) != 0)
			return (r);
	}
}

/* The comment behind "{{" or "{{- ". */
static int
lex_comment(struct lexer *l)
{
	const char	*end = strstr(l->text + l->pos, "*/");
	bool		 trim;

	if (end == NULL)
		return (fail(l, "unclosed comment"));
	l->pos = (size_t)(end - l->text) + 2;
	if (!at_right(l, &trim))
		return (fail(l, "comment ends before closing delimiter"));
	l->pos += trim ? 4 : 2;
	if (trim)
		while (is_space(l->text[l->pos]))
			l->pos++;
	return (0);
}

/* Text up to the next action, then that action. */
static int
lex_step(struct lexer *l)
{
	const char	*left = strstr(l->text + l->pos, "{{");
	size_t		 start = l->pos, open;
	bool		 trim;

	if (left == NULL) {
		l->pos += strlen(l->text + l->pos);
		return (l->pos == start ? 0 : emit(l, T_TEXT, start));
	}
	open = l->pos = (size_t)(left - l->text);
	trim = left[2] == '-' && is_space(left[3]);
	if (trim)
		while (l->pos > start && is_space(l->text[l->pos - 1]))
			l->pos--;
	if (l->pos > start && emit(l, T_TEXT, start) == -1)
		return (-1);
	l->pos = open + 2;
	if (strncmp(l->text + l->pos + (trim ? 2 : 0), "/*", 2) == 0)
		return (lex_comment(l));
	if (emit(l, T_LEFT, open) == -1)
		return (-1);
	/* The space behind "{{-" counts for a -}} that follows at once. */
	l->pos += trim ? 1 : 0;
	return (lex_action(l));
}

int
lex(const char *text, struct tokens *out)
{
	struct lexer	 l = { .text = text, .out = out };
	int		 r = 0;

	*out = (struct tokens){ 0 };
	while (r == 0 && text[l.pos] != '\0')
		r = lex_step(&l);
	if (r == 0 && emit(&l, T_EOF, l.pos) == -1)
		return (-1);
	return (r == -1 ? -1 : 0);
}
