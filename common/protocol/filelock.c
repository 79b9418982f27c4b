#include "filelock.h"

#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "clock.h"
#include "helper.h"

#define SLICE_US	50000

static void
on_alarm(int sig)
{
	(void)sig;
}

int
filelock_init(void)
{
	/* Without SA_RESTART: the signal only ends the wait. */
	struct sigaction	 sa = { .sa_handler = on_alarm };

	return (sigaction(SIGALRM, &sa, NULL));
}

static bool
peer_gone(void)
{
	struct pollfd	 p = { .fd = HELPER_FD };

	return (poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0);
}

/* Wait in the kernel's queue. The timer repeats, so no tick can be missed. */
static int
wait_for_lock(int fd, struct flock *fl, unsigned int wait_ms)
{
	int64_t			 deadline = clock_mono_ms() + wait_ms;
	struct itimerval	 on = { { 0, SLICE_US }, { 0, SLICE_US } };
	struct itimerval	 off = { { 0, 0 }, { 0, 0 } };
	int			 rc, saved;

	if (setitimer(ITIMER_REAL, &on, NULL) == -1)
		return (-1);
	while ((rc = fcntl(fd, F_OFD_SETLKW, fl)) == -1 && errno == EINTR) {
		if (peer_gone()) {
			errno = ECONNRESET;
			break;
		}
		if (clock_mono_ms() >= deadline) {
			errno = ETIMEDOUT;
			break;
		}
	}
	saved = errno;
	(void)setitimer(ITIMER_REAL, &off, NULL);
	errno = saved;
	return (rc);
}

int
filelock_take(int fd, bool exclusive, unsigned int wait_ms)
{
	struct flock	 fl = { .l_type = exclusive ? F_WRLCK : F_RDLCK,
			    .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &fl) == 0)
		return (0);
	if (errno != EAGAIN && errno != EACCES)
		return (-1);
	if (wait_ms == 0) {
		errno = ETIMEDOUT;
		return (-1);
	}
	return (wait_for_lock(fd, &fl, wait_ms));
}

void
filelock_drop(int fd)
{
	struct flock	 fl = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	(void)fcntl(fd, F_OFD_SETLK, &fl);
}
