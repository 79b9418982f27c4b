/*
 * The findings of a check of one file. Reading a file for use ends at the
 * first.
 */
#ifndef RESOLVE_FINDING_H
#define RESOLVE_FINDING_H

#include <stddef.h>

struct problem;
struct rec;

enum { FINDINGS_MAX = 200 };

struct findings {
	struct rec	*out;		/* nested `finding`; borrowed */
	const char	*text;		/* of the file */
	size_t		 len;
	size_t		 n;
};

/*
 * Add a finding: "error" or "unknown", its place (line 0: the whole file) and
 * the message. The text at the place is added. 0, or -1: too many.
 */
int	finding_add(struct findings *, const char *, unsigned int,
	    unsigned int, const char *);
/*
 * Convert a problem to a finding, so that the check goes on: 0. If there are no
 * findings (NULL) or too many, keep the problem: -1.
 */
int	finding_take(struct findings *, struct problem *);

#endif
