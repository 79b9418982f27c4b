#include "image.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "record.h"
#include "show.h"
#include "tmpl.h"

size_t
image_repository_len(const char *name)
{
	const char	*slash = strrchr(name, '/');
	const char	*from = slash == NULL ? name : slash;
	const char	*cut = strpbrk(from, ":@");

	return (cut == NULL ? strlen(name) : (size_t)(cut - name));
}

static bool
fits(const char *pattern, const char *s, size_t n)
{
	scoped_free char	*copy = strndup(s, n);

	return (copy != NULL && fnmatch(pattern, copy, FNM_PATHNAME) == 0);
}

/* With and without the host, the path and the tag. */
bool
image_matches(const char *pattern, const char *name)
{
	const char	*path = strchr(name, '/');
	const char	*last = strrchr(name, '/');
	size_t		 len = strlen(name);
	size_t		 repo = image_repository_len(name);

	path = path == NULL ? name : path + 1;
	last = last == NULL ? name : last + 1;
	return (fits(pattern, name, len) || fits(pattern, name, repo) ||
	    fits(pattern, path, strlen(path)) ||
	    fits(pattern, path, repo - (size_t)(path - name)) ||
	    fits(pattern, last, strlen(last)) ||
	    fits(pattern, last, repo - (size_t)(last - name)));
}

json_t *
image_repo_digests(const struct rec *r)
{
	json_t		*a = json_array();
	const char	*name, *digest = rec_get(r, "digest");
	size_t		 it = 0;
	char		 text[1024];

	while (digest != NULL && rec_next(r, "name", &it, &name)) {
		snprintf(text, sizeof(text), "%.*s@%s",
		    (int)image_repository_len(name), name, digest);
		json_array_append_new(a, tmpl_text(text));
	}
	return (a);
}

json_t *
image_names_history(const struct rec *r)
{
	return (show_list(r, rec_get(r, "name_history") != NULL ?
	    "name_history" : "name"));
}
