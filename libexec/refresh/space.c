#include "space.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
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
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
#include "helper.h"
#include "log.h"

#define WAIT_MS		5000

static struct stat	home;

void
space_home(void)
{
	if (stat("/proc/self/ns/user", &home) == -1)
		fatal("/proc/self/ns/user (is /proc mounted?)");
}

const char *
space_check(int fd, uid_t owner)
{
	struct statfs	 fs;
	struct stat	 st;
	uid_t		 uid;
	scoped_fd int	 parent = -1;

	/* Before any ioctl: on another file these numbers do other things. */
	if (fstatfs(fd, &fs) == -1 || fs.f_type != NSFS_MAGIC)
		return ("not a namespace");
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWUSER)
		return ("not a user namespace");
	if (ioctl(fd, NS_GET_OWNER_UID, &uid) == -1 || uid != owner)
		return ("a user namespace that someone else made");
	if ((parent = ioctl(fd, NS_GET_PARENT)) == -1 ||
	    fstat(parent, &st) == -1 ||
	    st.st_dev != home.st_dev || st.st_ino != home.st_ino)
		return ("a user namespace that is not a child of ours");
	return (NULL);
}

/*
 * The child. It has our capabilities only until it is in the namespace, and
 * then all of them there and none outside. It lets go of everything first.
 * Then it becomes dumpable, or its maps would belong to root in /proc; its
 * user may ptrace it now, and gains what he has in his own namespace anyway.
 */
static _Noreturn void
live(int sock, int space)
{
	int		 rc = space == -1 ? unshare(CLONE_NEWUSER) :
			    setns(space, CLONE_NEWUSER);
	unsigned char	 error = rc == 0 ? 0 : (unsigned char)errno;

	/* No copy of the other end stays here, or this one would never end. */
	if (dup2(sock, HELPER_FD) == -1 ||
	    syscall(SYS_close_range, HELPER_FD + 1, ~0U, 0) == -1 ||
	    (rc == 0 && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1))
		_exit(1);
	_exit(write(HELPER_FD, &error, 1) != 1 ||
	    read(HELPER_FD, &error, 1) != 0);
}

/* Its user can stop it; he shall not stop us with it. */
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
holder_start(struct holder *h, int space)
{
	char	 path[32];
	int	 sp[2];

	*h = (struct holder)HOLDER_NONE;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sp) == -1)
		return (-1);
	h->sock = sp[0];
	/* Not fork(): the C library's would want more calls allowed. */
	h->pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (h->pid == 0)
		live(sp[1], space);
	close(sp[1]);
	if (h->pid == -1 || await(h->sock) == -1)
		return (-1);
	/* Ours and not waited for, so the number is still its own. */
	(void)snprintf(path, sizeof(path), "/proc/%d", h->pid);
	h->dir = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return (h->dir == -1 ? -1 : 0);
}

/*
 * Its user may have stopped it, and it would never end by itself: so it is
 * killed, and waited for when nobody waits for us.
 */
void
holder_stop(struct holder *h)
{
	int	 saved = errno;

	if (h->pid > 0)
		(void)kill(h->pid, SIGKILL);
	if (h->dir != -1)
		close(h->dir);
	if (h->sock != -1)
		close(h->sock);
	*h = (struct holder)HOLDER_NONE;
	errno = saved;
}

void
holder_reap(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int
holder_space(const struct holder *h)
{
	return (openat(h->dir, "ns/user", O_RDONLY | O_CLOEXEC));
}

static bool
same(int fd, const char *want, size_t len)
{
	char	 got[MAP_BACK + 1];
	size_t	 have = 0;
	ssize_t	 n;

	while (have < sizeof(got) && (n = pread(fd, got + have,
	    sizeof(got) - have, (off_t)have)) > 0)
		have += (size_t)n;
	return (have == len && memcmp(got, want, len) == 0);
}

/*
 * The kernel asks for the capability of whoever opens the file, and again of
 * whoever writes: it is effective from the one to the other. An empty map is
 * seen first, though the kernel would refuse a second write.
 */
static const char *
write_map(int dir, const char *file, const struct map *m, uint64_t cap)
{
	char		 text[MAP_TEXT], back[MAP_BACK];
	size_t		 len = map_text(m, text, sizeof(text));
	size_t		 back_len = map_back(m, back, sizeof(back));
	scoped_fd int	 fd = -1;
	ssize_t		 n = -1;
	bool		 empty = false;

	if (len == 0 || back_len == 0) {
		errno = E2BIG;
		return ("more ranges than the kernel takes in one map");
	}
	if (caps_raise(cap) == -1)
		return ("a capability is missing");
	fd = openat(dir, file, O_RDWR | O_CLOEXEC);
	if (fd != -1 && (empty = same(fd, "", 0)))
		n = write(fd, text, len);
	caps_lower();
	if (fd != -1 && !empty) {
		errno = EEXIST;
		return ("its map is already written");
	}
	if (n != (ssize_t)len)
		return ("the kernel refuses the map");
	if (!same(fd, back, back_len)) {
		errno = EIO;
		return ("the kernel did not keep the map");
	}
	return (NULL);
}

/* The kernel takes it only while the map of groups is empty. */
static const char *
deny_groups(int dir)
{
	scoped_fd int	 fd = openat(dir, "setgroups", O_RDWR | O_CLOEXEC);

	if (fd == -1 || write(fd, "deny", 4) != 4)
		return ("the kernel does not deny setgroups");
	if (!same(fd, "deny\n", 5)) {
		errno = EIO;
		return ("the kernel did not keep that setgroups is denied");
	}
	return (NULL);
}

/* User ids last: a namespace with them is one that is ready. */
const char *
holder_map(const struct holder *h, const struct map *uids,
    const struct map *gids, bool deny)
{
	const char	*why;

	if (deny && (why = deny_groups(h->dir)) != NULL)
		return (why);
	if ((why = write_map(h->dir, "gid_map", gids,
	    CAP_BIT(CAP_SETGID))) != NULL)
		return (why);
	return (write_map(h->dir, "uid_map", uids, CAP_BIT(CAP_SETUID)));
}
