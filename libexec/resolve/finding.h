/*
 * What a check of one file finds: all of it, where reading the same file to
 * work by it would end at the first.
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
 * Add one: "error" or "unknown", its place (line 0: of the file as a whole)
 * and what it is. What stands there is quoted with it. 0, or -1: too many.
 */
int	finding_add(struct findings *, const char *, unsigned int,
	    unsigned int, const char *);
/*
 * A problem becomes an error among the findings, and work goes on: 0. Where
 * there are none to add to (NULL), or too many, the problem stays: -1.
 */
int	finding_take(struct findings *, struct problem *);

#endif
