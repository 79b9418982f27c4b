#include "image.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "record.h"

int
image_repository_len(const char *name)
{
	const char	*slash = strrchr(name, '/');
	const char	*from = slash == NULL ? name : slash;
	const char	*cut = strpbrk(from, ":@");

	return (cut == NULL ? (int)strlen(name) : (int)(cut - name));
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
	size_t		 repo = (size_t)image_repository_len(name);

	path = path == NULL ? name : path + 1;
	last = last == NULL ? name : last + 1;
	return (fits(pattern, name, len) || fits(pattern, name, repo) ||
	    fits(pattern, path, strlen(path)) ||
	    fits(pattern, path, repo - (size_t)(path - name)) ||
	    fits(pattern, last, strlen(last)) ||
	    fits(pattern, last, repo - (size_t)(last - name)));
}

void
image_derive(struct rec *r)
{
	const char	*name, *digest = rec_get(r, KEY(digest));
	bool		 past = rec_get(r, KEY(name_history)) != NULL;
	size_t		 it = 0;

	while (rec_next(r, KEY(name), &it, &name)) {
		if (digest != NULL)
			(void)rec_addf(r, KEY(repo_digest), "%.*s@%s",
			    image_repository_len(name), name, digest);
		if (!past)
			(void)rec_add(r, KEY(name_history), name);
	}
}
