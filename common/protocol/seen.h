/*
 * The state of paths in the file system, so that an answer made from them can
 * be cached while they are unchanged.
 */
#ifndef PROTOCOL_SEEN_H
#define PROTOCOL_SEEN_H

#include <sys/stat.h>

#include <stdbool.h>

struct rec;

enum seen_how {
	SEEN_THERE = 't',	/* type, owner, mode: stat */
	SEEN_ITSELF = 'i',	/* the same, of a link itself: lstat */
	SEEN_INSIDE = 'r',	/* and its contents: read, or listed */
};

/*
 * Record the result of a look at an absolute path: an errno, or 0 and the
 * result of stat. 0 or -1 (ENOMEM).
 */
int	seen_add(struct rec *, enum seen_how, const char *, int,
	    const struct stat *);
/*
 * Is everything unchanged? False for a file that had changed less than a second
 * before it was read, whose later change its time may not show.
 */
bool	seen_same(const struct rec *);

#endif
