/*
 * Subordinate ids. Those in /etc/subuid and /etc/subgid are read here: a
 * start of libsubid costs more than a whole start of subids, and brings
 * eleven libraries. Where the administrator has named another source in
 * nsswitch.conf, the program subids-nss takes over (users.h), loads libsubid
 * and asks. That both read the files alike is what subid_unit tests.
 */
#ifndef SUBIDS_SUBID_H
#define SUBIDS_SUBID_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdio.h>

#include "subids.h"

enum subid_kind { SUBID_USERS, SUBID_GROUPS };

/* Does this line of nsswitch.conf ("passwd:") name more than this host? */
bool	subid_afar(const char *);
/*
 * The ranges of a user, by name or number, in the order of the source. More
 * than MAP_LINES are cut there, which refresh refuses. 0, or -1 when the
 * source cannot be asked.
 */
int	subid_ranges(struct ranges *, enum subid_kind, const char *, uid_t);
/* The same from an open file in the format of subuid(5). */
void	subid_read(struct ranges *, FILE *, const char *, uid_t);
/*
 * Does a line of the local file give an id of these ranges to another owner
 * than this one? The first such line is put into the buffer.
 */
bool	subid_taken(const struct ranges *, enum subid_kind, const char *, uid_t,
	    char *, size_t);
/* The same from an open file. */
bool	subid_shared(const struct ranges *, FILE *, const char *, uid_t, char *,
	    size_t);

#endif
