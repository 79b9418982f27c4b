#include "given.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "nitems.h"
#include "openat2.h"
#include "record.h"
#include "sealed.h"

#define STEP		(64u << 10)	/* bytes by which a buffer grows */

/* A file that was opened, until it is read: this process has one person. */
struct given {
	char		*path;
	int		 fd;
	int		 error;
	struct given	*next;
};
static struct given	*all;

/* The number of a path that means one of our own descriptors, or -1. */
static int
own_number(const char *path)
{
	static const char *const	 dirs[] = { "/dev/fd/",
					    "/proc/self/fd/" };
	uint64_t			 n;
	size_t				 len;

	if (strcmp(path, "/dev/stdin") == 0)
		return (STDIN_FILENO);
	for (size_t i = 0; i < NITEMS(dirs); i++) {
		len = strlen(dirs[i]);
		if (strncmp(path, dirs[i], len) == 0 &&
		    parse_digits(path + len, 1 << 20, &n) == 0)
			return ((int)n);
	}
	return (-1);
}

int
given_open_now(const char *path)
{
	int	 number = own_number(path);

	if (number != -1)
		return (fcntl(number, F_DUPFD_CLOEXEC, 3));
	return (openat2_resolved(AT_FDCWD, path, O_RDONLY | O_NONBLOCK |
	    O_NOCTTY, 0, RESOLVE_NO_MAGICLINKS));
}

void
given_open(const char *path)
{
	struct given	*g = calloc(1, sizeof(*g));

	if (g == NULL || (g->path = strdup(path)) == NULL) {
		free(g);
		return;		/* opened when it is read, then */
	}
	g->fd = given_open_now(path);
	g->error = g->fd == -1 ? errno : 0;
	g->next = all;
	all = g;
}

/* The descriptor that was kept under this name is the caller's. */
static int
take(const char *path)
{
	struct given	**at = &all, *g;
	int		 fd, error;

	while (*at != NULL && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	if ((g = *at) == NULL)
		return (given_open_now(path));
	*at = g->next;
	fd = g->fd;
	error = g->error;
	free(g->path);
	free(g);
	errno = error;
	return (fd);
}

static bool
is_null(const struct stat *st)
{
	return (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

/*
 * A pipe that nothing has open to write reads as ended; one that had a writer
 * hangs up as well. With a writer there is no limit: behind <(command) a
 * person may be typing a passphrase. 1: look again, 0: it has ended, -1.
 */
static int
await(int fd, bool *patient)
{
	struct pollfd	 p = { .fd = fd, .events = POLLIN };
	int		 n = poll(&p, 1, *patient ? GIVEN_OPEN_MS : 0);

	if (n == -1)
		return (errno == EINTR ? 1 : -1);
	if (n == 1)
		return ((p.revents & POLLIN) != 0);
	if (*patient) {
		*patient = false;
		return (1);
	}
	errno = ETIMEDOUT;
	return (-1);
}

ssize_t
given_next(struct given_stream *s, void *buf, size_t size)
{
	bool		 patient = true;
	struct pollfd	 p = { .fd = s->fd, .events = POLLIN };
	ssize_t		 n;
	int		 rc;

	for (;;) {
		n = read(s->fd, buf, size);
		if (n > 0 || (n == 0 && (s->begun || !s->fifo))) {
			s->begun = true;
			return (n);
		}
		if (n == -1 && errno == EAGAIN)
			(void)poll(&p, 1, -1);
		else if (n == -1 && errno != EINTR)
			return (-1);
		else if (n == 0 && (rc = await(s->fd, &patient)) != 1)
			return (rc);
	}
}

int
given_stream(struct given_stream *s, int fd)
{
	struct stat	 st;

	if (fstat(fd, &st) == -1)
		return (-1);
	*s = (struct given_stream){ .fd = fd, .fifo = S_ISFIFO(st.st_mode) };
	if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) ||
	    S_ISSOCK(st.st_mode) || is_null(&st))
		return (0);
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return (-1);
}

/* Everything, at most GIVEN_MAX bytes. NULL with errno. */
static char *
slurp(struct given_stream *s, size_t *len)
{
	scoped_free char	*buf = NULL;
	char			*more;
	size_t			 size = 0;
	ssize_t			 n;

	for (*len = 0;; *len += (size_t)n) {
		if (size - *len < 2) {
			size += STEP;
			if ((more = realloc(buf, size)) == NULL)
				return (NULL);
			buf = more;
		}
		n = given_next(s, buf + *len, size - *len - 1);
		if (n == -1)
			return (NULL);
		if (n == 0)
			break;
		if (*len + (size_t)n > GIVEN_MAX) {
			errno = EFBIG;
			return (NULL);
		}
	}
	buf[*len] = '\0';
	return (take_ptr(&buf));
}

int
given_fail(const char *path, struct parse_err *e)
{
	switch (errno) {
	case EFBIG:
		return (parse_fail_code(e, ERR_FILE, "%s has more than %u "
		    "bytes, the most that is read of such a file", path,
		    GIVEN_MAX));
	case EINVAL:
		return (parse_fail_code(e, ERR_FILE, "%s is a device: name a "
		    "regular file or a pipe", path));
	case ETIMEDOUT:
		return (parse_fail_code(e, ERR_TIMEOUT, "the pipe %s has no "
		    "writer: nothing opened it for %d seconds", path,
		    GIVEN_OPEN_MS / 1000));
	default:
		return (parse_fail_code(e, error_of_errno(errno), "open %s: %s",
		    path, strerror(errno)));
	}
}

char *
given_read(const char *path, size_t *len, struct parse_err *e)
{
	scoped_fd int		 fd = take(path);
	struct given_stream	 s;
	char			*text;

	if (fd == -1 || given_stream(&s, fd) == -1 ||
	    (text = slurp(&s, len)) == NULL) {
		(void)given_fail(path, e);
		return (NULL);
	}
	return (text);
}

int
given_fd(const char *path, struct parse_err *e)
{
	scoped_fd int		 fd = take(path);
	scoped_free char	*text = NULL;
	struct given_stream	 s;
	struct stat		 st;
	size_t			 len;

	if (fd == -1 || given_stream(&s, fd) == -1 || fstat(fd, &st) == -1)
		return (given_fail(path, e));
	if (S_ISREG(st.st_mode) || is_null(&st))
		return (take_fd(&fd));
	if ((text = slurp(&s, &len)) == NULL)
		return (given_fail(path, e));
	close(fd);
	if ((fd = sealed_fd("file", text, len)) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		return (given_fail(path, e));
	return (take_fd(&fd));
}
