#include "refname.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN	500

/* The first component is a registry if it could be nothing else. */
static bool
has_registry(const char *name)
{
	size_t	 n = strcspn(name, "/");

	if (name[n] == '\0')
		return (false);
	return (memchr(name, '.', n) != NULL || memchr(name, ':', n) != NULL ||
	    (n == 9 && memcmp(name, "localhost", n) == 0));
}

static bool
is_plain(const char *name)
{
	if (*name == '\0' || strlen(name) > NAME_MAX_LEN)
		return (false);
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) &&
		    strchr("._-/:@", *name) == NULL)
			return (false);
	return (true);
}

int
refname_whole(const char *name, const char *prefix, char *out, size_t len)
{
	const char	*last = strrchr(name, '/');
	bool		 tagged;

	if (!is_plain(name)) {
		errno = EINVAL;
		return (-1);
	}
	last = last == NULL ? name : last + 1;
	tagged = strpbrk(last, ":@") != NULL;
	if (snprintf(out, len, "%s%s%s", has_registry(name) ? "" : prefix,
	    name, tagged ? "" : ":latest") >= (int)len) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	return (0);
}
