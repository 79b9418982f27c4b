/*
 * From history to logs of events: the events that a log does not have yet, as
 * text, and the mark that says which ones it has.
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
 * The position of a log in one database: the last history entry whose events it
 * has all, and how many events of the next entry it has, since a kill can stop
 * a process between two lines. A database is identified by a hash of its path
 * (and of the boot), because several databases may use one log.
 */
struct place {
	uint32_t	 id;		/* 0: not known */
	uint64_t	 whole;
	unsigned int	 part;
};

/* The number of the last event, and the position in both databases. */
struct mark {
	uint64_t	 seq;
	struct place	 durable;
	struct place	 boot;
};

#define MARK_MAX	160		/* bytes of one as text */

/*
 * Read the mark at the end of a text, which ends in a newline; false: there is
 * none.
 */
bool	mark_read(const char *, size_t, struct mark *);
/* Format a mark as the end of a line: ,"Seq":7,"Mark":"d01234567.3+0 b..."} */
int	mark_print(char *, size_t, const struct mark *);

/* An event for a log, with the mark of the log after it. */
struct emitted {
	int64_t			 t;	/* ns since the epoch */
	const char		*type;
	const char		*status;
	const char		*id;	/* "" for an event without an object's
					 * id */
	const char		*name;
	const char		*image;
	const char		*ns;	/* the object's namespace */
	int			 exit_code;
	const struct rec	*labels; /* its `label` pairs, or NULL */
	struct mark		 mark;
};

/*
 * Call the function for each event that a log with this mark (NULL: the log is
 * empty) does not have, oldest history entry first, the events of this commit
 * last. The function returns 0, or -1, which ends the calls and is returned.
 */
int	events_pending(struct state *, const struct hist *, const struct mark *,
	    int (*)(void *, const struct emitted *), void *);

/*
 * The identity of the log in use, as a number that history records: never 0,
 * and a different one after a reboot if the log ends with the boot.
 */
uint32_t events_log(const struct state *);
/*
 * Has this log been written for this database before? If so, and it has no mark
 * of the database, the log was lost and gets only events from now on.
 */
bool	events_known(struct state *, const struct db *);

/* RFC 3339 as Go prints it, in UTC: "2026-11-22T05:43:30.62583224Z". */
void	event_time(int64_t, char *, size_t);
/* Labels as one JSON object. */
void	event_labels(FILE *, const struct rec *);

/* Read the mark of the log file; false: it has none. */
bool	eventlog_mark(struct state *, struct mark *);
/* Write the events that the log file does not have. */
void	eventlog_write(struct state *, const struct hist *);

#endif
