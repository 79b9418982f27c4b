#include "inside.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"

#define MEMBERS		65536		/* processes of one container */
#define ROUNDS		2000
#define PATIENT		4		/* rounds without a pause */

/* The struct of getdents64; not all C libraries declare it. */
struct entry {
	uint64_t	 ino;
	int64_t		 off;
	uint16_t	 len;
	uint8_t		 type;
	char		 name[];
};

struct work {
	int		 sock;
	int		 procs;
	int		 proc;		/* the /proc of the namespace */
	uint32_t	 member[MEMBERS];	/* moved, sorted */
	size_t		 nmembers;
	size_t		 nsorted;
	bool		 last;		/* round: report those left */
};

/* A process gathers once: a static object, no heap. */
static struct work	 work;

static int
compare(const void *a, const void *b)
{
	const uint32_t	*x = a, *y = b;

	return ((*x > *y) - (*x < *y));
}

static bool
is_member(const struct work *w, uint32_t pid)
{
	return (bsearch(&pid, w->member, w->nsorted, sizeof(pid),
	    compare) != NULL);
}

static int
add_member(struct work *w, uint32_t pid)
{
	if (w->nmembers == MEMBERS) {
		errno = E2BIG;
		return (-1);
	}
	w->member[w->nmembers++] = pid;
	return (0);
}

/* A zombie is in no cgroup. */
static bool
is_zombie(struct work *w, const char *name)
{
	char		 path[32], buf[512], *p;
	scoped_fd int	 fd = -1;
	ssize_t		 n;

	(void)snprintf(path, sizeof(path), "%.16s/stat", name);
	if ((fd = openat(w->proc, path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (n = read(fd, buf, sizeof(buf) - 1)) <= 0)
		return (true);
	buf[n] = '\0';
	/* The name may have any character; the state follows the last ')'. */
	p = strrchr(buf, ')');
	return (p != NULL && p[1] == ' ' && (p[2] == 'Z' || p[2] == 'X'));
}

static int
say(struct work *w, enum note_kind kind, int error, pid_t sender)
{
	struct note	 n = { kind, error, (uint32_t)w->nmembers };
	struct ucred	 cred = { sender, getuid(), getgid() };
	struct iovec	 iov = { &n, sizeof(n) };
	union {
		struct cmsghdr	 head;
		char		 buf[CMSG_SPACE(sizeof(struct ucred))];
	}		 c;
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1 };

	memset(&c, 0, sizeof(c));
	if (sender != 0) {
		m.msg_control = c.buf;
		m.msg_controllen = sizeof(c.buf);
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_CREDENTIALS;
		c.head.cmsg_len = CMSG_LEN(sizeof(cred));
		memcpy(CMSG_DATA(&c.head), &cred, sizeof(cred));
	}
	return (sendmsg(w->sock, &m, MSG_NOSIGNAL) == -1 ? -1 : 0);
}

/*
 * 1: moved, look for others. 0: leave it. -1: errno. Do not read cgroup.procs
 * of the cgroup: on v1 it can be a second old.
 */
static int
move(struct work *w, const char *name)
{
	uint32_t	 pid = (uint32_t)strtoul(name, NULL, 10);

	if (pid == (uint32_t)getpid() || is_member(w, pid) ||
	    is_zombie(w, name))
		return (0);
	if (write(w->procs, name, strlen(name)) != -1)
		return (add_member(w, pid) == -1 ? -1 : 1);
	if (errno == ESRCH)
		return (0);
	if (errno != EACCES && errno != EPERM)
		return (-1);
	/*
	 * Send a note with the process as its sender: the kernel translates the
	 * pid for the receiver.
	 */
	if (w->last && say(w, NOTE_LEFT, errno, (pid_t)pid) == -1 &&
	    errno != ESRCH)
		return (-1);
	return (0);
}

static int
one_round(struct work *w)
{
	_Alignas(struct entry) char	 buf[8192];
	const struct entry		*e;
	long				 n;
	int				 some = 0, rc;

	qsort(w->member, w->nmembers, sizeof(w->member[0]), compare);
	w->nsorted = w->nmembers;
	if (lseek(w->proc, 0, SEEK_SET) == -1)
		return (-1);
	while ((n = syscall(SYS_getdents64, w->proc, buf, sizeof(buf))) > 0)
		for (long i = 0; i < n; i += e->len) {
			e = (const void *)(buf + i);
			if (e->name[0] < '1' || e->name[0] > '9')
				continue;
			if ((rc = move(w, e->name)) == -1)
				return (-1);
			some |= rc;
		}
	return (n == -1 ? -1 : some);
}

/*
 * Mount /proc of this namespace, attached nowhere, and confine to it: nothing
 * else can be opened from then on.
 */
static int
own_proc(const struct policy *policy)
{
	scoped_fd int	 fs = -1, mount = -1;

	if ((fs = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC)) == -1)
		return (-1);
	/* subset=pid is enough, and is allowed where a full procfs is not. */
	(void)syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "subset", "pid",
	    0);
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
		return (-1);
	mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
	    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
	    MOUNT_ATTR_NOEXEC);
	if (mount == -1)
		return (-1);
	confine_landlock(policy, &mount, 1);
	return (openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/*
 * The cgroup is frozen, so a moved process forks no more. One that is still
 * outside may fork, and the next round finds its children. So a round in which
 * nothing moved has found all.
 */
static int
rounds(struct work *w, const struct policy *policy)
{
	struct timespec	 ms = { 0, 1000000 };
	int		 rc;

	/* First of all, before the container can interfere. */
	if (write(w->procs, "1", 1) == 1)
		(void)add_member(w, 1);
	if ((w->proc = own_proc(policy)) == -1)
		return (-1);
	for (int i = 0; i < ROUNDS; i++) {
		if ((rc = one_round(w)) == -1)
			return (-1);
		if (rc == 0) {
			w->last = true;
			return (one_round(w) == -1 ? -1 : 0);
		}
		if (i > PATIENT)
			(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &ms, NULL);
	}
	errno = EAGAIN;
	return (-1);
}

_Noreturn void
inside(int sock, int procs, const struct policy *policy)
{
	struct work	*w = &work;
	int		 rc;

	w->sock = sock;
	w->procs = procs;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	rc = rounds(w, policy);
	rc = rc == 0 ? say(w, NOTE_DONE, 0, 0) :
	    say(w, NOTE_FAILED, errno, 0);
	_exit(rc == 0 ? 0 : 1);
}
