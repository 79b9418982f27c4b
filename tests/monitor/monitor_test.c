/* monitor, through its socket, with a launch of our own. */
#include "nitems.h"
#include "records.h"
#include "rig.h"

#include <sysexits.h>

/* The sanitizers' own memory is several times the program's. */
#ifdef SANITIZED
#define PEAK_KB	16384
#else
#define PEAK_KB	2048
#endif

static void
test_streams(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .stdin_open = true };
	char		 out[1024], *log;
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "read x; echo out $x; echo bad >&2; "
	    "printf tail; exit 7") == 0);
	at = rig_attach(&r.mon, true, true);
	CHECK(at != -1);
	CHECK(send(at, "\0hi\n", 4, 0) == 4);
	CHECK(send(at, "\0", 1, 0) == 1);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(7, 0));
	CHECK(rig_read(at, 1, out, sizeof(out)) == 11);
	CHECK(strcmp(out, "out hi\ntail") == 0);
	close(at);
	log = rig_file(&r, "log", NULL);
	CHECK(strstr(log, " stdout F out hi\n") != NULL);
	CHECK(strstr(log, " stderr F bad\n") != NULL);
	CHECK(strstr(log, " stdout P tail\n") != NULL);
	CHECK(strspn(log, "0123456789-") == 10 && log[10] == 'T' &&
	    log[19] == '.' && strchr("+-", log[29]) != NULL && log[35] == ' ');
	free(log);
	CHECK(rig_end(&r) == EX_OK);
}


static long
peak_kb(pid_t pid)
{
	char	 path[64], line[256];
	long	 kb = -1;
	FILE	*f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if ((f = fopen(path, "re")) == NULL)
		return (-1);
	while (fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "VmHWM: %ld", &kb);
	fclose(f);
	return (kb);
}

/* Without -i there is nothing to read; stdin is no terminal and no pipe. */
static void
test_no_stdin(void)
{
	struct rig	 r;
	struct opts	 o = { 0 };
	char		 out[1024];
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "cat; readlink /proc/self/fd/0") == 0);
	at = rig_attach(&r.mon, true, false);
	CHECK(rig_wait(&r.mon) == 0);
	(void)rig_read(at, 1, out, sizeof(out));
	CHECK(strcmp(out, "/dev/null\n") == 0);
	close(at);
	CHECK(rig_end(&r) == EX_OK);
}

/*
 * A hundred megabytes with a reader that pauses: every byte arrives, in
 * order, the log stays within its limit, and monitor does not grow.
 */
static void
test_flood(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_max = 1 << 20 };
	char		 buf[70000], expect[32];
	size_t		 total = 0, log_len = 0;
	bool		 right = true;
	unsigned long	 line = 1;
	char		 cur[64];
	size_t		 curlen = 0;
	ssize_t		 n;
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "sleep 0.5; seq 1 12500000") == 0);
	at = rig_attach(&r.mon, true, false);
	usleep(200000);			/* it must wait, not drop us */
	while ((n = recv(at, buf, sizeof(buf), 0)) > 0) {
		total += (size_t)n - 1;
		for (ssize_t i = 1; i < n; i++) {
			if (buf[i] != '\n' && curlen < sizeof(cur)) {
				cur[curlen++] = buf[i];
				continue;
			}
			snprintf(expect, sizeof(expect), "%lu", line++);
			if (strlen(expect) != curlen ||
			    memcmp(cur, expect, curlen) != 0)
				right = false;
			curlen = 0;
		}
		if (line == 600000)
			usleep(100000);
		if (line > 12500000)
			break;
	}
	CHECK(right && line == 12500001);
	CHECK(total > 100000000);
	printf("# %zu bytes, monitor's peak %ld kB\n", total,
	    peak_kb(r.child.pid));
	CHECK(peak_kb(r.child.pid) > 0 && peak_kb(r.child.pid) < PEAK_KB);
	CHECK(rig_wait(&r.mon) == 0);
	close(at);
	free(rig_file(&r, "log", &log_len));
	CHECK(log_len > 1000 && log_len <= 1 << 20);
	CHECK(rig_end(&r) == EX_OK);
}

/* One that does not read is dropped; the container and the others go on. */
static void
test_slow_viewer(void)
{
	struct rig	 r;
	struct opts	 o = { 0 };
	struct chan	 c;
	char		 buf[70000];
	size_t		 total = 0;
	ssize_t		 n;
	int		 slow, fast;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "sleep 0.5; head -c 20000000 /dev/zero") == 0);
	c = rig_client(&r);
	slow = rig_attach(&c, true, false);	/* asking does not help */
	fast = rig_attach(&r.mon, true, false);
	CHECK(slow != -1 && fast != -1);
	while (total < 20000000 && (n = recv(fast, buf, sizeof(buf), 0)) > 0)
		total += (size_t)n - 1;
	CHECK(total == 20000000);
	CHECK(rig_wait(&r.mon) == 0);
	total = 0;
	while ((n = recv(slow, buf, sizeof(buf), 0)) > 0)
		total += (size_t)n - 1;
	CHECK(n == 0 && total > 0 && total < 1000000);
	close(slow);
	close(fast);
	close(c.fd);
	CHECK(rig_end(&r) == EX_OK);
}

/* How many bytes of output a log stands for. */
static size_t
text_of(const char *log)
{
	size_t		 total = 0;
	const char	*nl;

	for (; (nl = strchr(log, '\n')) != NULL; log = nl + 1)
		total += (size_t)(nl - log) - 45 + (log[43] == 'F');
	return (total);
}

/* The primary viewer is waited for, but not longer than it is there. */
static void
test_primary_leaves(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true };
	size_t		 len;
	char		*log;
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "seq 1 200000; echo done") == 0);
	at = rig_attach(&r.mon, true, false);
	for (int i = 0; i < 100; i++) {
		usleep(100000);
		free(rig_file(&r, "log", &len));
		if (len > 0)
			break;
	}
	CHECK(len > 0 && len < 2000000);	/* back-pressure */
	close(at);
	CHECK(rig_wait(&r.mon) == 0);
	log = rig_file(&r, "log", &len);
	CHECK(text_of(log) == 1288895 + 5);
	CHECK(strstr(log, " stdout F done\n") != NULL);
	free(log);
	CHECK(rig_end(&r) == EX_OK);
}

/* A primary viewer that is stuck at the end delays no other. */
static void
test_stuck_at_end(void)
{
	struct rig	 r;
	struct opts	 o = { .stdin_open = true };
	struct chan	 c;
	char		*big = malloc(4 << 20), *exit_rec;
	int		 at;

	rig_monitor(&r);
	/* More than the socket takes, less than with the pipe. */
	CHECK(rig_start(&r, &o, "read x; head -c 80000 /dev/zero; exit 2") ==
	    0);
	c = rig_client(&r);
	rig_sndbuf = 16384;
	at = rig_attach(&r.mon, true, true);
	rig_sndbuf = 0;
	CHECK(send(at, "\0\n", 2, 0) == 2);
	CHECK(rig_wait(&c) == W_EXITCODE(2, 0));
	exit_rec = rig_file(&r, "exit", NULL);
	CHECK(strlen(exit_rec) > 0);
	free(exit_rec);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(2, 0));
	CHECK(rig_read(at, 1, big, 4 << 20) == 80000);
	free(big);
	close(at);
	close(c.fd);
	CHECK(rig_end(&r) == EX_OK);
}

/* The end is noted also where the run directory was removed. */
static void
test_note(void)
{
	static const union msg	 none;
	struct rig	 r;
	struct packet	 p;
	union msg	 m = { 0 };
	char		 text[80] = "", path[] = "/tmp/note.XXXXXX";
	int		 fd = mkstemp(path), again;

	(void)unlink(path);
	CHECK(write(fd, "                     ", 21) == 21);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	rig_monitor(&r);
	rig_note = fd;
	CHECK(rig_start(&r, &(struct opts){ .stdin_open = false },
	    "sleep 0.3; exit 6") == 0);
	rig_note = -1;
	CHECK(unlinkat(r.run, "ctl", 0) == 0);
	again = dup(fd);
	CHECK(ask_on(&r.mon, MSG_mon_note, &none, &again, 1, &p) != 0);
	close(again);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(6, 0));
	CHECK(rig_end(&r) == EX_OK);
	CHECK(pread(fd, text, sizeof(text), 0) == 64);
	CHECK(strncmp(text, "exit 1536 ", 10) == 0);
	close(fd);
	rig_monitor(&r);
	CHECK(ask_on(&r.mon, MSG_mon_open, &m, &r.run, 1, &p) == 0);
	packet_clear(&p);
	CHECK(ask_on(&r.mon, MSG_mon_note, &none, &r.run, 1, &p) == EINVAL);
	CHECK(rig_end(&r) == EX_OK);
}

/* Later commands: signals, waiting, and what they may not do. */
static void
test_clients(void)
{
	union msg	 m = { 0 };
	struct rig	 r;
	struct opts	 o = { 0 };
	struct chan	 c, many[40];
	struct stat	 st;
	char		 path[160], byte;
	int		 sp[2], refused = 0;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "sleep 60") == 0);
	c = rig_client(&r);
	CHECK(c.fd != -1);
	snprintf(path, sizeof(path), "%s/ctl", r.dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(ask_on(&c, MSG_mon_open, &m, &r.run, 1, NULL) == ENOSYS);
	CHECK(ask_on(&c, MSG_mon_adopt, &m, &r.pidfd, 1, NULL) == ENOSYS);
	CHECK(ask_on(&r.mon, MSG_mon_adopt, &m, &r.pidfd, 1, NULL) == EBUSY);
	CHECK(ask_on(&c, MSG_mon_attach, &m, &r.run, 1, NULL) == EINVAL);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sp) == 0);
	CHECK(ask_on(&c, MSG_mon_attach, &m, sp, 1, NULL) == EINVAL);
	close(sp[0]);
	close(sp[1]);
	m.mon_resize.rows = 24;
	CHECK(ask_on(&c, MSG_mon_resize, &m, NULL, 0, NULL) == ENOTTY);
	m.mon_signal.signo = SIGTERM;
	m.mon_signal.all = 1;
	CHECK(ask_on(&c, MSG_mon_signal, &m, NULL, 0, NULL) == EOPNOTSUPP);

	for (int i = 0; i < 40; i++) {
		many[i] = rig_client(&r);
		m.ping.nonce = 7;
		if (many[i].fd == -1 || ask_on(&many[i], MSG_ping, &m, NULL, 0,
		    NULL) != 0)
			refused++;
	}
	CHECK(refused == 40 - 31);
	for (int i = 0; i < 40; i++)
		close(many[i].fd);

	m.mon_signal.signo = SIGTERM;
	m.mon_signal.all = 0;
	CHECK(ask_on(&c, MSG_mon_signal, &m, NULL, 0, NULL) == 0);
	CHECK(rig_wait(&c) == SIGTERM);
	CHECK(ask_on(&c, MSG_mon_signal, &m, NULL, 0, NULL) == EBUSY);
	CHECK(rig_wait(&c) == SIGTERM);
	CHECK(rig_wait(&r.mon) == SIGTERM);
	CHECK(recv(c.fd, &byte, 1, 0) == 0);
	close(c.fd);
	CHECK(rig_end(&r) == EX_OK);
	c = rig_client(&r);
	CHECK(c.fd == -1);
}

/* Nothing anyone sends stops the container's monitor. */
static void
test_hostile(void)
{
#define AS_TYPE(id, no, from, to, wait)	(no),
	static const uint16_t	 types[] = { PROTO(AS_TYPE) };
	struct rig	 r;
	struct opts	 o = { .stdin_open = true };
	struct chan	 c;
	uint8_t		 buf[PROTO_MAX + 64];
	int		 at, dropped = 0, sent = 0;

	rig_stderr = open("/dev/null", O_WRONLY | O_CLOEXEC);
	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "read x; exit 6") == 0);
	for (size_t i = 0; i < NITEMS(types); i++)
		for (size_t len = 0; len < sizeof(buf); len = len * 3 + 5) {
			c = rig_client(&r);
			memset(buf, i % 2 ? 0xff : 0, sizeof(buf));
			buf[0] = proto_version(R_MONITOR) & 0xff;
			buf[1] = (uint8_t)(proto_version(R_MONITOR) >> 8);
			buf[2] = (uint8_t)types[i];
			buf[3] = (uint8_t)(types[i] >> 8);
			memset(buf + 8, 0, 4);
			if (send(c.fd, buf, len, MSG_NOSIGNAL) != -1)
				sent++;
			shutdown(c.fd, SHUT_WR);
			while (recv(c.fd, buf, sizeof(buf), 0) > 0)
				;
			dropped++;
			close(c.fd);
		}
	CHECK(sent > 100 && dropped >= sent);
	/* An attached client that feeds without leave, or says nonsense. */
	at = rig_attach(&r.mon, false, false);
	CHECK(send(at, "\0x\n", 3, 0) == 3 && recv(at, buf, 1, 0) == 0);
	close(at);
	at = rig_attach(&r.mon, false, true);
	CHECK(send(at, "\7x\n", 3, 0) == 3 && recv(at, buf, 1, 0) == 0);
	close(at);
	at = rig_attach(&r.mon, false, true);
	CHECK(send(at, buf, 9000, 0) == 9000 && recv(at, buf, 1, 0) == 0);
	close(at);
	/* The front end itself, gone mad, is only cut off. */
	CHECK(send(r.mon.fd, "garbage", 7, 0) == 7);
	CHECK(recv(r.mon.fd, buf, sizeof(buf), 0) == 0);
	c = rig_client(&r);
	at = rig_attach(&c, false, true);
	CHECK(send(at, "\0y\n", 3, 0) == 3);
	CHECK(rig_wait(&c) == W_EXITCODE(6, 0));
	close(at);
	close(c.fd);
	CHECK(rig_end(&r) == EX_OK);
}

/* Detached: the front end is gone, the record says how it ended. */
static void
test_detached(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .stdin_open = true };
	struct rec	*rec;
	char		*data;
	size_t		 len;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "sleep 0.1; echo late; kill -USR1 $$") == 0);
	CHECK(rig_end(&r) == EX_OK);
	r.run = open(r.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	data = rig_file(&r, "exit", &len);
	rec = rec_decode(data, len, RECORD(any), NULL);
	CHECK(rec != NULL && rec_num(rec, KEY_IN(running, status),
	    -1) == SIGUSR1);
	CHECK(rec_num(rec, KEY(time), 0) / 1000000000 >= time(NULL) - 5);
	CHECK(rec_num(rec, KEY(oom), -1) == 0);
	rec_free(rec);
	free(data);
	data = rig_file(&r, "log", &len);
	CHECK(strstr(data, " stdout F late\n") != NULL);
	free(data);
	close(r.run);
}

/* No container and no front end: the monitor ends. */
static void
test_nothing(void)
{
	union msg	 m = { .mon_open = { .id = "x" } };
	struct rig	 r;
	struct opts	 o = { .log = true };
	struct packet	 p;
	int		 pidfd;

	rig_monitor(&r);
	CHECK(rig_end(&r) == EX_OK);
	rig_monitor(&r);
	CHECK(ask_on(&r.mon, MSG_mon_open, &m, &r.run, 1, &p) == 0);
	packet_clear(&p);
	CHECK(ask_on(&r.mon, MSG_mon_open, &m, &r.run, 1, NULL) == EBUSY);
	pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	m.mon_adopt.pid = 1;
	CHECK(ask_on(&r.mon, MSG_mon_adopt, &m, &pidfd, 1, NULL) == ECHILD);
	close(pidfd);
	CHECK(rig_end(&r) == EX_OK);
	rig_monitor(&r);
	memset(&m, 0, sizeof(m));
	CHECK(ask_on(&r.mon, MSG_mon_open, &m, &r.run, 1, &p) == 0);
	packet_clear(&p);
	m.mon_log.max = 0;
	CHECK(ask_on(&r.mon, MSG_mon_log, &m, &r.run, 1, &p) == EINVAL);
	CHECK(rig_end(&r) == EX_OK);
	/* A failed open leaves nothing: the next is as good as the first. */
	rig_monitor(&r);
	pidfd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK(ask_on(&r.mon, MSG_mon_open, &m, &pidfd, 1, &p) == ENOTDIR);
	CHECK(strstr(p.body.reply.text, "control socket") != NULL);
	close(pidfd);
	CHECK(rig_start(&r, &o, "exit 8") == 0);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(8, 0));
	CHECK(rig_end(&r) == EX_OK);
}

/* Someone outside keeps the pipe open; the end is still the end. */
static void
test_held_pipe(void)
{
	struct rig	 r;
	struct opts	 o = { 0 };
	char		 out[256];
	time_t		 t = time(NULL);
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "sleep 0.1; (sleep 20 &); echo bye") == 0);
	at = rig_attach(&r.mon, true, false);
	CHECK(rig_wait(&r.mon) == 0);
	(void)rig_read(at, 1, out, sizeof(out));
	CHECK(strcmp(out, "bye\n") == 0);
	close(at);
	CHECK(rig_end(&r) == EX_OK);
	/* With another process that goes on writing. */
	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "(yes spam &); sleep 0.2; exit 1") == 0);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(1, 0));
	CHECK(rig_end(&r) == EX_OK);
	CHECK(time(NULL) - t < 5);
}

/* A real terminal: size, resizing, echo, the keys of job control. */
static void
test_tty(void)
{
	union msg	 m = { .mon_resize = { 31, 97 } };
	struct rig	 r;
	struct opts	 o = { .tty = true, .stdin_open = true };
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "trap 'stty size' WINCH; trap 'echo got INT' "
	    "INT; tty; echo ready; while :; do read x && echo \"<$x>\"; "
	    "test \"$x\" = bye && exit 4; done") == 0);
	at = rig_attach(&r.mon, true, true);
	CHECK(rig_expect(at, "ready\r\n", 5));
	CHECK(ask_on(&r.mon, MSG_mon_resize, &m, NULL, 0, NULL) == 0);
	CHECK(send(at, "\0one\n", 5, 0) == 5);
	CHECK(rig_expect(at, "31 97\r\n", 5));
	CHECK(send(at, "\0\003", 2, 0) == 2);
	CHECK(rig_expect(at, "got INT\r\n", 5));
	CHECK(send(at, "\0", 1, 0) == 1);	/* no meaning on a terminal */
	CHECK(send(at, "\0two\nbye\n", 9, 0) == 9);
	CHECK(rig_expect(at, "<two>\r\n", 5));
	CHECK(rig_wait(&r.mon) == W_EXITCODE(4, 0));
	close(at);
	CHECK(rig_end(&r) == EX_OK);
}

/* A shell that stops and lists its jobs: the terminal is really its own. */
static void
test_job_control(void)
{
	struct rig	 r;
	struct opts	 o = { .tty = true, .stdin_open = true };
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "read x; PS1='ready> ' exec sh -i") == 0);
	at = rig_attach(&r.mon, true, true);
	CHECK(send(at, "\0go\n", 4, 0) == 4);
	CHECK(rig_expect(at, "ready> ", 5));
	CHECK(send(at, "\0sleep 77\n", 10, 0) == 10);
	CHECK(rig_expect(at, "sleep 77\r\n", 5));
	usleep(200000);			/* until it is in the foreground */
	CHECK(send(at, "\0\032", 2, 0) == 2);
	CHECK(rig_expect(at, "Stopped", 5));
	/* The first exit may only warn that there are stopped jobs. */
	CHECK(send(at, "\0kill -9 %1\nexit 9\nexit 9\n", 26, 0) == 26);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(9, 0));
	close(at);
	CHECK(rig_end(&r) == EX_OK);
}

/* More input than its ring holds reaches a container that reads slowly. */
static void
test_much_input(void)
{
	struct rig	 r;
	struct opts	 o = { .stdin_open = true };
	char		 buf[1 + 4096], out[256];
	size_t		 len = 1;
	int		 at, out_at, line = 1;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "sleep 0.3; awk '$1 != NR { bad = 1 } "
	    "END { print bad + 0, NR }'") == 0);
	at = rig_attach(&r.mon, true, true);
	buf[0] = STDIN_FILENO;
	for (; line <= 300000; line++) {
		len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%d\n",
		    line);
		if (len < sizeof(buf) - 8 - (size_t)line % 1000)
			continue;
		if (send(at, buf, len, 0) == -1)
			break;
		len = 1;
	}
	CHECK(line == 300001 && send(at, buf, len, 0) == (ssize_t)len);
	out_at = rig_attach(&r.mon, false, false);
	close(at);			/* without a word: end of file */
	at = out_at;
	CHECK(rig_wait(&r.mon) == 0);
	(void)rig_read(at, 1, out, sizeof(out));
	CHECK(strcmp(out, "0 300000\n") == 0);
	close(at);
	CHECK(rig_end(&r) == EX_OK);
}

/*
 * Another user, made while we are still root. It tries a socket whose path
 * it reads, and says with how many bytes it was answered.
 */
static int	 stranger[2] = { -1, -1 };

static void
make_stranger(void)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	union msg		 m = { .ping = { 7 } };
	struct chan		 c = { -1, R_CTL, R_MONITOR };
	char			 buf[256];
	int			 n;

	if (geteuid() != 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, stranger))
		return;
	if (fork() != 0) {
		close(stranger[1]);
		return;
	}
	close(stranger[0]);
	if (setgid(65533) == -1 || setuid(65533) == -1)
		_exit(1);
	while (recv(stranger[1], sun.sun_path, sizeof(sun.sun_path) - 1, 0) >
	    0) {
		c.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (connect(c.fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
			n = -errno;
		else {
			(void)chan_send(&c, MSG_ping, 1, &m, NULL, 0);
			n = (int)recv(c.fd, buf, sizeof(buf), 0);
			if (n == -1)	/* cut off with our words unread */
				n = errno == ECONNRESET ? 0 : -errno;
		}
		(void)send(stranger[1], &n, sizeof(n), 0);
		close(c.fd);
		memset(sun.sun_path, 0, sizeof(sun.sun_path));
	}
	_exit(0);
}

static int
stranger_tries(const char *path)
{
	int	 n = -EPIPE;

	(void)send(stranger[0], path, strlen(path), 0);
	(void)recv(stranger[0], &n, sizeof(n), 0);
	return (n);
}

/* Each protection: the directory, the socket's mode, and the peer's uid. */
static void
test_stranger(void)
{
	struct opts	 o = { .stdin_open = true };
	struct rig	 r;
	char		 path[160];

	if (stranger[0] == -1) {
		printf("ok - a stranger # SKIP only root can make one\n");
		return;
	}
	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "read x") == 0);
	snprintf(path, sizeof(path), "%s/ctl", r.dir);
	CHECK(stranger_tries(path) == -EACCES);
	CHECK(chmod(rig_dir, 0755) == 0 && chmod(r.dir, 0755) == 0);
	CHECK(stranger_tries(path) == -EACCES);
	CHECK(chmod(path, 0666) == 0);
	CHECK(stranger_tries(path) == 0);
	CHECK(kill(r.payload, SIGKILL) == 0);
	CHECK(rig_wait(&r.mon) == SIGKILL);
	CHECK(rig_end(&r) == EX_OK);
	close(stranger[0]);
}

int
main(int argc, char **argv)
{
	if (strcmp(strrchr(argv[0], '/') == NULL ? argv[0] :
	    strrchr(argv[0], '/') + 1, "launch") == 0)
		return (fake_launch());
	if (argc < 2)
		errx(1, "which monitor?");
	make_stranger();
	rig_tree(argv[1]);
	test_stranger();
	test_streams();
	test_no_stdin();
	test_note();
	test_clients();
	test_detached();
	test_nothing();
	test_held_pipe();
	test_much_input();
	test_tty();
	test_job_control();
	test_slow_viewer();
	test_primary_leaves();
	test_stuck_at_end();
	test_hostile();
	test_flood();
	return (finish());
}
