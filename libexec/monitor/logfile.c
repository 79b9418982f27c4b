#include "logfile.h"

#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"

#define NIOV		64
#define LEAD		2		/* room for a newline and a notice */
#define NOTICE_MAX	160
#define STAMP_LEN	35

/* Build records, and keep which bytes of them are the container's. */
struct batch {
	struct iovec	 iov[NIOV];
	bool		 theirs[NIOV];
	int		 first;
	int		 n;
	size_t		 len;
};

void
logfile_init(struct logfile *l)
{
	l->fd = l->old_fd = -1;
	/* Read the time zone now; once confined it could not be opened. */
	l->second = time(NULL);
	tzset();
	(void)localtime_r(&l->second, &l->local);
}

static bool
is_writable_file(int fd, int append, struct stat *st)
{
	int	 flags = fcntl(fd, F_GETFL);

	return (flags != -1 && (flags & O_ACCMODE) != O_RDONLY &&
	    (flags & O_APPEND) == append && fstat(fd, st) == 0 &&
	    S_ISREG(st->st_mode));
}

int
logfile_adopt(struct logfile *l, int fd_in, uint64_t max)	/* takes */
{
	scoped_fd int	 fd = fd_in;
	struct stat	 st;

	if (l->fd != -1 || !is_writable_file(fd, O_APPEND, &st)) {
		errno = EINVAL;
		return (-1);
	}
	l->size = (uint64_t)st.st_size;
	l->max = max;
	l->torn = false;
	l->fd = take_fd(&fd);
	return (0);
}

int
logfile_adopt_old(struct logfile *l, int fd_in)			/* takes */
{
	scoped_fd int	 fd = fd_in;
	struct stat	 st;

	if (l->old_fd != -1 || !is_writable_file(fd, 0, &st)) {
		errno = EINVAL;
		return (-1);
	}
	l->old_fd = take_fd(&fd);
	return (0);
}

/* The time with the offset of the local zone, in conmon's format. */
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

/* Copy the log from this offset to the old file. 0 or -1. */
static int
copy_old(struct logfile *l, off_t at, off_t end)
{
	off_t	 to = 0;
	ssize_t	 n;

	if (ftruncate(l->old_fd, 0) == -1)
		return (-1);
	while (at < end) {
		n = copy_file_range(l->fd, &at, l->old_fd, &to,
		    (size_t)(end - at), 0);
		if (n == -1)
			return (-1);
		if (n == 0)
			break;
	}
	return (0);
}

/*
 * Begin a new generation. If the limit was larger before, keep only the last
 * part of the log. If the copy fails (disk full, unsupported), drop the
 * previous generation: the limit holds in every case.
 */
static void
rotate(struct logfile *l)
{
	struct stat	 st;
	char		 now[LOG_PREFIX];

	if (fstat(l->fd, &st) == -1)
		return;
	l->size = (uint64_t)st.st_size;
	if (l->old_fd != -1 && copy_old(l, l->size > l->max ?
	    (off_t)(l->size - l->max) : 0, st.st_size) == -1) {
		log_warn("the previous part of the log cannot be kept");
		if (ftruncate(l->old_fd, 0) == -1)
			log_debug("nor can what was copied be removed");
	}
	if (ftruncate(l->fd, 0) == -1)
		return;
	l->size = 0;
	l->torn = false;
	/*
	 * Begin it with the pending records, with a time stamp that no other
	 * has.
	 */
	if (stamp(l, now, sizeof(now)) == STAMP_LEN)
		memcpy(l->prefix, now, STAMP_LEN);
}

static void
put(struct batch *b, int i, const char *p, size_t len, bool theirs)
{
	memcpy(&b->iov[i].iov_base, &p, sizeof(p));
	b->iov[i].iov_len = len;
	b->theirs[i] = theirs;
	b->len += len;
}

static void
add(struct batch *b, const char *p, size_t len, bool theirs)
{
	put(b, b->n++, p, len, theirs);
}

static void
begin(struct batch *b)
{
	b->first = b->n = LEAD;
	b->len = 0;
}

/* Count the container's bytes that a short write left out. */
static uint64_t
lost_bytes(const struct batch *b, size_t written)
{
	uint64_t	 lost = 0;
	size_t		 len;

	for (int i = b->first; i < b->n; i++) {
		len = b->iov[i].iov_len;
		if (written >= len) {
			written -= len;
			continue;
		}
		if (b->theirs[i])
			lost += len - written;
		written = 0;
	}
	return (lost);
}

static void
cut_short(struct logfile *l, const struct batch *b, size_t written)
{
	uint64_t	 lost = lost_bytes(b, written);

	if (!l->failing)
		log_warn("the log cannot be written; output is lost");
	l->failing = true;
	if (written > 0)
		l->torn = true;
	l->owed += lost;
	l->lost += lost;
}

/*
 * Write before the batch: the end of a record that was cut off, and a notice.
 * Returns the number of bytes.
 */
static size_t
lead(struct logfile *l, struct batch *b, char *notice, size_t size)
{
	size_t	 len = b->len;
	char	 now[LOG_PREFIX];
	int	 n;

	if (l->owed > 0) {
		(void)stamp(l, now, sizeof(now));
		n = snprintf(notice, size, "%s stderr F bulkhead: the log "
		    "could not be written, %" PRIu64 " bytes of output are "
		    "missing here\n", now, l->owed);
		put(b, --b->first, notice, (size_t)n, false);
	}
	if (l->torn)
		put(b, --b->first, "\n", 1, false);
	return (b->len - len);
}

static void
flush(struct logfile *l, struct batch *b)
{
	char	 notice[NOTICE_MAX];
	size_t	 led;
	ssize_t	 n;

	if (b->n == LEAD)
		return;
	if (l->max != 0 && l->size > 0 &&
	    l->size + b->len + NOTICE_MAX > l->max)
		rotate(l);
	led = lead(l, b, notice, sizeof(notice));
	n = writev(l->fd, &b->iov[b->first], b->n - b->first);
	if (n >= (ssize_t)led)
		l->owed = 0;
	if (n == (ssize_t)b->len)
		l->torn = l->failing = false;
	else
		cut_short(l, b, n == -1 ? 0 : (size_t)n);
	if (n > 0)
		l->size += (uint64_t)n;
	begin(b);
}

void
logfile_write(struct logfile *l, int stream, const char *p, size_t len)
{
	struct batch	 b;
	const char	*nl;
	size_t		 plen, n, tag;

	if (l->fd == -1)
		return;
	begin(&b);
	plen = (size_t)stamp(l, l->prefix, sizeof(l->prefix));
	plen += (size_t)snprintf(l->prefix + plen, sizeof(l->prefix) - plen,
	    " %s F ", stream == STDERR_FILENO ? "stderr" : "stdout");
	tag = plen - 2;
	for (; len > 0; p += n, len -= n) {
		nl = memchr(p, '\n', len);
		n = nl == NULL ? len : (size_t)(nl - p) + 1;
		if (nl == NULL) {
			flush(l, &b);
			l->prefix[tag] = 'P';
		}
		add(&b, l->prefix, plen, false);
		add(&b, p, n, true);
		if (nl == NULL)
			add(&b, "\n", 1, false);
		if (b.n > NIOV - 4)
			flush(l, &b);
	}
	flush(l, &b);
}
