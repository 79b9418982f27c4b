/*
 * text/template's evaluation.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "nitems.h"
#include "tmpl_impl.h"
#include "visible.h"

#define MAX_DEPTH	100

/* How a list ended. */
enum flow { FLOW_ERROR = -1, FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE };

static const struct val	 no_value = { NULL, false };

static enum flow walk(struct exec *, struct val, const struct node *);
static int eval_pipeline(struct exec *, struct val, const struct node *,
    struct val *);

static int fail(struct exec *, const struct node *, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Go's words: where, doing what, why. */
static int
fail(struct exec *x, const struct node *n, const char *fmt, ...)
{
	const char	*name = x->t->about->name;
	char		 why[256];
	int		 line, col;
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	line = tmpl_line(x->t, n->pos, &col);
	return (parse_fail(x->err, "template: %s:%d:%d: executing \"%s\" at "
	    "<%.*s>: %s", name, line, col, name, (int)n->len, n->s, why));
}

struct val
exec_keep(struct exec *x, json_t *j)
{
	struct val	 v = { j, false };

	if (j != NULL && json_array_append_new(x->pool, j) == -1)
		v.j = NULL;
	return (v);
}

static int
set_var(struct exec *x, const char *name, struct val v)
{
	struct var	*vars;

	if (x->nvars == x->cap) {
		vars = reallocarray(x->vars, x->cap + 16, sizeof(*vars));
		if (vars == NULL)
			return (parse_no_memory(x->err));
		x->vars = vars;
		x->cap += 16;
	}
	x->vars[x->nvars++] = (struct var){ name, v };
	return (0);
}

/* NULL, and the message, when there is none. */
static struct var *
find_var(struct exec *x, const struct node *n, const char *name)
{
	for (size_t i = x->nvars; i > 0; i--)
		if (strcmp(x->vars[i - 1].name, name) == 0)
			return (&x->vars[i - 1]);
	fail(x, n, "undefined variable: %s", name);
	return (NULL);
}

/* What a pipeline or an iteration of a range does to one of its variables. */
static int
give_var(struct exec *x, const struct node *pipe, size_t i, struct val v)
{
	struct var	*var;

	if (!pipe->assign)
		return (set_var(x, pipe->decl[i], v));
	if ((var = find_var(x, pipe, pipe->decl[i])) == NULL)
		return (-1);
	var->v = v;
	return (0);
}

static bool
is_map(const struct exec *x, const char *field)
{
	const char *const	*m = x->t->about->maps;

	for (; m != NULL && *m != NULL; m++)
		if (strcmp(*m, field) == 0)
			return (true);
	return (false);
}

/*
 * podman's records have some names in Go that are others in its JSON; scripts
 * use both.
 */
static json_t *
find_member(const struct exec *x, json_t *object, const char *name)
{
	static const struct {
		const char	*go;
		const char	*json;
	} same[] = {
		{ "ID", "Id" }, { "Id", "ID" },
		{ "CgroupsVersion", "cgroupVersion" },
		{ "DefaultCapabilities", "capabilities" },
	};
	json_t		*j = json_object_get(object, name), *v;
	const char	*key;

	for (size_t i = 0; j == NULL && i < NITEMS(same);
	    i++)
		if (strcmp(name, same[i].go) == 0)
			j = json_object_get(object, same[i].json);
	if (j != NULL || !x->t->about->any_case)
		return (j);
	json_object_foreach(object, key, v)
		if (strcasecmp(key, name) == 0)
			return (v);
	return (NULL);
}

static int
eval_field(struct exec *x, struct val from, const struct node *n,
    const char *name, const char *type, struct val *out)
{
	*out = no_value;
	if (from.j == NULL)
		return (0);
	if (json_is_null(from.j))
		return (fail(x, n, "nil pointer evaluating %s.%s", type,
		    name));
	if (json_is_object(from.j) && from.map) {
		out->j = json_object_get(from.j, name);
		return (0);
	}
	if (json_is_object(from.j))
		out->j = find_member(x, from.j, name);
	else
		type = val_type(from);
	out->map = is_map(x, name);
	if (out->j == NULL)
		return (fail(x, n, "can't evaluate field %s in type %s", name,
		    type));
	return (0);
}

/* A value, or what the names behind it lead to. */
static int
eval_names(struct exec *x, struct val from, const struct node *n,
    struct val *out)
{
	const char	*type = n->kind == T_FIELD ? x->t->about->type : NULL;

	*out = from;
	for (const struct node *name = n->list; name != NULL;
	    name = name->next, type = NULL) {
		from = *out;
		if (eval_field(x, from, n, name->text + 1, type == NULL ?
		    val_type(from) : type, out) == -1)
			return (-1);
	}
	return (0);
}

/* An argument, or a command that is not a function. */
static int
eval_arg(struct exec *x, struct val dot, const struct node *n,
    struct val *out)
{
	struct var	*var;
	struct val	 v = dot;

	switch (n->kind) {
	case T_NIL:
		v = exec_keep(x, json_null());
		break;
	case T_CONST:
		v = (struct val){ n->value, false };
		break;
	case T_VARIABLE:
		if ((var = find_var(x, n, n->text)) == NULL)
			return (-1);
		v = var->v;
		break;
	case T_LPAREN:
		if (eval_pipeline(x, dot, n->pipe, &v) == -1)
			return (-1);
		break;
	case T_IDENT:
		return (fail(x, n, "can't evaluate it"));
	default:
		break;
	}
	return (eval_names(x, v, n, out));
}

static int
check_kind(struct exec *x, const struct func *f, const struct node *arg,
    size_t i, struct val v)
{
	size_t		 last = strlen(f->kinds) - 1;
	char		 kind = f->kinds[i > last ? last : i];
	const char	*name = kind == STR ? "string" : kind == INT ? "int" :
			    "[]string";

	if (kind == ANY || (kind == STR && json_is_string(v.j)) ||
	    (kind == INT && json_is_integer(v.j)) ||
	    (kind == LIST && json_is_array(v.j)))
		return (0);
	if (v.j == NULL)
		return (fail(x, arg, "invalid value; expected %s", name));
	if (arg->kind == T_CONST && kind == LIST)
		return (fail(x, arg, "can't handle %.*s for arg of type "
		    "[]string", (int)arg->len, arg->s));
	if (arg->kind == T_CONST)
		return (fail(x, arg, "expected %s; found %.*s",
		    kind == INT ? "integer" : name, (int)arg->len, arg->s));
	return (fail(x, arg, "wrong type for value; expected %s; got %s",
	    name, val_type(v)));
}

static int
check_count(struct exec *x, const struct node *ident, size_t n)
{
	const struct func	*f = ident->func;

	if (f->max == -1 && n < (size_t)f->min)
		return (fail(x, ident, "wrong number of args for %s: want at "
		    "least %d got %zu", f->name, f->min, n));
	if (f->max != -1 && (n < (size_t)f->min || n > (size_t)f->max))
		return (fail(x, ident, "wrong number of args for %s: want %d "
		    "got %zu", f->name, f->max, n));
	return (0);
}

/* and, or: the value that decides; what follows is not evaluated. */
static int
eval_logic(struct exec *x, struct val dot, const struct node *cmd,
    const struct val *final, struct val *out)
{
	bool	 stop = strcmp(cmd->list->text, "or") == 0;

	for (const struct node *a = cmd->list->next; a != NULL; a = a->next) {
		if (eval_arg(x, dot, a, out) == -1)
			return (-1);
		if (val_true(*out) == stop)
			return (0);
	}
	if (final != NULL)
		*out = *final;
	return (0);
}

static int
eval_function(struct exec *x, struct val dot, const struct node *cmd,
    const struct val *final, struct val *out)
{
	const struct node	*ident = cmd->list, *a;
	const struct func	*f = ident->func;
	scoped_free struct val	*args = NULL;
	struct parse_err	 why;
	size_t			 n = final != NULL, i;

	for (a = ident->next; a != NULL; a = a->next)
		n++;
	if (check_count(x, ident, n) == -1)
		return (-1);
	if (f->call == NULL)
		return (eval_logic(x, dot, cmd, final, out));
	if ((args = calloc(n + 1, sizeof(*args))) == NULL)
		return (parse_no_memory(x->err));
	for (i = 0, a = ident->next; a != NULL; a = a->next, i++)
		if (eval_arg(x, dot, a, &args[i]) == -1 ||
		    check_kind(x, f, a, i, args[i]) == -1)
			return (-1);
	if (final != NULL) {
		args[i] = *final;
		if (check_kind(x, f, ident, i, args[i]) == -1)
			return (-1);
	}
	if (func_call(x, f, args, n, out, &why) == -1)
		return (fail(x, cmd, "error calling %s: %s", f->name,
		    why.text));
	return (0);
}

static int
eval_command(struct exec *x, struct val dot, const struct node *cmd,
    const struct val *final, struct val *out)
{
	const struct node	*n = cmd->list, *last = n->list;
	bool			 args = n->next != NULL || final != NULL;

	if (n->kind == T_IDENT)
		return (eval_function(x, dot, cmd, final, out));
	while (last != NULL && last->next != NULL)
		last = last->next;
	if (args && last != NULL)
		return (fail(x, n, "%s has arguments but cannot be invoked as "
		    "function", last->text + 1));
	if (args)
		return (fail(x, n, "can't give argument to non-function %.*s",
		    (int)n->len, n->s));
	if (n->kind == T_NIL)
		return (fail(x, n, "nil is not a command"));
	return (eval_arg(x, dot, n, out));
}

static int
eval_pipeline(struct exec *x, struct val dot, const struct node *pipe,
    struct val *out)
{
	struct val	 v = no_value, prev;
	bool		 first = true;

	if (++x->depth > MAX_DEPTH)
		return (fail(x, pipe, "nested more than %d deep", MAX_DEPTH));
	for (const struct node *c = pipe->list; c != NULL; c = c->next) {
		prev = v;
		if (eval_command(x, dot, c, first ? NULL : &prev, &v) == -1)
			return (-1);
		first = false;
	}
	x->depth--;
	*out = v;
	for (size_t i = 0; i < pipe->ndecl; i++)
		if (give_var(x, pipe, i, v) == -1)
			return (-1);
	return (0);
}

static void
print(struct exec *x, struct val v)
{
	scoped_free char	*text = NULL;
	scoped_free char	*safe = NULL;
	size_t			 size;

	if (!x->tty || v.j == NULL) {
		val_print(x->out, v);
		return;
	}
	if ((text = val_text(&v, 1)) == NULL)
		return;
	size = strlen(text) * 6 + 1;
	if ((safe = malloc(size)) == NULL)
		return;
	visible_text(safe, size, text);
	fputs(safe, x->out);
}

/* One iteration of a range. */
static enum flow
iterate(struct exec *x, const struct node *n, struct val key, struct val elem)
{
	size_t		 mark = x->nvars;
	size_t		 nd = n->pipe->ndecl;
	struct val	 of[2] = { nd > 1 ? key : elem, elem };
	enum flow	 f;

	for (size_t i = 0; i < nd; i++)
		if (give_var(x, n->pipe, i, of[i]) == -1)
			return (FLOW_ERROR);
	f = walk(x, elem, n->list);
	x->nvars = mark;
	return (f);
}

/* Each element, with its index or, of a map, its key in sorted order. */
static enum flow
range_all(struct exec *x, const struct node *n, json_t *all)
{
	scoped_free const char	**keys = NULL;
	size_t			  count = json_array_size(all);
	json_t			 *key, *elem;
	enum flow		  f;

	if (json_is_object(all) && (keys = tmpl_keys(all, &count)) == NULL)
		return (FLOW_ERROR);
	for (size_t i = 0; i < count; i++) {
		key = keys == NULL ? json_integer((json_int_t)i) :
		    tmpl_text(keys[i]);
		elem = keys == NULL ? json_array_get(all, i) :
		    json_object_get(all, keys[i]);
		f = iterate(x, n, exec_keep(x, key), (struct val){ elem,
		    false });
		if (f == FLOW_BREAK || f == FLOW_ERROR)
			return (f);
	}
	return (FLOW_NEXT);
}

/*
 * The pipe's variables are set per iteration, so it is evaluated without them.
 * A node that differs only in that stands in for it.
 */
static enum flow
walk_range(struct exec *x, struct val dot, const struct node *n)
{
	struct node	 pipe = *n->pipe;
	scoped_free char *text = NULL;
	struct val	 v;
	enum flow	 f;

	pipe.ndecl = 0;
	if (eval_pipeline(x, dot, &pipe, &v) == -1)
		return (FLOW_ERROR);
	if (v.j != NULL && !json_is_null(v.j) && !json_is_array(v.j) &&
	    !(json_is_object(v.j) && v.map)) {
		text = val_text(&v, 1);
		return (fail(x, n->pipe, "range can't iterate over %.100s",
		    text == NULL ? "" : text));
	}
	if (json_array_size(v.j) == 0 && json_object_size(v.j) == 0)
		return (walk(x, dot, n->other));
	f = range_all(x, n, v.j);
	return (f == FLOW_BREAK ? FLOW_NEXT : f);
}

static enum flow
walk_if(struct exec *x, struct val dot, const struct node *n)
{
	size_t		 mark = x->nvars;
	struct val	 v;
	enum flow	 f;

	if (eval_pipeline(x, dot, n->pipe, &v) == -1)
		return (FLOW_ERROR);
	f = !val_true(v) ? walk(x, dot, n->other) :
	    walk(x, n->kind == T_WITH ? v : dot, n->list);
	x->nvars = mark;
	return (f);
}

static enum flow
step(struct exec *x, struct val dot, const struct node *n)
{
	struct val	 v;

	switch (n->kind) {
	case T_TEXT:
		fputs(n->text, x->out);
		return (FLOW_NEXT);
	case T_LEFT:
		if (eval_pipeline(x, dot, n->pipe, &v) == -1)
			return (FLOW_ERROR);
		if (n->pipe->ndecl == 0)
			print(x, v);
		return (FLOW_NEXT);
	case T_IF:
	case T_WITH:
		return (walk_if(x, dot, n));
	case T_RANGE:
		return (walk_range(x, dot, n));
	case T_BREAK:
		return (FLOW_BREAK);
	case T_CONTINUE:
		return (FLOW_CONTINUE);
	default:
		return (FLOW_ERROR);
	}
}

static enum flow
walk(struct exec *x, struct val dot, const struct node *n)
{
	enum flow	 f;

	for (; n != NULL; n = n->next)
		if ((f = step(x, dot, n)) != FLOW_NEXT)
			return (f);
	return (FLOW_NEXT);
}

int
tmpl_exec(const struct tmpl *t, json_t *data, FILE *out, unsigned int flags,
    struct parse_err *err)
{
	struct exec	 x = { .t = t, .out = out,
			    .tty = (flags & TMPL_TTY) != 0, .err = err };
	struct val	 dot = { data, (flags & TMPL_MAP) != 0 };
	enum flow	 f = FLOW_ERROR;

	parse_no_memory(err);
	if ((x.pool = json_array()) != NULL && set_var(&x, "$", dot) == 0)
		f = walk(&x, dot, t->root);
	free(x.vars);
	json_decref(x.pool);
	return (f == FLOW_ERROR ? -1 : 0);
}
