/*
 * text/template's parser, without named templates.
 */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "tmpl_impl.h"
#include "visible.h"

#define MAX_VARS	64
#define MAX_NEST	100

struct parser {
	struct tmpl		*t;
	struct tokens		 toks;
	size_t			 at;
	char			*vars[MAX_VARS];	/* in scope, "$x" */
	size_t			 nvars;
	int			 loops;
	int			 nest;
	struct parse_err	*err;
	jmp_buf			 out;	/* a failure unwinds the descent */
};

static struct node *parse_list(struct parser *, enum tok *);
static struct node *parse_pipeline(struct parser *, const char *, enum tok);

static int
line_of(const struct parser *p, size_t pos)
{
	int	 line = 1;

	for (size_t i = 0; i < pos && p->t->text[i] != '\0'; i++)
		line += p->t->text[i] == '\n';
	return (line);
}

static _Noreturn void fail(struct parser *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static _Noreturn void
fail(struct parser *p, const char *fmt, ...)
{
	char	 text[384];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	parse_fail(p->err, "template: %s:%d: %s", p->t->about->name,
	    line_of(p, p->toks.list[p->at].pos), text);
	longjmp(p->out, 1);
}

static void
must(struct parser *p, const void *what)
{
	if (what == NULL)
		fail(p, "%s", strerror(ENOMEM));
}

static const struct token *
peek(const struct parser *p)
{
	return (&p->toks.list[p->at]);
}

static const struct token *
take(struct parser *p)
{
	const struct token	*t = peek(p);

	if (t->type == T_ERROR)
		fail(p, "%s", p->toks.error);
	if (t->type != T_EOF)
		p->at++;
	return (t);
}

static const struct token *
peek_word(struct parser *p)
{
	while (peek(p)->type == T_SPACE)
		p->at++;
	return (peek(p));
}

static char *
text_of(struct parser *p, const struct token *t)
{
	char	*s = strndup(p->t->text + t->pos, t->len);

	must(p, s);
	return (s);
}

static bool
is_keyword(enum tok t)
{
	return (t >= T_IF);
}

/* In the words of Go's parser. */
static _Noreturn void
unexpected(struct parser *p, const struct token *t, const char *where)
{
	const char	*s = p->t->text + t->pos;

	if (t->type == T_ERROR)
		fail(p, "%s", p->toks.error);
	if (t->type == T_EOF)
		fail(p, "unexpected EOF");
	if (is_keyword(t->type))
		fail(p, "unexpected <%.*s> in %s", (int)t->len, s, where);
	if (t->len > 10)
		fail(p, "unexpected \"%.10s\"... in %s", s, where);
	fail(p, "unexpected \"%.*s\" in %s", (int)t->len, s, where);
}

static struct node *
new_node(struct parser *p, enum node_type type, const struct token *t)
{
	struct node	*n = calloc(1, sizeof(*n));

	must(p, n);
	n->type = type;
	n->pos = n->start = t->pos;
	n->end = t->pos + t->len;
	n->all = p->t->all;
	p->t->all = n;
	return (n);
}

static void
add_field(struct parser *p, struct node *n, const struct token *t)
{
	char	**path = reallocarray(n->path, n->npath + 1, sizeof(*path));

	must(p, path);
	n->path = path;
	path[n->npath] = strndup(p->t->text + t->pos + 1, t->len - 1);
	must(p, path[n->npath]);
	n->npath++;
	n->end = t->pos + t->len;
}

/* A number of exactly n digits. */
static bool
digits(const char *s, int n, int base, unsigned long *out)
{
	char	 text[9] = "", *end;

	for (int i = 0; i < n; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return (false);
		text[i] = s[i];
	}
	*out = strtoul(text, &end, base);
	return (*end == '\0');
}

/* One escape; s is behind the backslash. Bytes used, or 0. */
static size_t
unescape(const char *s, FILE *f)
{
	static const char	 from[] = "abfnrtv\\\"'";
	static const char	 to[] = "\a\b\f\n\r\t\v\\\"'";
	const char		*p = *s == '\0' ? NULL : strchr(from, *s);
	unsigned long		 r;
	int			 n;

	if (p != NULL) {
		fputc(to[p - from], f);
		return (1);
	}
	if (*s >= '0' && *s <= '7' && digits(s, 3, 8, &r) && r < 256) {
		fputc((int)r, f);
		return (3);
	}
	n = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
	if (n == 0 || !digits(s + 1, n, 16, &r) || r > 0x10ffff)
		return (0);
	if (n == 2)
		fputc((int)r, f);
	else
		val_put_rune(f, r);
	return ((size_t)n + 1);
}

/* strconv.Unquote. NULL: a bad escape. */
static char *
unquote(const char *s, size_t len)
{
	char	*out = NULL;
	size_t	 size, n;
	FILE	*f;

	if (*s == '`')
		return (strndup(s + 1, len - 2));
	if ((f = open_memstream(&out, &size)) == NULL)
		return (NULL);
	for (size_t i = 1; i < len - 1; i += n) {
		n = 1;
		if (s[i] != '\\') {
			fputc(s[i], f);
			continue;
		}
		if ((n = unescape(s + i + 1, f)) == 0) {
			fclose(f);
			free(out);
			return (NULL);
		}
		n++;
	}
	if (fclose(f) == EOF)
		return (NULL);
	return (out);
}

static struct node *
string_node(struct parser *p, const struct token *t)
{
	scoped_free char	*s = unquote(p->t->text + t->pos, t->len);
	struct node		*n;

	if (s == NULL)
		fail(p, "invalid syntax");
	n = new_node(p, N_CONST, t);
	n->value = tmpl_text(s);
	must(p, n->value);
	return (n);
}

static struct node *
char_node(struct parser *p, const struct token *t)
{
	struct node	*n = new_node(p, N_CONST, t);
	size_t		 len;
	int32_t		 r;

	n->text = unquote(p->t->text + t->pos, t->len);
	if (n->text == NULL || *n->text == '\0')
		fail(p, "invalid syntax");
	r = utf8_next(n->text, &len);
	if (r == -1 || n->text[len] != '\0')
		fail(p, "malformed character constant: %.*s", (int)t->len,
		    p->t->text + t->pos);
	n->value = json_integer(r);
	must(p, n->value);
	return (n);
}

static struct node *
number_node(struct parser *p, const struct token *t)
{
	struct node	*n = new_node(p, N_CONST, t);
	char		*s = text_of(p, t);
	char		*end, *from, *to;
	int64_t		 v;
	double		 d;

	n->text = s;		/* so that it is freed with the tree */

	/* Underscores between digits are for the eye. */
	for (from = to = s; *from != '\0'; from++)
		if (*from != '_' || from == s)
			*to++ = *from;
	*to = '\0';
	if (parse_int(s, &v) == 0)
		n->value = json_integer(v);
	else if (errno == ERANGE)
		fail(p, "integer overflow: \"%s\"", s);
	else {
		d = strtod(s, &end);
		if (*end != '\0' || end == s)
			fail(p, "bad number syntax: \"%s\"", s);
		n->value = json_real(d);
	}
	must(p, n->value);
	return (n);
}

static struct node *
ident_node(struct parser *p, const struct token *t)
{
	struct node	*n = new_node(p, N_IDENT, t);

	n->text = text_of(p, t);
	n->func = func_find(n->text, t->len);
	if (n->func == NULL)
		fail(p, "function \"%s\" not defined", n->text);
	return (n);
}

static struct node *
variable_node(struct parser *p, const struct token *t)
{
	struct node	*n = new_node(p, N_VARIABLE, t);

	n->text = text_of(p, t);
	for (size_t i = 0; i < p->nvars; i++)
		if (strcmp(p->vars[i], n->text) == 0)
			return (n);
	fail(p, "undefined variable \"%s\"", n->text);
}

/* What an argument starts with. NULL: the token is none, and stays. */
static struct node *
parse_term(struct parser *p)
{
	const struct token	*t = peek_word(p);
	struct node		*n;

	switch (t->type) {
	case T_ERROR:
		fail(p, "%s", p->toks.error);
	case T_IDENT:
		return (ident_node(p, take(p)));
	case T_DOT:
		return (new_node(p, N_DOT, take(p)));
	case T_NIL:
		return (new_node(p, N_NIL, take(p)));
	case T_VARIABLE:
		return (variable_node(p, take(p)));
	case T_FIELD:
		n = new_node(p, N_FIELD, t);
		add_field(p, n, take(p));
		return (n);
	case T_BOOL:
		n = new_node(p, N_CONST, take(p));
		n->value = json_boolean(p->t->text[t->pos] == 't');
		return (n);
	case T_CHARCONST:
		return (char_node(p, take(p)));
	case T_NUMBER:
		return (number_node(p, take(p)));
	case T_STRING:
		return (string_node(p, take(p)));
	case T_LPAREN:
		take(p);
		n = new_node(p, N_CHAIN, t);
		n->pipe = parse_pipeline(p, "parenthesized pipeline",
		    T_RPAREN);
		n->end = p->toks.list[p->at - 1].pos + 1;
		return (n);
	default:
		return (NULL);
	}
}

/* A constant has no fields. */
static _Noreturn void
after_term(struct parser *p, const struct node *n)
{
	char	 term[128], quoted[300] = "";
	FILE	*f = fmemopen(quoted, sizeof(quoted), "w");

	snprintf(term, sizeof(term), "%.*s", (int)(n->end - n->start),
	    p->t->text + n->start);
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
	struct node	*n = parse_term(p);

	if (n == NULL || peek(p)->type != T_FIELD)
		return (n);
	if (n->type == N_CONST || n->type == N_NIL || n->type == N_DOT)
		after_term(p, n);
	if (n->type == N_IDENT) {
		struct node	*c = new_node(p, N_CHAIN, peek(p));

		c->start = n->start;
		c->pipe = new_node(p, N_PIPE, peek(p));
		c->pipe->list = new_node(p, N_COMMAND, peek(p));
		c->pipe->list->list = n;
		n = c;
	}
	/* Go reports such a chain at its second part. */
	n->pos = peek(p)->pos;
	while (peek(p)->type == T_FIELD)
		add_field(p, n, take(p));
	return (n);
}

/* Arguments up to a pipe or the end, which stays. */
static struct node *
parse_command(struct parser *p)
{
	struct node	*cmd = new_node(p, N_COMMAND, peek_word(p));
	struct node	**last = &cmd->list, *arg;
	const struct token *t;

	for (;;) {
		if ((arg = parse_operand(p)) != NULL) {
			*last = arg;
			last = &arg->next;
			cmd->end = arg->end;
		}
		t = peek(p);
		if (t->type == T_SPACE) {
			take(p);
			continue;
		}
		if (t->type == T_PIPE)
			take(p);
		else if (t->type != T_RIGHT && t->type != T_RPAREN)
			unexpected(p, t, "operand");
		break;
	}
	if (cmd->list == NULL)
		fail(p, "empty command");
	return (cmd);
}

static void
push_var(struct parser *p, const char *name)
{
	if (p->nvars == MAX_VARS)
		fail(p, "more than %d variables", MAX_VARS);
	p->vars[p->nvars] = strdup(name);
	must(p, p->vars[p->nvars]);
	p->nvars++;
}

static void
pop_vars(struct parser *p, size_t keep)
{
	while (p->nvars > keep)
		free(p->vars[--p->nvars]);
}

static void
declare(struct parser *p, struct node *pipe, const struct token *v)
{
	pipe->decl[pipe->ndecl] = text_of(p, v);
	push_var(p, pipe->decl[pipe->ndecl]);
	pipe->ndecl++;
}

/* "$x :=", "$x =", "$i, $x :=" in front of a pipeline. */
static void
parse_decl(struct parser *p, struct node *pipe, const char *context)
{
	const struct token	*v, *next;
	size_t			 back;

	while (peek_word(p)->type == T_VARIABLE) {
		back = p->at;
		v = take(p);
		next = peek_word(p);
		if (next->type == T_ASSIGN || next->type == T_DECLARE) {
			pipe->assign = next->type == T_ASSIGN;
			take(p);
			declare(p, pipe, v);
			return;
		}
		if (next->type != T_CHAR || p->t->text[next->pos] != ',') {
			p->at = back;
			return;
		}
		take(p);
		declare(p, pipe, v);
		if (strcmp(context, "range") != 0 || pipe->ndecl > 1)
			fail(p, "too many declarations in %s", context);
		next = peek_word(p);
		if (next->type != T_VARIABLE)
			fail(p, "range can only initialize variables");
	}
}

static void
check_pipeline(struct parser *p, const struct node *pipe, const char *context)
{
	int	 stage = 2;

	if (pipe->list == NULL)
		fail(p, "missing value for %s", context);
	for (const struct node *c = pipe->list->next; c != NULL; c = c->next,
	    stage++)
		if (c->list->type == N_CONST || c->list->type == N_DOT ||
		    c->list->type == N_NIL)
			fail(p, "non executable command in pipeline stage %d",
			    stage);
}

static struct node *
parse_pipeline(struct parser *p, const char *context, enum tok end)
{
	struct node		*pipe, **last;
	const struct token	*t;

	if (++p->nest > MAX_NEST)
		fail(p, "nested more than %d deep", MAX_NEST);
	pipe = new_node(p, N_PIPE, peek_word(p));
	last = &pipe->list;
	parse_decl(p, pipe, context);
	for (;;) {
		t = peek_word(p);
		if (t->type == end) {
			take(p);
			break;
		}
		if (t->type == T_ERROR || t->type == T_EOF ||
		    t->type == T_RIGHT || t->type == T_RPAREN ||
		    t->type >= T_PIPE)
			if (t->type != T_LPAREN)
				unexpected(p, t, context);
		*last = parse_command(p);
		pipe->end = (*last)->end;
		last = &(*last)->next;
	}
	check_pipeline(p, pipe, context);
	p->nest--;
	return (pipe);
}

static struct node *
parse_control(struct parser *p, enum node_type type, const struct token *t)
{
	static const char *const	 words[] = { [N_IF] = "if",
					    [N_WITH] = "with",
					    [N_RANGE] = "range" };
	struct node			*n = new_node(p, type, t);
	size_t				 keep = p->nvars;
	enum tok			 stop;

	p->loops += type == N_RANGE;
	n->pipe = parse_pipeline(p, words[type], T_RIGHT);
	n->list = parse_list(p, &stop);
	p->loops -= type == N_RANGE;
	if (stop == T_ELSE) {
		t = peek_word(p);
		if (type != N_RANGE && t->type ==
		    (type == N_IF ? T_IF : T_WITH)) {
			/* "else if": the inner one takes the {{end}}. */
			take(p);
			n->other = parse_control(p, type, t);
			pop_vars(p, keep);
			return (n);
		}
		if (t->type != T_RIGHT)
			unexpected(p, t, "else");
		take(p);
		n->other = parse_list(p, &stop);
		if (stop == T_ELSE)
			fail(p, "expected end; found {{else}}");
	}
	pop_vars(p, keep);
	return (n);
}

static struct node *
parse_jump(struct parser *p, enum node_type type, const struct token *t)
{
	const char	*word = type == N_BREAK ? "break" : "continue";

	if (p->loops == 0)
		fail(p, "{{%s}} outside {{range}}", word);
	if (peek_word(p)->type != T_RIGHT)
		unexpected(p, peek(p), word);
	take(p);
	return (new_node(p, type, t));
}

/* One action behind "{{". NULL and a stop token at else and end. */
static struct node *
parse_action(struct parser *p, enum tok *stop)
{
	const struct token	*t = peek_word(p);
	struct node		*n;

	*stop = T_EOF;
	switch (t->type) {
	case T_IF:
		take(p);
		return (parse_control(p, N_IF, t));
	case T_WITH:
		take(p);
		return (parse_control(p, N_WITH, t));
	case T_RANGE:
		take(p);
		return (parse_control(p, N_RANGE, t));
	case T_BREAK:
		take(p);
		return (parse_jump(p, N_BREAK, t));
	case T_CONTINUE:
		take(p);
		return (parse_jump(p, N_CONTINUE, t));
	case T_END:
		take(p);
		if (peek_word(p)->type != T_RIGHT)
			unexpected(p, peek(p), "end");
		take(p);
		*stop = T_END;
		return (NULL);
	case T_ELSE:
		take(p);
		*stop = T_ELSE;
		return (NULL);
	case T_DEFINE:
	case T_BLOCK:
	case T_TEMPLATE:
		fail(p, "{{%.*s}} is not supported by bulkhead yet",
		    (int)t->len, p->t->text + t->pos);
	default:
		n = new_node(p, N_ACTION, t);
		n->pipe = parse_pipeline(p, "command", T_RIGHT);
		return (n);
	}
}

/*
 * Up to {{end}} or {{else}}, said in *stop. A list is its first node; an
 * empty one is an empty text.
 */
static struct node *
parse_list(struct parser *p, enum tok *stop)
{
	struct node		*first = NULL, **last = &first, *n;
	const struct token	*t;

	if (++p->nest > MAX_NEST)
		fail(p, "nested more than %d deep", MAX_NEST);
	for (;;) {
		t = take(p);
		if (t->type == T_EOF) {
			if (p->nest > 1)
				fail(p, "unexpected EOF");
			*stop = T_EOF;
			break;
		}
		if (t->type == T_TEXT) {
			n = new_node(p, N_TEXT, t);
			n->text = text_of(p, t);
		} else if ((n = parse_action(p, stop)) == NULL)
			break;
		*last = n;
		last = &n->next;
	}
	p->nest--;
	if (first == NULL) {
		first = new_node(p, N_TEXT, t);
		first->text = strdup("");
		must(p, first->text);
	}
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
	while (*s != '\0') {
		if (s[0] == '{' && s[1] == '{')
			action = true;
		if (s[0] == '}' && s[1] == '}')
			action = false;
		if (!action && s[0] == '\\' && (s[1] == 't' || s[1] == 'n')) {
			*p++ = s[1] == 't' ? '\t' : '\n';
			s += 2;
		} else
			*p++ = *s++;
	}
	*p = '\0';
	return (out);
}

/* In a function of its own, so that no local is lost in the jump. */
static int
parse_all(struct parser *p)
{
	enum tok	 stop;

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
	int		 r = -1;

	if ((p.t = calloc(1, sizeof(*p.t))) == NULL ||
	    (p.t->text = plain_escapes(text)) == NULL ||
	    lex(p.t->text, &p.toks) == -1)
		parse_fail(err, "%s", strerror(ENOMEM));
	else {
		p.t->about = about;
		r = parse_all(&p);
	}
	pop_vars(&p, 0);
	free(p.toks.list);
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
		for (size_t i = 0; i < n->npath; i++)
			free(n->path[i]);
		free(n->path);
		free(n->text);
		free(n->decl[0]);
		free(n->decl[1]);
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
	for (const struct node *n = t->all; n != NULL; n = n->all) {
		if (n->type == N_DOT || n->type == N_VARIABLE)
			return (true);
		if (n->type == N_FIELD && strcmp(n->path[0], field) == 0)
			return (true);
	}
	return (false);
}
