/*
 * Go's fmt, for values of JSON's kinds.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "tmpl_impl.h"
#include "visible.h"

#define SHORTEST_EXP	6		/* from here on %v has an exponent */

struct spec {
	char	 verb;
	bool	 minus, plus, sharp, space, zero;
	int	 width, prec;		/* -1: not given */
};

static int
by_text(const void *a, const void *b)
{
	const char *const	*x = a, *const *y = b;

	return (strcmp(*x, *y));
}

const char **
tmpl_keys(json_t *object, size_t *n)
{
	const char	**keys, *key;
	json_t		 *j;

	*n = 0;
	keys = calloc(json_object_size(object) + 1, sizeof(*keys));
	if (keys == NULL)
		return (NULL);
	json_object_foreach(object, key, j)
		keys[(*n)++] = key;
	qsort(keys, *n, sizeof(*keys), by_text);
	return (keys);
}

bool
val_true(struct val v)
{
	if (v.j == NULL)
		return (false);
	switch (json_typeof(v.j)) {
	case JSON_NULL:
	case JSON_FALSE:
		return (false);
	case JSON_TRUE:
		return (true);
	case JSON_INTEGER:
		return (json_integer_value(v.j) != 0);
	case JSON_REAL:
		return (json_real_value(v.j) != 0);
	case JSON_STRING:
		return (*json_string_value(v.j) != '\0');
	case JSON_ARRAY:
		return (json_array_size(v.j) > 0);
	case JSON_OBJECT:
		return (!v.map || json_object_size(v.j) > 0);
	}
	return (false);
}

const char *
val_type(struct val v)
{
	if (v.j == NULL)
		return ("<nil>");
	switch (json_typeof(v.j)) {
	case JSON_NULL:
		return ("<nil>");
	case JSON_FALSE:
	case JSON_TRUE:
		return ("bool");
	case JSON_INTEGER:
		return ("int");
	case JSON_REAL:
		return ("float64");
	case JSON_STRING:
		return ("string");
	case JSON_ARRAY:
		return ("[]string");
	case JSON_OBJECT:
		return (v.map ? "map[string]string" : "struct");
	}
	return ("?");
}

/* The shortest decimal that reads back as the same number. */
static void
shortest(double d, char *out, size_t size)
{
	char	 text[64], *e;
	int	 prec, exp;

	if (isnan(d) || isinf(d)) {
		snprintf(out, size, "%s", isnan(d) ? "NaN" :
		    d > 0 ? "+Inf" : "-Inf");
		return;
	}
	for (prec = 0; prec < 17; prec++) {
		snprintf(text, sizeof(text), "%.*e", prec, d);
		if (strtod(text, NULL) == d)
			break;
	}
	snprintf(text, sizeof(text), "%.*e", prec, d);
	e = strchr(text, 'e');
	exp = e == NULL ? 0 : (int)strtol(e + 1, NULL, 10);
	if (exp < -4 || exp >= SHORTEST_EXP)
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "%.*f", prec > exp ? prec - exp : 0, d);
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
put_hex(FILE *f, const char *s, bool upper)
{
	for (; *s != '\0'; s++)
		fprintf(f, upper ? "%02X" : "%02x", (unsigned char)*s);
}

static void
format_string(FILE *f, const struct spec *sp, struct val v)
{
	const char	*s = json_string_value(v.j);
	size_t		 n;

	switch (sp->verb) {
	case 'v':
		if (sp->sharp) {
			val_quote(f, s);
			return;
		}
		/* FALLTHROUGH */
	case 's':
		if (sp->prec == -1)
			fputs(s, f);
		for (int i = 0; i < sp->prec && *s != '\0'; i++, s += n) {
			(void)utf8_next(s, &n);
			fwrite(s, 1, n, f);
		}
		return;
	case 'q':
		val_quote(f, s);
		return;
	case 'x':
	case 'X':
		put_hex(f, s, sp->verb == 'X');
		return;
	default:
		bad_verb(f, sp->verb, v);
	}
}

static void
put_binary(FILE *f, unsigned long long u)
{
	char	 bits[65];
	size_t	 i = sizeof(bits) - 1;

	bits[i] = '\0';
	do
		bits[--i] = (char)('0' + (u & 1));
	while ((u >>= 1) != 0);
	fputs(bits + i, f);
}

void
val_put_rune(FILE *f, unsigned long r)
{
	if (r < 0x80) {
		fputc((int)r, f);
		return;
	}
	if (r < 0x800)
		fputc((int)(0xc0 | r >> 6), f);
	else if (r < 0x10000)
		fputc((int)(0xe0 | r >> 12), f);
	else
		fputc((int)(0xf0 | r >> 18), f);
	if (r >= 0x10000)
		fputc((int)(0x80 | (r >> 12 & 0x3f)), f);
	if (r >= 0x800)
		fputc((int)(0x80 | (r >> 6 & 0x3f)), f);
	fputc((int)(0x80 | (r & 0x3f)), f);
}

static void
put_character(FILE *f, long long r, const char *quote)
{
	if (r < 0 || r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
		r = 0xfffd;
	fputs(quote, f);
	val_put_rune(f, (unsigned long)r);
	fputs(quote, f);
}

/* Digits of a magnitude in the verb's base, with its prefix. */
static void
put_digits(FILE *f, const struct spec *sp, unsigned long long u)
{
	switch (sp->verb) {
	case 'x':
		fprintf(f, sp->sharp ? "0x%llx" : "%llx", u);
		break;
	case 'X':
		fprintf(f, sp->sharp ? "0X%llX" : "%llX", u);
		break;
	case 'o':
		fprintf(f, sp->sharp ? "0%llo" : "%llo", u);
		break;
	case 'O':
		fprintf(f, "0o%llo", u);
		break;
	case 'b':
		put_binary(f, u);
		break;
	default:
		fprintf(f, "%llu", u);
	}
}

static void
format_integer(FILE *f, const struct spec *sp, struct val v)
{
	long long		 n = json_integer_value(v.j);
	unsigned long long	 u = n < 0 ? 0ULL - (unsigned long long)n :
				    (unsigned long long)n;

	if (strchr("vdxXobO", sp->verb) != NULL) {
		if (n < 0)
			fputc('-', f);
		else if (sp->plus || sp->space)
			fputc(sp->plus ? '+' : ' ', f);
		put_digits(f, sp, u);
	} else if (sp->verb == 'c' || sp->verb == 'q')
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
	char	 text[64];

	if (strchr("veEfFgG", sp->verb) == NULL) {
		bad_verb(f, sp->verb, v);
		return;
	}
	if (d >= 0 && (sp->plus || sp->space))
		fputc(sp->plus ? '+' : ' ', f);
	if (sp->verb == 'v' || (sp->verb == 'g' && sp->prec == -1)) {
		shortest(d, text, sizeof(text));
		fputs(text, f);
		return;
	}
	/* C and Go agree on these. */
	switch (sp->verb) {
	case 'e':
		fprintf(f, "%.*e", sp->prec == -1 ? 6 : sp->prec, d);
		break;
	case 'E':
		fprintf(f, "%.*E", sp->prec == -1 ? 6 : sp->prec, d);
		break;
	case 'g':
		fprintf(f, "%.*g", sp->prec, d);
		break;
	case 'G':
		fprintf(f, "%.*G", sp->prec == -1 ? 6 : sp->prec, d);
		break;
	default:
		fprintf(f, "%.*f", sp->prec == -1 ? 6 : sp->prec, d);
	}
}

static void format(FILE *, const struct spec *, struct val);

/* "{a b}" of a record in its order, "map[k:v k:v]" of a map in that of keys. */
static void
format_object(FILE *f, const struct spec *sp, struct val v)
{
	scoped_free const char	**keys = NULL;
	size_t			  n = 0, i = 0;
	const char		 *key;
	json_t			 *e;

	fputs(v.map ? "map[" : "{", f);
	if (!v.map)
		json_object_foreach(v.j, key, e) {
			fputs(n++ > 0 ? " " : "", f);
			format(f, sp, (struct val){ e, false });
		}
	else if ((keys = tmpl_keys(v.j, &n)) != NULL)
		for (i = 0; i < n; i++) {
			fprintf(f, "%s%s:", i > 0 ? " " : "", keys[i]);
			format(f, sp, (struct val){ json_object_get(v.j,
			    keys[i]), false });
		}
	fputc(v.map ? ']' : '}', f);
}

static void
format_array(FILE *f, const struct spec *sp, struct val v)
{
	size_t	 i;
	json_t	*e;

	fputc('[', f);
	json_array_foreach(v.j, i, e) {
		fputs(i > 0 ? " " : "", f);
		format(f, sp, (struct val){ e, false });
	}
	fputc(']', f);
}

/* Without the width. */
static void
format_bare(FILE *f, const struct spec *sp, struct val v)
{
	if (v.j == NULL || json_is_null(v.j)) {
		if (sp->verb == 'v')
			fputs("<nil>", f);
		else
			bad_verb(f, sp->verb, v);
		return;
	}
	switch (json_typeof(v.j)) {
	case JSON_STRING:
		format_string(f, sp, v);
		break;
	case JSON_INTEGER:
		format_integer(f, sp, v);
		break;
	case JSON_REAL:
		format_real(f, sp, v);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		if (sp->verb == 'v' || sp->verb == 't')
			fputs(json_is_true(v.j) ? "true" : "false", f);
		else
			bad_verb(f, sp->verb, v);
		break;
	case JSON_ARRAY:
		format_array(f, sp, v);
		break;
	case JSON_OBJECT:
		format_object(f, sp, v);
		break;
	case JSON_NULL:
		break;
	}
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
pad(FILE *f, const struct spec *sp, const char *text, bool number)
{
	size_t	 n = characters(text), w = (size_t)sp->width;
	bool	 zero = sp->zero && !sp->minus && number;

	if (sp->width == -1 || n >= w) {
		fputs(text, f);
		return;
	}
	if (sp->minus) {
		fprintf(f, "%s%*s", text, (int)(w - n), "");
		return;
	}
	if (zero && (*text == '-' || *text == '+'))
		fputc(*text++, f);
	for (; n < w; n++)
		fputc(zero ? '0' : ' ', f);
	fputs(text, f);
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
		pad(f, sp, text, true);
}

static const struct spec	plain = { .verb = 'v', .width = -1,
				    .prec = -1 };

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

/* A number, or * for the next argument. */
static const char *
take_int(const char *s, int *out, const struct val *v, size_t n, size_t *arg)
{
	if (*s == '*') {
		if (*arg < n && json_is_integer(v[*arg].j))
			*out = (int)json_integer_value(v[*arg].j);
		(*arg)++;
		return (s + 1);
	}
	if (isdigit((unsigned char)*s))
		*out = 0;
	for (; isdigit((unsigned char)*s); s++)
		if (*out < 100000)
			*out = *out * 10 + (*s - '0');
	return (s);
}

static const char *
take_flags(const char *s, struct spec *sp)
{
	for (;; s++)
		switch (*s) {
		case '-':
			sp->minus = true;
			break;
		case '+':
			sp->plus = true;
			break;
		case '#':
			sp->sharp = true;
			break;
		case ' ':
			sp->space = true;
			break;
		case '0':
			sp->zero = true;
			break;
		default:
			return (s);
		}
}

static void
extra(FILE *f, const struct val *v, size_t n, size_t from)
{
	fputs("%!(EXTRA ", f);
	for (size_t i = from; i < n; i++) {
		if (i > from)
			fputs(", ", f);
		put_typed(f, v[i]);
	}
	fputc(')', f);
}

void
val_printf(FILE *f, const char *s, const struct val *v, size_t n)
{
	struct spec	 sp;
	size_t		 arg = 0;

	while (*s != '\0') {
		if (*s != '%') {
			fputc(*s++, f);
			continue;
		}
		sp = (struct spec){ .width = -1, .prec = -1 };
		s = take_flags(s + 1, &sp);
		s = take_int(s, &sp.width, v, n, &arg);
		if (sp.width < -1) {
			sp.minus = true;
			sp.width = -sp.width;
		}
		if (*s == '.') {
			sp.prec = 0;
			s = take_int(s + 1, &sp.prec, v, n, &arg);
		}
		sp.verb = *s;
		if (*s == '\0') {
			fputs("%!(NOVERB)", f);
			break;
		}
		s++;
		if (sp.verb == '%')
			fputc('%', f);
		else if (arg >= n)
			fprintf(f, "%%!%c(MISSING)", sp.verb);
		else if (sp.verb == 'T')
			fputs(val_type(v[arg++]), f);
		else
			format(f, &sp, v[arg++]);
	}
	if (arg < n)
		extra(f, v, n, arg);
}
