/*
 * Asking a resolve for a configuration, and for what it said when it had none.
 */
#ifndef TESTS_RESOLVE_RESOLVER_H
#define TESTS_RESOLVE_RESOLVER_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "record.h"

struct resolver {
	struct chan	 ch;
	pid_t		 pid;
	char		 text[1024];	/* of the last failure */
};

static inline void
resolver_start(struct resolver *r, const char *program)
{
	r->pid = start(program, R_CTL, R_RESOLVE, &r->ch);
	r->text[0] = '\0';
}

/* A descriptor, or -1 with text ("" if it said nothing at all). */
static inline int
resolver_ask(struct resolver *r, enum msg_type type, const struct rec *rec,
    unsigned int flags)
{
	static uint32_t	 seq = 100;
	struct packet	 p;
	union msg	 m;
	int		 fd = rec_memfd(rec, "question"), out = -1;

	memset(&m, 0, sizeof(m));
	if (type == MSG_config_resolve)
		m.config_resolve.flags = flags;
	r->text[0] = '\0';
	if (chan_send(&r->ch, type, ++seq, &m, &fd, 1) == -1 ||
	    chan_recv(&r->ch, &p) != 1) {
		close(fd);
		return (-1);
	}
	close(fd);
	if (p.info->type == MSG_reply_fd)
		out = packet_take_fd(&p, 0);
	else
		(void)snprintf(r->text, sizeof(r->text), "%s",
		    p.body.reply.text);
	packet_clear(&p);
	return (out);
}

static inline struct rec *
resolver_config(struct resolver *r, const struct rec *rq, unsigned int flags)
{
	int		 fd = resolver_ask(r, MSG_config_resolve, rq, flags);
	struct rec	*out;

	if (fd == -1)
		return (NULL);
	out = rec_from_fd(fd, RECORD(any), NULL);
	close(fd);
	return (out);
}

#endif
