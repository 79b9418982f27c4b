#include "worker.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "helper.h"
#include "log.h"

union control {
	struct cmsghdr	 head;
	char		 buf[CMSG_SPACE(2 * sizeof(int))];
};

/* The two descriptors of the next request. 0, or -1: there are no more. */
static int
take_request(int *fds)
{
	char		 byte;
	struct iovec	 iov = { &byte, 1 };
	union control	 c;
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = c.buf,
			    .msg_controllen = sizeof(c.buf) };
	struct cmsghdr	*h;

	memset(&c, 0, sizeof(c));
	if (recvmsg(HELPER_FD, &m, MSG_CMSG_CLOEXEC) != 1)
		return (-1);
	h = CMSG_FIRSTHDR(&m);
	if (h == NULL || h->cmsg_level != SOL_SOCKET ||
	    h->cmsg_type != SCM_RIGHTS ||
	    h->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return (-1);
	memcpy(fds, CMSG_DATA(h), 2 * sizeof(int));
	return (0);
}

static void
serve(const int *fds, const struct policy *policy, struct outcome *o)
{
	scoped_fd int	 users = -1;
	const char	*why;

	memset(o, 0, sizeof(*o));
	if ((why = gather_check_procs(fds[0])) != NULL ||
	    (why = gather_check_pids(fds[1], &users)) != NULL) {
		(void)snprintf(o->refused, sizeof(o->refused), "%s", why);
		o->error = EINVAL;
	} else if (gather(fds[0], fds[1], users, policy, &o->tally) == -1)
		o->error = errno;
}

static _Noreturn void
work(int sock, const struct policy *policy)
{
	static struct outcome	 o;
	int			 fds[2];

	/* In the place of the channel, which must close with our parent. */
	if (dup2(sock, HELPER_FD) == -1 ||
	    syscall(SYS_close_range, HELPER_FD + 1, ~0U, 0) == -1)
		fatal("descriptors");
	confine_limits(policy);
	confine_seccomp(policy);
	while (take_request(fds) == 0) {
		serve(fds, policy, &o);
		close(fds[0]);
		close(fds[1]);
		if (send(HELPER_FD, &o, sizeof(o), MSG_NOSIGNAL) == -1)
			break;
	}
	_exit(EX_OK);
}

int
worker_start(const struct policy *policy)
{
	int	 sp[2];
	pid_t	 pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		return (-1);
	if ((pid = fork()) == 0)
		work(sp[1], policy);
	close(sp[1]);
	if (pid != -1)
		return (sp[0]);
	close(sp[0]);
	return (-1);
}

static int
send_request(int sock, int procs, int pids)
{
	const int	 fds[2] = { procs, pids };
	char		 byte = 0;
	struct iovec	 iov = { &byte, 1 };
	union control	 c;
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = c.buf,
			    .msg_controllen = sizeof(c.buf) };

	memset(&c, 0, sizeof(c));
	c.head.cmsg_level = SOL_SOCKET;
	c.head.cmsg_type = SCM_RIGHTS;
	c.head.cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(&c.head), fds, sizeof(fds));
	return (sendmsg(sock, &m, MSG_NOSIGNAL) == 1 ? 0 : -1);
}

int
worker_ask(int sock, int procs, int pids, struct outcome *o)
{
	struct pollfd	 pfd[2] = { { sock, POLLIN, 0 }, { HELPER_FD, 0, 0 } };
	struct iovec	 iov = { o, sizeof(*o) };
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (send_request(sock, procs, pids) == -1)
		return (-1);
	while (poll(pfd, 2, -1) == -1)
		if (errno != EINTR)
			return (-1);
	if (pfd[1].revents != 0) {
		errno = ECANCELED;
		return (-1);
	}
	if (recvmsg(sock, &m, 0) == (ssize_t)sizeof(*o) &&
	    o->tally.nleft <= LEFT_MAX &&
	    memchr(o->refused, '\0', sizeof(o->refused)) != NULL)
		return (0);
	errno = EPIPE;
	return (-1);
}
