/*
 * The one door through which every change of an object passes: whatever has
 * to happen exactly once with a change (history, events) is written here,
 * in the same transaction as the change itself.
 */
#ifndef STATEKEEP_TRANSITION_H
#define STATEKEEP_TRANSITION_H

#include <stdbool.h>

struct state;
struct rec;

/* What is about to be committed. Nothing of it is owned. */
struct transition {
	const char		*type;	/* "container", "pod", "volume", .. */
	const char		*id;
	const struct rec	*before; /* merged row, NULL: it is new, or
					 * (rm of a damaged one) unreadable */
	const struct rec	*after;	/* merged row, NULL: it goes */
	bool			 ephemeral; /* known to this boot only */
	bool			 durable; /* the durable side was written */
	bool			 boot;	/* the per-boot side was written */
	bool			 hard;	/* survives a power cut once told */
};

/*
 * Commit what was put and deleted for this change, in the transaction that
 * is open; more may be put before that. 0, or -1 with the keeper's sentence.
 */
int	commit_transition(struct state *, const struct transition *);

#endif
