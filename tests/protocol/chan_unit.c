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

/* 0: nothing; else what came raw, as a header. */
static bool
came_header(int fd, uint16_t version, uint16_t type)
{
	uint8_t		 buf[PROTO_MAX];
	ssize_t		 n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	struct rbuf	 r = { buf, n > 0 ? (size_t)n : 0, false };

	return (n == PROTO_HDR && get_u16(&r, UINT16_MAX) == version &&
	    get_u16(&r, UINT16_MAX) == type);
}

/*
 * Programs of different versions: one line is theirs to say, not two, so each
 * tells the other and says nothing; and neither answers that.
 */
static void
test_version(void)
{
	const uint16_t	 ours = proto_version(R_REFRESH);
	uint8_t		 buf[PROTO_HDR] = { 0 };
	struct wbuf	 w = { buf, 0, sizeof(buf), false };
	struct packet	 p;
	int		 before;

	open_pair();
	before = open_fds();
	put_u16(&w, ours ^ 1);
	put_u16(&w, MSG_ids_query);
	CHECK(send(front.fd, buf, sizeof(buf), 0) == PROTO_HDR);
	CHECK(chan_recv(&helper, &p) == -1 && errno == EPROTONOSUPPORT);
	CHECK(came_header(front.fd, ours, 0));
	/* A helper of another version has said so. */
	memset(buf + 2, 0, 2);
	CHECK(send(helper.fd, buf, sizeof(buf), 0) == PROTO_HDR);
	CHECK(chan_recv(&front, &p) == -1 && errno == EPROTONOSUPPORT);
	CHECK(recv(helper.fd, buf, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	/* Less than a header is no version, nor is a header without a type. */
	CHECK(send(front.fd, buf, PROTO_HDR - 1, 0) == PROTO_HDR - 1 &&
	    refused());
	buf[0] = ours & 0xff;
	buf[1] = (uint8_t)(ours >> 8);
	CHECK(send(front.fd, buf, sizeof(buf), 0) == PROTO_HDR && refused());
	CHECK(open_fds() == before);
	close_pair();
	check(proto_version(R_STATE) != proto_version(R_STORE) &&
	    proto_version(R_STATE) != 0 && proto_version(R_INFLATE) != 0,
	    "D20: helpers with other messages have other versions", __LINE__);
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
		put_u16(&w, proto_version(R_REFRESH));
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
	test_version();
	test_excess();
	return (finish());
}
