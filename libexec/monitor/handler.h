#ifndef MONITOR_HANDLER_H
#define MONITOR_HANDLER_H

#include <stdbool.h>

struct client;

/*
 * Serve one packet of the front end, or of a later command, by the table
 * that is for it. False: it is gone, or broke the protocol.
 */
bool	handle_front(struct client *);
bool	handle_client(struct client *);

#endif
