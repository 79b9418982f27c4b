#include "steps.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cleanup.h"
#include "client.h"
#include "exitcode.h"
#include "layout.h"
#include "path.h"
#include "sealed.h"

#define EXIT_ROOM	512		/* bytes; the record takes 100 */

int
step_exit_room(int run_dir)
{
	static const char	 zeros[EXIT_ROOM];

	return (path_replace(run_dir, LAYOUT_CTR_EXIT_NEW, zeros,
	    sizeof(zeros), 0600, false));
}

int
step_pipes(struct client *c)
{
	int	 fds[3], rc = 0;

	if (monitor_open_end(c, fds) == -1)
		return (-1);
	for (unsigned int i = 0; i < 3; i++) {
		if (rc == 0 && fds[i] != -1)
			rc = launch_give_begin(c, (enum launch_fd)i, 0, fds[i]);
		scope_close(&fds[i]);
	}
	return (rc);
}

int
step_init(struct client *c)
{
	scoped_fd int	 fd = sealed_program(c->libexec_fd, "init");

	if (fd != -1)
		return (launch_give_begin(c, LAUNCH_INIT, 0, fd));
	return (error_set(&c->error, errno, "cannot read the helper init, "
	    "which --init needs: %s", strerror(errno)));
}

int
step_build_begin(struct client *c, bool tty)
{
	struct winsize	 w = { .ws_row = 0 };

	(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &w);
	return (tty ? launch_build_begin(c, w.ws_row, w.ws_col) :
	    launch_build_sent(c, w.ws_row, w.ws_col));
}

int
step_build_end(struct client *c, bool tty)
{
	scoped_fd int	 console = -1;

	if (!tty)
		return (client_sync(c, H_LAUNCH));
	return ((console = launch_build_end(c)) == -1 ? -1 :
	    monitor_console(c, console));
}

/*
 * What a failed execve means to a script, as with podman: 127 when there is
 * no such program, 126 when it cannot be executed.
 */
static int
exec_code(int error)
{
	if (error == ENOENT)
		return (EXIT_NOCMD);
	return (error == EPIPE || error == ECONNRESET ? EXIT_ENGINE :
	    EXIT_NOEXEC);
}

int
step_exec_end(struct client *c, int *code)
{
	int	 saved;

	if (launch_exec_end(c) == 0)
		return (0);
	saved = errno;
	*code = exec_code(saved);
	errno = saved;
	return (-1);
}

void
step_abandon(int pidfd)
{
	int	 saved = errno;

	if (pidfd != -1)
		(void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	errno = saved;
}
