/*
 * What was seen at paths of the file system, so that an answer made from it
 * can be kept for as long as the same would be seen.
 */
#ifndef PROTOCOL_SEEN_H
#define PROTOCOL_SEEN_H

#include <sys/stat.h>

#include <stdbool.h>

struct rec;

enum seen_how {
	SEEN_THERE = 't',	/* what it is, whose, its mode: stat */
	SEEN_ITSELF = 'i',	/* the same, of a link itself: lstat */
	SEEN_INSIDE = 'r',	/* and what is in it: read, or listed */
};

/*
 * Note in a record what looking at an absolute path gave: an errno, or 0 and
 * what stat says. 0 or -1 (ENOMEM).
 */
int	seen_add(struct rec *, enum seen_how, const char *, int,
	    const struct stat *);
/*
 * Would the same be seen now? Of a file that had changed less than a second
 * before it was read nobody can say: then no.
 */
bool	seen_same(const struct rec *);

#endif
