/*
 * A program and its last answer, for the tests of statekeep and lockbroker; and
 * directories for it.
 */
#ifndef TESTS_STATEKEEP_PEER_H
#define TESTS_STATEKEEP_PEER_H

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "chan.h"
#include "log.h"
#include "record.h"

#define NOBODY	65534

struct peer {
	struct chan	 ch;
	pid_t		 pid;
	int		 log_fd;
	/* Of the last answer: */
	uint64_t	 value;
	int		 fd;
	char		 text[1024];
};

#define UNUSED		__attribute__((unused))
/* Set a string of a message. */
#define SET(field, text) \
	(void)snprintf((field), sizeof(field), "%s", (text))

/* The program at the other end of a new socket, or exit. */
UNUSED static void
peer_start(struct peer *p, const char *path, enum role role)
{
	int	 end, log[2];

	if (pipe2(log, O_CLOEXEC) == -1)
		err(1, "pipe");
	p->pid = start_fds(path, R_CTL, &end, 1, -1, log[1]);
	close(log[1]);
	p->log_fd = log[0];
	p->ch = (struct chan){ .fd = end, .self = R_CTL, .peer = role };
	p->fd = -1;
}

/* What it said on stderr, as comments; its exit status, or -signal. */
UNUSED static int
peer_end(struct peer *p)
{
	close(p->ch.fd);
	if (p->fd != -1)
		close(p->fd);
	return (program_end(p->pid, p->log_fd));
}

/* Send one request. 0 or -1. */
UNUSED static int
peer_send(struct peer *p, enum msg_type type, const union msg *m,
    const int *fds, unsigned int nfds)
{
	static uint32_t	 seq;

	return (chan_send(&p->ch, type, ++seq, m, fds, nfds));
}

/* Its errno (0: done), or UINT32_MAX when there was no answer. */
UNUSED static uint32_t
peer_answer(struct peer *p)
{
	struct packet	 in;

	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
	p->text[0] = '\0';
	if (chan_recv(&p->ch, &in) != 1)
		return (UINT32_MAX);
	if (in.info->type == MSG_reply_fd) {
		p->value = in.body.reply_fd.value;
		p->fd = packet_take_fd(&in, 0);
		return (0);
	}
	p->value = in.body.reply.value;
	(void)snprintf(p->text, sizeof(p->text), "%s", in.body.reply.text);
	return (in.body.reply.error);
}

UNUSED static uint32_t
peer_ask(struct peer *p, enum msg_type type, const union msg *m,
    const int *fds, unsigned int nfds)
{
	if (peer_send(p, type, m, fds, nfds) == -1)
		return (UINT32_MAX);
	return (peer_answer(p));
}

/* A new directory of the unprivileged user's. Static storage: one per call. */
UNUSED static const char *
new_dir(const char *base)
{
	static char	 names[64][64];
	static int	 n;
	char		*name = names[n++ % 64];

	(void)snprintf(name, 64, "%s/bh-test-XXXXXX", base);
	if (mkdtemp(name) == NULL ||
	    (geteuid() == 0 && chown(name, NOBODY, NOBODY) == -1))
		err(1, "%s", name);
	return (name);
}

UNUSED static void
remove_dir(const char *name)
{
	char	 cmd[128];

	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", name);
	if (system(cmd) != 0)
		warnx("%s stays", name);
}

#endif
