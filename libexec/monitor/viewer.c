#include "viewer.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "cleanup.h"
#include "io.h"
#include "log.h"

void
viewers_init(struct viewers *vs)
{
	for (size_t i = 0; i < VIEWERS; i++)
		vs->v[i].fd = -1;
	vs->stalled = false;
}

static bool
is_packet_socket(int fd)
{
	int		 domain = 0, type = 0;
	socklen_t	 len = sizeof(int);

	return (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	    domain == AF_UNIX &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_SEQPACKET);
}

int
viewers_add(struct viewers *vs, int fd_in, bool primary, bool feeds)
{
	scoped_fd int	 fd = fd_in;
	struct viewer	*slot = NULL;

	if (!is_packet_socket(fd)) {
		errno = EINVAL;
		return (-1);
	}
	for (size_t i = 0; i < VIEWERS; i++) {
		if (vs->v[i].fd == -1)
			slot = &vs->v[i];
		else if (primary && vs->v[i].primary) {
			errno = EBUSY;
			return (-1);
		}
	}
	if (slot == NULL) {
		errno = EUSERS;
		return (-1);
	}
	*slot = (struct viewer){ take_fd(&fd), primary, feeds, false };
	return (0);
}

static void
drop(struct viewers *vs, struct viewer *v)
{
	if (v->primary)
		vs->stalled = false;
	close(v->fd);
	v->fd = -1;
}

/* False if this is the primary viewer and its socket is full. */
static bool
send_one(struct viewers *vs, struct viewer *v, int stream, const char *p,
    size_t len)
{
	uint8_t		 kind = (uint8_t)stream;
	struct iovec	 iov[2] = { { &kind, 1 }, { .iov_len = len } };
	struct msghdr	 mh = { .msg_iov = iov, .msg_iovlen = 2 };

	iov[1].iov_base = (void *)(uintptr_t)p;
	if (sendmsg(v->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return (true);
	if (errno == EAGAIN && v->primary) {
		vs->stalled = true;
		return (false);
	}
	if (errno == EAGAIN)
		log_debug("dropped an attached client that does not read");
	drop(vs, v);
	return (true);
}

bool
viewers_send(struct viewers *vs, int stream, const char *p, size_t len)
{
	for (size_t i = 0; i < VIEWERS; i++)
		if (vs->v[i].fd != -1 && !vs->v[i].deaf)
			(void)send_one(vs, &vs->v[i], stream, p, len);
	return (!vs->stalled);
}

bool
viewers_retry(struct viewers *vs, int stream, const char *p, size_t len)
{
	if (!vs->stalled)
		return (true);
	vs->stalled = false;
	for (size_t i = 0; i < VIEWERS; i++)
		if (vs->v[i].fd != -1 && vs->v[i].primary && !vs->v[i].deaf)
			(void)send_one(vs, &vs->v[i], stream, p, len);
	return (!vs->stalled);
}

void
viewers_poll(const struct viewers *vs, struct pollfd *pfd, bool room)
{
	for (size_t i = 0; i < VIEWERS; i++) {
		const struct viewer	*v = &vs->v[i];

		pfd[i].fd = v->fd;
		pfd[i].events = 0;
		if (room || !v->feeds)
			pfd[i].events |= POLLIN;
		else if (v->deaf)
			pfd[i].fd = -1;	/* or POLLHUP returns at once */
		if (v->primary && vs->stalled)
			pfd[i].events |= POLLOUT;
	}
}

/*
 * Remove a viewer. If the command that ran the container is gone without a
 * message, its input has ended: end of file on a pipe; on a terminal it is only
 * detached.
 */
static void
viewer_gone(struct viewers *vs, struct viewer *v, struct io *io)
{
	if (v->primary && v->feeds)
		io_input_end(io);
	drop(vs, v);
}

static void
viewer_read(struct viewers *vs, struct viewer *v, struct io *io)
{
	char		 buf[1 + VIEWER_PACKET];
	ssize_t		 n;

	n = recv(v->fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		viewer_gone(vs, v, io);
		return;
	}
	if ((size_t)n > sizeof(buf) || buf[0] != STDIN_FILENO || !v->feeds) {
		log_warnx("an attached client broke the protocol");
		drop(vs, v);
		return;
	}
	if (n == 1)
		io_input_end(io);
	else
		io_input(io, buf + 1, (size_t)n - 1);
}

void
viewers_serve(struct viewers *vs, const struct pollfd *pfd, struct io *io)
{
	for (size_t i = 0; i < VIEWERS; i++) {
		struct viewer	*v = &vs->v[i];

		if (v->fd == -1 || pfd[i].fd != v->fd || pfd[i].revents == 0)
			continue;
		if (pfd[i].revents & POLLIN) {
			/* An earlier viewer may have filled the ring. */
			if (!v->feeds || io_room(io))
				viewer_read(vs, v, io);
		} else if (pfd[i].revents & (POLLHUP | POLLERR)) {
			if (pfd[i].events & POLLIN) {
				viewer_gone(vs, v, io);
				continue;
			}
			v->deaf = true;
			if (v->primary)
				vs->stalled = false;
		}
	}
}
