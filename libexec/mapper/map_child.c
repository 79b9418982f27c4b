#include "map_child.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "helper.h"

#define WAIT_MS		5000

/*
 * The child. It closes everything else first. Once it is in the namespace it
 * becomes dumpable, or its maps would belong to root in /proc. Its user may
 * trace it then, and gains what the user has in a namespace of its own anyway;
 * the program has no capability outside, and is no copy of one that has.
 */
static _Noreturn void
live(int sock, int userns)
{
	unsigned char	 error = 0;
	int		 rc;

	rc = userns == -1 ? unshare(CLONE_NEWUSER) :
	    setns(userns, CLONE_NEWUSER);
	if (rc == -1)
		error = (unsigned char)errno;
	/* With a copy of our parent's sockets it would never end. */
	if (dup2(sock, HELPER_FD) == -1 ||
	    syscall(SYS_close_range, HELPER_FD + 1, ~0U, 0) == -1 ||
	    /* Its user may stop it: it must not outlive us. */
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    (rc == 0 && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1))
		_exit(1);
	_exit(write(HELPER_FD, &error, 1) != 1 ||
	    read(HELPER_FD, &error, 1) != 0);
}

/* Its user can stop it, but not us with it. */
static int
await(int sock)
{
	struct pollfd	 pfd = { .fd = sock, .events = POLLIN };
	unsigned char	 error;

	if (poll(&pfd, 1, WAIT_MS) != 1)
		errno = ETIMEDOUT;
	else if (read(sock, &error, 1) != 1)
		errno = ECHILD;
	else if ((errno = error) == 0)
		return (0);
	return (-1);
}

int
map_child_start(struct map_child *c, int userns)
{
	char	 path[32];
	int	 sp[2];

	*c = (struct map_child)MAP_CHILD_NONE;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sp) == -1)
		return (-1);
	c->sock = sp[0];
	/* Not fork(): the C library's would want more calls allowed. */
	c->pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (c->pid == 0)
		live(sp[1], userns);
	close(sp[1]);
	if (c->pid == -1 || await(c->sock) == -1)
		return (-1);
	/* Ours and not waited for, so the number is still its own. */
	(void)snprintf(path, sizeof(path), "/proc/%d", c->pid);
	c->dir = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return (c->dir == -1 ? -1 : 0);
}

/*
 * Its user may have stopped it, and it would never end by itself: so it is
 * killed. It is waited for before the next one starts.
 */
void
map_child_stop(struct map_child *c)
{
	int	 saved = errno;

	if (c->pid > 0)
		(void)kill(c->pid, SIGKILL);
	if (c->dir != -1)
		close(c->dir);
	if (c->sock != -1)
		close(c->sock);
	*c = (struct map_child)MAP_CHILD_NONE;
	errno = saved;
}

void
map_child_reap(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}
