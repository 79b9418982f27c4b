#include "chan.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fdpass.h"
#include "log.h"
#include "wire.h"

/* Of the program that is asked: the front end asks many. */
static uint16_t
version_of(const struct chan *ch)
{
	return (proto_version(ch->self == R_CTL ? ch->peer : ch->self));
}

static void
put_header(struct wbuf *w, const struct chan *ch, unsigned int type,
    uint32_t seq, unsigned int nfds)
{
	put_u16(w, version_of(ch));
	put_u16(w, (uint16_t)type);
	put_u32(w, seq);
	put_u32(w, nfds);
}

/*
 * Is the peer of another version? Then tell it ours, with a header of no type,
 * which every version understands, unless that is what it has told.
 */
static bool
is_other_version(const struct chan *ch, const uint8_t *buf, size_t len)
{
	struct rbuf	 r = { buf, len, false };
	uint8_t		 header[PROTO_HDR];
	struct wbuf	 w = { header, 0, sizeof(header), false };
	uint16_t	 version = get_u16(&r, UINT16_MAX);
	uint16_t	 type = get_u16(&r, UINT16_MAX);

	if (len < PROTO_HDR || version == version_of(ch))
		return (false);
	put_header(&w, ch, 0, 0, 0);
	if (type != 0)
		(void)fdpass_send(ch->fd, header, w.len, NULL, 0);
	return (true);
}

static const char *
refuse(struct chan *ch, struct packet *p, const uint8_t *buf, size_t len)
{
	struct rbuf	 r = { buf, len, false };
	uint16_t	 type;
	uint32_t	 nfds;

	(void)get_u16(&r, UINT16_MAX);	/* the version */
	type = get_u16(&r, UINT16_MAX);
	p->seq = get_u32(&r, UINT32_MAX);
	nfds = get_u32(&r, PROTO_FDS);
	if (r.bad)
		return ("bad header");
	if ((p->info = proto_find(type)) == NULL)
		return ("unknown type");
	if ((p->info->from & ch->peer) == 0 || (p->info->to & ch->self) == 0)
		return ("not this peer's to send");
	if (nfds != p->nfds || nfds != p->info->nfds)
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
	const char	*why;
	size_t		 nfds;
	ssize_t		 n;

	p->info = NULL;
	n = fdpass_recv(ch->fd, buf, sizeof(buf), p->fds, PROTO_FDS, &nfds);
	/*
	 * A peer that closes before it has read all that we sent resets the
	 * connection, and we hear that once, ahead of what it has sent.
	 */
	if (n == -1 && errno == ECONNRESET)
		n = fdpass_recv(ch->fd, buf, sizeof(buf), p->fds, PROTO_FDS,
		    &nfds);
	p->nfds = (unsigned int)nfds;
	if (n == -1 && errno == EMSGSIZE)
		why = "longer than any message";
	else if (n == -1 && errno == EMFILE)
		why = "more descriptors than any message has";
	else if (n <= 0)
		return (n == -1 && errno == ECONNRESET ? 0 : (int)n);
	else if (is_other_version(ch, buf, (size_t)n)) {
		packet_clear(p);
		errno = EPROTONOSUPPORT;
		return (-1);
	} else
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

int
chan_send(struct chan *ch, enum msg_type type, uint32_t seq,
    const union msg *body, const int *fds, unsigned int nfds)
{
	uint8_t		 buf[PROTO_MAX];
	struct wbuf	 w = { buf, 0, sizeof(buf), false };

	put_header(&w, ch, type, seq, nfds);
	if (nfds > PROTO_FDS || !proto_encode(type, &w, body)) {
		errno = EMSGSIZE;
		return (-1);
	}
	return (fdpass_send(ch->fd, buf, w.len, fds, nfds));
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
