/*
 * Events: podman's record of what happened to an object. They are stored in the
 * transaction that changes the object (history.h) and written to the log after
 * it, exactly once: the log's last line has the position of the log, and the
 * next process writes what a killed one left out.
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

/* Where events go, and those noted for the next commit. */
struct events {
	enum events_backend	 backend;
	int			 dir_fd;	/* of the log; -1: per boot */
	int			 sock_fd;	/* of the journal, or -1 */
	uint64_t		 max;		/* bytes; 0: no limit */
	char			 file[EVENTS_NAME];
	int			 exit_code;	/* of a container that ends and
						 * is removed */
	struct rec		*notes;		/* nested `note`, or NULL */
};

/*
 * Take a directory for the log, or a socket that is connected to systemd's
 * journal. 0, or -1 with a message if the descriptor is neither.
 */
int	events_to(struct state *, uint32_t, int);		/* takes */
/*
 * Set the user, the command and the backend, as state_open names them. 0 or -1.
 */
int	events_open(struct state *, const struct msg_state_open *);

/* One event. It owns nothing; a field that does not apply is NULL. */
struct event {
	const char		*type;		/* "volume" */
	const char		*status;	/* "create" */
	const char		*id;
	const char		*name;
	const char		*image;
	const char		*ns;		/* the object's namespace */
	const struct rec	*labels;	/* its `label` pairs, K=V */
};

/*
 * Note an event for the open transaction: state_commit stores it, and it is
 * written to the log after that. It is for events that do not follow from the
 * transition itself. 0, or -1 with a message.
 */
int	event_note(struct state *, const struct event *);
/* Note an event of the transition's own object: "attach", "stop". */
int	event_note_status(struct state *, const char *);
/*
 * Note the events that the front end put into a record of changes as `event`,
 * and remove the key from the record. 0, or -1 with a message.
 */
int	event_take(struct state *, struct rec *);
/* Forget the noted events, because the transaction is abandoned. */
void	event_forget(struct state *);

/*
 * After the commit, before the database is unlocked: write the events that the
 * log does not have. A failure is logged, and changes nothing else.
 */
void	events_emit(struct state *, const struct hist *);
/*
 * Store events that another program caused, in a transaction of their own. 0 or
 * -1.
 */
int	state_events(struct state *, const struct rec *);
void	events_clear(struct events *);

#endif
