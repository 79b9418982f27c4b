/*
 * Events on their way out: what is still to be told, as text, and how far the
 * last process got.
 */
#ifndef STATEKEEP_EVENTLOG_H
#define STATEKEEP_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct db;
struct hist;
struct state;
struct rec;

/*
 * How far a log has got in a database: the last entry that is in it whole,
 * and how many events of the next one are there, too: a kill may cut a write
 * between two lines. Databases are named by a hash of where they are (and of
 * the boot), since several may use one log.
 */
struct place {
	uint32_t	 id;		/* 0: not known */
	uint64_t	 whole;
	unsigned int	 part;
};

/* The number of the last event, and how far it is in both databases. */
struct mark {
	uint64_t	 seq;
	struct place	 durable;
	struct place	 boot;
};

#define MARK_MAX	160		/* bytes of one as text */

/* The mark at the end of a text, which ends in a newline; false: none. */
bool	mark_read(const char *, size_t, struct mark *);
/* As it stands at the end of a line: ,"Seq":7,"Mark":"d01234567.3+0 b..."} */
int	mark_print(char *, size_t, const struct mark *);

/* An event that is to be told, with what the log is then up to. */
struct told {
	int64_t			 t;	/* ns since the epoch */
	const char		*type;
	const char		*status;
	const char		*id;	/* "" where there is none */
	const char		*name;
	const char		*image;
	int			 exit_code;
	const struct rec	*labels; /* its `label` pairs, or NULL */
	struct mark		 mark;
};

/*
 * Call the function for every event that a log with this mark (NULL: one that
 * is empty) does not have, oldest entry first, the ones of this commit last.
 * The function returns 0, or -1, which ends it and is returned.
 */
int	events_pending(struct state *, const struct hist *, const struct mark *,
	    int (*)(void *, const struct told *), void *);

/*
 * The log that events go to now, as a number that history keeps: never 0,
 * and another one after a boot where the log ends with it.
 */
uint32_t events_log(const struct state *);
/*
 * Has that log been written for this database already? Then one that knows
 * nothing of it has lost it, and is told only what happens from now on.
 */
bool	events_known(struct state *, const struct db *);

/* RFC 3339 as Go prints it, in UTC: "2026-11-22T05:43:30.62583224Z". */
void	told_time(int64_t, char *, size_t);
/* Labels as one JSON object. */
void	told_labels(FILE *, const struct rec *);

/* How far the log file is; false: it does not say. */
bool	eventlog_mark(struct state *, struct mark *);
/* Bring the log file up to date. */
void	eventlog_write(struct state *, const struct hist *);

#endif
