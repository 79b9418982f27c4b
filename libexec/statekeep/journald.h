/*
 * Send events to systemd's journal in its native protocol: one datagram each,
 * on a connected socket.
 */
#ifndef STATEKEEP_JOURNALD_H
#define STATEKEEP_JOURNALD_H

#include <stdbool.h>

struct hist;
struct state;
struct mark;

/* The position of the journal; false: nothing was sent in this boot. */
bool	journald_mark(struct state *, struct mark *);

/* Send the events that the journal does not have. */
void	journald_write(struct state *, const struct hist *);

#endif
