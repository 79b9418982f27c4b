#include "logfile.h"

#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "scope.h"

#define NIOV		64
#define PREFIX_MAX	64

struct batch {
	struct iovec	 iov[NIOV];
	int		 n;
	size_t		 len;
};

void
logfile_init(struct logfile *l)
{
	l->fd = -1;
	/* Read the time zone now; once confined it could not be opened. */
	l->second = time(NULL);
	tzset();
	(void)localtime_r(&l->second, &l->local);
}

int
logfile_adopt(struct logfile *l, int fd_in, uint64_t max)	/* takes */
{
	scoped_fd int	 fd = fd_in;
	struct stat	 st;
	int		 flags = fcntl(fd, F_GETFL);

	if (flags == -1 || (flags & O_ACCMODE) == O_RDONLY ||
	    (flags & O_APPEND) == 0 || fstat(fd, &st) == -1 ||
	    !S_ISREG(st.st_mode) || l->fd != -1) {
		errno = EINVAL;
		return (-1);
	}
	l->size = (uint64_t)st.st_size;
	l->max = max;
	l->torn = false;
	l->fd = take_fd(&fd);
	return (0);
}

/* The time, and the offset of the local zone, as conmon writes them. */
static int
stamp(struct logfile *l, char *out, size_t len)
{
	struct timespec	 ts = { 0, 0 };
	long		 off;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (ts.tv_sec != l->second) {
		l->second = ts.tv_sec;
		(void)localtime_r(&l->second, &l->local);
	}
	off = labs(l->local.tm_gmtoff) / 60;
	return (snprintf(out, len,
	    "%04d-%02d-%02dT%02d:%02d:%02d.%09ld%c%02ld:%02ld",
	    l->local.tm_year + 1900, l->local.tm_mon + 1, l->local.tm_mday,
	    l->local.tm_hour, l->local.tm_min, l->local.tm_sec, ts.tv_nsec,
	    l->local.tm_gmtoff < 0 ? '-' : '+', off / 60, off % 60));
}

static void
flush(struct logfile *l, struct batch *b)
{
	ssize_t	 n;

	if (b->n == 0)
		return;
	/* Truncate rather than rename: followers hold the same file. */
	if (l->max != 0 && l->size + b->len > l->max &&
	    ftruncate(l->fd, 0) == 0)
		l->size = 0;
	n = writev(l->fd, b->iov, b->n);
	if (n != (ssize_t)b->len) {
		if (!l->torn)
			log_warn("the log cannot be written");
		l->torn = true;
	}
	if (n > 0)
		l->size += (uint64_t)n;
	b->n = 0;
	b->len = 0;
}

static void
add(struct batch *b, const char *p, size_t len)
{
	memcpy(&b->iov[b->n].iov_base, &p, sizeof(p));
	b->iov[b->n++].iov_len = len;
	b->len += len;
}

void
logfile_write(struct logfile *l, int stream, const char *p, size_t len)
{
	struct batch	 b = { .n = 0, .len = 0 };
	char		 prefix[PREFIX_MAX];
	const char	*nl;
	size_t		 plen, n, tag;

	if (l->fd == -1)
		return;
	plen = (size_t)stamp(l, prefix, sizeof(prefix));
	plen += (size_t)snprintf(prefix + plen, sizeof(prefix) - plen, " %s F ",
	    stream == STDERR_FILENO ? "stderr" : "stdout");
	tag = plen - 2;
	if (l->torn) {
		/* Whatever was cut off gets a line of its own. */
		l->torn = false;
		add(&b, "\n", 1);
	}
	for (; len > 0; p += n, len -= n) {
		nl = memchr(p, '\n', len);
		n = nl == NULL ? len : (size_t)(nl - p) + 1;
		if (nl == NULL) {
			flush(l, &b);
			prefix[tag] = 'P';
		}
		add(&b, prefix, plen);
		add(&b, p, n);
		if (nl == NULL)
			add(&b, "\n", 1);
		if (b.n > NIOV - 4)
			flush(l, &b);
	}
	flush(l, &b);
}
