/*
 * Events to systemd's journal, in its native protocol: one datagram each,
 * to a socket that came connected.
 */
#ifndef STATEKEEP_JOURNALD_H
#define STATEKEEP_JOURNALD_H

#include <stdbool.h>

struct hist;
struct state;
struct mark;

/* How far the journal is; false: nothing was sent since the boot. */
bool	journald_mark(struct state *, struct mark *);

/* Send what the journal does not have yet. */
void	journald_write(struct state *, const struct hist *);

#endif
