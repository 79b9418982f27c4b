#include "flow.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "why.h"

int
flow_check_in(int fd)
{
	struct stat	 st;

	if (fstat(fd, &st) == -1)
		return (-1);
	if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))
		return (0);
	errno = EINVAL;
	return (-1);
}

int
flow_check_out(int fd)
{
	struct stat	 st;
	int		 flags;

	if (fstat(fd, &st) == -1)
		return (-1);
	if (!S_ISFIFO(st.st_mode)) {
		errno = EINVAL;
		return (-1);
	}
	/* Non-blocking, or a write larger than the room would block. */
	if ((flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return (-1);
	return (0);
}

static int
await(const struct flow *f, short events, struct why *w)
{
	struct pollfd	 p[2] = {
		{ .fd = f->fd, .events = events },
		{ .fd = f->owner_fd, .events = 0 },
	};
	int		 n;

	do {
		n = poll(p, 2, f->stall_ms);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return (why_set(w, errno, "cannot wait for a pipe: %s",
		    strerror(errno)));
	if (n == 0 && events == POLLIN)
		return (why_set(w, ETIMEDOUT, "no byte of the layer has come "
		    "for %d seconds; check where it comes from and try again",
		    f->stall_ms / 1000));
	if (n == 0)
		return (why_set(w, ETIMEDOUT, "no byte of the layer has been "
		    "taken for %d seconds; is the disk in trouble?",
		    f->stall_ms / 1000));
	if (p[1].revents & (POLLHUP | POLLERR))
		return (why_set(w, EPIPE, "the caller is gone"));
	return (0);
}

ssize_t
flow_read(const struct flow *f, void *buf, size_t room, struct why *w)
{
	ssize_t	 n;

	do {
		if (await(f, POLLIN, w) == -1)
			return (-1);
		n = read(f->fd, buf, room);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n == -1)
		return (why_set(w, errno, "the layer cannot be read: %s",
		    strerror(errno)));
	return (n);
}

int
flow_write(const struct flow *f, const void *data, size_t len, struct why *w)
{
	const uint8_t	*p = data;
	ssize_t		 n;

	while (len > 0) {
		n = write(f->fd, p, len);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EPIPE)
			return (why_set(w, EPIPE, "the reader of the layer "
			    "has gone away"));
		else if (errno != EAGAIN && errno != EINTR)
			return (why_set(w, errno, "the layer cannot be handed "
			    "on: %s", strerror(errno)));
		else if (await(f, POLLOUT, w) == -1)
			return (-1);
	}
	return (0);
}
