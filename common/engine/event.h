/*
 * Events, as far as a command has to do with them: where the state keeper is
 * to write them, and what only the command knows.
 */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stddef.h>

struct rec;
struct session;
struct msg_state_open;

/* Where the log is, for one who reads it: in a buffer of this size. 0 or -1. */
int	event_path(const struct session *, char *, size_t);
/*
 * Before the state is opened, give the state keeper what it cannot open: the
 * journal's socket, or the directory of the log. Without a journal, events are
 * not recorded. 0, or -1 with an error.
 */
int	event_give(struct session *, struct msg_state_open *);

/* Add an event to a list that event_send takes. ID and name may be NULL. */
void	event_add(struct rec *, const char *type, const char *status,
	    const char *id, const char *name);
/*
 * Have them told, if this session has a state keeper and there are any. One
 * that cannot be told is warned of: what happened has happened.
 */
void	event_send(struct session *, const struct rec *);
/* The same with one. */
void	event_send_one(struct session *, const char *type, const char *status,
	    const char *id, const char *name);

#endif
