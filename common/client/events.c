#include "events.h"

#include "call.h"

int
events_to(struct client *c, enum events_backend backend, int fd)
{
	union msg	 m = { .event_to = { .backend = backend } };

	return (call_async(c, H_STATE, MSG_event_to, &m, &fd, 1));
}

int
events_add(struct client *c, const struct rec *events)
{
	return (call_put(c, H_STATE, MSG_event_add, NULL, events));
}
