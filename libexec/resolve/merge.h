/*
 * One document over the settings so far: each key it names replaces what was
 * there (or is added to it, for lists that append); the others stay.
 */
#ifndef RESOLVE_MERGE_H
#define RESOLVE_MERGE_H

#include <stddef.h>

#include "schema.h"

struct findings;
struct problem;
struct settings;

struct document {
	const char	*path;		/* as messages and origins name it */
	enum conf_kind	 kind;
	const char	*text;
	size_t		 len;
	/*
	 * Which settings count, or NULL for all: of the system's storage.conf
	 * a rootless user takes a few keys only.
	 */
	int		(*wanted)(const char *);
	/* A check: whatever is wrong goes there, and the rest is read. */
	struct findings	*found;
};

/*
 * 0, or -1 with one sentence. Keys that nobody knows become warnings, except
 * in libpod.conf, whose keys are those of many versions.
 */
int	merge_document(struct settings *, const struct document *,
	    struct problem *);

#endif
