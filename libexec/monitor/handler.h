#ifndef MONITOR_HANDLER_H
#define MONITOR_HANDLER_H

#include <stdbool.h>

struct client;

/*
 * Serve one packet of the front end, or of a later command, with its table.
 * False: the client has gone, or broke the protocol.
 */
bool	handle_front(struct client *);
bool	handle_client(struct client *);

#endif
