#include "yaml.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scope.h"
#include "visible.h"

static void value(FILE *, json_t *, int, bool);

/* Would a reader take the plain text for something else than text? */
static bool
needs_quotes(const char *s)
{
	static const char *const	 words[] = { "true", "false", "yes",
					    "no", "on", "off", "null", "~",
					    "y", "n", "" };
	char				*end;
	size_t				 n;
	int32_t				 r;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(s, words[i]) == 0)
			return (true);
	(void)strtod(s, &end);
	if (*end == '\0' || strchr("!&*-?:|>@`'\"%#{}[], ", *s) != NULL ||
	    strstr(s, ": ") != NULL || strstr(s, " #") != NULL ||
	    s[strlen(s) - 1] == ' ' || s[strlen(s) - 1] == ':')
		return (true);
	for (; *s != '\0'; s += n) {
		r = utf8_next(s, &n);
		if (r < 0x20 || (r >= 0x7f && r < 0xa0))
			return (true);
	}
	return (false);
}

static void
scalar(FILE *f, const char *s)
{
	scoped_free char	*safe = malloc(strlen(s) * 6 + 1);

	if (safe == NULL)
		return;
	if (!needs_quotes(s)) {
		(void)visible_word(safe, strlen(s) * 6 + 1, s);
		fputs(safe, f);
		return;
	}
	fputc('"', f);
	for (; *s != '\0'; s++)
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			fputc(*s, f);
	fputc('"', f);
}

/* Members on lines of their own; the first one stands behind "- ". */
static void
object(FILE *f, json_t *o, int depth, bool in_list)
{
	const char	*key;
	json_t		*v;
	bool		 first = true;

	json_object_foreach(o, key, v) {
		fprintf(f, "%*s", first && in_list ? 0 : depth * 2, "");
		first = false;
		scalar(f, key);
		fputc(':', f);
		value(f, v, depth + 1, false);
	}
}

static void
array(FILE *f, json_t *a, int depth)
{
	json_t	*v;
	size_t	 i;

	json_array_foreach(a, i, v) {
		fprintf(f, "%*s-", depth * 2, "");
		value(f, v, depth + 1, true);
	}
}

/* What follows "key:" or "-". */
static void
value(FILE *f, json_t *v, int depth, bool in_list)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		if (json_object_size(v) == 0)
			fputs(" {}\n", f);
		else {
			fputs(in_list ? " " : "\n", f);
			object(f, v, depth, in_list);
		}
		return;
	case JSON_ARRAY:
		if (json_array_size(v) == 0)
			fputs(" []\n", f);
		else {
			fputc('\n', f);
			array(f, v, depth - 1);
		}
		return;
	case JSON_STRING:
		fputc(' ', f);
		scalar(f, json_string_value(v));
		fputc('\n', f);
		return;
	case JSON_INTEGER:
		fprintf(f, " %" JSON_INTEGER_FORMAT "\n",
		    json_integer_value(v));
		return;
	case JSON_REAL:
		fprintf(f, " %.2f\n", json_real_value(v));
		return;
	default:
		fprintf(f, " %s\n", json_is_null(v) ? "null" :
		    json_is_true(v) ? "true" : "false");
	}
}

void
yaml_print(FILE *f, json_t *v)
{
	if (json_is_object(v))
		object(f, v, 0, false);
}
