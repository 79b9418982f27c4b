#include "unsupported.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "nitems.h"
#include "schema.h"
#include "settings.h"

/* Values of such keys that say what happens anyway. */
static const struct {
	const char	*name, *value;
} fulfilled[] = {
	{ "engine.runtime",			"launch" },
	{ "engine.runtime",			"bulkhead launch" },
	/* All mounts are made in a user namespace, which has no devices. */
	{ "storage.options.mountopt",		"nodev" },
	{ "storage.options.overlay.mountopt",	"nodev" },
};

/*
 * These are told in other words: TMPDIR is meant for all programs, a command
 * that would start a container with another runtime refuses the option, and
 * info looks at the monitor.
 */
static const char *const	 told[] = {
	"$TMPDIR", "--runtime", "--conmon",
};

bool
unsupported(const struct setting *it)
{
	/* What --storage-opt and $STORAGE_OPTS set has no row. */
	if (it->key == NULL || it->key->supported)
		return (it->key == NULL);
	for (size_t i = 0; i < NITEMS(fulfilled) && it->n == 1; i++)
		if (strcmp(it->name, fulfilled[i].name) == 0 &&
		    strcmp(it->values[0], fulfilled[i].value) == 0)
			return (false);
	return (true);
}

/* Empty values and the built-in ones ask for nothing. */
static bool
is_ignored(const struct setting *it)
{
	if (it->n == 0 || it->values[0][0] == '\0' ||
	    strcmp(it->origin, ORIGIN_BUILTIN) == 0 ||
	    settings_as_built_in(it) || !unsupported(it))
		return (false);
	for (size_t i = 0; i < NITEMS(told); i++)
		if (strcmp(it->origin, told[i]) == 0)
			return (false);
	return (true);
}

/* Was a member of the same table named already? */
static bool
is_named(const struct settings *s, const struct setting *it)
{
	for (const struct setting *o = s->all; o < it; o++)
		if (o->key == it->key && is_ignored(o))
			return (true);
	return (false);
}

int
unsupported_warn(struct settings *s, struct problem *pr)
{
	scoped_free char	*list = NULL;
	size_t			 size;
	FILE			*f = open_memstream(&list, &size);

	if (f == NULL)
		return (problem_set(pr, "out of memory"));
	for (size_t i = 0; i < s->n; i++) {
		const struct setting	*it = &s->all[i];

		if (is_ignored(it) && !is_named(s, it))
			fprintf(f, "%s%s (%s)", ftell(f) == 0 ? "" : ", ",
			    it->key == NULL ? it->name : it->key->name,
			    it->origin);
	}
	if (fclose(f) != 0 || (*list != '\0' && settings_warn(s,
	    "not supported, and ignored: %s", list) == -1))
		return (problem_set(pr, "out of memory"));
	return (0);
}
