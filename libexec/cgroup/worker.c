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
#include "fdpass.h"
#include "helper.h"
#include "log.h"

/*
 * Receive the two descriptors of the next request. 0, or -1: the helper has
 * gone.
 */
static int
take_request(int *fds)
{
	char	 byte;
	size_t	 n;

	if (fdpass_recv(HELPER_FD, &byte, 1, fds, 2, &n) == 1 && n == 2)
		return (0);
	while (n > 0)
		close(fds[--n]);
	return (-1);
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

	/* In the place of the channel, which must close with the helper. */
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

int
worker_ask(int sock, int procs, int pids, struct outcome *o)
{
	struct pollfd	 pfd[2] = { { sock, POLLIN, 0 }, { HELPER_FD, 0, 0 } };
	const int	 fds[2] = { procs, pids };
	size_t		 n;

	if (fdpass_send(sock, "", 1, fds, 2) == -1)
		return (-1);
	while (poll(pfd, 2, -1) == -1)
		if (errno != EINTR)
			return (-1);
	if (pfd[1].revents != 0) {
		errno = ECANCELED;
		return (-1);
	}
	if (fdpass_recv(sock, o, sizeof(*o), NULL, 0, &n) == sizeof(*o) &&
	    o->tally.nleft <= LEFT_MAX &&
	    memchr(o->refused, '\0', sizeof(o->refused)) != NULL)
		return (0);
	errno = EPIPE;
	return (-1);
}
