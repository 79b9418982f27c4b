#include "written.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config.h"
#include "nitems.h"
#include "path.h"
#include "record.h"
#include "session.h"

#define FILE_MAX	(1u << 20)

static bool
is_named(const char *path, const char *name)
{
	char	 real[PATH_MAX];

	if (name == NULL || *name == '\0')
		return (false);
	return (strcmp(path, name) == 0 || (*name != '/' &&
	    realpath(name, real) != NULL && strcmp(path, real) == 0));
}

/* Is it a file that root has chosen to be configured by? */
static bool
is_chosen(const struct session *s, const char *path)
{
	static const char *const	 dirs[] = { "/etc/containers/",
	    "/usr/share/containers/" };
	const char			*module;

	for (size_t i = 0; i < NITEMS(dirs); i++)
		if (strncmp(path, dirs[i], strlen(dirs[i])) == 0)
			return (strstr(path, "/../") == NULL);
	rec_each_text(module, s->options.settings, KEY(module))
		if (is_named(path, module))
			return (true);
	return (is_named(path, getenv("CONTAINERS_CONF")) ||
	    is_named(path, getenv("CONTAINERS_CONF_OVERRIDE")));
}

/* The path of "PATH:LINE", also where a blank and more follow. 0 or -1. */
static int
path_of(const char *origin, char *out, size_t size)
{
	const char	*colon = origin;
	size_t		 n;

	while ((colon = strchr(colon, ':')) != NULL) {
		n = strspn(colon + 1, "0123456789");
		if (n > 0 && (colon[n + 1] == '\0' || colon[n + 1] == ' '))
			break;
		colon++;
	}
	if (colon == NULL || *origin != '/' || (size_t)(colon - origin) >= size)
		return (-1);
	memcpy(out, origin, (size_t)(colon - origin));
	out[colon - origin] = '\0';
	return (0);
}

/*
 * Does a string begin here: behind a quote that opens one in this line, outside
 * of comments and of other strings?
 */
static bool
begins_string(const char *text, const char *at)
{
	const char	*p = at, *open = NULL;

	while (p > text && p[-1] != '\n')
		p--;
	for (; p < at; p++)
		if (open == NULL && *p == '#')
			return (false);
		else if (open == NULL && (*p == '"' || *p == '\''))
			open = p;
		else if (open != NULL && *p == *open)
			open = NULL;
		else if (open != NULL && *p == '\\' && *open == '"')
			p++;
	return (open != NULL && open + 1 == at);
}

/* Is the value there as one string? */
static bool
has_string(const char *text, const char *value)
{
	size_t	 n = strlen(value);

	for (const char *at = text; n > 0 && (at = strstr(at, value)) != NULL;
	    at++)
		if (begins_string(text, at) && at[n] == at[-1])
			return (true);
	return (false);
}

static bool
is_written(const struct session *s, const char *origin, const char *value)
{
	scoped_free char	*text = NULL;
	char			 path[PATH_MAX];

	if (path_of(origin, path, sizeof(path)) == -1 || !is_chosen(s, path))
		return (false);
	text = path_slurp(AT_FDCWD, path, FILE_MAX, NULL);
	return (text != NULL && has_string(text, value));
}

int
written_check(struct session *s, const char *setting, const char *value)
{
	char		 key[CONFIG_KEY];
	const char	*origin, *by;

	rec_each_text(by, s->config, config_key(key, "overrode:", setting))
		if (is_written(s, by, value))
			return (0);
	origin = rec_str(s->config, config_key(key, "origin:", setting),
	    "built-in");
	if (is_written(s, origin, value))
		return (0);
	return (error_set(&s->client.error, EPERM, "%s: %s: root mounts "
	    "\"%s\" only if this file has it as one string in quotes, without "
	    "escapes", origin, setting, value));
}
