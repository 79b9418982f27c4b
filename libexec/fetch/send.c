#include "send.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "helper.h"

#define CHUNK		(256u << 10)
#define STALL_MS	120000		/* longer than unpack's time-out */

struct sink {
	int		 fd;
	int		 owner_fd;
	struct answer	*a;
};

static int
failed(struct sink *s)
{
	if (errno == EPIPE)
		return (answer_text(s->a, "the layer's reader has gone away"));
	return (answer_text(s->a, "a layer cannot be handed on: %s",
	    strerror(errno)));
}

/*
 * After a failed write: wait until the pipe has room, if that was the reason.
 * Stop if the reader or the owner has gone. 0: try again.
 */
static int
wait_room(struct sink *s)
{
	struct pollfd	 p[2] = {
		{ .fd = s->fd, .events = POLLOUT },
		{ .fd = s->owner_fd, .events = 0 },
	};
	int		 n;

	if (errno != EAGAIN && errno != EINTR)
		return (failed(s));
	do {
		n = poll(p, 2, STALL_MS);
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	else if (n > 0 && ((p[0].revents & POLLERR) != 0 ||
	    (p[1].revents & (POLLHUP | POLLERR)) != 0)) {
		errno = EPIPE;
		n = 0;
	}
	return (n > 0 ? 0 : failed(s));
}

static int
put(struct sink *s, const uint8_t *p, size_t n)
{
	ssize_t	 done;

	while (n > 0) {
		done = write(s->fd, p, n);
		if (done == -1) {
			if (wait_room(s) == -1)
				return (-1);
			continue;
		}
		p += done;
		n -= (size_t)done;
	}
	return (0);
}

/* Splice the file's pages into the pipe, without a copy. */
static int
splice_range(struct sink *s, int fd, uint64_t off, uint64_t n)
{
	off_t	 at = (off_t)off;
	ssize_t	 done;

	while (n > 0) {
		done = splice(fd, &at, s->fd, NULL, n < CHUNK ? (size_t)n :
		    CHUNK, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
		if (done == 0) {
			errno = EBADMSG;
			return (answer_text(s->a, "the archive is cut short; "
			    "save the image again"));
		}
		if (done == -1) {
			if (wait_room(s) == -1)
				return (-1);
			continue;
		}
		n -= (uint64_t)done;
	}
	return (0);
}

static int
open_sink(struct sink *s)
{
	struct stat	 st;
	int		 flags;

	if (fstat(s->fd, &st) == -1)
		return (failed(s));
	if (!S_ISFIFO(st.st_mode)) {
		errno = EINVAL;
		return (answer_text(s->a, "a blob is sent into a pipe only"));
	}
	if ((flags = fcntl(s->fd, F_GETFL)) == -1 ||
	    fcntl(s->fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return (failed(s));
	return (0);
}

int
send_member(struct members *ms, const struct member *m, int pipe_fd,
    int owner_fd, struct answer *a)
{
	struct sink		 s = { pipe_fd, owner_fd, a };
	scoped_free uint8_t	*buf = NULL;
	uint64_t		 off = 0;
	ssize_t			 n;

	if (open_sink(&s) == -1)
		return (-1);
	if (ms->plain)
		return (splice_range(&s, ms->fd, m->offset, m->size));
	if ((buf = malloc(CHUNK)) == NULL)
		return (answer_text(a, "out of memory"));
	while ((n = members_read(ms, m, off, buf, CHUNK, a)) > 0) {
		if (put(&s, buf, (size_t)n) == -1)
			return (-1);
		off += (uint64_t)n;
	}
	return (n == -1 ? -1 : 0);
}

int
send_file(int fd, int pipe_fd, int owner_fd, struct answer *a)
{
	struct sink	 s = { pipe_fd, owner_fd, a };
	struct stat	 st;

	if (open_sink(&s) == -1 || fstat(fd, &st) == -1)
		return (-1);
	return (splice_range(&s, fd, 0, (uint64_t)st.st_size));
}
