/*
 * Events, as far as a command has to do with them: where the state keeper is
 * to write them, and what only the command knows.
 */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include "messages.h"

struct rec;
struct session;
struct msg_state_open;

/* What the configuration says, in any case of letters. */
enum events_backend	event_backend(const struct session *);
/* Where the log is, for one who reads it: in a buffer of this size. 0 or -1. */
int	event_path(const struct session *, char *, size_t);

/*
 * Say in what the state is opened with who is at work, and with which backend;
 * give the state keeper, before that, what it cannot open. 0, or -1 with a
 * sentence.
 */
int	event_prepare(struct session *, struct msg_state_open *);

/* Add an event to a list that event_send takes. Texts may be NULL. */
void	event_add(struct rec *, const char *type, const char *status,
	    const char *id, const char *name);
/*
 * Have them told, if this session has a state keeper and there are any. One
 * that cannot be told is warned of: what happened has happened.
 */
void	event_send(struct session *, const struct rec *);
/* The same with one. */
void	event_tell(struct session *, const char *type, const char *status,
	    const char *id, const char *name);

#endif
