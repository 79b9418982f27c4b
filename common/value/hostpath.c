#include "hostpath.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "parse.h"

/* Drop the last component of a cleaned path, which may be empty. */
static size_t
parent(const char *out, size_t len)
{
	while (len > 0 && out[len - 1] != '/')
		len--;
	return (len > 0 ? len - 1 : 0);
}

void
hostpath_clean(char *path)
{
	const char	*in = path;
	size_t		 len = 0, n;

	while (*in != '\0') {
		in += strspn(in, "/");
		n = strcspn(in, "/");
		if (n == 2 && memcmp(in, "..", 2) == 0) {
			len = parent(path, len);
		} else if (n > 0 && !(n == 1 && *in == '.')) {
			path[len++] = '/';
			memmove(path + len, in, n);
			len += n;
		}
		in += n;
	}
	if (len == 0)
		path[len++] = '/';
	path[len] = '\0';
}

char *
hostpath_absolute(const char *path, struct parse_err *e)
{
	scoped_free char	*cwd = NULL;
	char			*out = NULL;

	if (*path == '/')
		out = strdup(path);
	else if ((cwd = getcwd(NULL, 0)) == NULL) {
		(void)parse_fail_code(e, error_of_errno(errno), "%s is "
		    "relative, and the working directory cannot be found: %s",
		    path, strerror(errno));
		return (NULL);
	} else if (asprintf(&out, "%s/%s", cwd, path) == -1)
		out = NULL;
	if (out == NULL)
		(void)parse_no_memory(e);
	else if (*path != '/')
		hostpath_clean(out);
	return (out);
}
