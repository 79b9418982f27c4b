/* Reading logs: whole, the tail, a span of time, while they are written. */
#include "logread.h"

#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define T(s)	"2026-11-22T03:00:0" #s ".500000000+01:00 "

static const char	 sample[] =
	T(1) "stdout F one\n"
	T(2) "stderr F bad\n"
	"not a record\n"
	T(3) "stdout P par\n"
	T(3) "stdout P ti\n"
	T(3) "stdout F al\n"
	T(4) "stdout F \n"
	"2026-11-22T02:00:05Z stdout F:x tagged\n"
	T(6) "stdout P end";

static int
file_of(const char *text)
{
	char	 name[] = "/tmp/logread.XXXXXX";
	int	 fd = mkstemp(name);

	if (fd == -1 || unlink(name) == -1 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(1, "%s", name);
	return (fd);
}

static struct log_opts
all(void)
{
	return ((struct log_opts){ .tail = -1, .ended_fd = -1 });
}

/* What log_print writes to both streams, in order. Without old text: NULL. */
static const char *
printed_both(struct log_opts o, const char *before, const char *text)
{
	static char	 out[1 << 20];
	int		 log = file_of(text), to = file_of("");
	int		 old = before == NULL ? -1 : file_of(before);
	ssize_t		 n;

	if (o.fd[1] == 0)
		o.fd[1] = to;
	if (o.fd[2] == 0)
		o.fd[2] = to;
	if (log_print(&o, log, old) == -1)
		return ("failed");
	n = pread(to, out, sizeof(out) - 1, 0);
	out[n < 0 ? 0 : n] = '\0';
	close(log);
	close(to);
	if (old != -1)
		close(old);
	return (out);
}

static const char *
printed(struct log_opts o, const char *text)
{
	return (printed_both(o, NULL, text));
}

#define BOTH(o, before, text, want) \
	CHECK(strcmp(printed_both(o, before, text), want) == 0)
#define SAYS(o, text, want) CHECK(strcmp(printed(o, text), want) == 0)

static void
test_plain(void)
{
	struct log_opts	 o = all();
	char		 full[2048];

	SAYS(o, sample, "one\nbad\npartial\n\ntagged\n");
	snprintf(full, sizeof(full), "%s\n", sample);
	SAYS(o, full, "one\nbad\npartial\n\ntagged\nend");
	SAYS(o, "", "");
	SAYS(o, "\n\n\nx\n" T(1) "\n" T(1) "stdout\n" T(1) "stdout X y\n"
	    T(1) "stdout F\n" "2026-13-22T03:00:01Z stdout F y\n", "");
	o.fd[2] = -1;
	SAYS(o, sample, "one\npartial\n\ntagged\n");
	o = all();
	o.fd[1] = -1;
	SAYS(o, sample, "bad\n");
	o = all();
	o.timestamps = true;
	o.prefix = "web ";
	SAYS(o, T(1) "stdout P a\n" T(2) "stdout F b\n" T(2) "stderr F c\n",
	    "web 2026-11-22T03:00:01.500000000+01:00 ab\n"
	    "web 2026-11-22T03:00:02.500000000+01:00 c\n");
}

static void
test_tail(void)
{
	struct log_opts	 o = all();
	char		*big, *p, want[32];
	int		 right = 0;

	o.tail = 0;
	SAYS(o, sample, "");
	o.tail = 1;
	SAYS(o, T(1) "stdout F one\n" T(2) "stdout F two\n", "two\n");
	SAYS(o, T(1) "stdout F one\n" T(2) "stdout P two\n", "two");
	SAYS(o, T(1) "stdout F one\n" T(2) "stdout P t\n" T(2) "stdout F wo\n",
	    "two\n");
	o.tail = 2;
	SAYS(o, T(1) "stdout F one\n" T(2) "stdout P t\n" T(2) "stdout F wo\n"
	    T(3) "stdout F x\n", "two\nx\n");
	o.tail = 100;
	SAYS(o, sample, "one\nbad\npartial\n\ntagged\n");
	/* Every place where a block of reading can begin. */
	if ((p = big = malloc(4 << 20)) == NULL)
		err(1, "malloc");
	for (int i = 0; i < 6000; i++)
		p += sprintf(p, T(1) "stdout F %.*s%d\n", i % 97,
		    "......................................................"
		    "...........................................", i);
	for (int n = 1; n < 6000; n += 613) {
		o.tail = n;
		snprintf(want, sizeof(want), "%d\n", 6000 - n);
		p = strdup(printed(o, big));
		right += strncmp(p + strspn(p, "."), want, strlen(want)) == 0;
		free(p);
	}
	CHECK(right == 10);
	free(big);
}

static void
test_time(void)
{
	struct log_opts		 o = all();
	struct log_record	 r;
	const char		*line = T(1) "stdout F x";

	CHECK(log_record_parse(&r, line, strlen(line)));
	CHECK(r.time_ns == 1795312801500000000LL);
	o.since_ns = r.time_ns + 1;
	SAYS(o, sample, "bad\npartial\n\ntagged\n");
	o.until_ns = r.time_ns + 2000000000LL;
	SAYS(o, sample, "bad\npartial\n");
	line = "1970-01-01T00:00:00Z stderr P x";
	CHECK(log_record_parse(&r, line, strlen(line)) && r.time_ns == 0 &&
	    r.stream == 2 && !r.full && r.stamp_len == 20 && r.len == 1);
	line = "2000-02-29T23:59:59.25-12:30 stdout F ";
	CHECK(log_record_parse(&r, line, strlen(line)) && r.len == 0 &&
	    r.time_ns == 951913799250000000LL);
}

/* A malformed line does not use up memory, nor hide others. */
static void
test_huge_line(void)
{
	struct log_opts	 o = all();
	char		*big = malloc(2 << 20);

	if (big == NULL)
		err(1, "malloc");
	memset(big, 'x', 1 << 20);
	strcpy(big + (1 << 20), "\n" T(1) "stdout F after\n");
	SAYS(o, big, "after\n");
	free(big);
}

static void
test_follow(void)
{
	struct log_opts	 o = all();
	int		 log = file_of(T(1) "stdout F old\n"), out[2], end[2];
	char		 buf[256] = "";
	const char	*more = T(2) "stdout F new\n";
	const char	*anew = T(3) "stdout F z\n";
	ssize_t		 n;
	pid_t		 pid;
	int		 st;

	if (pipe(out) == -1 || pipe(end) == -1)
		err(1, "pipe");
	o.follow = true;
	o.fd[1] = out[1];
	o.fd[2] = out[1];
	o.ended_fd = end[0];
	if ((pid = fork()) == 0) {
		alarm(10);
		close(end[1]);
		_exit(log_print(&o, log, -1) == 0 ? 0 : 1);
	}
	close(out[1]);
	n = read(out[0], buf, sizeof(buf));
	CHECK(n == 4 && memcmp(buf, "old\n", 4) == 0);
	CHECK(pwrite(log, more, strlen(more), (off_t)strlen(more)) > 0);
	n = read(out[0], buf, sizeof(buf));
	CHECK(n == 4 && memcmp(buf, "new\n", 4) == 0);
	/* Rotated: the file is cut to nothing and begun again. */
	CHECK(ftruncate(log, 0) == 0);
	CHECK(pwrite(log, anew, strlen(anew), 0) > 0);
	n = read(out[0], buf, sizeof(buf));
	CHECK(n == 2 && memcmp(buf, "z\n", 2) == 0);
	CHECK(pwrite(log, more, strlen(more), (off_t)strlen(anew)) > 0);
	close(end[1]);
	n = read(out[0], buf, sizeof(buf));
	CHECK(n == 4 && memcmp(buf, "new\n", 4) == 0);
	CHECK(waitpid(pid, &st, 0) == pid && st == 0);
	close(out[0]);

	/* A reader that has gone is an error, not a signal or a spin. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (pipe(out) == -1)
		err(1, "pipe");
	close(out[0]);
	o = all();
	o.fd[1] = o.fd[2] = out[1];
	CHECK(log_print(&o, log, -1) == -1 && errno == EPIPE);
}

/*
 * The old file and the log, in every state in which a monitor that was killed
 * while it rotated can have left them.
 */
static void
test_rotated(void)
{
	struct log_opts	 o = all();
	const char	*old = T(1) "stdout F a\n" T(1) "stdout P b";
	const char	*log = T(2) "stdout F c\n" T(3) "stdout F d\n";
	const char	*before = T(1) "stdout F a\n" T(1) "stdout P b\n";

	BOTH(o, before, log, "a\nbc\nd\n");
	BOTH(o, "", log, "c\nd\n");			/* about to copy */
	BOTH(o, T(2) "stdout F c\n2026-1", log, "c\nd\n");	/* copying */
	BOTH(o, "2026-11-22T", log, "c\nd\n");
	BOTH(o, log, log, "c\nd\n");			/* copied */
	BOTH(o, log, "", "c\nd\n");			/* begun anew */
	BOTH(o, old, log, "a\nc\nd\n");		/* cut off by a full disk */
	BOTH(o, "", "", "");
	o.tail = 1;
	BOTH(o, before, log, "d\n");
	BOTH(o, log, "", "d\n");
	BOTH(o, log, log, "d\n");
	o.tail = 2;
	BOTH(o, before, log, "bc\nd\n");
	o.tail = 3;
	BOTH(o, before, log, "a\nbc\nd\n");
	o.tail = 9;
	BOTH(o, before, log, "a\nbc\nd\n");
	o.tail = 0;
	BOTH(o, before, log, "");
	o = all();
	CHECK(log_record_parse(&(struct log_record){ 0 }, log, 50));
	o.since_ns = 1795312802500000000LL;
	BOTH(o, before, log, "c\nd\n");
	o.since_ns = 0;
	o.until_ns = 1795312802500000000LL;
	BOTH(o, before, log, "a\nbc\n");
}

/* As monitor does it; `step` sleeps in between. */
static void
rotate(int log, int old, useconds_t step)
{
	char	*buf = malloc(1 << 20);
	ssize_t	 n = pread(log, buf, 1 << 20, 0), half = n / 2;

	if (ftruncate(old, 0) == -1 || pwrite(old, buf, (size_t)half, 0) == -1)
		err(1, "rotate");
	(void)usleep(step);
	if (pwrite(old, buf + half, (size_t)(n - half), half) == -1)
		err(1, "rotate");
	(void)usleep(step);
	if (ftruncate(log, 0) == -1)
		err(1, "rotate");
	(void)usleep(step);
	free(buf);
}

#define LINES	40000

/* Lines that count up, through files that are rotated every 20 kB or so. */
static void
write_lines(int log, int old, useconds_t step)
{
	char	 line[128];
	off_t	 at = 0;
	int	 n;

	for (int i = 1; i <= LINES; i++) {
		n = sprintf(line, "2026-11-22T03:00:00.%09d+00:00 stdout F "
		    "%d\n", i, i);
		if (at > 20000 + i % 3000) {
			rotate(log, old, step);
			at = 0;
			/* Let the reader catch up with one generation. */
			(void)usleep(step * 10);
		}
		if (pwrite(log, line, (size_t)n, at) != n)
			err(1, "write");
		at += n;
	}
}

/* A reader that follows misses nothing and repeats nothing. */
static void
test_follow_rotation(void)
{
	struct log_opts	 o = all();
	int		 log = file_of(""), old = file_of(""), out[2], end[2];
	char		 line[64];
	int		 next = 1, status;
	pid_t		 pid;
	FILE		*f;

	if (pipe(out) == -1 || pipe(end) == -1)
		err(1, "pipe");
	o.follow = true;
	o.fd[1] = o.fd[2] = out[1];
	o.ended_fd = end[0];
	if ((pid = fork()) == 0) {
		alarm(60);
		close(end[1]);
		_exit(log_print(&o, log, old) == 0 ? 0 : 1);
	}
	close(out[1]);
	if (fork() == 0) {
		write_lines(log, old, 500);
		_exit(0);
	}
	close(end[1]);
	if ((f = fdopen(out[0], "r")) == NULL)
		err(1, "fdopen");
	while (next <= LINES && fgets(line, sizeof(line), f) != NULL)
		if (atoi(line) != next++)
			break;
	CHECK(next == LINES + 1);
	CHECK(fgets(line, sizeof(line), f) == NULL);
	fclose(f);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	(void)wait(&status);

	/*
	 * Without -f it ends, though the log goes on growing, and is in order.
	 */
	if (ftruncate(log, 0) == -1 || ftruncate(old, 0) == -1)
		err(1, "truncating the logs");
	if (fork() == 0) {
		write_lines(log, old, 0);
		_exit(0);
	}
	for (int i = 0; i < 20; i++) {
		int	 last = 0, right = 1;

		if (pipe(out) == -1)
			err(1, "pipe");
		o = all();
		o.fd[1] = o.fd[2] = out[1];
		if ((pid = fork()) == 0) {
			alarm(10);
			_exit(log_print(&o, log, old) == 0 ? 0 : 1);
		}
		close(out[1]);
		if ((f = fdopen(out[0], "r")) == NULL)
			err(1, "fdopen");
		while (fgets(line, sizeof(line), f) != NULL) {
			/* A writer without pauses may lap it: then a jump. */
			right &= atoi(line) > last;
			last = atoi(line);
		}
		fclose(f);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		CHECK(right);
	}
	(void)wait(&status);
}

int
main(void)
{
	test_plain();
	test_tail();
	test_time();
	test_huge_line();
	test_follow();
	test_rotated();
	test_follow_rotation();
	return (finish());
}
