#include "logread.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "parse.h"
#include "safeterm.h"
#include "writeall.h"

#define BLOCK		65536
#define HEAD		128		/* no record's head is longer */
#define PATIENCE_MS	200		/* where inotify cannot be had */
#define MARK		36		/* a time stamp with nanoseconds */
#define TRIES		5

/*
 * How a file begins. monitor begins each generation with a time stamp that no
 * other has, so this tells one generation from the next.
 */
struct mark {
	size_t	 len;			/* 0: nothing is written yet */
	char	 b[MARK];
};

/*
 * Reading: a place in one generation, which is in the log or, once it has been
 * rotated, at the same offset of the old file; and a window of whole lines.
 * Writing: one buffer for both streams.
 */
struct reader {
	const struct log_opts	*o;
	int			 fd[2];		/* log; old file, -1: none */
	bool			 in_old;
	struct mark		 mark;		/* of the generation read */
	struct mark		 before;	/* of the one before it */
	off_t			 at;		/* next byte to read */
	off_t			 left;		/* bytes to read; -1: all */
	bool			 skip;		/* until a newline comes */
	bool			 over;		/* a record after `until` */
	bool			 inside[3];	/* a line of that stream */
	size_t			 len;
	int			 text_fd;	/* of what is put now */
	int			 out_fd;	/* of what is in `out` */
	size_t			 out_len;
	struct safeterm		 safe[3];	/* by stream */
	char			 buf[2 * BLOCK];
	char			 out[BLOCK];
};

/* RFC 3339, with a fraction or without, in so many bytes. */
static bool
parse_stamp(const char *stamp, size_t len, int64_t *ns)
{
	char			 s[64];
	struct parse_err	 e;

	if (len < 20 || len >= sizeof(s) || stamp[4] != '-' ||
	    stamp[10] != 'T' || stamp[13] != ':' || stamp[16] != ':')
		return (false);
	memcpy(s, stamp, len);
	s[len] = '\0';
	return (strpbrk(s + 19, "Z+-") != NULL && parse_time(s, 0, ns,
	    &e) == 0);
}

bool
log_record_parse(struct log_record *r, const char *line, size_t len)
{
	const char	*p = memchr(line, ' ', len), *end = line + len;

	if (p == NULL || end - p < 10 || !parse_stamp(line, (size_t)(p - line),
	    &r->time_ns))
		return (false);
	r->stamp = line;
	r->stamp_len = (size_t)(p - line);
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
	size_t	 len = r->out_len;

	r->out_len = 0;
	return (write_all(r->out_fd, r->out, len));
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

/* What safeterm lets through. */
static int
put_safe(void *arg, const char *p, size_t len)
{
	struct reader	*r = arg;

	return (put(r, r->text_fd, p, len));
}

/* Text of the container's: for a terminal made harmless. */
static int
put_text(struct reader *r, int stream, const char *p, size_t len)
{
	r->text_fd = r->o->fd[stream];
	return (r->o->tty[stream] ? safeterm_write(&r->safe[stream], p, len) :
	    put_safe(r, p, len));
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
	if ((fd = o->fd[rec.stream]) == -1)
		return (0);
	if (!r->inside[rec.stream]) {
		if (o->prefix != NULL)
			rc |= put(r, fd, o->prefix, strlen(o->prefix));
		if (o->timestamps) {
			rc |= put(r, fd, rec.stamp, rec.stamp_len);
			rc |= put(r, fd, " ", 1);
		}
	}
	rc |= put_text(r, rec.stream, rec.text, rec.len);
	if (rec.full)
		rc |= put_text(r, rec.stream, "\n", 1);
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
		/* No monitor writes such a line; do not let it fill memory. */
		r->skip = true;
		left = 0;
	}
	memmove(r->buf, p, left);
	r->len = left;
	return (0);
}

static struct mark
mark_of(int fd)
{
	struct mark	 m = { 0 };
	ssize_t		 n = fd == -1 ? 0 : pread(fd, m.b, sizeof(m.b), 0);

	m.len = n > 0 ? (size_t)n : 0;
	return (m);
}

/* Is the generation that began like this still there? */
static bool
same(const struct mark *then, const struct mark *now)
{
	return (then->len > 0 && now->len >= then->len &&
	    memcmp(then->b, now->b, then->len) == 0);
}

/*
 * Go to the beginning of the oldest generation that was not read. False: it
 * is still empty. The log is looked at first: should it be rotated meanwhile,
 * the old file has what it had.
 */
static bool
find_generation(struct reader *r)
{
	struct mark	 log = mark_of(r->fd[0]), old = mark_of(r->fd[1]);

	r->at = 0;
	/* A copy that was not finished is the log once more. */
	r->in_old = old.len > 0 && !same(&old, &r->before) &&
	    !same(&old, &log);
	r->mark = r->in_old ? old : log;
	return (r->mark.len > 0);
}

/* What is in the window was read; what comes next begins with a record. */
static void
leave_generation(struct reader *r)
{
	if (r->in_old)
		r->before = r->mark;
	r->mark.len = 0;
	r->in_old = false;
	r->at = 0;
	r->len = 0;
	r->skip = false;
}

/* The file begins otherwise than it did: where has the generation gone? */
static void
follow_rotation(struct reader *r)
{
	struct mark	 old = mark_of(r->fd[1]);

	if (!r->in_old && same(&r->mark, &old))
		r->in_old = true;
	else
		leave_generation(r);
}

/* All of an old file was read: the log goes on after it. */
static void
next_generation(struct reader *r)
{
	struct mark	 log = mark_of(r->fd[0]), old = mark_of(r->fd[1]);
	bool		 there = same(&r->mark, &old);

	leave_generation(r);
	if (there)
		r->mark = log;
}

static off_t
size_of(int fd)
{
	struct stat	 st;

	return (fd == -1 || fstat(fd, &st) == -1 ? 0 : st.st_size);
}

/* A log that was cut short by another hand goes on at its end. */
static void
not_beyond_end(struct reader *r)
{
	off_t	 size = size_of(r->fd[r->in_old]);

	if (size >= r->at)
		return;
	r->at = size;
	r->len = 0;
	r->skip = size > 0;
}

static ssize_t
read_at(int fd, char *p, size_t len, off_t at)
{
	ssize_t	 n;

	do
		n = pread(fd, p, len, at);
	while (n == -1 && errno == EINTR);
	return (n);
}

/*
 * Read more into the window: how much, 0 when there is no more now, or -1. The
 * beginning is looked at after the bytes: they are of that generation then,
 * and a rotation in between loses none.
 */
static ssize_t
read_more(struct reader *r)
{
	size_t		 want = sizeof(r->buf) - r->len;
	struct mark	 now;
	ssize_t		 n;

	if (r->left >= 0 && (off_t)want > r->left)
		want = (size_t)r->left;
	while (want > 0 && (r->mark.len > 0 || find_generation(r))) {
		n = read_at(r->fd[r->in_old], r->buf + r->len, want, r->at);
		if (n == -1)
			return (-1);
		now = mark_of(r->fd[r->in_old]);
		if (!same(&r->mark, &now)) {
			follow_rotation(r);
			want = r->left >= 0 ? want : sizeof(r->buf) - r->len;
			continue;
		}
		r->mark = now;
		if (n > 0) {
			r->at += n;
			if (r->left >= 0)
				r->left -= n;
			return (n);
		}
		if (!r->in_old) {
			not_beyond_end(r);
			return (0);
		}
		next_generation(r);
	}
	return (0);
}

/* Everything there is now. */
static int
print_available(struct reader *r)
{
	ssize_t	 n;

	for (;;) {
		if ((n = read_more(r)) == -1)
			return (-1);
		if (n == 0)
			return (flush(r));
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

/* The old file and the log as one, `old` bytes of it being the former's. */
static ssize_t
read_both(const struct reader *r, off_t old, char *p, size_t len, off_t at)
{
	size_t	 part = at >= old ? 0 : (size_t)(old - at);
	ssize_t	 n = 0, more;

	if (part > len)
		part = len;
	if (part > 0 && (n = read_at(r->fd[1], p, part, at)) < (ssize_t)part)
		return (n);
	if (part == len)
		return (n);
	more = read_at(r->fd[0], p + part, len - part,
	    at + (off_t)part - old);
	return (more == -1 ? -1 : n + more);
}

/*
 * Where the last n lines begin, found from the end backwards, so that the
 * tail of a huge log costs no more than that of a small one.
 */
static off_t
tail_start(struct reader *r, off_t old, off_t size, int64_t n)
{
	off_t	 from, next = size, at;
	int64_t	 seen = 0;
	ssize_t	 got, i;

	if (n == 0)
		return (size);
	for (at = size; at > 0; at = from) {
		from = at > BLOCK ? at - BLOCK : 0;
		got = read_both(r, old, r->buf, (size_t)(at - from) + HEAD,
		    from);
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

/*
 * Begin with everything, or with the tail; again if the log was rotated while
 * that was looked for.
 */
static void
begin(struct reader *r)
{
	struct mark	 log, old, now;
	off_t		 old_size, size, at = 0;

	for (int i = 0; i < TRIES; i++) {
		log = mark_of(r->fd[0]);
		old = mark_of(r->fd[1]);
		old_size = old.len > 0 && !same(&old, &log) ?
		    size_of(r->fd[1]) : 0;
		size = old_size + size_of(r->fd[0]);
		if (r->o->tail >= 0)
			at = tail_start(r, old_size, size, r->o->tail);
		r->left = r->o->follow ? -1 : size - at;
		r->in_old = at < old_size;
		r->at = r->in_old ? at : at - old_size;
		r->mark = r->in_old ? old : log;
		r->before = r->in_old ? (struct mark){ 0 } : old;
		now = mark_of(r->fd[0]);
		if (log.len == 0 ? now.len == 0 : same(&log, &now))
			return;
	}
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
	return (r->over || (r->o->until_ns != 0 &&
	    clock_real_ns() > r->o->until_ns));
}

static int
follow(struct reader *r)
{
	scoped_fd int	 watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char		 path[64];
	bool		 ended = false;

	/* By descriptor: the log's name may be another file's by now. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", r->fd[0]);
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

/* What the filters for terminals still hold back. */
static int
end_text(struct reader *r)
{
	int	 rc = 0;

	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++)
		if ((r->text_fd = r->o->fd[i]) != -1 && r->o->tty[i])
			rc |= safeterm_end(&r->safe[i]);
	return (rc == -1 ? -1 : flush(r));
}

int
log_print(const struct log_opts *o, int logfd, int oldfd)
{
	static struct reader	 r;

	memset(&r, 0, offsetof(struct reader, buf));
	r.o = o;
	r.fd[0] = logfd;
	r.fd[1] = oldfd;
	r.out_fd = -1;
	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++)
		safeterm_init(&r.safe[i], put_safe, &r);
	begin(&r);
	if ((o->follow ? follow(&r) : print_available(&r)) == -1)
		return (-1);
	return (end_text(&r));
}
