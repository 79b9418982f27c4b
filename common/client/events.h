/*
 * Requests to statekeep that are about events.
 */
#ifndef CLIENT_EVENTS_H
#define CLIENT_EVENTS_H

#include "messages.h"

struct client;
struct rec;

/*
 * Before the state is opened: the directory of the log, or a socket of the
 * journal. Its answer is read with that of state_open. 0, or -1.
 */
int	events_to(struct client *, enum events_backend, int fd);
/* Record events, nested `event`. 0, or -1 with the client's error set. */
int	events_add(struct client *, const struct rec *);

#endif
