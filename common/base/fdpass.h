/* Packets with descriptors (SCM_RIGHTS) over a local socket. */
#ifndef BASE_FDPASS_H
#define BASE_FDPASS_H

#include <sys/types.h>

#include <stddef.h>

#define FDPASS_MAX	8	/* descriptors in one packet */

/*
 * Send one packet with these descriptors, which are lent. 0, or -1 with errno.
 * Waits up to ten seconds where the kernel counts too many descriptors of
 * this user as in flight.
 */
int	fdpass_send(int, const void *, size_t, const int *, size_t);
/*
 * Receive one packet with at most `max` descriptors. They are close-on-exec
 * and the caller's; *n says how many came. The length, 0 when the other end
 * is closed, or -1 with errno: EMSGSIZE for a packet that is longer than the
 * buffer, EMFILE for one with more descriptors; then all were closed.
 */
ssize_t	fdpass_recv(int, void *, size_t, int *, size_t max, size_t *n);

#endif
