/*
 * A row has the properties of a container that `ps` shows; it is small, and
 * separate from the definition. The properties that end with a boot (pids, the
 * exact running state) are in a second record, the overlay, in the per-boot
 * database.
 */
#ifndef STATEKEEP_ROW_H
#define STATEKEEP_ROW_H

#include <stdbool.h>

#include "states.h"

struct rec;

/*
 * The row of a new container: the properties that ps shows, from its
 * definition. NULL on ENOMEM.
 */
struct rec	*row_new(const struct rec *, const char *, const char *);
/*
 * The current row: the stored one, with its overlay (NULL: none) if that is of
 * this boot. A live state without an overlay of this boot is `exited`.
 */
struct rec	*row_merge(const struct rec *, const struct rec *,
		    const char *);
/*
 * The same for a container that only the per-boot database has. A container of
 * another boot is `removing`.
 */
struct rec	*row_merge_ephemeral(const struct rec *, const char *);
/* Would row_merge give the stored row itself, without an overlay? */
bool		 row_plain(const struct rec *);
/* Has the overlay any key besides the state? */
bool		 row_has_volatile(const struct rec *);
/* The row for a record that cannot be read: id, name, reason. */
struct rec	*row_damaged(const char *, const char *, const char *);
/* The state of a merged row. */
unsigned int	 row_state(const struct rec *);
/*
 * Does the row fulfil the conditions of the changes? "=KEY" has the value that
 * KEY must have.
 */
bool		 row_expected(const struct rec *, const struct rec *);
/* Apply changes: each key in the second record replaces all its values. */
int		 row_change(struct rec *, const struct rec *);
/*
 * Split a merged row into the part that is stored durably (first) and the
 * overlay (second), both new. 0 or -1.
 */
int		 row_split(const struct rec *, const char *, struct rec **,
		    struct rec **);
/* Have both the same pairs in the same order? */
bool		 row_same(const struct rec *, const struct rec *);

#endif
