#include "children.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <linux/close_range.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
#include "hostroot.h"
#include "log.h"

#define CHANNEL_FD	3
#define MAPPER_FD	4	/* where mapper has its end of the socket */
#define HIGH_FD		16	/* is none of the numbers above */

/*
 * subids must be out of its caller's reach, who would else tell it what to
 * answer. Ids that differ make the kernel start it not dumpable, and let no
 * user trace it: for that, all three must be the tracer's.
 */
#define READER_REAL	65534
#define READER_ID	65533

struct start {
	int		 dir;		/* of the program argv[0] */
	char *const	*argv;
	int		 from, to;	/* a descriptor, and its number there */
	int		 last;		/* the highest that stays open */
	bool		 is_reader;
};

int
children_dir(void)
{
	char		 path[1024];
	ssize_t		 n = readlink("/proc/self/exe", path, sizeof(path));
	scoped_fd int	 dir = -1;
	int		 high;

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n <= 0 || n == sizeof(path))
		fatal("/proc/self/exe");
	path[n] = '\0';
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1 || (high = fcntl(dir, F_DUPFD_CLOEXEC, HIGH_FD)) == -1)
		fatal("%s", path);
	return (high);
}

bool
children_are_safe(int dir)
{
	struct stat	 st;

	/* The caller may have linked refresh into a directory of its own. */
	errno = EPERM;
	return (getuid() == 0 || (fstat(dir, &st) == 0 && st.st_uid == 0 &&
	    (st.st_mode & 022) == 0));
}

/*
 * Root of a user namespace may trace what is in it, and is root of all ids that
 * could be mapped, so subids stays as it is: an answer made up gains nothing.
 *
 * By system call: a C library would try to change every thread of the memory
 * that this child shares. The timer lasts over exec, so a source of users that
 * does not answer ends subids.
 */
static int
become_reader(void)
{
	const struct itimerval	 limit = { .it_value = { READER_SECONDS, 0 } };

	if (setitimer(ITIMER_REAL, &limit, NULL) == -1)
		return (-1);
	if (getuid() == 0 && !host_root())
		return (0);
	if (caps_raise(CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID)) == -1 ||
	    syscall(SYS_setgroups, 0, NULL) == -1 ||
	    syscall(SYS_setresgid, READER_REAL, READER_ID, READER_ID) == -1 ||
	    syscall(SYS_setresuid, READER_REAL, READER_ID, READER_ID) == -1)
		return (-1);
	return (0);
}

/* In the child of vfork: system calls only. errno of what failed. */
static int
child_exec(const struct start *s)
{
	char	*none[] = { NULL };

	if (dup2(s->from, s->to) == -1 || fcntl(s->to, F_SETFD, 0) == -1 ||
	    fcntl(CHANNEL_FD, F_SETFD, 0) == -1 || syscall(SYS_close_range,
	    s->last + 1, ~0U, CLOSE_RANGE_CLOEXEC) == -1)
		return (errno);
	/* A caller may stop mapper: it must not outlive us. */
	if ((s->is_reader ? become_reader() :
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) == -1)
		return (errno);
	(void)syscall(SYS_execveat, s->dir, s->argv[0], s->argv, none, 0);
	return (errno);
}

/* vfork shares memory until exec: the child leaves its errno there. */
static pid_t
start(const struct start *s)
{
	volatile int	 error = 0;
	pid_t		 pid = vfork();

	if (pid == 0) {
		error = child_exec(s);
		_exit(127);
	}
	errno = error;
	return (pid != -1 && error == 0 ? pid : -1);
}

int
children_start_reader(int dir, uid_t uid, struct reader *r)
{
	static char	 name[] = "subids";
	char		 number[16], *argv[] = { name, number, NULL };
	struct start	 s = { .dir = dir, .argv = argv,
			    .to = STDOUT_FILENO, .last = STDERR_FILENO,
			    .is_reader = true };
	int		 p[2];

	(void)snprintf(number, sizeof(number), "%u", uid);
	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	s.from = p[1];
	r->pid = start(&s);
	r->pipe = p[0];
	close(p[1]);
	if (r->pid != -1)
		return (0);
	close(p[0]);
	return (-1);
}

pid_t
children_start_mapper(int dir, char **argv)
{
	static char	 name[] = "mapper";
	struct start	 s = { .dir = dir, .argv = argv,
			    .to = MAPPER_FD, .last = MAPPER_FD };
	pid_t		 pid;
	int		 sp[2];

	argv[0] = name;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		fatal("socket to mapper");
	s.from = sp[1];
	if ((pid = start(&s)) == -1)
		fatal("mapper cannot be started");
	close(sp[1]);
	if (dup2(sp[0], CHANNEL_FD) == -1 || close(sp[0]) == -1 ||
	    fcntl(CHANNEL_FD, F_SETFD, FD_CLOEXEC) == -1)
		fatal("socket to mapper");
	return (pid);
}
