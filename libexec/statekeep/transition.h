/*
 * Every change of an object is committed here. What must be done exactly once
 * for a change (history, events) is stored here, in the same transaction as the
 * change.
 */
#ifndef STATEKEEP_TRANSITION_H
#define STATEKEEP_TRANSITION_H

#include <stdbool.h>

struct state;
struct rec;

/* The change that is committed. It owns nothing. */
struct transition {
	const char		*type;	/* "container", "pod", "volume", .. */
	const char		*id;
	const struct rec	*before; /* merged row; NULL: new, or the row
					  * is damaged and cannot be read */
	const struct rec	*after;	/* merged row; NULL: removed */
	bool			 ephemeral; /* in the per-boot database only */
	bool			 durable; /* the durable database changes */
	bool			 boot;	/* the per-boot database changes */
	bool			 hard;	/* must survive a power cut */
};

/*
 * Commit the open transaction, which changes this object; it may have other
 * changes too. 0, or -1 with a message.
 */
int	commit_transition(struct state *, const struct transition *);

#endif
