/*
 * Requests to the reaper of the container that this command starts.
 */
#ifndef CLIENT_REAPER_H
#define CLIENT_REAPER_H

#include "messages.h"

struct client;

/*
 * Hold a descriptor, lent, for the clean-up. Only sent: by client_sync. 0, or
 * -1 with the client's error set.
 */
int	reaper_hold_begin(struct client *, enum inherited_fd, int fd);
/*
 * This command has cleaned up: no clean-up is to be run. It need not answer;
 * or its answer is waited for, whatever it is.
 */
void	reaper_done_begin(struct client *);
void	reaper_done(struct client *);

#endif
