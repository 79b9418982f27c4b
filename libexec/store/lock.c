#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "path.h"
#include "random.h"
#include "store.h"

#define WAIT_NS		60000000000LL
#define NAP_NS		2000000
#define WRITER_LEN	64

static int
try(int fd, short type)
{
	struct flock	 fl = { .l_type = type, .l_whence = SEEK_SET };

	return (fcntl(fd, F_OFD_SETLK, &fl));
}

int
lock_try(int fd)
{
	return (try(fd, F_WRLCK));
}

/*
 * podman holds a lock while it unpacks a layer. A call that blocks could wait
 * without end, which no request may.
 */
static int
wait_for(int fd, short type)
{
	struct timespec	 nap = { 0, NAP_NS };

	for (int64_t waited = 0;; waited += nap.tv_nsec) {
		if (try(fd, type) == 0)
			return (0);
		if ((errno != EAGAIN && errno != EACCES) || waited >= WAIT_NS)
			return (-1);
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		if (nap.tv_nsec < 20 * NAP_NS)
			nap.tv_nsec += NAP_NS;
	}
}

static int
open_lock(struct store *s, const char *kind, char path[80])
{
	snprintf(path, 80, "%s-%s/%s.lock", s->driver, kind, kind);
	return (path_regular(path_open(s->graph, path, O_RDWR | O_CREAT |
	    O_NOFOLLOW | O_NONBLOCK, 0644)));
}

int
lock_take_now(struct store *s, const char *kind)
{
	char		 path[80];
	scoped_fd int	 fd = open_lock(s, kind, path);

	return (fd == -1 || lock_try(fd) == -1 ? -1 : take_fd(&fd));
}

int
lock_take(struct store *s, const char *kind, bool write, struct answer *a)
{
	char		 path[80];
	scoped_fd int	 fd = open_lock(s, kind, path);

	if (fd == -1)
		return (fail_errno(a, "cannot open", path));
	if (wait_for(fd, write ? F_WRLCK : F_RDLCK) == -1)
		return (errno == EAGAIN || errno == EACCES ?
		    fail(a, ETIMEDOUT, "%s has been held by another program "
		    "for a minute; see who it is with lslocks", path) :
		    fail_errno(a, "cannot lock", path));
	return (take_fd(&fd));
}

int
lock_touch(int fd, struct answer *a)
{
	uint8_t	 writer[WRITER_LEN];

	/* Other engines compare it with the value that they read last. */
	if (random_bytes(writer, sizeof(writer)) == -1 ||
	    pwrite(fd, writer, sizeof(writer), 0) != sizeof(writer))
		return (fail_errno(a, "cannot write", "a lock file"));
	return (0);
}
