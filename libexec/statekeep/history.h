/*
 * History: each transition stores an entry in the database that it changes, in
 * the same commit. An entry has the user and the command, and the values of the
 * row before the change, so that the list at an earlier moment is the current
 * list with the later entries undone. When there are too many entries the
 * oldest are dropped.
 *
 * Keys: h:<number, 16 hex digits> an entry; s:history "first next bytes log".
 */
#ifndef STATEKEEP_HISTORY_H
#define STATEKEEP_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct state;
struct rec;

#define HISTORY_MAX	(2u << 20)	/* bytes of entries in a database */
#define HISTORY_WHO	201

/* The user and the command that change the state. */
struct who {
	uint32_t	 uid;
	char		 command[HISTORY_WHO];
};

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

/* An entry that is being committed, or has just been. */
struct hist {
	struct db		*db;	/* NULL: the transition has no entry */
	uint64_t		 seq;
	struct rec		*entry;	/* owned */
	const struct rec	*row;	/* of the object with the events;
					 * borrowed */
};

/*
 * Put the entry of a transition, with the noted events, into the open
 * transaction. 0, or -1 with a message.
 */
int	history_put(struct state *, const struct transition *, struct hist *);
void	history_done(struct hist *);

/* The number of the first entry of a database, and that of the next new one. */
void	history_range(struct db *, uint64_t *first, uint64_t *next);
/*
 * The identity (events_log) of the log that last got events of this database;
 * 0: none.
 */
uint32_t history_log(struct db *);
/* One entry, or NULL. */
struct rec *history_entry(struct db *, uint64_t);

/*
 * All entries about the object with this name or id ("": of all objects),
 * oldest first, as a sealed memfd of nested `entry`. -1 with a message.
 */
int	state_history(struct state *, const char *);
/*
 * The rows at an earlier moment (ns since the epoch), in the form of
 * state_list.
 */
int	state_list_at(struct state *, int64_t);

#endif
