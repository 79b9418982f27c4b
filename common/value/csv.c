#include "csv.h"

#include <string.h>

#include "parse.h"

static int
misplaced(const char *text, const char *at, const char *what,
    struct parse_err *e)
{
	return (parse_fail(e, "parse error on line 1, column %zu: %s",
	    (size_t)(at - text) + 1, what));
}

/* From behind the first quote; gives where the field ends, or NULL. */
static char *
quoted(const char *text, char *in, struct parse_err *e)
{
	char	*out = in;

	for (; *in != '\0' && (*in != '"' || in[1] == '"'); in++) {
		in += *in == '"';
		*out++ = *in;
	}
	if (*in == '"' && (in[1] == ',' || in[1] == '\0')) {
		*out = '\0';
		return (in + 1);
	}
	(void)misplaced(text, in, "extraneous or missing \" in "
	    "quoted-field", e);
	return (NULL);
}

static char *
plain(const char *text, char *in, struct parse_err *e)
{
	char	*end = in + strcspn(in, ",\"");

	if (*end != '"')
		return (end);
	(void)misplaced(text, end, "bare \" in non-quoted-field", e);
	return (NULL);
}

int
csv_split(char *text, const char **fields, size_t room, struct parse_err *e)
{
	char	*at = text, *end;
	size_t	 n = 0;

	for (;; at = end + 1) {
		char	 last;

		if (n == room)
			return (parse_fail(e, "more than %zu values with "
			    "commas between them", room));
		fields[n++] = *at == '"' ? at + 1 : at;
		end = *at == '"' ? quoted(text, at + 1, e) :
		    plain(text, at, e);
		if (end == NULL)
			return (-1);
		last = *end;
		*end = '\0';
		if (last == '\0')
			return ((int)n);
	}
}
