/*
 * Merge a document into the settings: each key of it replaces the earlier value
 * (or is appended to it, for such lists).
 */
#ifndef RESOLVE_MERGE_H
#define RESOLVE_MERGE_H

#include <stddef.h>

#include "schema.h"

struct findings;
struct problem;
struct settings;

struct document {
	const char	*path;		/* in messages and origins */
	enum conf_kind	 kind;
	const char	*text;
	size_t		 len;
	/*
	 * Which settings are used, or NULL for all: a rootless user takes only
	 * some keys of the system's storage.conf.
	 */
	int		(*wanted)(const char *);
	/* For a check: add each problem here, and read the rest. */
	struct findings	*found;
};

/*
 * 0, or -1 with a message. Unknown keys become warnings, except in libpod.conf,
 * whose keys are those of many versions.
 */
int	merge_document(struct settings *, const struct document *,
	    struct problem *);

#endif
