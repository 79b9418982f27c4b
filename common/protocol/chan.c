#include "chan.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "wire.h"

union control {
	struct cmsghdr	 align;
	char		 buf[CMSG_SPACE(sizeof(int) * PROTO_FDS)];
};

/*
 * Collect what arrived, so that a refusal leaks nothing. Padding can let the
 * kernel deliver one more than the room we asked for: count it, close it.
 */
static void
collect_fds(struct msghdr *mh, struct packet *p)
{
	struct cmsghdr	*c;
	size_t		 n;
	int		 fd;

	for (c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (size_t i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (p->nfds < PROTO_FDS)
				p->fds[p->nfds++] = fd;
			else {
				close(fd);
				p->excess = true;
			}
		}
	}
}

static const char *
refuse(struct chan *ch, struct packet *p, const uint8_t *buf, size_t len)
{
	struct rbuf	 r = { buf, len, false };
	uint16_t	 version, type;
	uint32_t	 nfds;

	version = get_u16(&r, UINT16_MAX);
	type = get_u16(&r, UINT16_MAX);
	p->seq = get_u32(&r, UINT32_MAX);
	nfds = get_u32(&r, PROTO_FDS);
	if (r.bad)
		return ("bad header");
	if (version != PROTO_VERSION)
		return ("other version");
	if ((p->info = proto_find(type)) == NULL)
		return ("unknown type");
	if ((p->info->from & ch->peer) == 0 || (p->info->to & ch->self) == 0)
		return ("not this peer's to send");
	if (p->excess || nfds != p->nfds || nfds != p->info->nfds)
		return ("wrong number of descriptors");
	if (!proto_decode(p->info->type, &r, &p->body))
		return ("malformed body");
	return (NULL);
}

static void
trace_packet(const struct chan *ch, const char *arrow,
    const struct proto_info *info, uint32_t seq, unsigned int nfds,
    const union msg *body)
{
	char		 text[1200];
	struct timespec	 now;

	if (!log_tracing(TRACE_MSG))
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	proto_print(info->type, body, text, sizeof(text));
	log_trace(TRACE_MSG, "%03ld.%06ld %s %s %s seq=%u fds=%u %s",
	    (long)now.tv_sec % 1000, now.tv_nsec / 1000,
	    proto_role(ch->self), arrow, proto_role(ch->peer), seq, nfds, text);
}

int
chan_recv(struct chan *ch, struct packet *p)
{
	uint8_t		 buf[PROTO_MAX];
	union control	 ctl;
	struct iovec	 iov = { buf, sizeof(buf) };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = &ctl, .msg_controllen = sizeof(ctl) };
	const char	*why;
	ssize_t		 n;

	p->info = NULL;
	p->nfds = 0;
	p->excess = false;
	do {
		n = recvmsg(ch->fd, &mh, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	if (n <= 0)
		return (n == -1 && errno == ECONNRESET ? 0 : (int)n);
	collect_fds(&mh, p);
	if (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		why = "longer than any message";
	else
		why = refuse(ch, p, buf, (size_t)n);
	if (why != NULL) {
		log_warnx("refused a packet from %s: %s",
		    proto_role(ch->peer), why);
		packet_clear(p);
		errno = EBADMSG;
		return (-1);
	}
	trace_packet(ch, "<-", p->info, p->seq, p->nfds, &p->body);
	return (1);
}

#define CROWDED_MS	2
#define CROWDED_TRIES	5000	/* ten seconds */

/*
 * A user may have only so many descriptors on their way at once, counted over
 * all processes against the sender's RLIMIT_NOFILE, which helpers keep low.
 * Where many commands start together, those of others arrive in a moment.
 */
bool
chan_send_again(int tries)
{
	if (errno == EINTR)
		return (true);
	if (errno != ETOOMANYREFS || tries >= CROWDED_TRIES)
		return (false);
	(void)poll(NULL, 0, CROWDED_MS);
	return (true);
}

int
chan_send(struct chan *ch, enum msg_type type, uint32_t seq,
    const union msg *body, const int *fds, unsigned int nfds)
{
	uint8_t		 buf[PROTO_MAX];
	union control	 ctl;
	struct wbuf	 w = { buf, 0, sizeof(buf), false };
	struct iovec	 iov = { .iov_base = buf };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*c;
	ssize_t		 n;

	put_u16(&w, PROTO_VERSION);
	put_u16(&w, (uint16_t)type);
	put_u32(&w, seq);
	put_u32(&w, nfds);
	if (nfds > PROTO_FDS || !proto_encode(type, &w, body)) {
		errno = EMSGSIZE;
		return (-1);
	}
	iov.iov_len = w.len;
	if (nfds > 0) {
		memset(&ctl, 0, sizeof(ctl));
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	for (int tries = 0;; tries++) {
		n = sendmsg(ch->fd, &mh, MSG_NOSIGNAL);
		if (n != -1 || !chan_send_again(tries))
			break;
	}
	return (n == (ssize_t)w.len ? 0 : -1);
}

int
packet_take_fd(struct packet *p, unsigned int i)
{
	return (i < p->nfds ? take_fd(&p->fds[i]) : -1);
}

void
packet_clear(struct packet *p)
{
	for (unsigned int i = 0; i < p->nfds; i++)
		if (p->fds[i] != -1)
			close(p->fds[i]);
	p->nfds = 0;
}
