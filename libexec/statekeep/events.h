/*
 * Events: what happened to an object, told to whoever listens. They are part
 * of the transaction that made them true (history.h), and are written to the
 * log after it, exactly once: the log's last line says how far it has got,
 * and whoever writes next writes what a killed process has left out.
 */
#ifndef STATEKEEP_EVENTS_H
#define STATEKEEP_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "messages.h"

struct hist;
struct state;
struct rec;
struct transition;

#define EVENTS_NAME	256

/* Where they go, and what is noted for the next commit. */
struct events {
	enum events_backend	 backend;
	int			 dir_fd;	/* of the log; -1: per boot */
	int			 sock_fd;	/* of the journal, or -1 */
	uint64_t		 max;		/* bytes; 0: no limit */
	char			 file[EVENTS_NAME];
	int			 exit_code;	/* of one that ends and goes */
	struct rec		*notes;		/* nested `note`, or NULL */
};

/*
 * Take a directory for the log, or a socket that is connected to the journal.
 * 0, or -1 with the keeper's sentence if it is not one.
 */
int	events_to(struct state *, uint32_t, int);		/* takes */
/* Who is at work, and which backend, as state_open says. 0 or -1. */
int	events_open(struct state *, const struct msg_state_open *);

/* One event. Nothing of it is owned; what does not apply is NULL. */
struct event {
	const char		*type;		/* "volume" */
	const char		*status;	/* "create" */
	const char		*id;
	const char		*name;
	const char		*image;
	const struct rec	*labels;	/* its `label` pairs, K=V */
};

/*
 * Note an event of the transaction that is open: it is stored with the next
 * commit_transition, and told after it. For what does not follow from the
 * transition itself: pods and volumes that are made or removed by one of
 * their own need not be noted. 0, or -1 with the keeper's sentence.
 */
int	event_note(struct state *, const struct event *);
/* Note an event of the transition's own object: "attach", "stop". */
int	event_note_status(struct state *, const char *);
/*
 * Take the key `event` out of a record of changes: what the front end wants
 * to be noted with them. 0 or -1 as above.
 */
int	event_take(struct state *, struct rec *);
/* Forget what was noted: the transaction is not to be. */
void	event_forget(struct state *);

/*
 * After the commit, the turn still being ours: bring the log up to date. A
 * log that cannot be written is complained about, and nothing else.
 */
void	events_emit(struct state *, const struct hist *);
/* A transaction of its own for events that others caused. 0 or -1. */
int	state_events(struct state *, const struct rec *);
void	events_clear(struct events *);

#endif
