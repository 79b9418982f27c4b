/*
 * History: each transition leaves an entry in the database that it changed,
 * in the same commit. An entry says who did what, and what the row said
 * before, so that the list at any moment is the list of now with the later
 * entries undone. The oldest are dropped when there are too many.
 *
 * Keys: h:<number, 16 hex digits> an entry; s:history "first next bytes told".
 */
#ifndef STATEKEEP_HISTORY_H
#define STATEKEEP_HISTORY_H

#include <stdint.h>

struct db;
struct state;
struct rec;
struct transition;

#define HISTORY_MAX	(2u << 20)	/* bytes of entries in a database */
#define HISTORY_WHO	201

/* Who is at work. */
struct who {
	uint32_t	 uid;
	char		 command[HISTORY_WHO];
};

/* An entry that is about to be committed, or was just now. */
struct hist {
	struct db		*db;	/* NULL: nothing was worth one */
	uint64_t		 seq;
	struct rec		*entry;	/* its own */
	const struct rec	*row;	/* whose events it holds; borrowed */
};

/*
 * Put the entry of a transition, with what was noted, into the transaction
 * that is open. 0, or -1 with the keeper's sentence.
 */
int	history_put(struct state *, const struct transition *, struct hist *);
void	history_done(struct hist *);

/* Where the entries of a database begin, and the number of the next one. */
void	history_range(struct db *, uint64_t *first, uint64_t *next);
/* The log (events_log) that was last seen to have events of a database; 0. */
uint32_t history_told(struct db *);
/* One entry, or NULL. */
struct rec *history_entry(struct db *, uint64_t);

/*
 * All entries of what has this name or id ("": all there are), oldest first,
 * as a sealed memfd of nested `entry`. -1 with the keeper's sentence.
 */
int	state_history(struct state *, const char *);
/* The rows as they were at a moment (ns), as state_list has them. */
int	state_list_at(struct state *, int64_t);

#endif
