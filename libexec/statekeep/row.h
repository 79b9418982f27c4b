/*
 * A row is what `ps` shows of a container: small, and apart from its
 * definition. What a reboot makes untrue (pids, the exact running state) is
 * kept in a second record, the overlay, in the per-boot database.
 */
#ifndef STATEKEEP_ROW_H
#define STATEKEEP_ROW_H

#include <stdbool.h>

struct rec;

enum ctr_state {
	ST_CREATING = 1, ST_CREATED = 2, ST_STARTING = 3, ST_RUNNING = 4,
	ST_STOPPING = 5, ST_EXITED = 6, ST_REMOVING = 7, ST_PAUSED = 8,
	ST_DAMAGED = 15,
};

/* "running" for 4; "unknown" for what is none. */
const char	*state_name(unsigned int);
/* True of the states that a process is alive in, so that a reboot ends them. */
bool		 state_live(unsigned int);

/* True of those in which nothing can have happened to it meanwhile. */
bool		 state_rests(unsigned int);

/* The row of a new container: what ps needs of its definition, or NULL. */
struct rec	*row_new(const struct rec *, const char *, const char *);
/*
 * The row as it is now: the stored one, with its overlay (NULL: none) if that
 * is of this boot. A live state without one, or of another boot, is `exited`.
 */
struct rec	*row_merge(const struct rec *, const struct rec *, const char *);
/*
 * The same for a container that only the per-boot database knows. One of
 * another boot is `removing`.
 */
struct rec	*row_merge_ephemeral(const struct rec *, const char *);
/* True if the stored row is what row_merge would give without an overlay. */
bool		 row_plain(const struct rec *);
/* True if the second part says anything but the state. */
bool		 row_has_volatile(const struct rec *);
/* What is shown for a record that cannot be read: id, name, why. */
struct rec	*row_damaged(const char *, const char *, const char *);
/* The state of a merged row. */
unsigned int	 row_state(const struct rec *);
/* True if the row is as the changes expect it: "=KEY" says what KEY is now. */
bool		 row_expected(const struct rec *, const struct rec *);
/* Apply changes: each key in the second record replaces all its values. */
int		 row_change(struct rec *, const struct rec *);
/*
 * Take a merged row apart again: what is stored durably (first), and the
 * overlay (second), both new. 0 or -1.
 */
int		 row_split(const struct rec *, const char *, struct rec **,
		    struct rec **);
/* True if both hold the same pairs in the same order. */
bool		 row_same(const struct rec *, const struct rec *);

#endif
