#include "spawn.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/close_range.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "helper.h"
#include "sealed.h"
#include "waitchild.h"

#define MAX_FDS		12
#define MAX_ARGS	64
#define DUMPED		0x80		/* what wait(2) calls WCOREDUMP */
#define HIGH		64		/* above all fixed numbers */

struct plan {
	int	 dir_fd;
	const char *file;
	int	 exe_fd;		/* instead of dir_fd and file, or -1 */
	int	 stderr_fd;
	int	 fds[MAX_FDS];		/* they become 3, 4, ... */
	size_t	 nfds;
	char	*argv[MAX_ARGS];
	uid_t	 uid;
	gid_t	 gid;
};

/*
 * By system call: glibc's wrappers would change every thread of the memory that
 * a child of vfork shares with its parent.
 */
static int
become(uid_t uid, gid_t gid)
{
	if (syscall(SYS_setgroups, 0, NULL) == -1 ||
	    syscall(SYS_setresgid, gid, gid, gid) == -1 ||
	    syscall(SYS_setresuid, uid, uid, uid) == -1)
		return (-1);
	/* The change of the uid has emptied the capability sets. */
	if (syscall(SYS_setresuid, -1, 0, -1) != -1) {
		errno = EPERM;
		return (-1);
	}
	return (0);
}

/*
 * In the child of vfork: only system calls. Move descriptors up first, so that
 * none is overwritten before it was copied.
 */
static int
child_exec(const struct plan *pl)
{
	char	*env[] = { NULL };
	int	 up[MAX_FDS], fd;
	sigset_t none;

	for (size_t i = 0; i < pl->nfds; i++)
		if ((up[i] = fcntl(pl->fds[i], F_DUPFD_CLOEXEC, HIGH)) == -1)
			return (errno);
	if (pl->exe_fd != -1)
		fd = pl->exe_fd;
	else
		fd = pl->dir_fd == AT_FDCWD ? STDERR_FILENO : pl->dir_fd;
	if ((fd = fcntl(fd, F_DUPFD_CLOEXEC, HIGH)) == -1)
		return (errno);
	if (pl->stderr_fd != -1 && dup2(pl->stderr_fd, STDERR_FILENO) == -1)
		return (errno);
	for (size_t i = 0; i < pl->nfds; i++)
		if (dup2(up[i], HELPER_FD + (int)i) == -1)
			return (errno);
	if (syscall(SYS_close_range, HELPER_FD + (int)pl->nfds, ~0U,
	    CLOSE_RANGE_CLOEXEC) == -1)
		return (errno);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		return (errno);
	/* The terminal is the command's, not a helper's: a new session. */
	(void)syscall(SYS_setsid);
	if (pl->uid != 0 && become(pl->uid, pl->gid) == -1)
		return (errno);
	if (pl->exe_fd != -1)
		(void)syscall(SYS_execveat, fd, "", pl->argv, env,
		    AT_EMPTY_PATH);
	else
		(void)syscall(SYS_execveat,
		    pl->dir_fd == AT_FDCWD ? AT_FDCWD : fd, pl->file, pl->argv,
		    env, 0);
	return (errno);
}

/* vfork shares memory until exec, so the child's errno can be read here. */
static pid_t
fork_exec(const struct plan *pl)
{
	volatile int	 error = 0;
	pid_t		 pid;

	if ((pid = vfork()) == 0) {
		error = child_exec(pl);
		_exit(127);
	}
	if (pid == -1)
		return (-1);
	if (error != 0) {
		(void)waitchild(pid);
		errno = error;
		return (-1);
	}
	return (pid);
}

static int
fill_args(struct plan *pl, const struct spawn *s, char *role, size_t len)
{
	static char	 opt_p[] = "-p", opt_t[] = "-t", opt_v[] = "-v",
			 dashes[] = "--";
	const char	*base = strrchr(s->file, '/');
	size_t		 n = 0;

	(void)snprintf(role, len, "%#x", (unsigned int)s->self);
	memcpy(&pl->argv[n++], &(const char *){ base != NULL ? base + 1 :
	    s->file }, sizeof(char *));
	pl->argv[n++] = opt_p;
	pl->argv[n++] = role;
	if (s->trace)
		pl->argv[n++] = opt_t;
	if (s->verbose)
		pl->argv[n++] = opt_v;
	if (s->args != NULL) {
		pl->argv[n++] = dashes;
		for (size_t i = 0; s->args[i] != NULL; i++) {
			if (n == MAX_ARGS - 1) {
				errno = E2BIG;
				return (-1);
			}
			pl->argv[n++] = s->args[i];
		}
	}
	pl->argv[n] = NULL;
	return (0);
}

int
spawn_helper(const struct spawn *s, struct child *c)
{
	struct plan	 pl = { .dir_fd = s->dir_fd, .file = s->file,
			    .exe_fd = -1, .stderr_fd = s->stderr_fd,
			    .nfds = 1 + s->nfds,
			    .uid = s->uid, .gid = s->gid };
	scoped_fd int	 ours = -1, theirs = -1, program = -1;
	char		 role[16];
	int		 sp[2];

	if (s->nfds + 1 > MAX_FDS) {
		errno = E2BIG;
		return (-1);
	}
	if (fill_args(&pl, s, role, sizeof(role)) == -1)
		return (-1);
	if (s->sealed) {
		if ((program = sealed_program(s->dir_fd, s->file)) == -1)
			return (-1);
		pl.exe_fd = program;
	}
	if (s->chan_fd == -1) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    sp) == -1)
			return (-1);
		ours = sp[0];
		theirs = sp[1];
	}
	pl.fds[0] = s->chan_fd == -1 ? theirs : s->chan_fd;
	for (size_t i = 0; i < s->nfds; i++)
		pl.fds[1 + i] = s->fds[i];
	if ((c->pid = fork_exec(&pl)) == -1)
		return (-1);
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	c->name = s->file;
	c->chan = (struct chan){ take_fd(&ours), s->self, s->peer };
	return (0);
}

int
spawn_stop(struct child *c)
{
	int	 st = 0;

	if (c->chan.fd != -1)
		close(c->chan.fd);
	c->chan.fd = -1;
	if (c->pid <= 0)
		return (0);
	if ((st = waitchild(c->pid)) == -1)
		st = 0;
	if (c->pidfd != -1)
		close(c->pidfd);
	c->pid = 0;
	c->pidfd = -1;
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
}

int
spawn_status(const siginfo_t *si)
{
	if (si->si_code == CLD_EXITED)
		return ((si->si_status & 0xff) << 8);
	return (si->si_status | (si->si_code == CLD_DUMPED ? DUMPED : 0));
}
