#include "unsupported.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "nitems.h"
#include "schema.h"
#include "settings.h"

/* Values that containers of the other kind of user can have. */
static const struct {
	const char	*name, *value;
	bool		 rootless;
} elsewhere[] = {
	{ "containers.userns", "host", false },
	{ "containers.userns", "auto", true },
};

/*
 * No warning names values of these origins: TMPDIR is set for all programs, a
 * command that would start a container with another runtime refuses the option,
 * and info reports on the monitor.
 */
static const char *const	 silent[] = {
	"$TMPDIR", "--runtime", "--conmon",
};

static bool
is_path(const char *v)
{
	return (*v == '/' || *v == '.');
}

static bool
is_true(const char *v)
{
	return (strcmp(v, "true") == 0);
}

/* The name of a variable, without a value? */
static bool
is_bare(const char *v)
{
	return (*v != '\0' && strchr(v, '=') == NULL);
}

/* Is one of the words, which may be in quotes, type=bind? */
static bool
is_bind(const char *v)
{
	static const char	 word[] = "type=bind";
	const size_t		 n = sizeof(word) - 1;

	for (; v != NULL; v = strchr(v, ',')) {
		v += strspn(v, ",\"");
		if (strncmp(v, word, n) == 0 &&
		    (v[n] == '\0' || v[n] == ',' || v[n] == '"'))
			return (true);
	}
	return (false);
}

static const struct {
	const char	*name;
	bool		(*is_roots)(const char *);
	const char	*why;
} of_users[] = {
	{ "containers.env", is_bare, "not for root's containers; use -e" },
	{ "containers.env_host", is_true,
	    "not for root's containers; use --env-host" },
	{ "containers.mounts", is_bind,
	    "not for root's containers; use --mount" },
	{ "containers.volumes", is_path, "not for root's containers; use -v" },
};

const char *
unsupported_for_root(const struct setting *it, const char *value)
{
	for (size_t i = 0; i < NITEMS(of_users); i++)
		if (strcmp(of_users[i].name, it->name) == 0 &&
		    of_users[i].is_roots(value))
			return (of_users[i].why);
	return (NULL);
}

/* Has it no effect, whatever its value? What $STORAGE_OPTS sets has no row. */
static bool
unsupported(const struct setting *it)
{
	return (it->key == NULL || !it->key->supported);
}

/* Is it one of the words, or an absolute path where "/" is one? */
static bool
is_one_of(const char *words, const char *value)
{
	size_t	 n = strlen(value), len;

	for (; *words != '\0'; words += len + (words[len] == '|')) {
		len = strcspn(words, "|");
		if ((len == n && strncmp(words, value, n) == 0) ||
		    (len == 1 && *words == '/' && *value == '/'))
			return (true);
	}
	return (false);
}

bool
unsupported_value(const struct setting *it, bool rootless)
{
	if (it->key == NULL || it->n == 0 || it->values[0][0] == '\0')
		return (false);
	for (size_t i = 0; i < NITEMS(elsewhere); i++)
		if (elsewhere[i].rootless == rootless &&
		    strcmp(elsewhere[i].name, it->name) == 0 &&
		    strcmp(elsewhere[i].value, it->values[0]) == 0)
			return (true);
	return (it->key->values != NULL && !is_one_of(it->key->values,
	    it->values[0]));
}

/* A runtime that no table names is not ignored: the engine refuses it. */
static bool
is_refused(const struct settings *s, const struct setting *it)
{
	char	 name[256];
	int	 n;

	if (strcmp(it->name, "engine.runtime") != 0 || it->values[0][0] == '/')
		return (false);
	n = snprintf(name, sizeof(name), "engine.runtimes.%s", it->values[0]);
	return (n < 0 || (size_t)n >= sizeof(name) ||
	    settings_find(s, name) == NULL);
}

/* Empty values and the built-in ones ask for nothing. */
static bool
is_ignored(const struct settings *s, const struct setting *it, bool rootless)
{
	if (it->n == 0 || it->values[0][0] == '\0' ||
	    strcmp(it->origin, ORIGIN_BUILTIN) == 0 ||
	    settings_as_built_in(it) ||
	    (!unsupported(it) && !unsupported_value(it, rootless)) ||
	    is_refused(s, it))
		return (false);
	for (size_t i = 0; i < NITEMS(silent); i++)
		if (strcmp(it->origin, silent[i]) == 0)
			return (false);
	return (true);
}

/* Was a member of the same table named already? */
static bool
is_named(const struct settings *s, const struct setting *it, bool rootless)
{
	for (const struct setting *o = s->all; o < it; o++)
		if (o->key == it->key && is_ignored(s, o, rootless))
			return (true);
	return (false);
}

/* With its value, where other values are supported. */
static void
name_one(FILE *f, const struct setting *it)
{
	fputs(it->key == NULL ? it->name : it->key->name, f);
	if (it->key != NULL && it->key->supported)
		fprintf(f, " = \"%s\"", it->values[0]);
	fprintf(f, " (%s)", it->origin);
}

static void
name_for_root(FILE *f, const struct setting *it)
{
	const char	*why;

	for (size_t i = 0; i < it->n; i++)
		if ((why = unsupported_for_root(it, it->values[i])) != NULL)
			fprintf(f, "%s%s = \"%s\" (%s; %s)", ftell(f) == 0 ?
			    "" : ", ", it->name, it->values[i], it->origin,
			    why);
}

int
unsupported_warn(struct settings *s, bool rootless, struct problem *pr)
{
	scoped_free char	*list = NULL;
	size_t			 size;
	FILE			*f = open_memstream(&list, &size);

	if (f == NULL)
		return (problem_no_memory(pr));
	for (size_t i = 0; i < s->n; i++) {
		const struct setting	*it = &s->all[i];

		if (!rootless)
			name_for_root(f, it);
		if (!is_ignored(s, it, rootless) || is_named(s, it, rootless))
			continue;
		fputs(ftell(f) == 0 ? "" : ", ", f);
		name_one(f, it);
	}
	if (fclose(f) != 0 || (*list != '\0' && settings_warn(s,
	    "not supported, and ignored: %s", list) == -1))
		return (problem_no_memory(pr));
	return (0);
}
