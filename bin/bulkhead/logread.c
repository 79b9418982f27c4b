#include "logread.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scope.h"

#define BLOCK		65536
#define HEAD		128		/* no record's head is longer */
#define NSEC		1000000000LL
#define PATIENCE_MS	200		/* where inotify cannot be had */

/* Reading: a window of whole lines. Writing: one buffer for both streams. */
struct reader {
	const struct log_opts	*o;
	int			 fd;
	off_t			 at;		/* next byte to read */
	bool			 skip;		/* until a newline comes */
	bool			 over;		/* a record after `until` */
	bool			 inside[3];	/* a line of that stream */
	size_t			 len;
	int			 out_fd;
	size_t			 out_len;
	char			 buf[2 * BLOCK];
	char			 out[BLOCK];
};

static bool
digits(const char **p, const char *end, int n, int64_t *v)
{
	*v = 0;
	for (; n > 0; n--, (*p)++) {
		if (*p == end || **p < '0' || **p > '9')
			return (false);
		*v = *v * 10 + (**p - '0');
	}
	return (true);
}

static bool
literal(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return (false);
	(*p)++;
	return (true);
}

/* Days from 1970 to a civil date; March is the first month of its year. */
static int64_t
days(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	return (y * 365 + y / 4 - y / 100 + y / 400 +
	    (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468);
}

/* RFC 3339, with a fraction or without. */
static bool
parse_time(const char **p, const char *end, int64_t *ns)
{
	int64_t	 y, mo, d, h, mi, s, oh = 0, om = 0, unit = NSEC / 10;
	int	 sign;

	if (!digits(p, end, 4, &y) || !literal(p, end, '-') ||
	    !digits(p, end, 2, &mo) || !literal(p, end, '-') ||
	    !digits(p, end, 2, &d) || !literal(p, end, 'T') ||
	    !digits(p, end, 2, &h) || !literal(p, end, ':') ||
	    !digits(p, end, 2, &mi) || !literal(p, end, ':') ||
	    !digits(p, end, 2, &s) || mo < 1 || mo > 12)
		return (false);
	*ns = 0;
	if (literal(p, end, '.'))
		for (; *p != end && **p >= '0' && **p <= '9'; (*p)++) {
			*ns += (**p - '0') * unit;
			unit /= 10;
		}
	sign = *p != end && **p == '-' ? -1 : 1;
	if (!literal(p, end, 'Z') &&
	    ((!literal(p, end, '+') && !literal(p, end, '-')) ||
	    !digits(p, end, 2, &oh) || !literal(p, end, ':') ||
	    !digits(p, end, 2, &om)))
		return (false);
	s += days(y, mo, d) * 86400 + h * 3600 + mi * 60 -
	    sign * (oh * 3600 + om * 60);
	*ns += s * NSEC;
	return (true);
}

bool
log_record_parse(struct log_record *r, const char *line, size_t len)
{
	const char	*p = line, *end = line + len;

	if (!parse_time(&p, end, &r->time_ns))
		return (false);
	r->stamp = line;
	r->stamp_len = (size_t)(p - line);
	if (end - p < 10)
		return (false);
	if (memcmp(p, " stdout ", 8) == 0)
		r->stream = STDOUT_FILENO;
	else if (memcmp(p, " stderr ", 8) == 0)
		r->stream = STDERR_FILENO;
	else
		return (false);
	p += 8;
	if (*p != 'F' && *p != 'P')
		return (false);
	r->full = *p == 'F';
	/* Kubernetes allows more tags after a colon; none is ours to read. */
	while (p != end && *p != ' ')
		p++;
	if (p == end)
		return (false);
	r->text = p + 1;
	r->len = (size_t)(end - r->text);
	return (true);
}

static int
flush(struct reader *r)
{
	size_t	 at = 0;
	ssize_t	 n;

	while (at < r->out_len) {
		n = write(r->out_fd, r->out + at, r->out_len - at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		at += (size_t)n;
	}
	r->out_len = 0;
	return (0);
}

static int
put(struct reader *r, int fd, const char *p, size_t len)
{
	size_t	 n;

	if (fd != r->out_fd && flush(r) == -1)
		return (-1);
	r->out_fd = fd;
	for (; len > 0; p += n, len -= n) {
		n = sizeof(r->out) - r->out_len;
		if (n > len)
			n = len;
		memcpy(r->out + r->out_len, p, n);
		r->out_len += n;
		if (r->out_len == sizeof(r->out) && flush(r) == -1)
			return (-1);
	}
	return (0);
}

static int
print_line(struct reader *r, const char *line, size_t len)
{
	const struct log_opts	*o = r->o;
	struct log_record	 rec;
	int			 fd, rc = 0;

	if (!log_record_parse(&rec, line, len) || rec.time_ns < o->since_ns)
		return (0);
	if (o->until_ns != 0 && rec.time_ns > o->until_ns) {
		r->over = true;
		return (0);
	}
	fd = rec.stream == STDERR_FILENO ? o->err_fd : o->out_fd;
	if (fd == -1)
		return (0);
	if (!r->inside[rec.stream]) {
		if (o->prefix != NULL)
			rc |= put(r, fd, o->prefix, strlen(o->prefix));
		if (o->timestamps) {
			rc |= put(r, fd, rec.stamp, rec.stamp_len);
			rc |= put(r, fd, " ", 1);
		}
	}
	rc |= put(r, fd, rec.text, rec.len);
	if (rec.full)
		rc |= put(r, fd, "\n", 1);
	r->inside[rec.stream] = !rec.full;
	return (rc);
}

/* Print the whole lines of the window; keep what is left of the last. */
static int
print_window(struct reader *r)
{
	char	*p = r->buf, *nl;
	size_t	 left = r->len;

	while ((nl = memchr(p, '\n', left)) != NULL) {
		if (!r->skip && print_line(r, p, (size_t)(nl - p)) == -1)
			return (-1);
		r->skip = false;
		left -= (size_t)(nl + 1 - p);
		p = nl + 1;
	}
	if (left == sizeof(r->buf)) {
		/* Nobody writes such lines; do not let one fill memory. */
		r->skip = true;
		left = 0;
	}
	memmove(r->buf, p, left);
	r->len = left;
	return (0);
}

/* Everything there is now. A file that shrank has been started anew. */
static int
print_available(struct reader *r)
{
	struct stat	 st;
	ssize_t		 n;

	if (fstat(r->fd, &st) == 0 && st.st_size < r->at) {
		r->at = 0;
		r->len = 0;
		r->skip = false;
	}
	for (;;) {
		n = pread(r->fd, r->buf + r->len, sizeof(r->buf) - r->len,
		    r->at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		if (n == 0)
			return (flush(r));
		r->at += n;
		r->len += (size_t)n;
		if (print_window(r) == -1)
			return (-1);
	}
}

/* Does a line end with the record that begins here? */
static bool
ends_line(const char *p, size_t len)
{
	struct log_record	 rec;
	const char		*nl = memchr(p, '\n', len);

	if (nl != NULL)
		len = (size_t)(nl - p);
	return (log_record_parse(&rec, p, len) && rec.full);
}

/*
 * Where the last n lines begin, found from the end backwards, so that the
 * tail of a huge log costs no more than that of a small one.
 */
static off_t
tail_start(struct reader *r, off_t size, int64_t n)
{
	off_t	 from, next = size, at;
	int64_t	 seen = 0;
	ssize_t	 got, i;

	if (n == 0)
		return (size);
	for (at = size; at > 0; at = from) {
		from = at > BLOCK ? at - BLOCK : 0;
		got = pread(r->fd, r->buf, (size_t)(at - from) + HEAD, from);
		if (got < at - from)
			return (0);
		for (i = (ssize_t)(at - from) - 1; i >= -1; i--) {
			if (from + i + 1 >= size || (i == -1 ? from > 0 :
			    r->buf[i] != '\n'))
				continue;
			/* The last line counts even if it never ended. */
			if ((ends_line(r->buf + i + 1, (size_t)(got - i - 1)) ||
			    next == size) && ++seen > n)
				return (next);
			next = from + i + 1;
		}
	}
	return (0);
}

/* Sleep until there may be more. True: the container has ended. */
static bool
sleep_for_more(const struct reader *r, int watch)
{
	struct pollfd	 p[2] = { { watch, POLLIN, 0 },
			    { r->o->ended_fd, POLLIN, 0 } };
	char		 events[4096];

	(void)poll(p, 2, watch == -1 || r->o->until_ns != 0 ? PATIENCE_MS : -1);
	if (p[0].revents != 0 && read(watch, events, sizeof(events)) == -1)
		return (false);
	return (p[1].revents != 0);
}

static bool
past_until(const struct reader *r)
{
	struct timespec	 ts;

	return (r->over || (r->o->until_ns != 0 &&
	    clock_gettime(CLOCK_REALTIME, &ts) == 0 &&
	    ts.tv_sec * NSEC + ts.tv_nsec > r->o->until_ns));
}

static int
follow(struct reader *r)
{
	scoped_fd int	 watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char		 path[64];
	bool		 ended = false;

	/* By descriptor: the log's name may be another file's by now. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", r->fd);
	if (watch != -1 && inotify_add_watch(watch, path, IN_MODIFY) == -1) {
		close(watch);
		watch = -1;
	}
	for (;;) {
		if (print_available(r) == -1)
			return (-1);
		if (ended || past_until(r))
			return (0);
		ended = sleep_for_more(r, watch);
	}
}

int
log_print(const struct log_opts *o, int logfd)
{
	static struct reader	 r;
	struct stat		 st;

	memset(&r, 0, offsetof(struct reader, buf));
	r.o = o;
	r.fd = logfd;
	r.out_fd = -1;
	if (fstat(logfd, &st) == -1)
		return (-1);
	if (o->tail >= 0)
		r.at = tail_start(&r, st.st_size, o->tail);
	return (o->follow ? follow(&r) : print_available(&r));
}
