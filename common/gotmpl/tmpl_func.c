/*
 * The functions of text/template and those that podman adds.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "nitems.h"
#include "tmpl_impl.h"
#include "visible.h"

/* One call: 0 with a value in *out, or written to f; -1 with a reason. */
struct call {
	struct exec		*x;
	const struct val	*v;	/* the arguments */
	size_t			 n;
	int			 option;
	FILE			*f;
	struct val		*out;
	struct parse_err	*err;
};

json_t *
tmpl_text(const char *s)
{
	scoped_free char	*fixed = NULL;
	json_t			*j = json_string(s);
	char			*to;
	size_t			 n;

	if (j != NULL)
		return (j);
	if ((fixed = to = malloc(strlen(s) * 3 + 1)) == NULL)
		return (NULL);
	for (; *s != '\0'; s += n)
		if (utf8_next(s, &n) == -1)
			to = stpcpy(to, "\xef\xbf\xbd");
		else
			to = mempcpy(to, s, n);
	*to = '\0';
	return (json_string(fixed));
}

static int
no_memory(struct call *c)
{
	return (parse_no_memory(c->err));
}

static int
give(struct call *c, json_t *j)
{
	*c->out = exec_keep(c->x, j);
	return (c->out->j == NULL ? no_memory(c) : 0);
}

/* The text of an argument. */
static const char *
str(const struct call *c, size_t i)
{
	return (json_string_value(c->v[i].j));
}

/* The option: println. */
static int
w_print(struct call *c)
{
	val_print_all(c->f, c->v, c->n, c->option);
	return (0);
}

static int
w_printf(struct call *c)
{
	val_printf(c->f, str(c, 0), c->v + 1, c->n - 1);
	return (0);
}

static int
f_not(struct call *c)
{
	return (give(c, json_boolean(!val_true(c->v[0]))));
}

static int
f_len(struct call *c)
{
	struct val	 v = c->v[0];

	if (v.j == NULL || json_is_null(v.j))
		return (parse_fail(c->err, "len of nil pointer"));
	if (!json_is_string(v.j) && !json_is_array(v.j) &&
	    !(json_is_object(v.j) && v.map))
		return (parse_fail(c->err, "len of type %s", val_type(v)));
	return (give(c, json_integer((json_int_t)(json_string_length(v.j) +
	    json_array_size(v.j) + json_object_size(v.j)))));
}

/* An index below a length. */
static int
take_index(struct call *c, struct val at, size_t len, size_t *out)
{
	json_int_t	 i = json_integer_value(at.j);

	if (!json_is_integer(at.j))
		return (parse_fail(c->err, "cannot index slice/array with "
		    "type %s", val_type(at)));
	if (i < 0 || (size_t)i >= len)
		return (parse_fail(c->err, "index out of range: %lld",
		    (long long)i));
	*out = (size_t)i;
	return (0);
}

/* The element of a list, a map or a text. */
static int
index_one(struct call *c, struct val of, struct val at)
{
	bool	 text = json_is_string(of.j);
	size_t	 i;

	if (of.j == NULL || json_is_null(of.j))
		return (parse_fail(c->err, "index of nil pointer"));
	if (json_is_object(of.j)) {
		if (!json_is_string(at.j))
			return (parse_fail(c->err, "value has type %s; should "
			    "be string", val_type(at)));
		*c->out = (struct val){ json_object_get(of.j,
		    json_string_value(at.j)), false };
		return (c->out->j == NULL ? give(c, json_string("")) : 0);
	}
	if (!text && !json_is_array(of.j))
		return (parse_fail(c->err, "can't index item of type %s",
		    val_type(of)));
	if (take_index(c, at, text ? json_string_length(of.j) :
	    json_array_size(of.j), &i) == -1)
		return (-1);
	if (text)
		return (give(c, json_integer((unsigned char)
		    json_string_value(of.j)[i])));
	*c->out = (struct val){ json_array_get(of.j, i), false };
	return (0);
}

static int
f_index(struct call *c)
{
	*c->out = c->v[0];
	for (size_t i = 1; i < c->n; i++)
		if (index_one(c, *c->out, c->v[i]) == -1)
			return (-1);
	return (0);
}

/* Bytes of the first argument. */
static int
give_part(struct call *c, size_t from, size_t to)
{
	scoped_free char	*part = strndup(str(c, 0) + from, to - from);

	return (part == NULL ? no_memory(c) : give(c, tmpl_text(part)));
}

static int
f_slice(struct call *c)
{
	json_t	*all = c->v[0].j, *part;
	size_t	 len = json_string_length(all) + json_array_size(all);
	size_t	 cut[2] = { 0, len };

	if (!json_is_array(all) && !json_is_string(all))
		return (parse_fail(c->err, "can't slice item of type %s",
		    val_type(c->v[0])));
	for (size_t i = 1; i < c->n; i++)
		if (take_index(c, c->v[i], len + 1, &cut[i - 1]) == -1)
			return (-1);
	if (cut[0] > cut[1])
		return (parse_fail(c->err, "invalid slice index: %zu > %zu",
		    cut[0], cut[1]));
	if (json_is_string(all))
		return (give_part(c, cut[0], cut[1]));
	if ((part = json_array()) == NULL)
		return (no_memory(c));
	for (size_t i = cut[0]; i < cut[1]; i++)
		json_array_append(part, json_array_get(all, i));
	return (give(c, part));
}

static char
basic_kind(struct val v)
{
	if (json_is_boolean(v.j))
		return ('b');
	if (json_is_integer(v.j))
		return ('i');
	if (json_is_real(v.j))
		return ('f');
	if (json_is_string(v.j))
		return ('s');
	return (v.j == NULL || json_is_null(v.j) ? 'n' : 0);
}

/* Go's eq of two: 1, 0, or -1 with why. */
static int
same(struct call *c, struct val a, struct val b)
{
	char	 ka = basic_kind(a), kb = basic_kind(b);

	if (ka == 'n' || kb == 'n')
		return (ka == kb);
	if (json_is_object(a.j) && json_is_object(b.j) && !a.map && !b.map)
		return (json_equal(a.j, b.j));
	if (ka == 0 || kb == 0)
		return (parse_fail(c->err, "non-comparable type %s",
		    val_type(ka == 0 ? a : b)));
	if (ka != kb)
		return (parse_fail(c->err,
		    "incompatible types for comparison"));
	return (json_equal(a.j, b.j));
}

/* The option: ne. */
static int
f_eq(struct call *c)
{
	int	 r = 0;

	if (c->n < 2)
		return (parse_fail(c->err, "missing argument for comparison"));
	for (size_t i = 1; i < c->n && r == 0; i++)
		if ((r = same(c, c->v[0], c->v[i])) == -1)
			return (-1);
	return (give(c, json_boolean(r != c->option)));
}

/* The option: for which orders this is true. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static int
f_order(struct call *c)
{
	json_t	*x = c->v[0].j, *y = c->v[1].j;
	char	 a = basic_kind(c->v[0]), b = basic_kind(c->v[1]);
	bool	 less, more;
	int	 order;

	if (a == 0 || a == 'n' || b == 0 || b == 'n' || a == 'b')
		return (parse_fail(c->err, "invalid type for comparison"));
	if (a != b)
		return (parse_fail(c->err,
		    "incompatible types for comparison"));
	if (a == 's') {
		order = strcmp(json_string_value(x), json_string_value(y));
		less = order < 0;
		more = order > 0;
	} else if (a == 'i') {
		less = json_integer_value(x) < json_integer_value(y);
		more = json_integer_value(x) > json_integer_value(y);
	} else {
		less = json_real_value(x) < json_real_value(y);
		more = json_real_value(x) > json_real_value(y);
	}
	order = less ? LESS : more ? GREATER : EQUAL;
	return (give(c, json_boolean(c->option & order)));
}

char *
tmpl_json(json_t *j)
{
	return (json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT));
}

/* Encoded as Go does it: a map's keys are sorted, a record's are not. */
static int
f_json(struct call *c)
{
	scoped_free char	*text = NULL;

	if (c->v[0].j == NULL)
		return (give(c, json_string("null")));
	text = json_dumps(c->v[0].j, JSON_ENCODE_ANY | JSON_COMPACT |
	    (c->v[0].map ? JSON_SORT_KEYS : 0));
	return (text == NULL ? no_memory(c) : give(c, tmpl_text(text)));
}

static int
w_join(struct call *c)
{
	size_t	 i;
	json_t	*e;

	json_array_foreach(c->v[0].j, i, e) {
		fputs(i > 0 ? str(c, 1) : "", c->f);
		val_print(c->f, (struct val){ e, false });
	}
	return (0);
}

/* strings.Split with "" between characters. */
static int
f_split(struct call *c)
{
	const char	*s = str(c, 0), *sep = str(c, 1), *p;
	size_t		 n;
	json_t		*list = json_array();

	if (list == NULL)
		return (no_memory(c));
	for (; *sep == '\0' && *s != '\0'; s += n) {
		(void)utf8_next(s, &n);
		json_array_append_new(list, json_stringn(s, n));
	}
	if (*sep != '\0') {
		for (; (p = strstr(s, sep)) != NULL; s = p + strlen(sep))
			json_array_append_new(list,
			    json_stringn(s, (size_t)(p - s)));
		json_array_append_new(list, json_string(s));
	}
	return (give(c, list));
}

/* The option: the first letter of the alphabet that is to be changed. */
static int
w_case(struct call *c)
{
	int	 from = c->option;

	for (const char *s = str(c, 0); *s != '\0'; s++)
		fputc(*s >= from && *s < from + 26 ? *s ^ 0x20 : *s, c->f);
	return (0);
}

static int
w_title(struct call *c)
{
	bool	 start = true;
	int	 ch;

	for (const char *s = str(c, 0); *s != '\0'; s++) {
		ch = (unsigned char)*s;
		if (start && ch >= 'a' && ch <= 'z')
			ch -= 32;
		fputc(ch, c->f);
		start = isspace(ch) || (ispunct(ch) && ch != '_');
	}
	return (0);
}

/* podman cuts bytes; a character cut in two is dropped. */
static int
f_truncate(struct call *c)
{
	const char	*s = str(c, 0);
	json_int_t	 len = json_integer_value(c->v[1].j);

	if (len < 0)
		return (parse_fail(c->err, "slice bounds out of range [:%lld]",
		    (long long)len));
	if ((size_t)len >= strlen(s)) {
		*c->out = c->v[0];
		return (0);
	}
	while (len > 0 && (s[len] & 0xc0) == 0x80)
		len--;
	return (give_part(c, 0, (size_t)len));
}

static int
w_pad(struct call *c)
{
	json_int_t	 before = json_integer_value(c->v[1].j);
	json_int_t	 after = json_integer_value(c->v[2].j);

	if (before < 0 || after < 0 || before > 10000 || after > 10000)
		return (parse_fail(c->err, "strings: negative or too large "
		    "Repeat count"));
	if (*str(c, 0) != '\0')
		fprintf(c->f, "%*s%s%*s", (int)before, "", str(c, 0),
		    (int)after, "");
	return (0);
}

static void
put_html(FILE *f, unsigned char ch)
{
	static const char	 from[] = "\"'&<>";
	static const char *const to[] = { "&#34;", "&#39;", "&amp;", "&lt;",
				    "&gt;" };
	const char		*p = strchr(from, ch);

	if (p != NULL)
		fputs(to[p - from], f);
	else
		fputc(ch, f);
}

static void
put_js(FILE *f, unsigned char ch)
{
	if (strchr("\\'\"", ch) != NULL)
		fprintf(f, "\\%c", ch);
	else if (strchr("<>&=", ch) != NULL || ch < 0x20)
		fprintf(f, "\\u%04X", ch);
	else
		fputc(ch, f);
}

static void
put_url(FILE *f, unsigned char ch)
{
	if ((ch < 0x80 && isalnum(ch)) || strchr("-_.~", ch) != NULL)
		fputc(ch, f);
	else if (ch == ' ')
		fputc('+', f);
	else
		fprintf(f, "%%%02X", ch);
}

/* Print the arguments and escape that. The option: for what. */
static int
w_escape(struct call *c)
{
	scoped_free char	*text = val_text(c->v, c->n);

	if (text == NULL)
		return (no_memory(c));
	for (const char *s = text; *s != '\0'; s++)
		(c->option == 'h' ? put_html : c->option == 'j' ? put_js :
		    put_url)(c->f, (unsigned char)*s);
	return (0);
}

static const struct func	funcs[] = {
	{ "and", 1, -1, "v", NULL, 0, false },
	{ "eq", 1, -1, "v", f_eq, false, false },
	{ "ge", 2, 2, "v", f_order, GREATER | EQUAL, false },
	{ "gt", 2, 2, "v", f_order, GREATER, false },
	{ "html", 0, -1, "v", w_escape, 'h', true },
	{ "index", 1, -1, "v", f_index, 0, false },
	{ "join", 2, 2, "ls", w_join, 0, true },
	{ "js", 0, -1, "v", w_escape, 'j', true },
	{ "json", 1, 1, "v", f_json, 0, false },
	{ "le", 2, 2, "v", f_order, LESS | EQUAL, false },
	{ "len", 1, 1, "v", f_len, 0, false },
	{ "lower", 1, 1, "s", w_case, 'A', true },
	{ "lt", 2, 2, "v", f_order, LESS, false },
	{ "ne", 2, 2, "v", f_eq, true, false },
	{ "not", 1, 1, "v", f_not, 0, false },
	{ "or", 1, -1, "v", NULL, 0, false },
	{ "pad", 3, 3, "sii", w_pad, 0, true },
	{ "print", 0, -1, "v", w_print, false, true },
	{ "printf", 1, -1, "sv", w_printf, 0, true },
	{ "println", 0, -1, "v", w_print, true, true },
	{ "slice", 1, 3, "v", f_slice, 0, false },
	{ "split", 2, 2, "s", f_split, 0, false },
	{ "title", 1, 1, "s", w_title, 0, true },
	{ "truncate", 2, 2, "si", f_truncate, 0, false },
	{ "upper", 1, 1, "s", w_case, 'a', true },
	{ "urlquery", 0, -1, "v", w_escape, 'u', true },
};

const struct func *
func_find(const char *name)
{
	for (size_t i = 0; i < NITEMS(funcs); i++)
		if (strcmp(funcs[i].name, name) == 0)
			return (&funcs[i]);
	return (NULL);
}

int
func_call(struct exec *x, const struct func *f, const struct val *v, size_t n,
    struct val *out, struct parse_err *err)
{
	scoped_free char	*text = NULL;
	struct call		 c = { x, v, n, f->option, NULL, out, err };
	size_t			 size;
	int			 r;

	if (!f->writes)
		return (f->call(&c));
	if ((c.f = open_memstream(&text, &size)) == NULL)
		return (no_memory(&c));
	r = f->call(&c);
	if (fclose(c.f) == EOF || text == NULL)
		return (no_memory(&c));
	return (r == -1 ? -1 : give(&c, tmpl_text(text)));
}
