#include "apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "reconcile.h"
#include "say.h"
#include "waitchild.h"

pid_t
apart_begin(apart_fn *work, struct cli *cli, const void *arg, int *report)
{
	int	 fds[2] = { -1, -1 }, code;
	pid_t	 pid;

	if (report != NULL && pipe2(fds, O_CLOEXEC) == -1) {
		(void)say_error(error_of_errno(errno), "%s", strerror(errno));
		return (-1);
	}
	if ((pid = fork()) == 0) {
		code = work(cli, arg, fds[1]);
		(void)fflush(stdout);
		_exit(code);
	}
	if (pid == -1) {
		(void)say_error(error_of_errno(errno), "fork: %s",
		    strerror(errno));
		scope_close(&fds[0]);
	}
	scope_close(&fds[1]);
	if (report != NULL)
		*report = fds[0];
	return (pid);
}

int
apart_end(pid_t pid)
{
	int	 status = waitchild(pid);

	if (status == -1)
		return (say_error(error_of_errno(errno), "wait: %s",
		    strerror(errno)));
	return (exit_code_of(status));
}
