/*
 * Channels: packets that are accepted or refused, and that no descriptor leaks.
 */
#include <sys/socket.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "log.h"
#include "wire.h"

static struct chan	 front, helper;

static void
open_pair(void)
{
	int	 sp[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		err(1, "socketpair");
	front = (struct chan){ sp[0], R_CTL, R_REFRESH };
	helper = (struct chan){ sp[1], R_REFRESH, R_CTL };
}

static void
close_pair(void)
{
	close(front.fd);
	close(helper.fd);
}

static int
open_fds(void)
{
	DIR	*d = opendir("/proc/self/fd");
	int	 n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return (n);
}

static void
test_pass(void)
{
	union msg	 m = { .ids_write = { .slot = 7 } };
	struct packet	 p;
	int		 null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd;

	open_pair();
	CHECK(chan_send(&front, MSG_ids_write, 3, &m, &null, 1) == 0);
	CHECK(chan_recv(&helper, &p) == 1);
	CHECK(p.info->type == MSG_ids_write && p.seq == 3 && p.nfds == 1 &&
	    p.body.ids_write.slot == 7);
	CHECK((fcntl(p.fds[0], F_GETFD) & FD_CLOEXEC) != 0);
	fd = packet_take_fd(&p, 0);
	CHECK(fd != -1 && packet_take_fd(&p, 0) == -1 &&
	    packet_take_fd(&p, 1) == -1);
	packet_clear(&p);
	CHECK(fcntl(fd, F_GETFD) != -1);
	close(fd);
	close(null);
	close(front.fd);
	CHECK(chan_recv(&helper, &p) == 0);
	CHECK(chan_send(&helper, MSG_reply, 1, &(union msg){ 0 }, NULL, 0) ==
	    -1 && errno == EPIPE);
	close(helper.fd);
}

/* A peer that ends before it has read all: what it sent is not lost. */
static void
test_unread(void)
{
	struct packet	 p;

	open_pair();
	CHECK(send(front.fd, "x", 1, 0) == 1);
	CHECK(chan_send(&helper, MSG_reply, 6, &(union msg){ 0 }, NULL, 0) ==
	    0);
	close(helper.fd);
	CHECK(chan_recv(&front, &p) == 1 && p.seq == 6);
	packet_clear(&p);
	CHECK(chan_recv(&front, &p) == 0);
	close(front.fd);
}

/* What the sender itself must not be able to compose. */
static void
test_sender(void)
{
	static union msg	 m;
	int			 fds[PROTO_FDS + 1] = { 0 };

	open_pair();
	m.ids_write.slot = 65536;
	CHECK(chan_send(&front, MSG_ids_write, 1, &m, fds, 1) == -1 &&
	    errno == EMSGSIZE);
	m.ids_write.slot = 0;
	CHECK(chan_send(&front, MSG_ids_write, 1, &m, fds, PROTO_FDS + 1) ==
	    -1);
	close_pair();
}

static bool
refused(void)
{
	struct packet	 p;

	return (chan_recv(&helper, &p) == -1 && errno == EBADMSG &&
	    p.nfds == 0);
}

/* Descriptors that came with a refused packet are closed. */
static void
test_refuse(void)
{
	static union msg	 m;
	int			 before, fds[PROTO_FDS];

	open_pair();
	for (int i = 0; i < PROTO_FDS; i++)
		fds[i] = front.fd;
	before = open_fds();
	CHECK(chan_send(&front, MSG_ids_write, 1, &m, NULL, 0) == 0 &&
	    refused());
	CHECK(chan_send(&front, MSG_ids_write, 1, &m, fds, 2) == 0 &&
	    refused());
	CHECK(chan_send(&front, MSG_ids_query, 1, &m, fds, PROTO_FDS) == 0 &&
	    refused());
	CHECK(chan_send(&front, MSG_lock_open, 1, &m, fds, 1) == 0 &&
	    refused());
	helper.peer = R_STORE;
	CHECK(chan_send(&front, MSG_ids_write, 1, &m, fds, 1) == 0 &&
	    refused());
	CHECK(open_fds() == before);
	close_pair();
}

/* More than there is room for, in bytes and in descriptors. */
static void
test_excess(void)
{
	static uint8_t	 buf[PROTO_MAX + 1];
	union {
		struct cmsghdr	 align;
		char		 buf[CMSG_SPACE(sizeof(int) * 64)];
	} ctl;
	struct iovec	 iov = { buf, PROTO_HDR };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct wbuf	 w = { buf, 0, PROTO_HDR, false };
	struct cmsghdr	*c;
	int		 before, fds[64];

	open_pair();
	before = open_fds();
	CHECK(send(front.fd, buf, sizeof(buf), 0) == sizeof(buf) && refused());
	for (int n = PROTO_FDS + 1; n <= 64; n++) {
		w.len = 0;
		put_u16(&w, PROTO_VERSION);
		put_u16(&w, MSG_ids_query);
		put_u32(&w, 1);
		put_u32(&w, PROTO_FDS);
		memset(&ctl, 0, sizeof(ctl));
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
		for (int i = 0; i < n; i++)
			fds[i] = front.fd;
		memcpy(CMSG_DATA(c), fds, (size_t)n * sizeof(int));
		if (sendmsg(front.fd, &mh, 0) != PROTO_HDR || !refused())
			check(0, "excess", n);
	}
	CHECK(open_fds() == before);
	close_pair();
}

int
main(void)
{
	/* Its lines about refusals would go to the terminal of `make check`. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return (1);
	log_init("test", 0, 0);
	test_pass();
	test_unread();
	test_sender();
	test_refuse();
	test_excess();
	return (finish());
}
