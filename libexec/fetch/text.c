#include "text.h"

#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>

#include "helper.h"

void
text_release(json_t **j)
{
	json_decref(*j);
}

/* Count nested brackets outside of strings before a recursive parser runs. */
static bool
too_deep(const char *p, size_t n)
{
	size_t	 depth = 0;
	bool	 quoted = false;

	for (size_t i = 0; i < n; i++) {
		if (quoted) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				quoted = false;
		} else if (p[i] == '"')
			quoted = true;
		else if (p[i] == '{' || p[i] == '[') {
			if (++depth > TEXT_DEPTH_MAX)
				return (true);
		} else if ((p[i] == '}' || p[i] == ']') && depth > 0)
			depth--;
	}
	return (false);
}

json_t *
text_parse(const char *name, const char *p, size_t n, struct answer *a)
{
	json_error_t	 e;
	json_t		*j;

	errno = EBADMSG;
	if (too_deep(p, n)) {
		(void)answer_text(a, "member \"%.200s\" of the archive has "
		    "more than %d levels of JSON; do not use this image",
		    name, TEXT_DEPTH_MAX);
		return (NULL);
	}
	j = json_loadb(p, n, JSON_REJECT_DUPLICATES, &e);
	errno = EBADMSG;
	if (j == NULL)
		(void)answer_text(a, "member \"%.200s\" of the archive is no "
		    "valid JSON (line %d: %.100s); save the image again",
		    name, e.line, e.text);
	return (j);
}

const char *
text_get(const json_t *j, const char *key)
{
	return (json_string_value(json_object_get(j, key)));
}

bool
text_is_digest(const char *s)
{
	return (strncmp(s, "sha256:", 7) == 0 && strlen(s) == 71 &&
	    strspn(s + 7, "0123456789abcdef") == 64);
}

void
text_digest(const void *p, size_t n, char out[72])
{
	memcpy(out, "sha256:", 7);
	(void)SHA256Data(p, n, out + 7);
}
