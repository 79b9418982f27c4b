/*
 * /etc/hosts, /etc/resolv.conf and /etc/hostname of a container, composed
 * from the host's own and from what was asked for.
 */
#ifndef RUNTIME_HOSTFILES_H
#define RUNTIME_HOSTFILES_H

struct rec;

/*
 * Append `file` {dst, content, mode} for each to a definition about to be
 * started. They are made anew at each start and never stored. 0, or -1 with
 * errno.
 */
int	hostfiles_add(struct rec *);

#endif
