/*
 * Go's fmt, for values of JSON's kinds.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "nitems.h"
#include "tmpl_impl.h"
#include "visible.h"

#define INT_LARGEST	1000000	/* width or precision, as in Go */
#define SHORTEST_EXP	6		/* from here on %v has an exponent */

/* Flags, in the order of flag_chars. */
enum { MINUS = 1, PLUS = 2, SHARP = 4, SPACE = 8, ZERO = 16 };
static const char	flag_chars[] = "-+# 0";

struct spec {
	char		 verb;
	unsigned int	 flags;
	int		 width, prec;	/* -1: not given */
};

static const struct spec	plain = { .verb = 'v', .width = -1,
				    .prec = -1 };

static int
by_text(const void *a, const void *b)
{
	const char *const	*x = a, *const *y = b;

	return (strcmp(*x, *y));
}

static const char **
keys_of(json_t *object, bool sorted, size_t *n)
{
	const char	**keys, *key;
	json_t		 *j;

	*n = 0;
	keys = calloc(json_object_size(object) + 1, sizeof(*keys));
	if (keys == NULL)
		return (NULL);
	json_object_foreach(object, key, j)
		keys[(*n)++] = key;
	if (sorted)
		qsort(keys, *n, sizeof(*keys), by_text);
	return (keys);
}

const char **
tmpl_keys(json_t *object, size_t *n)
{
	return (keys_of(object, true, n));
}

bool
val_true(struct val v)
{
	return (json_is_true(v.j) || json_integer_value(v.j) != 0 ||
	    json_real_value(v.j) != 0 || json_string_length(v.j) > 0 ||
	    json_array_size(v.j) > 0 || json_object_size(v.j) > 0 ||
	    (json_is_object(v.j) && !v.map));
}

const char *
val_type(struct val v)
{
	static const char *const	 names[] = {
		[JSON_NULL] = "<nil>", [JSON_TRUE] = "bool",
		[JSON_FALSE] = "bool", [JSON_INTEGER] = "int",
		[JSON_REAL] = "float64", [JSON_STRING] = "string",
		[JSON_ARRAY] = "[]string", [JSON_OBJECT] = "struct",
	};

	if (json_is_object(v.j) && v.map)
		return ("map[string]string");
	return (names[v.j == NULL ? JSON_NULL : json_typeof(v.j)]);
}

/* The shortest decimal that reads back as the same number. */
static void
shortest(FILE *f, double d)
{
	char	 text[64];
	int	 prec = -1, exp;

	if (isnan(d) || isinf(d)) {
		fputs(isnan(d) ? "NaN" : d > 0 ? "+Inf" : "-Inf", f);
		return;
	}
	do
		snprintf(text, sizeof(text), "%.*e", ++prec, d);
	while (prec < 17 && strtod(text, NULL) != d);
	exp = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exp < -4 || exp >= SHORTEST_EXP)
		fputs(text, f);
	else
		fprintf(f, "%.*f", prec > exp ? prec - exp : 0, d);
}

void
val_quote(FILE *f, const char *s)
{
	static const char	 from[] = "\a\b\f\n\r\t\v\\\"";
	static const char	 to[] = "abfnrtv\\\"";
	const char		*p;
	size_t			 n;
	int32_t			 r;

	fputc('"', f);
	for (; *s != '\0'; s += n) {
		r = utf8_next(s, &n);
		if (r > 0 && r < 0x80 && (p = strchr(from, r)) != NULL)
			fprintf(f, "\\%c", to[p - from]);
		else if (r == -1 || r < 0x20 || r == 0x7f)
			fprintf(f, "\\x%02x", (unsigned char)*s);
		else if (r >= 0x80 && r < 0xa0)
			fprintf(f, "\\u%04x", (unsigned int)r);
		else
			fwrite(s, 1, n, f);
	}
	fputc('"', f);
}

/* "type=value", or "<nil>". */
static void
put_typed(FILE *f, struct val v)
{
	if (v.j == NULL || json_is_null(v.j))
		fputs("<nil>", f);
	else {
		fprintf(f, "%s=", val_type(v));
		val_print(f, v);
	}
}

/* What Go prints for a verb that the kind does not have. */
static void
bad_verb(FILE *f, char verb, struct val v)
{
	fprintf(f, "%%!%c(", verb);
	put_typed(f, v);
	fputc(')', f);
}

static void
format_string(FILE *f, const struct spec *sp, struct val v)
{
	const char	*s = json_string_value(v.j);
	size_t		 n;

	if (sp->verb == 'q' || (sp->verb == 'v' && (sp->flags & SHARP)))
		val_quote(f, s);
	else if (sp->verb == 'x' || sp->verb == 'X')
		for (; *s != '\0'; s++)
			fprintf(f, sp->verb == 'X' ? "%02X" : "%02x",
			    (unsigned char)*s);
	else if (sp->verb != 'v' && sp->verb != 's')
		bad_verb(f, sp->verb, v);
	else
		for (int i = 0; *s != '\0' && (i < sp->prec ||
		    sp->prec == -1); i++, s += n) {
			(void)utf8_next(s, &n);
			fwrite(s, 1, n, f);
		}
}

size_t
val_rune(char out[4], unsigned long r)
{
	static const unsigned char	 lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t				 n = r < 0x80 ? 1 : r < 0x800 ? 2 :
					    r < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, r >>= 6)
		out[i] = (char)(0x80 | (r & 0x3f));
	out[0] = (char)(lead[n] | r);
	return (n);
}

static void
put_sign(FILE *f, const struct spec *sp, bool negative)
{
	if (negative)
		fputc('-', f);
	else if (sp->flags & (PLUS | SPACE))
		fputc(sp->flags & PLUS ? '+' : ' ', f);
}

/* A magnitude behind its prefix. */
static void
put_digits(FILE *f, const char *prefix, unsigned int base, const char *digits,
    unsigned long long u)
{
	char	 text[65], *p = text + sizeof(text) - 1;

	*p = '\0';
	do
		*--p = digits[u % base];
	while ((u /= base) != 0);
	fprintf(f, "%s%s", prefix, p);
}

static void
put_character(FILE *f, long long r, const char *quote)
{
	char	 text[4];

	if (r < 0 || r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
		r = 0xfffd;
	fputs(quote, f);
	fwrite(text, 1, val_rune(text, (unsigned long)r), f);
	fputs(quote, f);
}

static void
format_integer(FILE *f, const struct spec *sp, struct val v)
{
	static const char	 lower[] = "0123456789abcdef";
	static const struct {
		char		 verb;
		const char	*prefix;
		const char	*sharp;		/* the prefix with # */
		unsigned int	 base;
		const char	*digits;
	} verbs[] = {
		{ 'v', "", "", 10, lower },	{ 'd', "", "", 10, lower },
		{ 'x', "", "0x", 16, lower },	{ 'o', "", "0", 8, lower },
		{ 'X', "", "0X", 16, "0123456789ABCDEF" },
		{ 'O', "0o", "0o", 8, lower },	{ 'b', "", "", 2, lower },
	};
	long long		 n = json_integer_value(v.j);
	unsigned long long	 u = n < 0 ? 0ULL - (unsigned long long)n :
				    (unsigned long long)n;

	for (size_t i = 0; i < NITEMS(verbs); i++)
		if (verbs[i].verb == sp->verb) {
			put_sign(f, sp, n < 0);
			put_digits(f, sp->flags & SHARP ? verbs[i].sharp :
			    verbs[i].prefix, verbs[i].base, verbs[i].digits,
			    u);
			return;
		}
	if (sp->verb == 'c' || sp->verb == 'q')
		put_character(f, n, sp->verb == 'q' ? "'" : "");
	else if (sp->verb == 'U')
		fprintf(f, "U+%04llX", u);
	else
		bad_verb(f, sp->verb, v);
}

static void
format_real(FILE *f, const struct spec *sp, struct val v)
{
	double	 d = json_real_value(v.j);
	int	 prec = sp->prec == -1 ? 6 : sp->prec;

	if (strchr("veEfFgG", sp->verb) == NULL) {
		bad_verb(f, sp->verb, v);
		return;
	}
	if (d >= 0)
		put_sign(f, sp, false);
	if (sp->verb == 'v' || (sp->verb == 'g' && sp->prec == -1))
		shortest(f, d);
	else
		/* C and Go agree on these. */
		fprintf(f, sp->verb == 'e' ? "%.*e" : sp->verb == 'E' ?
		    "%.*E" : sp->verb == 'g' ? "%.*g" : sp->verb == 'G' ?
		    "%.*G" : "%.*f", prec, d);
}

static void format(FILE *, const struct spec *, struct val);

/*
 * "[a b]"; "{a b}" of a record in its order; "map[k:v k:v]" of a map in that
 * of its keys.
 */
static void
format_list(FILE *f, const struct spec *sp, struct val v)
{
	scoped_free const char	**keys = NULL;
	bool			  object = json_is_object(v.j);
	size_t			  n = json_array_size(v.j);

	if (object && (keys = keys_of(v.j, v.map, &n)) == NULL)
		n = 0;
	fputs(!object ? "[" : v.map ? "map[" : "{", f);
	for (size_t i = 0; i < n; i++) {
		fputs(i > 0 ? " " : "", f);
		if (object && v.map)
			fprintf(f, "%s:", keys[i]);
		format(f, sp, (struct val){ !object ?
		    json_array_get(v.j, i) : json_object_get(v.j, keys[i]),
		    false });
	}
	fputc(object && !v.map ? '}' : ']', f);
}

/* Without the width. */
static void
format_bare(FILE *f, const struct spec *sp, struct val v)
{
	if (json_is_string(v.j))
		format_string(f, sp, v);
	else if (json_is_integer(v.j))
		format_integer(f, sp, v);
	else if (json_is_real(v.j))
		format_real(f, sp, v);
	else if (json_is_array(v.j) || json_is_object(v.j))
		format_list(f, sp, v);
	else if (sp->verb == 'v' || (sp->verb == 't' && json_is_boolean(v.j)))
		fputs(json_is_true(v.j) ? "true" : json_is_false(v.j) ?
		    "false" : "<nil>", f);
	else
		bad_verb(f, sp->verb, v);
}

static size_t
characters(const char *s)
{
	size_t	 n, count = 0;

	for (; *s != '\0'; s += n, count++)
		(void)utf8_next(s, &n);
	return (count);
}

/* Zeros go between sign and digits. */
static void
pad(FILE *f, const struct spec *sp, const char *text)
{
	size_t	 n = characters(text), w = (size_t)sp->width;
	bool	 minus = sp->flags & MINUS;
	bool	 zero = !minus && (sp->flags & ZERO);

	if (zero && n < w && (*text == '-' || *text == '+'))
		fputc(*text++, f);
	for (size_t i = n; i < w && !minus; i++)
		fputc(zero ? '0' : ' ', f);
	fputs(text, f);
	for (size_t i = n; i < w && minus; i++)
		fputc(' ', f);
}

static void
format(FILE *f, const struct spec *sp, struct val v)
{
	scoped_free char	*text = NULL;
	size_t			 size;
	FILE			*m;

	/* A width is each element's own, not the list's. */
	if (sp->width == -1 || json_is_array(v.j) || json_is_object(v.j)) {
		format_bare(f, sp, v);
		return;
	}
	if ((m = open_memstream(&text, &size)) == NULL)
		return;
	format_bare(m, sp, v);
	if (fclose(m) != EOF && text != NULL)
		pad(f, sp, text);
}

void
val_print(FILE *f, struct val v)
{
	if (v.j == NULL)
		fputs("<no value>", f);
	else
		format(f, &plain, v);
}

/* Sprint: a space between two operands of which neither is a string. */
void
val_print_all(FILE *f, const struct val *v, size_t n, bool line)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (line || (!json_is_string(v[i].j) &&
		    !json_is_string(v[i - 1].j))))
			fputc(' ', f);
		format(f, &plain, v[i]);
	}
	if (line)
		fputc('\n', f);
}

char *
val_text(const struct val *v, size_t n)
{
	char	*text = NULL;
	size_t	 size;
	FILE	*f = open_memstream(&text, &size);

	if (f == NULL)
		return (NULL);
	val_print_all(f, v, n, false);
	if (fclose(f) != EOF)
		return (text);
	free(text);
	return (NULL);
}

/* A number, or * for the next argument, of which not each will do. */
static const char *
take_int(FILE *f, const char *s, int *out, const struct val *v, size_t n,
    size_t *arg, bool precision)
{
	json_int_t	 i, least = precision ? 0 : -INT_LARGEST;

	if (*s == '*') {
		i = *arg < n && json_is_integer(v[*arg].j) ?
		    json_integer_value(v[*arg].j) : INT_LARGEST + 1;
		(*arg)++;
		if (i >= least && i <= INT_LARGEST)
			*out = (int)i;
		else
			fputs(precision ? "%!(BADPREC)" : "%!(BADWIDTH)", f);
		return (s + 1);
	}
	if (isdigit((unsigned char)*s))
		*out = 0;
	for (; isdigit((unsigned char)*s); s++)
		if (*out < 100000)
			*out = *out * 10 + (*s - '0');
	return (s);
}

/* What stands behind a %, up to the verb, which may be the text's end. */
static const char *
take_spec(FILE *f, const char *s, struct spec *sp, const struct val *v,
    size_t n, size_t *arg)
{
	const char	*p;

	*sp = plain;
	for (; *s != '\0' && (p = strchr(flag_chars, *s)) != NULL; s++)
		sp->flags |= 1U << (p - flag_chars);
	s = take_int(f, s, &sp->width, v, n, arg, false);
	if (sp->width < -1) {
		sp->flags |= MINUS;
		sp->width = -sp->width;
	}
	if (*s == '.') {
		sp->prec = s[1] == '*' ? -1 : 0;
		s = take_int(f, s + 1, &sp->prec, v, n, arg, true);
	}
	sp->verb = *s;
	return (s);
}

void
val_printf(FILE *f, const char *s, const struct val *v, size_t n)
{
	struct spec	 sp;
	size_t		 arg = 0;

	for (; *s != '\0'; s++) {
		if (*s != '%') {
			fputc(*s, f);
			continue;
		}
		s = take_spec(f, s + 1, &sp, v, n, &arg);
		if (*s == '\0') {
			fputs("%!(NOVERB)", f);
			break;
		}
		if (sp.verb == '%')
			fputc('%', f);
		else if (arg >= n)
			fprintf(f, "%%!%c(MISSING)", sp.verb);
		else if (sp.verb == 'T')
			fputs(val_type(v[arg++]), f);
		else
			format(f, &sp, v[arg++]);
	}
	for (size_t i = arg; i < n; i++) {
		fputs(i == arg ? "%!(EXTRA " : ", ", f);
		put_typed(f, v[i]);
	}
	if (arg < n)
		fputc(')', f);
}
