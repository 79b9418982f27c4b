/*
 * text/template's lexer.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "nitems.h"
#include "tmpl_impl.h"
#include "visible.h"

/* What reads a token returns false after an error, which is the last token. */
struct lexer {
	const char		*s;
	int			 parens;
	struct token		*out;
	struct parse_err	*err;
};

static const struct {
	const char	*word;
	enum kind	 kind;
} keywords[] = {
	{ "block", T_BLOCK }, { "break", T_BREAK }, { "continue", T_CONTINUE },
	{ "define", T_DEFINE }, { "else", T_ELSE }, { "end", T_END },
	{ "false", T_CONST }, { "if", T_IF }, { "nil", T_NIL },
	{ "range", T_RANGE }, { "template", T_TEMPLATE }, { "true", T_CONST },
	{ "with", T_WITH },
};

/* A token from start to here. */
static bool
emit(struct lexer *l, enum kind kind, const char *start)
{
	*l->out++ = (struct token){ kind, start, (size_t)(l->s - start) };
	return (kind != T_ERROR);
}

static bool
fail(struct lexer *l, const char *why)
{
	parse_fail(l->err, "%s", why);
	return (emit(l, T_ERROR, l->s));
}

/* Go's %#U. */
static bool
bad_character(struct lexer *l, const char *what)
{
	size_t	 n;
	int32_t	 r = utf8_next(l->s, &n);

	parse_fail(l->err, "%s U+%04X '%.*s'", what, (unsigned int)r, (int)n,
	    l->s);
	return (emit(l, T_ERROR, l->s));
}

static bool
is_word(char c)
{
	return (c == '_' || isalnum((unsigned char)c) || (c & 0x80));
}

static bool
is_space(char c)
{
	return (c != '\0' && strchr(" \t\r\n", c) != NULL);
}

static bool
at(const char *s, const char *what)
{
	return (strncmp(s, what, strlen(what)) == 0);
}

/* The length of "}}", or of space and "-}}", which trims; or 0. */
static size_t
right_mark(const char *s)
{
	return (at(s, "}}") ? 2 : is_space(*s) && at(s + 1, "-}}") ? 4 : 0);
}

/* Go behind a right mark, and behind the space that it trims. */
static void
skip_right(struct lexer *l, size_t len)
{
	for (l->s += len; len == 4 && is_space(*l->s); l->s++)
		;
}

static bool
lex_quote(struct lexer *l)
{
	const char	*start = l->s++;
	char		 quote = *start;

	for (; *l->s != quote; l->s++) {
		if (*l->s == '\0' || (*l->s == '\n' && quote != '`'))
			return (fail(l, quote == '\'' ?
			    "unterminated character constant" :
			    quote == '`' ? "unterminated raw quoted string" :
			    "unterminated quoted string"));
		l->s += *l->s == '\\' && quote != '`' && l->s[1] != '\0';
	}
	l->s++;
	return (emit(l, T_CONST, start));
}

static bool
lex_number(struct lexer *l)
{
	const char	*start = l->s;

	l->s += *l->s == '+' || *l->s == '-';
	while (is_word(*l->s) || *l->s == '.' ||
	    ((*l->s == '+' || *l->s == '-') && !at(start, "0x") &&
	    strchr("eEpP", l->s[-1]) != NULL))
		l->s++;
	return (emit(l, T_CONST, start));
}

static bool
lex_name(struct lexer *l, enum kind kind)
{
	const char	*start = l->s;
	size_t		 n;

	l->s += kind != T_IDENT;
	while (is_word(*l->s))
		l->s++;
	/* The end of the text also ends a name. */
	if (strchr(" \t\r\n.,|:)(", *l->s) == NULL && !at(l->s, "}}"))
		return (bad_character(l, "bad character"));
	n = (size_t)(l->s - start);
	if (kind == T_FIELD && n == 1)
		kind = T_DOT;
	for (size_t i = 0; kind == T_IDENT &&
	    i < NITEMS(keywords); i++)
		if (strlen(keywords[i].word) == n &&
		    memcmp(keywords[i].word, start, n) == 0)
			kind = keywords[i].kind;
	return (emit(l, kind, start));
}

static bool
lex_punctuation(struct lexer *l)
{
	static const char	 from[] = "()|=:";
	static const enum kind	 to[] = { T_LPAREN, T_RPAREN, T_PIPE,
				    T_ASSIGN, T_DECLARE };
	const char		*start = l->s, *p = strchr(from, *start);

	if (!isprint((unsigned char)*start))
		return (bad_character(l,
		    "unrecognized character in action:"));
	if (*start == ':' && start[1] != '=')
		return (fail(l, "expected :="));
	l->s += *start == ':' ? 2 : 1;
	emit(l, p == NULL ? T_CHAR : to[p - from], start);
	l->parens += (*start == '(') - (*start == ')');
	return (l->parens >= 0 || fail(l, "unexpected right paren"));
}

static bool
lex_token(struct lexer *l)
{
	const char	*start = l->s;
	char		 c = *start, d = start[1];

	if (is_space(c)) {
		/* The space before -}} is part of the mark. */
		do
			l->s++;
		while (is_space(*l->s) && !at(l->s + 1, "-}}"));
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
	if (strchr("\"`'", c) != NULL)
		return (lex_quote(l));
	return (lex_punctuation(l));
}

/* From behind "{{" to behind "}}". */
static bool
lex_action(struct lexer *l)
{
	const char	*end;
	size_t		 n;

	l->parens = 0;
	while ((n = right_mark(l->s)) == 0) {
		if (*l->s == '\0')
			return (fail(l, "unclosed action"));
		if (!lex_token(l))
			return (false);
	}
	if (l->parens > 0)
		return (fail(l, "unclosed left paren"));
	end = l->s + n - 2;
	*l->out++ = (struct token){ T_RIGHT, end, 2 };
	skip_right(l, n);
	return (true);
}

/* The comment behind "{{" or "{{- ". */
static bool
lex_comment(struct lexer *l)
{
	const char	*end = strstr(l->s, "*/");
	size_t		 n;

	if (end == NULL)
		return (fail(l, "unclosed comment"));
	l->s = end + 2;
	if ((n = right_mark(l->s)) == 0)
		return (fail(l, "comment ends before closing delimiter"));
	skip_right(l, n);
	return (true);
}

/* Text up to the next action, then that action. */
static bool
lex_step(struct lexer *l)
{
	const char	*left = strstr(l->s, "{{"), *start = l->s;
	bool		 trim;

	if (left == NULL) {
		l->s += strlen(l->s);
		return (emit(l, T_TEXT, start));
	}
	trim = left[2] == '-' && is_space(left[3]);
	for (l->s = left; trim && l->s > start && is_space(l->s[-1]); l->s--)
		;
	if (l->s > start)
		emit(l, T_TEXT, start);
	l->s = left + 2;
	if (at(l->s + (trim ? 2 : 0), "/*"))
		return (lex_comment(l));
	emit(l, T_LEFT, left);
	/* The space behind "{{-" counts for a -}} that follows at once. */
	l->s += trim ? 1 : 0;
	return (lex_action(l));
}

struct token *
lex(const char *text, struct parse_err *err)
{
	/* A token is a byte or more, but for the last and an error. */
	struct token	*list = calloc(strlen(text) + 2, sizeof(*list));
	struct lexer	 l = { text, 0, list, err };
	bool		 ok = list != NULL;

	while (ok && *l.s != '\0')
		ok = lex_step(&l);
	if (ok)
		emit(&l, T_EOF, l.s);
	return (list);
}
