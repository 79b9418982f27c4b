/*
 * lockbroker: takes the engine's locks for one command and holds them.
 *
 * Trusts: the front end for the directory; nobody for what is in it.
 * Holds:  that directory and one descriptor per lock. No network, no
 *         children, no other path.
 * Dies:   when its channel closes, and every lock with it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "helper.h"
#include "lock.h"
#include "log.h"
#include "policy.h"
#include "scope.h"
#include "turn.h"

static const struct rule	 rules[] = {
#include "lockbroker.policy"
};
#include "lockbroker.bpf.h"

static const struct policy	 policy = { "lockbroker", rules,
	sizeof(rules) / sizeof(rules[0]), bpf, sizeof(bpf) / sizeof(bpf[0]) };

enum state { EMPTY = 1, READY = 2 };

struct broker {
	struct helper	 helper;
	struct locks	*locks;
	unsigned int	 state;
	char		 who[200];	/* "process 12 (bulkhead rm c1)" */
};

/* The walls go up when the directory is there. */
static int
on_lock_open(void *ctx, struct packet *p, struct answer *a)
{
	struct broker	*b = ctx;
	int		 dir = p->fds[0];

	helper_sandbox(&b->helper, &dir, 1);
	b->state = 0;
	if ((b->locks = locks_new(packet_take_fd(p, 0), b->who)) == NULL)
		return (answer_text(a, "out of memory"));
	b->state = READY;
	return (0);
}

/* Why a lock could not be had. errno stays. */
static int
explain(struct broker *b, const struct msg_lock_take *m, struct answer *a)
{
	char	 who[257];
	int	 error = errno;

	locks_holder(b->locks, m->name, who, sizeof(who));
	if (*who == '\0')
		(void)snprintf(who, sizeof(who), "another process");
	errno = error;
	switch (error) {
	case EBUSY:
		return (answer_text(a, "lock %s is held by %s", m->name, who));
	case ETIMEDOUT:
		return (answer_text(a, "lock %s was not free within %u ms: "
		    "%s holds it; wait for it, or end it", m->name,
		    m->wait_ms, who));
	case EDEADLK:
		return (answer_text(a, "lock %s is held by this command "
		    "already", m->name));
	case EINVAL:
		return (answer_text(a, "\"%s\" cannot be the name of a lock",
		    m->name));
	default:
		return (answer_text(a, "cannot take lock %s: %s", m->name,
		    strerror(error)));
	}
}

/*
 * The answer may be long in coming, and nothing else is served meanwhile:
 * there is one peer, who asked, and if he goes the wait ends.
 */
static int
on_lock_take(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_take	*m = &p->body.lock_take;
	struct broker			*b = ctx;

	if (locks_take(b->locks, m->name, m->shared != 0, m->wait_ms) == 0)
		return (0);
	if (errno == ETIMEDOUT && m->wait_ms == 0)
		errno = EBUSY;
	return (explain(b, m, a));
}

static int
on_lock_drop(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_drop	*m = &p->body.lock_drop;
	struct broker			*b = ctx;

	if (locks_drop(b->locks, m->name) == 0)
		return (0);
	return (answer_text(a, "lock %s is not held", m->name));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_lock_open,	EMPTY,		on_lock_open },
	{ MSG_lock_take,	READY,		on_lock_take },
	{ MSG_lock_drop,	READY,		on_lock_drop },
};

/* Its command line, printable; "" if it cannot be read. */
static void
command_of(pid_t pid, char *out, size_t size)
{
	char		 path[64];
	scoped_fd int	 fd = -1;
	ssize_t		 n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? 0 : read(fd, out, size - 1);
	if (n < 0)
		n = 0;
	while (n > 0 && out[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = out[i] == '\0' ? ' ' : '?';
	out[n] = '\0';
}

/* The kernel says who made the socket: nobody can lie about it. */
static void
name_peer(struct broker *b)
{
	struct ucred	 cred;
	socklen_t	 len = sizeof(cred);
	char		 command[120];

	if (getsockopt(HELPER_FD, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		fatal("peer");
	command_of(cred.pid, command, sizeof(command));
	(void)snprintf(b->who, sizeof(b->who), "process %ld (%s)",
	    (long)cred.pid, *command == '\0' ? "bulkhead" : command);
}

int
main(int argc, char **argv)
{
	struct broker	 b = { .helper = { .name = "lockbroker",
			    .self = R_LOCK, .policy = &policy },
			    .state = EMPTY };
	int		 rc;

	helper_args(&b.helper, argc, argv);
	helper_socket(&b.helper);
	helper_drop(&b.helper);
	name_peer(&b);
	if (turn_init() == -1)
		fatal("signal");
	rc = helper_serve(&b.helper, handlers,
	    sizeof(handlers) / sizeof(handlers[0]), &b.state, &b);
	locks_free(b.locks);
	return (rc);
}
