#include "gather.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <linux/magic.h>
#include <linux/nsfs.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "helper.h"
#include "inside.h"
#include "waitchild.h"

#define TRIES		64		/* the container may kill the child */
#define STOPPED		3		/* or stop it, which costs more time */
#define WAIT_MS		3000
#define PROCS_FD	(HELPER_FD + 1)

const char *
gather_check_procs(int fd)
{
	struct statfs	 fs;
	struct stat	 st;

	if (fstatfs(fd, &fs) == -1 || (fs.f_type != CGROUP2_SUPER_MAGIC &&
	    fs.f_type != CGROUP_SUPER_MAGIC))
		return ("not of a cgroup");
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return ("not a file");
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return ("not open for writing");
	return (NULL);
}

const char *
gather_check_pids(int fd, int *users)
{
	struct statfs	 fs;
	uid_t		 uid;
	scoped_fd int	 owner = -1;

	/*
	 * Check the file system before any ioctl: on another file these numbers
	 * mean something else.
	 */
	if (fstatfs(fd, &fs) == -1 || fs.f_type != NSFS_MAGIC)
		return ("not a namespace");
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWPID)
		return ("not a pid namespace");
	/*
	 * Our own pid namespace belongs to a user namespace that cannot be
	 * entered.
	 */
	if ((owner = ioctl(fd, NS_GET_USERNS)) == -1 ||
	    ioctl(owner, NS_GET_OWNER_UID, &uid) == -1 || uid != geteuid())
		return ("a pid namespace that someone else made");
	*users = take_fd(&owner);
	return (NULL);
}

/* Later ioctl numbers are of other kinds of namespaces only. */
static pid_t
fork_raw(void)
{
	/*
	 * Not fork(): the C library's makes calls that the policy does not
	 * allow.
	 */
	return ((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

/*
 * The child. Its capabilities are in the container's namespaces only. It is not
 * dumpable, as the helper is not: the container's root can kill it, and not
 * read what it holds.
 */
static _Noreturn void
enter(int sock, int procs, int pids, int users, const struct policy *policy)
{
	pid_t	 pid;

	if (setns(users, CLONE_NEWUSER) == -1 ||
	    setns(pids, CLONE_NEWPID) == -1 || unshare(CLONE_NEWNS) == -1)
		_exit(1);
	/*
	 * Close everything else before entering, also the other end of this
	 * socket.
	 */
	if (dup2(sock, HELPER_FD) == -1 || dup2(procs, PROCS_FD) == -1 ||
	    syscall(SYS_close_range, PROCS_FD + 1, ~0U, 0) == -1)
		_exit(1);
	if ((pid = fork_raw()) == 0)
		inside(HELPER_FD, PROCS_FD, policy);
	if (pid == -1)
		_exit(1);
	/* Keep this end of the socket open until the child is reaped. */
	(void)waitchild(pid);
	_exit(0);
}

/* The sender of a note (SCM_CREDENTIALS), as a pid of this namespace. */
static pid_t
sender(struct msghdr *m)
{
	struct cmsghdr	*c = CMSG_FIRSTHDR(m);
	struct ucred	 cred;

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_CREDENTIALS)
		return (0);
	memcpy(&cred, CMSG_DATA(c), sizeof(cred));
	return (cred.pid);
}

/*
 * Wait for a note. If the peer leaves, exit at once, which ends the child too:
 * the next command that gathers should not find it inside.
 */
static int
await(int sock)
{
	struct pollfd	 pfd[2] = { { sock, POLLIN, 0 }, { HELPER_FD, 0, 0 } };

	errno = ETIMEDOUT;
	if (poll(pfd, 2, WAIT_MS) <= 0)
		return (-1);
	errno = ECANCELED;
	return (pfd[1].revents != 0 ? -1 : 0);
}

/* 1: more notes follow. 0: done. -1: errno; ECHILD when the child has died. */
static int
hear(int sock, struct tally *t)
{
	struct note	 n;
	struct iovec	 iov = { &n, sizeof(n) };
	union {
		struct cmsghdr	 head;
		char		 buf[CMSG_SPACE(sizeof(struct ucred))];
	}		 c;
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = c.buf,
			    .msg_controllen = sizeof(c.buf) };

	if (await(sock) == -1)
		return (-1);
	if (recvmsg(sock, &m, 0) != sizeof(n)) {
		errno = ECHILD;
		return (-1);
	}
	if (n.kind == NOTE_LEFT) {
		if (t->nleft < LEFT_MAX && (t->left[t->nleft] =
		    sender(&m)) > 0)
			t->nleft++;
		return (1);
	}
	t->moved += n.moved;
	errno = n.error;
	return (n.kind == NOTE_DONE ? 0 : -1);
}

static int
attempt(int procs, int pids, int users, const struct policy *policy,
    struct tally *t)
{
	int	 sp[2], on = 1, rc, saved;
	pid_t	 pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		return (-1);
	if (setsockopt(sp[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == -1)
		pid = -1;
	else if ((pid = fork_raw()) == 0)
		enter(sp[1], procs, pids, users, policy);
	close(sp[1]);
	t->nleft = 0;
	rc = pid == -1 ? -1 : 1;
	while (rc == 1)
		rc = hear(sp[0], t);
	saved = errno;
	/*
	 * Wait for the child's own child: an orphan would keep the container
	 * alive.
	 */
	if (rc == 0)
		(void)await(sp[0]);
	close(sp[0]);
	/* The child was not waited for, so the pid is still its own. */
	if (pid != -1) {
		(void)kill(pid, SIGKILL);
		(void)waitchild(pid);
	}
	errno = saved;
	return (rc);
}

/* Moved processes are frozen, so each try has fewer that can interfere. */
int
gather(int procs, int pids, int users, const struct policy *policy,
    struct tally *t)
{
	int	 rc = -1, stopped = 0;

	memset(t, 0, sizeof(*t));
	for (int i = 0; i < TRIES && stopped < STOPPED; i++) {
		rc = attempt(procs, pids, users, policy, t);
		if (rc == 0 || (errno != ECHILD && errno != ETIMEDOUT))
			break;
		stopped += errno == ETIMEDOUT;
	}
	return (rc);
}
