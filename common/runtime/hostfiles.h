/*
 * /etc/hosts, /etc/resolv.conf, /etc/hostname and /etc/localtime of a
 * container, composed from the host's own and from what was asked for.
 */
#ifndef RUNTIME_HOSTFILES_H
#define RUNTIME_HOSTFILES_H

struct rec;

/*
 * Append `file` {dst, content or data, mode} for each to a definition about to
 * be started. They are made anew at each start and never stored. 0, or -1 with
 * errno; then `what` is the file, the time zone or the path that it is about,
 * and lives as long as the definition.
 */
int	hostfiles_add(struct rec *, const char **what);
/*
 * Open a time zone of the host by its name, or "local", its own. The caller's
 * descriptor, or -1 with errno.
 */
int	hostfiles_open_zone(const char *);

#endif
