/*
 * systemd: asks the service manager of a user for cgroups.
 *
 * Trusts: the front end; of systemd, that it is the user's own.
 * Holds:  a socket connected to that user's systemd, and with it the user's
 *         rights there. It is the only program that links libsystemd.
 * Dies:   when its channel closes.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "bus.h"
#include "cleanup.h"
#include "helper.h"
#include "log.h"
#include "messages.h"
#include "nitems.h"
#include "systemd.policy.h"

enum { EMPTY = 1, READY = 2 };

struct manager {
	unsigned int	 state;
	struct sd_bus	*bus;
};

static bool
is_stream(int fd)
{
	socklen_t	 len = sizeof(int);
	int		 type = 0, domain = 0;

	return (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_STREAM && getsockopt(fd, SOL_SOCKET, SO_DOMAIN,
	    &domain, &len) == 0 && domain == AF_UNIX);
}

static int
on_systemd_open(void *ctx, struct packet *p, struct answer *a)
{
	struct manager	*s = ctx;

	errno = EINVAL;
	if (!is_stream(p->fds[0]))
		return (answer_text(a, "that is not a socket of a service "
		    "manager"));
	if ((s->bus = bus_open(packet_take_fd(p, 0))) == NULL)
		return (answer_text(a, "the user's systemd does not answer: "
		    "%s", strerror(errno)));
	s->state = READY;
	return (0);
}

static int
on_systemd_scope(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_systemd_scope	*m = &p->body.systemd_scope;
	struct manager			*s = ctx;

	errno = EINVAL;
	if (m->pid == 0)
		return (answer_text(a, "a scope has a process in it"));
	return (bus_start(s->bus, m->unit, m->slice, m->pid, a->text,
	    sizeof(a->text), a->text, sizeof(a->text)));
}

static int
on_systemd_attach(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_systemd_attach	*m = &p->body.systemd_attach;
	struct manager			*s = ctx;

	return (bus_attach(s->bus, m->unit, m->pid, a->text,
	    sizeof(a->text)));
}

static int
on_systemd_slice(void *ctx, struct packet *p, struct answer *a)
{
	struct manager	*s = ctx;

	return (bus_start(s->bus, p->body.systemd_slice.unit, "", 0, a->text,
	    sizeof(a->text), a->text, sizeof(a->text)));
}

static int
on_systemd_stop(void *ctx, struct packet *p, struct answer *a)
{
	struct manager	*s = ctx;

	return (bus_stop(s->bus, p->body.systemd_stop.unit, a->text,
	    sizeof(a->text)));
}

static const struct handler handlers[] = {
	/* message		states	handler */
	{ MSG_systemd_open,	EMPTY,	on_systemd_open },
	{ MSG_systemd_scope,	READY,	on_systemd_scope },
	{ MSG_systemd_attach,	READY,	on_systemd_attach },
	{ MSG_systemd_slice,	READY,	on_systemd_slice },
	{ MSG_systemd_stop,	READY,	on_systemd_stop },
};

int
main(int argc, char **argv)
{
	struct manager	 s = { .state = EMPTY };
	struct helper	 h = { .name = "systemd", .self = R_SYSTEMD,
			    .policy = &systemd_policy };

	helper_args(&h, argc, argv);		/* -P -t -v, -p role */
	helper_socket(&h);			/* descriptor 3, or exit */
	helper_drop(&h);
	helper_sandbox(&h, NULL, 0);		/* limits, Landlock, seccomp */
	return (helper_serve(&h, handlers, NITEMS(handlers), &s.state, &s));
}
