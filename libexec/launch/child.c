#include "child.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "exec.h"
#include "fault.h"
#include "fdpass.h"
#include "given.h"
#include "kernel.h"
#include "record.h"
#include "spec.h"

#define WAIT_MS		120000		/* for mounts of slow file systems */
#define EXIT_ENGINE	125
#define EXIT_DENIED	126
#define EXIT_ABSENT	127

/* Length of the packet (0: the other end has closed), or -1. */
static ssize_t
get(int sock, void *data, size_t len, int *fds)
{
	size_t	 n;

	fds[0] = fds[1] = -1;
	return (fdpass_recv(sock, data, len, fds, 2, &n));
}

/* --- inside: the process that becomes the container --- */

/*
 * Send the namespaces of this process. It opens them itself, so that no process
 * is looked up by a pid. The answer says that the process is ready.
 */
static int
hello(struct build *b)
{
	scoped_fd int	 userns = -1, netns = -1;
	int		 fds[2];

	userns = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (userns == -1 || netns == -1)
		return (fault_errno(b->fault, "opening the container's "
		    "namespaces"));
	fds[0] = userns;
	fds[1] = netns;
	return (fdpass_send(b->channel, b->fault, sizeof(*b->fault), fds, 2));
}

/* The record is not freed: the spec's strings are in it. */
static int
define(struct build *b, struct spec *s, bool single, int fd_in)	/* takes */
{
	scoped_fd int	 fd = fd_in;
	const char	*key;
	struct rec	*rec = rec_from_fd(fd, RECORD(definition), &key);

	b->single = single;
	if (single && idmap_single(b) == -1)
		return (-1);
	if (key != NULL)
		return (fault_set(b->fault, EINVAL, "\"%s\" of the "
		    "container's definition is too long or out of range",
		    key));
	if (rec == NULL)
		return (fault_errno(b->fault, "reading the container's "
		    "definition"));
	if (spec_read(s, rec, b->fault) == -1)
		return (-1);
	if ((s->net != NULL && strcmp(s->net, "host") == 0) != b->host_net)
		return (fault_set(b->fault, EINVAL, "the container was created "
		    "with another network than it is defined with"));
	return (0);
}

static int
serve_one(struct build *b, struct spec *s, const struct child_ask *a, int fd)
{
	switch (a->op) {
	case CHILD_DEFINE:
		return (define(b, s, a->single != 0, fd));
	case CHILD_BUILD:
		b->rows = a->rows;
		b->cols = a->cols;
		return (build_run(b));
	default:
		return (exec_run(b));
	}
}

static int
exit_status(const struct child_ask *a, const struct fault *f)
{
	if (a->op != CHILD_EXEC)
		return (EXIT_ENGINE);
	if (f->error == ENOENT)
		return (EXIT_ABSENT);
	return (f->error == EACCES || f->error == ENOEXEC ? EXIT_DENIED :
	    EXIT_ENGINE);
}

/*
 * The helper has checked the descriptor: only a second one of a kind is refused
 * here.
 */
static void
take(struct build *b, const struct child_ask *a, int fd)
{
	if (given_put(b->given, a->kind, a->index, fd) == -1 &&
	    b->fault->error == 0)
		(void)fault_errno(b->fault, "descriptor %u:%u cannot be used",
		    a->kind, a->index);
}

/*
 * Serve requests until the program runs. Exit when the other end has closed, or
 * when a step failed. Use _exit: buffered output belongs to the parent.
 */
static _Noreturn void
serve(struct build *b, struct spec *s)
{
	struct child_ask	 a;
	int			 fds[2];

	while (get(b->channel, &a, sizeof(a), fds) == (ssize_t)sizeof(a)) {
		if (a.op == CHILD_GIVE) {
			take(b, &a, fds[0]);
			continue;
		}
		if (b->fault->error != 0 || serve_one(b, s, &a, fds[0]) == -1) {
			(void)fdpass_send(b->channel, b->fault,
			    sizeof(*b->fault), NULL, 0);
			k_exit(exit_status(&a, b->fault));
		}
		if (fdpass_send(b->channel, b->fault, sizeof(*b->fault),
		    &b->master, b->master != -1) == -1)
			break;
		/*
		 * Close the master: while it is open here the terminal cannot
		 * hang up.
		 */
		scope_close(&b->master);
		b->master = -1;
	}
	k_exit(EXIT_ENGINE);
}

static _Noreturn void
child_main(const struct child *c, struct build *b)
{
	static struct spec	 spec;
	struct fault		 fault = { 0 };

	b->spec = &spec;
	b->fault = &fault;
	/*
	 * Close the channel: while it is open here the front end sees no end.
	 */
	close(c->channel);
	if (build_init(b) == -1 || hello(b) == -1) {
		(void)fdpass_send(b->channel, &fault, sizeof(fault), NULL, 0);
		k_exit(EXIT_ENGINE);
	}
	/*
	 * Work ahead while no request waits; the next request reports a
	 * failure.
	 */
	(void)build_begin(b);
	serve(b, &spec);
}

/* --- outside: the helper --- */

/* Wait for an answer, as long as the front end is there. */
static int
ready(const struct child *c)
{
	struct pollfd	 p[2] = { { .fd = c->sock, .events = POLLIN },
			    { .fd = c->channel, .events = POLLRDHUP } };
	int		 n;

	do {
		n = poll(p, 2, WAIT_MS);
	} while (n == -1 && errno == EINTR);
	if (n == 1 && p[0].revents == 0)
		exit(EX_OK);
	if (n == 0)
		errno = ETIMEDOUT;
	return (n > 0 ? 0 : -1);
}

/* 1: answered. 0: the process has ended. -1: see the fault. */
static int
answer(const struct child *c, int *fds, struct fault *f)
{
	struct fault	 got;
	ssize_t		 n;

	if (ready(c) == -1)
		return (fault_errno(f, "waiting for the container's first "
		    "process"));
	n = get(c->sock, &got, sizeof(got), fds);
	if (n == (ssize_t)sizeof(got)) {
		*f = got;
		errno = got.error;
		return (got.error == 0 ? 1 : -1);
	}
	return (n == 0 || errno == ECONNRESET ? 0 : fault_errno(f, "hearing "
	    "from the container's first process"));
}

static int
cannot_clone(struct fault *f)
{
	if (errno == ENOSPC)
		return (fault_set(f, ENOSPC, "this system allows no further "
		    "user namespaces (see sysctl user.max_user_namespaces), "
		    "and every container is one"));
	if (errno == EPERM)
		return (fault_set(f, EPERM, "this system does not let you make "
		    "user namespaces (see sysctl "
		    "kernel.unprivileged_userns_clone, and AppArmor)"));
	/* Of docker's filter, and of all that do not know the call. */
	if (errno == ENOSYS)
		return (fault_set(f, ENOSYS, "the container that bulkhead runs "
		    "in lets no process make namespaces: start that one with "
		    "--cap-add SYS_ADMIN, or with a seccomp profile that "
		    "allows clone3, as podman's does"));
	return (fault_errno(f, "creating the container's namespaces"));
}

int
child_start(struct child *c, struct given *g, bool host_net, struct fault *f)
{
	int			 pair[2], fds[2];
	struct build		 b = { .given = g, .nofile = c->nofile,
				    .host_net = host_net,
				    .host_uid = geteuid(),
				    .host_gid = getegid() };
	struct clone_args	 args = {
		/*
		 * The child has this process's parent, which is told of its
		 * end.
		 */
		.flags = CLONE_PIDFD | CLONE_PARENT | CLONE_NEWUSER |
		    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
		    CLONE_NEWCGROUP | (host_net ? 0 : CLONE_NEWNET),
		.pidfd = (uint64_t)(uintptr_t)&c->pidfd,
	};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return (fault_errno(f, "making a socket"));
	c->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (c->pid == 0) {
		close(pair[0]);
		b.channel = pair[1];
		child_main(c, &b);
	}
	c->sock = pair[0];
	close(pair[1]);
	given_clear(g);
	if (c->pid == -1)
		return (cannot_clone(f));
	switch (answer(c, fds, f)) {
	case 1:
		c->userns = fds[0];
		c->netns = fds[1];
		return (0);
	case 0:
		return (fault_set(f, ESRCH, "the container's first process "
		    "ended before it began"));
	default:
		return (-1);
	}
}

int
child_ask(struct child *c, const struct child_ask *a, int lend, int *back,
    struct fault *f)
{
	int	 fds[2] = { -1, -1 };
	int	 rc;

	if (fdpass_send(c->sock, a, sizeof(*a), &lend, lend != -1) == -1)
		return (fault_set(f, ESRCH, "the container's first process "
		    "has ended"));
	rc = answer(c, fds, f);
	if (back != NULL)
		*back = take_fd(&fds[0]);
	scope_close(&fds[0]);
	scope_close(&fds[1]);
	/* execve closes its end of the socket. */
	if (rc == 0 && a->op == CHILD_EXEC)
		return (0);
	if (rc == 0)
		return (fault_set(f, ESRCH, "the container's first process "
		    "was killed while it was being built"));
	return (rc == 1 ? 0 : -1);
}

int
child_give(struct child *c, struct given *g, struct fault *f)
{
	struct child_ask	 a = { .op = CHILD_GIVE };
	size_t			 at = 0;
	int			 fd, rc = 0;

	while (rc == 0 && (fd = given_next(g, &at, &a.kind, &a.index)) != -1) {
		rc = fdpass_send(c->sock, &a, sizeof(a), &fd, 1);
		close(fd);
	}
	return (rc == 0 ? 0 : fault_set(f, ESRCH, "the container's first "
	    "process has ended"));
}
