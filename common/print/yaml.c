#include "yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "nitems.h"
#include "tmpl.h"
#include "visible.h"

static void value(FILE *, json_t *, int, bool);

/* Would a reader take the plain text for something else than text? */
static bool
is_ambiguous(const char *s)
{
	static const char *const	 words[] = { "true", "false", "yes",
					    "no", "on", "off", "null", "~",
					    "y", "n", "" };
	char				*end;

	for (size_t i = 0; i < NITEMS(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return (true);
	(void)strtod(s, &end);
	return (*end == '\0');
}

/* Anything that only an escape can say? A newline is one unless allowed. */
static bool
has_control(const char *s, bool newline)
{
	size_t	 n;
	int32_t	 r;

	for (; *s != '\0'; s += n) {
		r = utf8_next(s, &n);
		if ((r < 0x20 && !(newline && r == '\n')) ||
		    (r >= 0x7f && r < 0xa0) || r == 0x2028 || r == 0x2029)
			return (true);
	}
	return (false);
}

static bool
is_plain(const char *s)
{
	size_t	 n = strlen(s);

	return (strchr("!&*-?:|>@`'\"%#{}[], ", *s) == NULL &&
	    strstr(s, ": ") == NULL && strstr(s, " #") == NULL &&
	    s[n - 1] != ' ' && s[n - 1] != ':');
}

/* Lines as they are, further in than the key that they belong to. */
static void
block(FILE *f, const char *s, int depth)
{
	size_t	 n;

	fputs(s[strlen(s) - 1] == '\n' ? "|" : "|-", f);
	for (;; s += n + 1) {
		n = strcspn(s, "\n");
		fputc('\n', f);
		if (n > 0)
			fprintf(f, "%*s%.*s", depth * 2, "", (int)n, s);
		if (s[n] == '\0' || s[n + 1] == '\0')
			return;
	}
}

static void
escaped(FILE *f, const char *s)
{
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

/* As Go's YAML has it: plain, else in single quotes, else with escapes. */
static void
scalar(FILE *f, const char *s, int depth)
{
	scoped_free char	*safe = malloc(strlen(s) * 6 + 1);

	if (safe == NULL)
		return;
	(void)visible_text(safe, strlen(s) * 6 + 1, s);
	if (is_ambiguous(s) || has_control(s, true))
		escaped(f, s);
	else if (strcmp(safe, s) != 0)
		escaped(f, safe);
	else if (strchr(s, '\n') != NULL && *s != ' ' && *s != '\n')
		block(f, s, depth);
	else if (has_control(s, false))
		escaped(f, s);
	else if (is_plain(s))
		fputs(s, f);
	else {
		fputc('\'', f);
		for (; *s != '\0'; s++)
			fputs(*s == '\'' ? "\'\'" : (char[]){ *s, '\0' }, f);
		fputc('\'', f);
	}
}

/* Members on lines of their own, sorted; the first one stands behind "- ". */
static void
object(FILE *f, json_t *o, int depth, bool in_list)
{
	size_t			 n;
	scoped_free const char	**keys = tmpl_keys(o, &n);

	for (size_t i = 0; keys != NULL && i < n; i++) {
		fprintf(f, "%*s", i == 0 && in_list ? 0 : depth * 2, "");
		scalar(f, keys[i], depth + 1);
		fputc(':', f);
		value(f, json_object_get(o, keys[i]), depth + 1, false);
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
	scoped_free char	*text = NULL;

	if (json_is_string(v)) {
		fputc(' ', f);
		scalar(f, json_string_value(v), depth);
		fputc('\n', f);
	} else if (json_is_real(v))
		fprintf(f, " %.2f\n", json_real_value(v));
	else if (json_object_size(v) > 0) {
		fputs(in_list ? " " : "\n", f);
		object(f, v, depth, in_list);
	} else if (json_array_size(v) > 0) {
		fputc('\n', f);
		array(f, v, depth - 1);
	} else {		/* a number, true, false, null, {} or [] */
		text = json_dumps(v, JSON_ENCODE_ANY);
		fprintf(f, " %s\n", text);
	}
}

void
yaml_print(FILE *f, json_t *v)
{
	if (json_is_object(v))
		object(f, v, 0, false);
}
