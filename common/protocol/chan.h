#ifndef PROTOCOL_CHAN_H
#define PROTOCOL_CHAN_H

#include <stdint.h>

#include "messages.h"

/*
 * One end of a packet socket: its own role, and the peer's, which the spawner
 * sets.
 */
struct chan {
	int		 fd;
	enum role	 self;
	enum role	 peer;
};

/* One received packet. It owns its descriptors until they are taken. */
struct packet {
	const struct proto_info	*info;
	union msg		 body;
	uint32_t		 seq;
	unsigned int		 nfds;
	int			 fds[PROTO_FDS];
};

/*
 * Receive one packet that matches its declaration: 1. 0: the peer closed. -1
 * with errno; EBADMSG when refused (one line is logged, descriptors are
 * closed), EPROTONOSUPPORT when the peer is of another version, and has been
 * told so.
 */
int	chan_recv(struct chan *, struct packet *);
/*
 * Send one packet. The descriptors are borrowed. 0, or -1 (EMSGSIZE, EPIPE,
 * ...).
 */
int	chan_send(struct chan *, enum msg_type, uint32_t, const union msg *,
	    const int *, unsigned int);
/* Take descriptor i out of a packet; the caller owns it. -1 if not there. */
int	packet_take_fd(struct packet *, unsigned int);
/* Close what was not taken. */
void	packet_clear(struct packet *);

#endif
