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

/* Text that is written piece by piece. */
struct writer {
	char	*text;
	size_t	 size;
	FILE	*f;
};

static int
writer_open(struct writer *w)
{
	*w = (struct writer){ 0 };
	w->f = open_memstream(&w->text, &w->size);
	return (w->f == NULL ? -1 : 0);
}

static int
writer_give(struct exec *x, struct writer *w, struct val *out,
    struct parse_err *e)
{
	int	 r = -1;

	if (fclose(w->f) != EOF && w->text != NULL)
		r = give(x, tmpl_text(w->text), out, e);
	else
		no_memory(e);
	free(w->text);
	return (r);
}

/* What Go's html, js and urlquery make of their arguments first. */
static char *
joined(const struct val *v, size_t n)
{
	struct writer	 w;

	if (writer_open(&w) == -1)
		return (NULL);
	val_print_all(w.f, v, n, false);
	if (fclose(w.f) == EOF)
		return (NULL);
	return (w.text);
}

static int
f_print(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	struct writer	 w;

	if (writer_open(&w) == -1)
		return (no_memory(e));
	val_print_all(w.f, v, n, false);
	return (writer_give(x, &w, out, e));
}

static int
f_println(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	struct writer	 w;

	if (writer_open(&w) == -1)
		return (no_memory(e));
	val_print_all(w.f, v, n, true);
	return (writer_give(x, &w, out, e));
}

static int
f_printf(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	struct writer	 w;

	if (writer_open(&w) == -1)
		return (no_memory(e));
	val_printf(w.f, json_string_value(v[0].j), v + 1, n - 1);
	return (writer_give(x, &w, out, e));
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

static int
index_list(struct val list, struct val at, struct val *out,
    struct parse_err *e)
{
	json_int_t	 i = json_integer_value(at.j);

	if (!json_is_integer(at.j))
		return (parse_fail(e, "cannot index slice/array with type %s",
		    val_type(at)));
	if (i < 0 || (size_t)i >= json_array_size(list.j))
		return (parse_fail(e, "index out of range: %lld",
		    (long long)i));
	*out = (struct val){ json_array_get(list.j, (size_t)i), false };
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
	json_int_t	 i = json_integer_value(at.j);

	if (!json_is_integer(at.j))
		return (parse_fail(e, "cannot index slice/array with type %s",
		    val_type(at)));
	if (i < 0 || (size_t)i >= json_string_length(s.j))
		return (parse_fail(e, "index out of range: %lld",
		    (long long)i));
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
	for (size_t i = 1; i < n; i++) {
		json_int_t	 at = json_integer_value(v[i].j);

		if (!json_is_integer(v[i].j))
			return (parse_fail(e, "cannot index slice/array with "
			    "type %s", val_type(v[i])));
		if (at < 0 || (size_t)at > len)
			return (parse_fail(e, "index out of range: %lld",
			    (long long)at));
		cut[i - 1] = (size_t)at;
	}
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
f_join(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	struct writer	 w;
	struct val	 elem = { NULL, false };

	(void)n;
	if (writer_open(&w) == -1)
		return (no_memory(e));
	for (size_t i = 0; i < json_array_size(v[0].j); i++) {
		if (i > 0)
			fputs(json_string_value(v[1].j), w.f);
		elem.j = json_array_get(v[0].j, i);
		val_print(w.f, elem);
	}
	return (writer_give(x, &w, out, e));
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
change_case(struct exec *x, struct val v, int (*change)(int), bool first_only,
    struct val *out, struct parse_err *e)
{
	scoped_free char	*s = strdup(json_string_value(v.j));
	bool			 start = true;

	if (s == NULL)
		return (no_memory(e));
	for (char *p = s; *p != '\0'; p++) {
		if (!first_only || start)
			*p = (char)change((unsigned char)*p);
		start = isspace((unsigned char)*p) ||
		    (ispunct((unsigned char)*p) && *p != '_');
	}
	return (give(x, json_string(s), out, e));
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
f_lower(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	(void)n;
	return (change_case(x, v[0], ascii_lower, false, out, e));
}

static int
f_upper(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	(void)n;
	return (change_case(x, v[0], ascii_upper, false, out, e));
}

static int
f_title(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	(void)n;
	return (change_case(x, v[0], ascii_upper, true, out, e));
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
f_pad(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	const char	*s = json_string_value(v[0].j);
	json_int_t	 before = json_integer_value(v[1].j);
	json_int_t	 after = json_integer_value(v[2].j);
	struct writer	 w;

	(void)n;
	if (before < 0 || after < 0 || before > 10000 || after > 10000)
		return (parse_fail(e, "strings: negative or too large Repeat "
		    "count"));
	if (writer_open(&w) == -1)
		return (no_memory(e));
	if (*s != '\0')
		fprintf(w.f, "%*s%s%*s", (int)before, "", s, (int)after, "");
	return (writer_give(x, &w, out, e));
}

static int
f_html(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	static const char	 from[] = "\"'&<>";
	static const char *const to[] = { "&#34;", "&#39;", "&amp;", "&lt;",
				    "&gt;" };
	scoped_free char	*s = joined(v, n);
	struct writer		 w;
	const char		*p;

	if (s == NULL || writer_open(&w) == -1)
		return (no_memory(e));
	for (const char *c = s; *c != '\0'; c++)
		if ((p = strchr(from, *c)) != NULL)
			fputs(to[p - from], w.f);
		else
			fputc(*c, w.f);
	return (writer_give(x, &w, out, e));
}

static int
f_js(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	scoped_free char	*s = joined(v, n);
	struct writer		 w;

	if (s == NULL || writer_open(&w) == -1)
		return (no_memory(e));
	for (const char *c = s; *c != '\0'; c++)
		if (strchr("\\'\"", *c) != NULL)
			fprintf(w.f, "\\%c", *c);
		else if (strchr("<>&=", *c) != NULL ||
		    (unsigned char)*c < 0x20)
			fprintf(w.f, "\\u%04X", (unsigned char)*c);
		else
			fputc(*c, w.f);
	return (writer_give(x, &w, out, e));
}

static int
f_urlquery(struct exec *x, const struct val *v, size_t n, struct val *out,
    struct parse_err *e)
{
	scoped_free char	*s = joined(v, n);
	struct writer		 w;

	if (s == NULL || writer_open(&w) == -1)
		return (no_memory(e));
	for (const char *c = s; *c != '\0'; c++)
		if (((*c & 0x80) == 0 && isalnum((unsigned char)*c)) ||
		    strchr("-_.~", *c) != NULL)
			fputc(*c, w.f);
		else if (*c == ' ')
			fputc('+', w.f);
		else
			fprintf(w.f, "%%%02X", (unsigned char)*c);
	return (writer_give(x, &w, out, e));
}

static const struct func	funcs[] = {
	{ "and", 1, -1, "v", NULL },
	{ "eq", 1, -1, "v", f_eq },
	{ "ge", 2, 2, "v", f_ge },
	{ "gt", 2, 2, "v", f_gt },
	{ "html", 0, -1, "v", f_html },
	{ "index", 1, -1, "v", f_index },
	{ "join", 2, 2, "ls", f_join },
	{ "js", 0, -1, "v", f_js },
	{ "json", 1, 1, "v", f_json },
	{ "le", 2, 2, "v", f_le },
	{ "len", 1, 1, "v", f_len },
	{ "lower", 1, 1, "s", f_lower },
	{ "lt", 2, 2, "v", f_lt },
	{ "ne", 2, 2, "v", f_ne },
	{ "not", 1, 1, "v", f_not },
	{ "or", 1, -1, "v", NULL },
	{ "pad", 3, 3, "sii", f_pad },
	{ "print", 0, -1, "v", f_print },
	{ "printf", 1, -1, "sv", f_printf },
	{ "println", 0, -1, "v", f_println },
	{ "slice", 1, 3, "v", f_slice },
	{ "split", 2, 2, "s", f_split },
	{ "title", 1, 1, "s", f_title },
	{ "truncate", 2, 2, "si", f_truncate },
	{ "upper", 1, 1, "s", f_upper },
	{ "urlquery", 0, -1, "v", f_urlquery },
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
