/*
 * The functions of text/template and those that podman adds.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "tmpl_impl.h"
#include "visible.h"

typedef int call_fn(struct exec *, const struct val *, size_t, struct val *,
    struct parse_err *);

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
		if (utf8_next(s, &n) == -1) {
			memcpy(to, "\xef\xbf\xbd", 3);
			to += 3;
		} else {
			memcpy(to, s, n);
			to += n;
		}
	*to = '\0';
	return (json_string(fixed));
}

static int
no_memory(struct parse_err *e)
{
	return (parse_fail(e, "%s", strerror(ENOMEM)));
}

static int
give(struct exec *x, json_t *j, struct val *out, struct parse_err *e)
{
	*out = exec_keep(x, j);
	return (out->j == NULL ? no_memory(e) : 0);
}

/* What functions that make a text write. 0, or -1 with a reason. */
typedef int write_fn(FILE *, const struct val *, size_t, struct parse_err *);

/* What a function writes, in malloc'd memory; or NULL with a reason. */
static char *
written(write_fn *fn, const struct val *v, size_t n, struct parse_err *e)
{
	scoped_free char	*text = NULL;
	size_t			 size;
	FILE			*f = open_memstream(&text, &size);
	int			 r;

	if (f == NULL)
		return (no_memory(e), NULL);
	r = fn(f, v, n, e);
	if (fclose(f) == EOF || text == NULL)
		r = no_memory(e);
	return (r == -1 ? NULL : take_ptr(&text));
}

static int
w_print(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	(void)e;
	val_print_all(f, v, n, false);
	return (0);
}

static int
w_println(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	(void)e;
	val_print_all(f, v, n, true);
	return (0);
}

static int
w_printf(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	(void)e;
	val_printf(f, json_string_value(v[0].j), v + 1, n - 1);
	return (0);
}

static int
f_not(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	(void)n;
	return (give(x, json_boolean(!val_true(v[0])), out, e));
}

static int
f_len(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	size_t	 len;

	(void)n;
	if (v[0].j == NULL || json_is_null(v[0].j))
		return (parse_fail(e, "len of nil pointer"));
	if (json_is_string(v[0].j))
		len = json_string_length(v[0].j);
	else if (json_is_array(v[0].j))
		len = json_array_size(v[0].j);
	else if (json_is_object(v[0].j) && v[0].map)
		len = json_object_size(v[0].j);
	else
		return (parse_fail(e, "len of type %s", val_type(v[0])));
	return (give(x, json_integer((json_int_t)len), out, e));
}

/* An index below a length. */
static int
take_index(struct val at, size_t len, size_t *out, struct parse_err *e)
{
	json_int_t	 i = json_integer_value(at.j);

	if (!json_is_integer(at.j))
		return (parse_fail(e, "cannot index slice/array with type %s",
		    val_type(at)));
	if (i < 0 || (size_t)i >= len)
		return (parse_fail(e, "index out of range: %lld",
		    (long long)i));
	*out = (size_t)i;
	return (0);
}

static int
index_list(struct val list, struct val at, struct val *out,
    struct parse_err *e)
{
	size_t	 i;

	if (take_index(at, json_array_size(list.j), &i, e) == -1)
		return (-1);
	*out = (struct val){ json_array_get(list.j, i), false };
	return (0);
}

static int
index_map(struct exec *x, struct val map, struct val at, struct val *out,
    struct parse_err *e)
{
	json_t	*j;

	if (!json_is_string(at.j))
		return (parse_fail(e, "value has type %s; should be string",
		    val_type(at)));
	if ((j = json_object_get(map.j, json_string_value(at.j))) == NULL)
		return (give(x, json_string(""), out, e));
	*out = (struct val){ j, false };
	return (0);
}

static int
index_text(struct exec *x, struct val s, struct val at, struct val *out,
    struct parse_err *e)
{
	size_t	 i;

	if (take_index(at, json_string_length(s.j), &i, e) == -1)
		return (-1);
	return (give(x, json_integer((unsigned char)
	    json_string_value(s.j)[i]), out, e));
}

static int
f_index(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	struct val	 at = v[0];
	int		 r;

	for (size_t i = 1; i < n; i++) {
		if (at.j == NULL || json_is_null(at.j))
			return (parse_fail(e, "index of nil pointer"));
		if (json_is_array(at.j))
			r = index_list(at, v[i], out, e);
		else if (json_is_object(at.j))
			r = index_map(x, at, v[i], out, e);
		else if (json_is_string(at.j))
			r = index_text(x, at, v[i], out, e);
		else
			r = parse_fail(e, "can't index item of type %s",
			    val_type(at));
		if (r == -1)
			return (-1);
		at = *out;
	}
	*out = at;
	return (0);
}

static int
slice_list(struct exec *x, json_t *list, size_t from, size_t to,
    struct val *out, struct parse_err *e)
{
	json_t	*part = json_array();

	if (part == NULL)
		return (no_memory(e));
	for (size_t i = from; i < to; i++)
		json_array_append(part, json_array_get(list, i));
	return (give(x, part, out, e));
}

static int
slice_text(struct exec *x, const char *s, size_t from, size_t to,
    struct val *out, struct parse_err *e)
{
	scoped_free char	*part = strndup(s + from, to - from);

	if (part == NULL)
		return (no_memory(e));
	return (give(x, tmpl_text(part), out, e));
}

static int
f_slice(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	size_t	 len, cut[2];

	if (json_is_array(v[0].j))
		len = json_array_size(v[0].j);
	else if (json_is_string(v[0].j))
		len = json_string_length(v[0].j);
	else
		return (parse_fail(e, "can't slice item of type %s",
		    val_type(v[0])));
	cut[0] = 0;
	cut[1] = len;
	for (size_t i = 1; i < n; i++)
		if (take_index(v[i], len + 1, &cut[i - 1], e) == -1)
			return (-1);
	if (cut[0] > cut[1])
		return (parse_fail(e, "invalid slice index: %zu > %zu",
		    cut[0], cut[1]));
	if (json_is_array(v[0].j))
		return (slice_list(x, v[0].j, cut[0], cut[1], out, e));
	return (slice_text(x, json_string_value(v[0].j), cut[0], cut[1], out,
	    e));
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
same(struct val a, struct val b, struct parse_err *e)
{
	char	 ka = basic_kind(a), kb = basic_kind(b);

	if (ka == 'n' || kb == 'n')
		return (ka == kb);
	if (json_is_object(a.j) && json_is_object(b.j) && !a.map && !b.map)
		return (json_equal(a.j, b.j));
	if (ka == 0 || kb == 0)
		return (parse_fail(e, "non-comparable type %s",
		    val_type(ka == 0 ? a : b)));
	if (ka != kb)
		return (parse_fail(e, "incompatible types for comparison"));
	return (json_equal(a.j, b.j));
}

static int
f_eq(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	int	 r = 0;

	if (n < 2)
		return (parse_fail(e, "missing argument for comparison"));
	for (size_t i = 1; i < n && r == 0; i++)
		if ((r = same(v[0], v[i], e)) == -1)
			return (-1);
	return (give(x, json_boolean(r), out, e));
}

static int
f_ne(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	int	 r = same(v[0], v[1], e);

	(void)n;
	return (r == -1 ? -1 : give(x, json_boolean(!r), out, e));
}

/* -1, 0, 1 in *order. */
static int
compare(const struct val *v, int *order, struct parse_err *e)
{
	char		 a = basic_kind(v[0]), b = basic_kind(v[1]);
	json_int_t	 i, j;
	double		 d, f;

	if (a == 0 || a == 'n' || b == 0 || b == 'n' || a == 'b')
		return (parse_fail(e, "invalid type for comparison"));
	if (a != b)
		return (parse_fail(e, "incompatible types for comparison"));
	if (a == 's') {
		*order = strcmp(json_string_value(v[0].j),
		    json_string_value(v[1].j));
		return (0);
	}
	if (a == 'i') {
		i = json_integer_value(v[0].j);
		j = json_integer_value(v[1].j);
		*order = (i > j) - (i < j);
		return (0);
	}
	d = json_real_value(v[0].j);
	f = json_real_value(v[1].j);
	*order = (d > f) - (d < f);
	return (0);
}

#define ORDER(name, op)							\
static int								\
name(struct exec *x, const struct val *v, size_t n, struct val *out,	\
    struct parse_err *e)						\
{									\
	int	 order;							\
									\
	(void)n;							\
	if (compare(v, &order, e) == -1)				\
		return (-1);						\
	return (give(x, json_boolean(order op 0), out, e));		\
}

ORDER(f_lt, <)
ORDER(f_le, <=)
ORDER(f_gt, >)
ORDER(f_ge, >=)

/* Encoded as Go does it: a map's keys are sorted, a record's are not. */
static char *
dump(json_t *j, size_t flags)
{
	return (json_dumps(j, JSON_ENCODE_ANY | flags));
}

char *
tmpl_json(json_t *j)
{
	return (dump(j, JSON_COMPACT));
}

static int
f_json(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	scoped_free char	*text = NULL;

	(void)n;
	if (v[0].j == NULL)
		return (give(x, json_string("null"), out, e));
	text = dump(v[0].j, JSON_COMPACT | (v[0].map ? JSON_SORT_KEYS : 0));
	if (text == NULL)
		return (no_memory(e));
	return (give(x, tmpl_text(text), out, e));
}

static int
w_join(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	(void)n;
	(void)e;
	for (size_t i = 0; i < json_array_size(v[0].j); i++) {
		if (i > 0)
			fputs(json_string_value(v[1].j), f);
		val_print(f, (struct val){ json_array_get(v[0].j, i),
		    false });
	}
	return (0);
}

/* strings.Split with "" between characters. */
static int
f_split(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	const char	*s = json_string_value(v[0].j), *p;
	const char	*sep = json_string_value(v[1].j);
	size_t		 len = strlen(sep), size;
	json_t		*list = json_array();

	(void)n;
	if (list == NULL)
		return (no_memory(e));
	if (len == 0) {
		for (; *s != '\0'; s += size) {
			(void)utf8_next(s, &size);
			json_array_append_new(list, json_stringn(s, size));
		}
		return (give(x, list, out, e));
	}
	for (; (p = strstr(s, sep)) != NULL; s = p + len)
		json_array_append_new(list, json_stringn(s, (size_t)(p - s)));
	json_array_append_new(list, json_string(s));
	return (give(x, list, out, e));
}

static int
ascii_lower(int c)
{
	return (c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static int
ascii_upper(int c)
{
	return (c >= 'a' && c <= 'z' ? c - 32 : c);
}

static int
w_lower(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	(void)n;
	(void)e;
	for (const char *s = json_string_value(v[0].j); *s != '\0'; s++)
		fputc(ascii_lower((unsigned char)*s), f);
	return (0);
}

static int
w_upper(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	(void)n;
	(void)e;
	for (const char *s = json_string_value(v[0].j); *s != '\0'; s++)
		fputc(ascii_upper((unsigned char)*s), f);
	return (0);
}

static int
w_title(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	bool	 start = true;
	int	 c;

	(void)n;
	(void)e;
	for (const char *s = json_string_value(v[0].j); *s != '\0'; s++) {
		c = start ? ascii_upper((unsigned char)*s) : (unsigned char)*s;
		fputc(c, f);
		start = isspace(c) || (ispunct(c) && c != '_');
	}
	return (0);
}

/* podman cuts bytes; a character cut in two is dropped. */
static int
f_truncate(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	const char	*s = json_string_value(v[0].j);
	json_int_t	 len = json_integer_value(v[1].j);

	(void)n;
	if (len < 0)
		return (parse_fail(e, "slice bounds out of range [:%lld]",
		    (long long)len));
	if ((size_t)len >= strlen(s)) {
		*out = v[0];
		return (0);
	}
	while (len > 0 && (s[len] & 0xc0) == 0x80)
		len--;
	return (slice_text(x, s, 0, (size_t)len, out, e));
}

static int
w_pad(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	const char	*s = json_string_value(v[0].j);
	json_int_t	 before = json_integer_value(v[1].j);
	json_int_t	 after = json_integer_value(v[2].j);

	(void)n;
	if (before < 0 || after < 0 || before > 10000 || after > 10000)
		return (parse_fail(e, "strings: negative or too large Repeat "
		    "count"));
	if (*s != '\0')
		fprintf(f, "%*s%s%*s", (int)before, "", s, (int)after, "");
	return (0);
}

/* Go's html, js and urlquery print their arguments, and escape that. */
static int
escape(FILE *f, const struct val *v, size_t n, struct parse_err *e,
    void (*put)(FILE *, unsigned char))
{
	scoped_free char	*s = written(w_print, v, n, e);

	if (s == NULL)
		return (-1);
	for (const char *c = s; *c != '\0'; c++)
		put(f, (unsigned char)*c);
	return (0);
}

static void
put_html(FILE *f, unsigned char c)
{
	static const char	 from[] = "\"'&<>";
	static const char *const to[] = { "&#34;", "&#39;", "&amp;", "&lt;",
				    "&gt;" };
	const char		*p = strchr(from, c);

	if (p != NULL)
		fputs(to[p - from], f);
	else
		fputc(c, f);
}

static void
put_js(FILE *f, unsigned char c)
{
	if (strchr("\\'\"", c) != NULL)
		fprintf(f, "\\%c", c);
	else if (strchr("<>&=", c) != NULL || c < 0x20)
		fprintf(f, "\\u%04X", c);
	else
		fputc(c, f);
}

static void
put_url(FILE *f, unsigned char c)
{
	if ((c < 0x80 && isalnum(c)) || strchr("-_.~", c) != NULL)
		fputc(c, f);
	else if (c == ' ')
		fputc('+', f);
	else
		fprintf(f, "%%%02X", c);
}

static int
w_html(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	return (escape(f, v, n, e, put_html));
}

static int
w_js(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	return (escape(f, v, n, e, put_js));
}

static int
w_urlquery(FILE *f, const struct val *v, size_t n, struct parse_err *e)
{
	return (escape(f, v, n, e, put_url));
}

static const struct func	funcs[] = {
	{ "and", 1, -1, "v", NULL, NULL },
	{ "eq", 1, -1, "v", f_eq, NULL },
	{ "ge", 2, 2, "v", f_ge, NULL },
	{ "gt", 2, 2, "v", f_gt, NULL },
	{ "html", 0, -1, "v", NULL, w_html },
	{ "index", 1, -1, "v", f_index, NULL },
	{ "join", 2, 2, "ls", NULL, w_join },
	{ "js", 0, -1, "v", NULL, w_js },
	{ "json", 1, 1, "v", f_json, NULL },
	{ "le", 2, 2, "v", f_le, NULL },
	{ "len", 1, 1, "v", f_len, NULL },
	{ "lower", 1, 1, "s", NULL, w_lower },
	{ "lt", 2, 2, "v", f_lt, NULL },
	{ "ne", 2, 2, "v", f_ne, NULL },
	{ "not", 1, 1, "v", f_not, NULL },
	{ "or", 1, -1, "v", NULL, NULL },
	{ "pad", 3, 3, "sii", NULL, w_pad },
	{ "print", 0, -1, "v", NULL, w_print },
	{ "printf", 1, -1, "sv", NULL, w_printf },
	{ "println", 0, -1, "v", NULL, w_println },
	{ "slice", 1, 3, "v", f_slice, NULL },
	{ "split", 2, 2, "s", f_split, NULL },
	{ "title", 1, 1, "s", NULL, w_title },
	{ "truncate", 2, 2, "si", f_truncate, NULL },
	{ "upper", 1, 1, "s", NULL, w_upper },
	{ "urlquery", 0, -1, "v", NULL, w_urlquery },
};

const struct func *
func_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(funcs) / sizeof(funcs[0]); i++)
		if (strlen(funcs[i].name) == len &&
		    memcmp(funcs[i].name, name, len) == 0)
			return (&funcs[i]);
	return (NULL);
}

int
func_call(struct exec *x, const struct func *f, const struct val *v, size_t n,
    struct val *out, struct parse_err *e)
{
	scoped_free char	*text = NULL;

	if (f->call != NULL)
		return (f->call(x, v, n, out, e));
	if ((text = written(f->write, v, n, e)) == NULL)
		return (-1);
	return (give(x, tmpl_text(text), out, e));
}
