#include "eventlog.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "db.h"
#include "filelock.h"
#include "history.h"
#include "layout.h"
#include "log.h"
#include "record.h"
#include "state.h"
#include "writeall.h"

#define WAIT_MS		5000
#define CHUNK		65536

/* The log file, while this process holds its lock. */
struct log {
	struct state	*sk;
	int		 dir_fd;
	const char	*name;
	int		 fd;
	int64_t		 size;
	struct mark	 mark;
	bool		 marked;
};

/* A JSON string; bytes that are not UTF-8 are copied. */
static void
put_text(FILE *f, const char *s, size_t len)
{
	(void)fputc('"', f);
	for (; len > 0; s++, len--) {
		if (*s == '"' || *s == '\\')
			(void)fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			(void)fprintf(f, "\\u%04x", (unsigned char)*s);
		else
			(void)fputc(*s, f);
	}
	(void)fputc('"', f);
}

static void
put_pair(FILE *f, const char *key, const char *value)
{
	if (*value == '\0')
		return;
	(void)fprintf(f, "\"%s\":", key);
	put_text(f, value, strlen(value));
	(void)fputc(',', f);
}

void
event_labels(FILE *f, const struct rec *labels)
{
	const char	*kv, *eq, *comma = "";
	size_t		 it = 0, n;

	(void)fputc('{', f);
	for (; rec_next(labels, KEY(label), &it, &kv); comma = ",") {
		eq = strchr(kv, '=');
		n = eq == NULL ? strlen(kv) : (size_t)(eq - kv);
		(void)fputs(comma, f);
		put_text(f, kv, n);
		(void)fputc(':', f);
		put_text(f, kv + n + (eq != NULL), strlen(kv + n) -
		    (eq != NULL));
	}
	(void)fputc('}', f);
}

/* One line in podman's format, with our own fields behind podman's. */
static int
put_line(void *ctx, const struct emitted *e)
{
	FILE	*f = ctx;
	char	 text[MARK_MAX];

	(void)fputc('{', f);
	if (e->exit_code != 0)
		(void)fprintf(f, "\"ContainerExitCode\":%d,", e->exit_code);
	put_pair(f, "ID", e->id);
	put_pair(f, "Image", e->image);
	put_pair(f, "Name", e->name);
	put_pair(f, "Namespace", e->ns);
	put_pair(f, "Status", e->status);
	event_time(e->t, text, sizeof(text));
	put_pair(f, "Time", text);
	put_pair(f, "Type", e->type);
	(void)fputs("\"Attributes\":", f);
	if (e->labels == NULL || rec_count(e->labels, KEY(label)) == 0)
		(void)fputs("null", f);
	else
		event_labels(f, e->labels);
	(void)mark_print(text, sizeof(text), &e->mark);
	(void)fputs(text, f);
	return (ferror(f) ? -1 : 0);
}

static int
open_log(const struct log *l)
{
	const int	 flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
			    O_NOFOLLOW | O_NONBLOCK;
	int		 fd = openat(l->dir_fd, l->name, flags, 0600);

	if (fd == -1 && errno == ENOENT &&
	    strcmp(l->name, LAYOUT_EVENTS_LOG) == 0 &&
	    mkdirat(l->dir_fd, LAYOUT_EVENTS, 0700) == 0)
		fd = openat(l->dir_fd, l->name, flags, 0600);
	return (fd);
}

/*
 * Open and lock the file that has the name now: another process may rotate it
 * meanwhile.
 */
static int
take_log(struct log *l)
{
	struct stat	 st;

	for (;;) {
		if ((l->fd = open_log(l)) == -1)
			return (-1);
		if (filelock_take(l->fd, true, WAIT_MS) == -1 ||
		    fstat(l->fd, &st) == -1)
			return (-1);
		if (!S_ISREG(st.st_mode)) {
			errno = EINVAL;
			return (-1);
		}
		if (st.st_nlink > 0)
			break;
		close(l->fd);
	}
	l->size = st.st_size;
	return (0);
}

static void
read_mark(struct log *l)
{
	char	 tail[MARK_MAX];
	size_t	 want = l->size < MARK_MAX ? (size_t)l->size : MARK_MAX;
	ssize_t	 n;

	l->marked = false;
	if (want == 0)
		return;
	n = pread(l->fd, tail, want, l->size - (int64_t)want);
	l->marked = n == (ssize_t)want && mark_read(tail, want, &l->mark);
}

/* Cut off an incomplete last line, which a kill has left. */
static int
drop_half_line(struct log *l)
{
	char	 buf[4096];
	int64_t	 at = l->size;
	size_t	 want;
	char	*nl = NULL;

	if (l->size == 0 || (pread(l->fd, buf, 1, l->size - 1) == 1 &&
	    *buf == '\n'))
		return (0);
	while (at > 0 && nl == NULL) {
		want = at < (int64_t)sizeof(buf) ? (size_t)at : sizeof(buf);
		at -= (int64_t)want;
		if (pread(l->fd, buf, want, at) != (ssize_t)want)
			return (-1);
		nl = memrchr(buf, '\n', want);
	}
	l->size = nl == NULL ? 0 : at + (nl - buf) + 1;
	return (ftruncate(l->fd, l->size));
}

/* The first newline of the second half ends the part that is dropped. */
static int64_t
newer_half(const struct log *l)
{
	char	 buf[4096], *nl;
	int64_t	 at = l->size / 2;
	ssize_t	 n;

	while ((n = pread(l->fd, buf, sizeof(buf), at)) > 0) {
		if ((nl = memchr(buf, '\n', (size_t)n)) != NULL)
			return (at + (nl - buf) + 1);
		at += n;
	}
	return (l->size);
}

static int
copy_from(const struct log *l, int to, int64_t at)
{
	scoped_free char	*buf = malloc(CHUNK);
	ssize_t			 n;

	if (buf == NULL)
		return (-1);
	for (; (n = pread(l->fd, buf, CHUNK, at)) > 0; at += n)
		if (write_all(to, buf, (size_t)n) == -1)
			return (-1);
	return ((int)n);
}

/* Record the rotation in the log, as podman does. */
static int
put_rotation(struct log *l, int to)
{
	scoped_free char	*text = NULL;
	char			 path[4096 + EVENTS_NAME];
	struct emitted		 e = { .type = "system",
				    .status = "log-rotation", .id = "",
				    .image = "", .name = path, .ns = "" };
	struct timespec		 ts;
	size_t			 len;
	FILE			*f = open_memstream(&text, &len);

	if (f == NULL)
		return (-1);
	(void)snprintf(path, sizeof(path), "%s%s", l->sk->events.dir_fd != -1 ?
	    "" : db_where(l->sk->boot), l->sk->events.dir_fd != -1 ? l->name :
	    "/" LAYOUT_EVENTS_LOG);
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	e.t = ts.tv_sec * 1000000000L + ts.tv_nsec;
	l->mark.seq++;
	e.mark = l->mark;
	(void)put_line(f, &e);
	if (fclose(f) == EOF)
		return (-1);
	return (write_all(to, text, len));
}

/*
 * Write the newer half to a new file, which takes the name. A process that
 * waits for the old file's lock finds that the file has no name, and opens the
 * new one.
 */
static int
rotate(struct log *l)
{
	char		 tmp[EVENTS_NAME + 8];
	struct stat	 st;
	scoped_fd int	 fd = -1;

	(void)snprintf(tmp, sizeof(tmp), "%s.new", l->name);
	(void)unlinkat(l->dir_fd, tmp, 0);
	fd = openat(l->dir_fd, tmp, O_RDWR | O_CREAT | O_EXCL | O_APPEND |
	    O_CLOEXEC, 0600);
	if (fd == -1 || filelock_take(fd, true, WAIT_MS) == -1 ||
	    copy_from(l, fd, newer_half(l)) == -1 ||
	    (l->marked && put_rotation(l, fd) == -1) ||
	    fstat(fd, &st) == -1 ||
	    renameat(l->dir_fd, tmp, l->dir_fd, l->name) == -1)
		return (-1);
	close(l->fd);
	l->fd = take_fd(&fd);
	l->size = st.st_size;
	return (0);
}

/*
 * The lines that the log does not have, as text for the caller to free. NULL:
 * failed.
 */
static char *
missing(const struct log *l, const struct hist *h, size_t *len)
{
	char	*text = NULL;
	FILE	*f = open_memstream(&text, len);
	int	 rc;

	if (f == NULL)
		return (NULL);
	rc = events_pending(l->sk, h, l->marked ? &l->mark : NULL, put_line,
	    f);
	if (fclose(f) == EOF || rc == -1) {
		free(text);
		return (NULL);
	}
	return (text);
}

static int
append(struct log *l, const struct hist *h)
{
	scoped_free char	*text = NULL, *again = NULL;
	uint64_t		 max = l->sk->events.max;
	size_t			 len;
	int			 saved;

	read_mark(l);
	if (!l->marked) {
		if (drop_half_line(l) == -1)
			return (-1);
		read_mark(l);
	}
	if ((text = missing(l, h, &len)) == NULL)
		return (-1);
	if (max != 0 && l->size > 0 && (uint64_t)l->size + len > max) {
		/* The rotation is an event with a number, too. */
		if (rotate(l) == -1 || (again = missing(l, h, &len)) == NULL)
			return (-1);
	}
	if (write_all(l->fd, again != NULL ? again : text, len) == 0)
		return (0);
	saved = errno;
	if (ftruncate(l->fd, l->size) == -1)	/* no incomplete lines */
		log_warn("cannot take half a line back");
	errno = saved;
	return (-1);
}

static struct log
log_of(struct state *sk)
{
	struct log	 l = { .sk = sk, .fd = -1, .dir_fd = sk->events.dir_fd,
			    .name = sk->events.file };

	if (l.dir_fd == -1) {
		l.dir_fd = db_dir(sk->boot);
		l.name = LAYOUT_EVENTS_LOG;
	}
	return (l);
}

bool
eventlog_mark(struct state *sk, struct mark *m)
{
	struct log	 l = log_of(sk);
	struct stat	 st;

	l.fd = openat(l.dir_fd, l.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (l.fd == -1)
		return (false);
	if (fstat(l.fd, &st) == 0 && S_ISREG(st.st_mode)) {
		l.size = st.st_size;
		read_mark(&l);
	}
	close(l.fd);
	*m = l.mark;
	return (l.marked);
}

void
eventlog_write(struct state *sk, const struct hist *h)
{
	struct log	 l = log_of(sk);

	if ((take_log(&l) == -1 || append(&l, h) == -1) &&
	    errno != ENOSPC && errno != EDQUOT)
		log_warn("cannot write the log of events %s%s%s; the "
		    "missing events are written as soon as it works",
		    sk->events.dir_fd != -1 ? "" : db_where(sk->boot),
		    sk->events.dir_fd != -1 ? "" : "/", l.name);
	if (l.fd != -1)
		close(l.fd);
}
