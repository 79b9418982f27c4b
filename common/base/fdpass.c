#include "fdpass.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define CROWDED_MS	2
#define CROWDED_TRIES	5000	/* ten seconds */

union control {
	struct cmsghdr	 align;
	char		 buf[CMSG_SPACE(sizeof(int) * FDPASS_MAX)];
};

/*
 * The kernel counts the descriptors that are in flight between all processes
 * of a user, and holds them against the sender's RLIMIT_NOFILE. Where many
 * commands start together, those of others arrive in a moment.
 */
static bool
try_again(int tries)
{
	if (errno == EINTR)
		return (true);
	if (errno != ETOOMANYREFS || tries >= CROWDED_TRIES)
		return (false);
	(void)poll(NULL, 0, CROWDED_MS);
	return (true);
}

int
fdpass_send(int sock, const void *data, size_t len, const int *fds, size_t n)
{
	union control	 ctl;
	struct iovec	 iov = { .iov_len = len };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*c;
	ssize_t		 sent;

	memcpy(&iov.iov_base, &data, sizeof(data));
	if (n > 0) {
		memset(&ctl, 0, sizeof(ctl));
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	for (int tries = 0; (sent = sendmsg(sock, &mh, MSG_NOSIGNAL)) == -1 &&
	    try_again(tries); tries++)
		;
	return (sent == (ssize_t)len ? 0 : -1);
}

/* What came beyond the room for it is closed, and makes this false. */
static bool
collect(struct msghdr *mh, int *fds, size_t max, size_t *n)
{
	struct cmsghdr	*c;
	bool		 fits = true;
	int		 fd;

	for (c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) /
		    sizeof(fd); i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (*n < max)
				fds[(*n)++] = fd;
			else {
				close(fd);
				fits = false;
			}
		}
	}
	return (fits);
}

ssize_t
fdpass_recv(int sock, void *data, size_t len, int *fds, size_t max, size_t *n)
{
	union control	 ctl;
	struct iovec	 iov = { data, len };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = &ctl,
			    .msg_controllen = CMSG_SPACE(max * sizeof(int)) };
	ssize_t		 got;
	bool		 fits;

	*n = 0;
	if (max == 0)
		mh.msg_controllen = 0;
	do {
		got = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	} while (got == -1 && errno == EINTR);
	if (got == -1)
		return (-1);
	fits = collect(&mh, fds, max, n);
	if (fits && (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return (got);
	while (*n > 0)
		close(fds[--*n]);
	errno = (mh.msg_flags & MSG_TRUNC) != 0 ? EMSGSIZE : EMFILE;
	return (-1);
}
