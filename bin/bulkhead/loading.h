/*
 * What load and import share: the archive, and what it may take.
 */
#ifndef BULKHEAD_LOADING_H
#define BULKHEAD_LOADING_H

#include "archive.h"

struct cli;
struct session;

#define LOAD_LIMITS							\
	{ "max-files", 0, OPT_UINT, NULL,				\
	  "Most files that all layers of the archive may hold together; " \
	  "0 is no limit", "2000000", NULL },				\
	{ "max-ratio", 0, OPT_UINT, NULL,				\
	  "Most bytes, beyond the first GiB, that a layer may unpack to " \
	  "for each byte it is stored in; 0 is no limit", "250", NULL }, \
	{ "max-size", 0, OPT_SIZE, NULL,				\
	  "Most bytes that all layers of the archive may unpack to "	\
	  "together; 0 is no limit", "64g", NULL }

/* These options: for all images of the archive together; 0 is no limit. */
struct limits	load_limits(const struct cli *);
/*
 * Open an archive ("-" or NULL: the standard input) so that it can be read
 * more than once and in any order: what comes through a pipe is put into a
 * file without a name. The descriptor, or -1 after telling the person why.
 */
int	load_open(const char *);
/* Open a session that loads images. 0, or -1 after telling the person why. */
int	load_session(struct session *, struct cli *);
/* What prints the progress, to a terminal only; or NULL. */
layer_fn *load_progress(const struct cli *);

#endif
