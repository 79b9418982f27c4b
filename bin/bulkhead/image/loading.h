/*
 * What load has for import, too: the archive, and what it may take.
 */
#ifndef BULKHEAD_LOADING_H
#define BULKHEAD_LOADING_H

#include "archive.h"

struct cli;
struct rec;

#define LOAD_LIMITS							\
	OPT("max-files", 0, UINT, "Most files that all layers of the archive " \
	    "may hold together; 0 is no limit", .def = "2000000"),	\
	OPT("max-ratio", 0, UINT, "Most bytes, beyond the first GiB, that " \
	    "a layer may unpack to for each byte it is stored in; 0 is no " \
	    "limit", .def = "250"),					\
	OPT("max-size", 0, SIZE, "Most bytes that all layers of the archive " \
	    "may unpack to together; 0 is no limit", .def = "64g")

struct loading {
	const char	*path;
	struct limits	 limits;	/* of all images together */
	layer_fn	*progress;	/* to a terminal only; or NULL */
};

/*
 * Open an archive ("-" or NULL: the standard input) and a session, and call
 * the function with what fetch finds in an archive of this kind. It returns 0,
 * or -1 with the session's error. The exit code.
 */
int	load_run(struct cli *, const char *, const char *kind,
	    int (*)(struct cli *, struct rec *, struct loading *));

#endif
