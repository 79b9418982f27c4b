#include "reference.h"

#include <string.h>

#define DIGITS	"0123456789"
#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char	 format[] = "invalid reference format";

/*
 * Words of the set with one separator between each two, and nothing else:
 * `.`, `_`, `__` or any number of `-`. How long that is; 0: not even a word.
 */
static size_t
path_len(const char *p)
{
	size_t	 len = 0, word, gap;

	while ((word = strspn(p + len, LOWER DIGITS)) > 0) {
		len += word;
		gap = strspn(p + len, "-");
		if (gap == 0 && strncmp(p + len, "__", 2) == 0)
			gap = 2;
		if (gap == 0)
			gap = p[len] == '.' || p[len] == '_';
		if (gap == 0 || strspn(p + len + gap, LOWER DIGITS) == 0)
			break;
		len += gap;
	}
	return (len);
}

/* Labels of letters, digits and inner hyphens, between dots, and a port. */
static bool
is_host(const char *p, size_t n)
{
	size_t	 len = 0, label;

	for (;;) {
		label = strspn(p + len, LOWER UPPER DIGITS "-");
		if (label == 0 || p[len] == '-' || p[len + label - 1] == '-')
			return (false);
		len += label;
		if (p[len] != '.')
			break;
		len++;
	}
	if (p[len] == ':') {
		label = strspn(p + len + 1, DIGITS);
		if (label == 0)
			return (false);
		len += 1 + label;
	}
	return (len == n);
}

bool
reference_has_host(const char *name)
{
	size_t	 n = strcspn(name, "/");

	return (name[n] == '/' && (memchr(name, '.', n) != NULL ||
	    memchr(name, ':', n) != NULL ||
	    (n == 9 && memcmp(name, "localhost", n) == 0)) &&
	    is_host(name, n));
}

/* How long the name is at the beginning of this, or 0. */
static size_t
name_len(const char *text)
{
	size_t	 at = 0, n;

	if (reference_has_host(text))
		at = strcspn(text, "/") + 1;
	for (;;) {
		if ((n = path_len(text + at)) == 0)
			return (0);
		at += n;
		if (text[at] != '/')
			return (at);
		at++;
	}
}

static size_t
tag_len(const char *p)
{
	size_t	 n = strspn(p, LOWER UPPER DIGITS "_.-");

	return (*p == '.' || *p == '-' || n > REFERENCE_TAG ? 0 : n);
}

static const char *
refuse(const char *text, size_t len)
{
	/* What podman says of the mistake that is made most. */
	return (strcspn(text + len, UPPER) < strcspn(text + len, ":@") ?
	    "repository name must be lowercase" : format);
}

/* Would it be taken for the ID of an image? */
static bool
is_like_id(const char *text, size_t len)
{
	size_t	 n = 0;

	while (n < len && text[len - 1 - n] != '/')
		n++;
	return (n == 64 && strspn(text + len - n, DIGITS "abcdef") >= n);
}

const char *
reference_parse(const char *text, struct reference *r)
{
	size_t	 len = name_len(text), n;

	memset(r, 0, sizeof(*r));
	if (is_like_id(text, len))
		return ("a name of 64 hexadecimal digits would be taken for an "
		    "image ID");
	if (len > REFERENCE_NAME)
		return ("repository name must not be more than 255 characters");
	if (len == 0 || strchr(":@", text[len]) == NULL)
		return (refuse(text, len));
	memcpy(r->name, text, len);
	text += len;
	if (*text == ':') {
		if ((n = tag_len(text + 1)) == 0)
			return (format);
		memcpy(r->tag, text + 1, n);
		text += 1 + n;
	}
	if (*text == '@') {
		text++;
		if (strncmp(text, "sha256:", 7) != 0 ||
		    strspn(text + 7, DIGITS "abcdef") != 64)
			return (format);
		memcpy(r->digest, text, 71);
		text += 71;
	}
	return (*text == '\0' ? NULL : format);
}
