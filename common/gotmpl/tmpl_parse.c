/*
 * text/template's parser, without named templates.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tmpl_impl.h"
#include "visible.h"

#define MAX_VARS	64
#define MAX_NEST	100

struct parser {
	struct tmpl		*t;
	const struct token	*at;
	const char		*vars[MAX_VARS];	/* in scope, "$x" */
	size_t			 nvars;
	int			 loops;
	int			 nest;
	struct parse_err	*err;
	struct parse_err	 lexed;	/* what T_ERROR means */
	jmp_buf			 out;	/* a failure unwinds the descent */
};

static struct node *parse_list(struct parser *, enum kind *);
static struct node *parse_pipeline(struct parser *, const char *, enum kind);

int
tmpl_line(const struct tmpl *t, const char *pos, int *col)
{
	int	 line = 1;

	*col = 0;
	for (const char *s = t->text; s < pos; s++) {
		line += *s == '\n';
		*col = *s == '\n' ? 0 : *col + 1;
	}
	return (line);
}

static _Noreturn void fail(struct parser *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static _Noreturn void
fail(struct parser *p, const char *fmt, ...)
{
	char	 text[384];
	int	 col;
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	parse_fail(p->err, "template: %s:%d: %s", p->t->about->name,
	    tmpl_line(p->t, p->at->s, &col), text);
	longjmp(p->out, 1);
}

static void
must(struct parser *p, const void *what)
{
	if (what != NULL)
		return;
	(void)parse_no_memory(p->err);
	longjmp(p->out, 1);
}

static const struct token *
take(struct parser *p)
{
	const struct token	*t = p->at;

	if (t->kind == T_ERROR)
		fail(p, "%s", p->lexed.text);
	if (t->kind != T_EOF)
		p->at++;
	return (t);
}

static const struct token *
peek_word(struct parser *p)
{
	while (p->at->kind == T_SPACE)
		p->at++;
	return (p->at);
}

/* In the words of Go's parser. */
static _Noreturn void
unexpected(struct parser *p, const struct token *t, const char *where)
{
	if (t->kind == T_ERROR)
		fail(p, "%s", p->lexed.text);
	if (t->kind == T_EOF)
		fail(p, "unexpected EOF");
	if (t->kind >= T_IF)
		fail(p, "unexpected <%.*s> in %s", (int)t->len, t->s, where);
	if (t->len > 10)
		fail(p, "unexpected \"%.10s\"... in %s", t->s, where);
	fail(p, "unexpected \"%.*s\" in %s", (int)t->len, t->s, where);
}

/* Take the token that closes an action. */
static void
take_right(struct parser *p, const char *where)
{
	if (peek_word(p)->kind != T_RIGHT)
		unexpected(p, p->at, where);
	take(p);
}

static struct node *
new_node(struct parser *p, enum kind kind, const struct token *t)
{
	struct node	*n = calloc(1, sizeof(*n));

	must(p, n);
	n->kind = kind;
	n->pos = n->s = t->s;
	n->len = t->len;
	n->all = p->t->all;
	p->t->all = n;
	n->text = strndup(t->s, t->len);
	must(p, n->text);
	return (n);
}

/* Extend the source of a node to the end of another or of a token. */
static void
reach(struct node *n, const char *s, size_t len)
{
	n->len = (size_t)(s + len - n->s);
}

/* The name ".A" that stands next, as one more of a node's. */
static void
add_name(struct parser *p, struct node *n)
{
	struct node	**last = &n->list;

	while (*last != NULL)
		last = &(*last)->next;
	*last = new_node(p, T_NAME, p->at);
	reach(n, p->at->s, p->at->len);
	take(p);
}

/* One escape behind a backslash, to *to. Bytes used, or 0. */
static size_t
unescape(const char *s, char **to)
{
	static const char	 from[] = "abfnrtv\\\"'";
	static const char	 is[] = "\a\b\f\n\r\t\v\\\"'";
	const char		*p = strchr(from, *s), *digits = s + 1;
	size_t			 n = *s == 'x' ? 2 : *s == 'u' ? 4 :
				    *s == 'U' ? 8 : 3;
	char			 text[9];
	unsigned long		 r;

	if (p != NULL) {
		*(*to)++ = is[p - from];
		return (1);
	}
	if (n == 3)
		digits = s;
	if (strspn(digits, n == 3 ? "01234567" : "0123456789abcdefABCDEF") < n)
		return (0);
	snprintf(text, sizeof(text), "%.*s", (int)n, digits);
	r = strtoul(text, NULL, n == 3 ? 8 : 16);
	if (r > (n == 3 ? 0xff : 0x10ffff))
		return (0);
	if (n < 4)
		*(*to)++ = (char)r;
	else
		*to += val_rune(*to, r);
	return ((size_t)(digits - s) + n);
}

/* strconv.Unquote, in place. False: a bad escape. */
static bool
unquote(char *text)
{
	char	*to = text, *s = text + 1, *end = s + strlen(s) - 1;
	bool	 raw = *text == '`';
	size_t	 n;

	while (s < end)
		if (raw || *s != '\\')
			*to++ = *s++;
		else if ((n = unescape(s + 1, &to)) == 0)
			return (false);
		else
			s += n + 1;
	*to = '\0';
	return (true);
}

static json_t *
number(struct parser *p, char *s)
{
	char	*end, *from, *to;
	int64_t	 v;
	double	 d;

	/* Underscores between digits are for the eye. */
	for (from = to = s; *from != '\0'; from++)
		if (*from != '_' || from == s)
			*to++ = *from;
	*to = '\0';
	if (parse_int(s, &v) == 0)
		return (json_integer(v));
	if (errno == ERANGE)
		fail(p, "integer overflow: \"%s\"", s);
	d = strtod(s, &end);
	if (*end != '\0' || end == s)
		fail(p, "bad number syntax: \"%s\"", s);
	return (json_real(d));
}

static json_t *
character(struct parser *p, const struct node *n)
{
	size_t	 len;
	int32_t	 r = utf8_next(n->text, &len);

	if (*n->text == '\0')
		fail(p, "invalid syntax");
	if (r == -1 || n->text[len] != '\0')
		fail(p, "malformed character constant: %.*s", (int)n->len,
		    n->s);
	return (json_integer(r));
}

static void
parse_constant(struct parser *p, struct node *n)
{
	char	 c = *n->text;

	if (strchr("\"`'", c) != NULL && !unquote(n->text))
		fail(p, "invalid syntax");
	if (c == 't' || c == 'f')
		n->value = json_boolean(c == 't');
	else if (c == '\'')
		n->value = character(p, n);
	else if (c == '"' || c == '`')
		n->value = tmpl_text(n->text);
	else
		n->value = number(p, n->text);
	must(p, n->value);
}

/* What an argument starts with. NULL: the token is none, and stays. */
static struct node *
parse_term(struct parser *p)
{
	const struct token	*t = peek_word(p);
	struct node		*n;

	if (t->kind == T_ERROR)
		fail(p, "%s", p->lexed.text);
	if (t->kind < T_FIELD || t->kind > T_LPAREN)
		return (NULL);
	n = new_node(p, t->kind, t);
	if (t->kind == T_FIELD)
		add_name(p, n);
	else
		take(p);
	if (t->kind == T_IDENT && (n->func = func_find(n->text)) == NULL)
		fail(p, "function \"%s\" not defined", n->text);
	if (t->kind == T_CONST)
		parse_constant(p, n);
	if (t->kind == T_LPAREN) {
		n->pipe = parse_pipeline(p, "parenthesized pipeline",
		    T_RPAREN);
		reach(n, p->at[-1].s, 1);
	}
	if (t->kind == T_VARIABLE) {
		for (size_t i = 0; i < p->nvars; i++)
			if (strcmp(p->vars[i], n->text) == 0)
				return (n);
		fail(p, "undefined variable \"%s\"", n->text);
	}
	return (n);
}

/* A constant has no fields. */
static _Noreturn void
after_term(struct parser *p, const struct node *n)
{
	char	 term[128], quoted[300] = "";
	FILE	*f = fmemopen(quoted, sizeof(quoted), "w");

	snprintf(term, sizeof(term), "%.*s", (int)n->len, n->s);
	if (f != NULL) {
		val_quote(f, term);
		fclose(f);
	}
	fail(p, "unexpected . after term %.290s", quoted);
}

/* A term and the fields that follow it without a space. */
static struct node *
parse_operand(struct parser *p)
{
	struct node	*n = parse_term(p), *c;

	if (n == NULL || p->at->kind != T_FIELD)
		return (n);
	if (n->kind == T_CONST || n->kind == T_NIL || n->kind == T_DOT)
		after_term(p, n);
	if (n->kind == T_IDENT) {
		c = new_node(p, T_LPAREN, p->at);
		c->s = n->s;
		c->pipe = new_node(p, T_PIPE, p->at);
		c->pipe->list = new_node(p, T_COMMAND, p->at);
		c->pipe->list->list = n;
		n = c;
	}
	/* Go reports such a chain at its second part. */
	n->pos = p->at->s;
	while (p->at->kind == T_FIELD)
		add_name(p, n);
	return (n);
}

/* Arguments up to a pipe or the end, which stays. */
static struct node *
parse_command(struct parser *p)
{
	struct node	*cmd = new_node(p, T_COMMAND, peek_word(p));
	struct node	**last = &cmd->list;

	for (;;) {
		if ((*last = parse_operand(p)) != NULL) {
			reach(cmd, (*last)->s, (*last)->len);
			last = &(*last)->next;
		}
		if (p->at->kind != T_SPACE)
			break;
		take(p);
	}
	if (p->at->kind == T_PIPE)
		take(p);
	else if (p->at->kind != T_RIGHT && p->at->kind != T_RPAREN)
		unexpected(p, p->at, "operand");
	return (cmd);
}

static void
push_var(struct parser *p, const char *name)
{
	if (p->nvars == MAX_VARS)
		fail(p, "more than %d variables", MAX_VARS);
	p->vars[p->nvars++] = name;
}

/* "$x :=", "$x =", "$i, $x :=" in front of a pipeline. */
static void
parse_decl(struct parser *p, struct node *pipe, const char *context)
{
	const struct token	*v;
	enum kind		 next;

	while (peek_word(p)->kind == T_VARIABLE) {
		v = take(p);
		next = peek_word(p)->kind;
		if (next != T_ASSIGN && next != T_DECLARE &&
		    (next != T_CHAR || *p->at->s != ',')) {
			p->at = v;
			return;
		}
		take(p);
		/* The node is there to own the name. */
		pipe->decl[pipe->ndecl] = new_node(p, T_DECLARE, v)->text;
		push_var(p, pipe->decl[pipe->ndecl++]);
		if (next != T_CHAR) {
			pipe->assign = next == T_ASSIGN;
			return;
		}
		if (strcmp(context, "range") != 0 || pipe->ndecl > 1)
			fail(p, "too many declarations in %s", context);
		if (peek_word(p)->kind != T_VARIABLE)
			fail(p, "range can only initialize variables");
	}
}

static struct node *
parse_pipeline(struct parser *p, const char *context, enum kind end)
{
	struct node		*pipe, **last;
	const struct token	*t;
	int			 stage = 0;

	if (++p->nest > MAX_NEST)
		fail(p, "nested more than %d deep", MAX_NEST);
	pipe = new_node(p, T_PIPE, peek_word(p));
	last = &pipe->list;
	parse_decl(p, pipe, context);
	while ((t = peek_word(p))->kind != end) {
		if (t->kind < T_FIELD || t->kind > T_LPAREN)
			unexpected(p, t, context);
		*last = parse_command(p);
		reach(pipe, (*last)->s, (*last)->len);
		last = &(*last)->next;
	}
	take(p);
	if (pipe->list == NULL)
		fail(p, "missing value for %s", context);
	for (const struct node *c = pipe->list; c != NULL; c = c->next)
		if (++stage > 1 && (c->list->kind == T_CONST ||
		    c->list->kind == T_DOT || c->list->kind == T_NIL))
			fail(p, "non executable command in pipeline stage %d",
			    stage);
	p->nest--;
	return (pipe);
}

/* if, with, range, behind their word. */
static struct node *
parse_control(struct parser *p, const struct token *t)
{
	struct node	*n = new_node(p, t->kind, t);
	size_t		 keep = p->nvars;
	enum kind	 stop;

	p->loops += n->kind == T_RANGE;
	n->pipe = parse_pipeline(p, n->text, T_RIGHT);
	n->list = parse_list(p, &stop);
	p->loops -= n->kind == T_RANGE;
	if (stop == T_ELSE && n->kind != T_RANGE &&
	    peek_word(p)->kind == n->kind)
		/* "else if": the inner one takes the {{end}}. */
		n->other = parse_control(p, take(p));
	else if (stop == T_ELSE) {
		take_right(p, "else");
		n->other = parse_list(p, &stop);
		if (stop == T_ELSE)
			fail(p, "expected end; found {{else}}");
	}
	p->nvars = keep;
	return (n);
}

/* One action behind "{{". NULL and a stop token at else and end. */
static struct node *
parse_action(struct parser *p, enum kind *stop)
{
	const struct token	*t = peek_word(p);
	struct node		*n;

	switch (t->kind) {
	case T_IF:
	case T_WITH:
	case T_RANGE:
		return (parse_control(p, take(p)));
	case T_BREAK:
	case T_CONTINUE:
		n = new_node(p, t->kind, take(p));
		if (p->loops == 0)
			fail(p, "{{%s}} outside {{range}}", n->text);
		take_right(p, n->text);
		return (n);
	case T_END:
	case T_ELSE:
		*stop = take(p)->kind;
		if (*stop == T_END)
			take_right(p, "end");
		return (NULL);
	case T_DEFINE:
	case T_BLOCK:
	case T_TEMPLATE:
		fail(p, "{{%.*s}} is not supported by bulkhead yet",
		    (int)t->len, t->s);
	default:
		n = new_node(p, T_LEFT, t);
		n->pipe = parse_pipeline(p, "command", T_RIGHT);
		return (n);
	}
}

/*
 * Up to {{end}} or {{else}}, said in *stop. A list is its first node, NULL
 * when it is empty.
 */
static struct node *
parse_list(struct parser *p, enum kind *stop)
{
	struct node		*first = NULL, **last = &first;
	const struct token	*t;

	if (++p->nest > MAX_NEST)
		fail(p, "nested more than %d deep", MAX_NEST);
	*stop = T_EOF;
	while ((t = take(p))->kind != T_EOF) {
		*last = t->kind == T_TEXT ? new_node(p, T_TEXT, t) :
		    parse_action(p, stop);
		if (*last == NULL)
			break;
		last = &(*last)->next;
	}
	if (*stop == T_EOF && p->nest > 1)
		fail(p, "unexpected EOF");
	p->nest--;
	return (first);
}

/* podman's shells: \t and \n typed in text (not in actions) are meant. */
static char *
plain_escapes(const char *s)
{
	char	*out = malloc(strlen(s) + 1), *p = out;
	bool	 action = false;

	if (out == NULL)
		return (NULL);
	for (; *s != '\0'; s++) {
		if (s[0] == '{' && s[1] == '{')
			action = true;
		if (s[0] == '}' && s[1] == '}')
			action = false;
		if (!action && s[0] == '\\' && (s[1] == 't' || s[1] == 'n'))
			*p++ = *++s == 't' ? '\t' : '\n';
		else
			*p++ = *s;
	}
	*p = '\0';
	return (out);
}

/* In a function of its own, so that no local is lost in the jump. */
static int
parse_all(struct parser *p)
{
	enum kind	 stop;

	if (setjmp(p->out) != 0)
		return (-1);
	push_var(p, "$");
	p->t->root = parse_list(p, &stop);
	if (stop != T_EOF)
		fail(p, "unexpected {{%s}}", stop == T_END ? "end" : "else");
	return (0);
}

struct tmpl *
tmpl_parse(const struct tmpl_about *about, const char *text,
    struct parse_err *err)
{
	struct parser	 p = { .err = err };
	struct token	*tokens = NULL;
	int		 r = -1;

	if ((p.t = calloc(1, sizeof(*p.t))) == NULL ||
	    (p.t->text = plain_escapes(text)) == NULL ||
	    (p.at = tokens = lex(p.t->text, &p.lexed)) == NULL)
		parse_no_memory(err);
	else {
		p.t->about = about;
		r = parse_all(&p);
	}
	free(tokens);
	if (r == 0)
		return (p.t);
	tmpl_free(p.t);
	return (NULL);
}

void
tmpl_free(struct tmpl *t)
{
	struct node	*n;

	if (t == NULL)
		return;
	while ((n = t->all) != NULL) {
		t->all = n->all;
		free(n->text);
		json_decref(n->value);
		free(n);
	}
	free(t->text);
	free(t);
}

/* Dot that is not an argument's start of a field is all of it. */
bool
tmpl_mentions(const struct tmpl *t, const char *field)
{
	for (const struct node *n = t->all; n != NULL; n = n->all)
		if (n->kind == T_DOT || n->kind == T_VARIABLE ||
		    (n->kind == T_FIELD &&
		    strcmp(n->list->text + 1, field) == 0))
			return (true);
	return (false);
}
