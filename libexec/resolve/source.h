/*
 * The configuration files of one request, in the order in which they are
 * merged. All are opened before any is read: then the process gives up the rest
 * of the file system.
 */
#ifndef RESOLVE_SOURCE_H
#define RESOLVE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "schema.h"

struct problem;
struct request;
struct settings;

enum { SOURCES_MAX = 256 };

struct source {
	char		*path;
	enum conf_kind	 kind;
	int		 fd;
	int		 error;		/* why it could not be opened */
	bool		 shadowed;	/* a later drop-in has its name */
	const char	*drop_in;	/* its name, within path; or NULL */
	int		(*wanted)(const char *);
};

struct sources {
	struct source	 all[SOURCES_MAX];
	size_t		 n;
};

struct sources *sources_new(void) __attribute__((warn_unused_result));
void	sources_free(struct sources *);
/*
 * Find and open the files for these flags (enum config_flags). 0, or -1 with a
 * message.
 */
int	sources_open(struct sources *, const struct request *, unsigned int,
	    struct problem *);
/*
 * Merge all, in order. 0 or -1. With CONFIG_ALL, a problem of a file that other
 * programs read becomes a problem of the settings.
 */
int	sources_merge(const struct sources *, struct settings *, unsigned int,
	    struct problem *);
/*
 * Read a descriptor: at most max bytes of a regular file, with a NUL behind
 * them.
 */
char	*slurp(int, size_t, size_t *);

#endif
