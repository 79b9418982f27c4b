/*
 * Which user namespaces refresh maps: none whose 0 would be the host's root,
 * whatever a file in /proc's place says of its own.
 */
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "hostroot.h"

#include "../../libexec/refresh/userns.h"

/* A child in a user namespace of its own that no map has; its namespace. */
static int
child_ns(pid_t *pid)
{
	char	 path[64], c;
	int	 p[2], fd;

	if (pipe(p) == -1 || (*pid = fork()) == -1)
		err(1, "fork");
	if (*pid == 0) {
		if (unshare(CLONE_NEWUSER) == -1 || write(p[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		err(1, "no user namespace");
	close(p[0]);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", *pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", path);
	return (fd);
}

/* What is said of a child of our namespace, which is its maker's. */
static const char *
verdict(void)
{
	const char	*why;
	pid_t		 pid;
	int		 fd = child_ns(&pid);

	userns_home();
	why = userns_check(fd, geteuid());
	close(fd);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return (why);
}

int
main(void)
{
	const char	*why;
	pid_t		 pid;
	int		 st;

	title = "S26: 0 is mapped for root of a user namespace only";
	why = verdict();
	if (host_root())
		CHECK(why != NULL && strstr(why, "the host's root") != NULL);
	else
		CHECK(why == NULL);
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		enter_userns(0);
		_exit(verdict() == NULL ? 0 : 1);
	}
	CHECK(waitpid(pid, &st, 0) == pid && st == 0);
	return (finish());
}
