/*
 * Events to systemd's journal, in its native protocol: one datagram each,
 * to a socket that came connected.
 */
#ifndef STATEKEEP_JOURNALD_H
#define STATEKEEP_JOURNALD_H

struct hist;
struct keep;

/* Send what the journal does not have yet. */
void	journald_write(struct keep *, const struct hist *);

#endif
