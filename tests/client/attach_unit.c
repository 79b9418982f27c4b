/*
 * The user's side of attaching, on a terminal of our own and on pipes; the
 * test is the monitor.
 */
#include "attach.h"
#include "client.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "chan.h"
#include "harness.h"

struct scene {
	struct chan	 chan;		/* we are monitor */
	int		 view;		/* our end of the attached socket */
	int		 user;		/* the pty's master, or stdin's pipe */
	int		 out;		/* what the front end printed */
	int		 err;
	pid_t		 pid;
	uint32_t	 wait_seq;
	struct termios	 before;
};

/* What attach_run said, told as an exit code. */
static int
told(struct attach *a, int rc)
{
	if (rc == ATTACH_EXITED)
		return (WIFEXITED(a->wait_status) && a->finished_ns == 77 ?
		    WEXITSTATUS(a->wait_status) : 99);
	if (rc == ATTACH_DETACHED)
		return (100);
	return (errno == EINTR ? 100 + a->signal : errno == ENOBUFS ? 201 :
	    errno == ECONNRESET ? 202 : errno == EPIPE ? 203 : 204);
}

static int
front_end(int chan_fd, bool tty)
{
	struct chan	 ch = { chan_fd, R_CTL, R_MONITOR };
	struct attach	 a;
	struct client	 c = { .error = { .number = 0 } };

	alarm(20);
	attach_init(&a, &ch);
	a.tty = tty;
	a.want_stdin = true;
	a.sig_proxy = true;
	c.helper[H_MONITOR].chan = ch;
	c.err_read = -1;
	if (attach_socket(&a, &c, true) == -1)
		return (250);
	return (told(&a, attach_run(&a)));
}

static bool
next(struct scene *s, struct packet *p)
{
	struct pollfd	 pfd = { s->chan.fd, POLLIN, 0 };

	return (poll(&pfd, 1, 5000) == 1 && chan_recv(&s->chan, p) == 1);
}

/* Start the front end and serve it up to mon_wait. */
static void
begin(struct scene *s, bool tty)
{
	struct winsize	 ws = { .ws_row = 33, .ws_col = 101 };
	union msg	 m = { 0 };
	struct packet	 p;
	int		 sp[2], in[2], out[2], er[2];
	char		 name[64];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sp) == -1 ||
	    pipe(in) == -1 || pipe(out) == -1 || pipe(er) == -1)
		err(1, "pipes");
	s->user = in[1];
	if (tty) {
		s->user = posix_openpt(O_RDWR | O_NOCTTY);
		if (s->user == -1 || unlockpt(s->user) == -1 ||
		    ptsname_r(s->user, name, sizeof(name)) != 0 ||
		    ioctl(s->user, TIOCSWINSZ, &ws) == -1 ||
		    tcgetattr(s->user, &s->before) == -1)
			err(1, "pty");
	}
	if ((s->pid = fork()) == 0) {
		close(sp[0]);
		close(s->user);
		close(in[1]);
		if (tty) {
			(void)setsid();
			in[0] = open(name, O_RDWR);
			(void)ioctl(in[0], TIOCSCTTY, 0);
			out[1] = er[1] = in[0];
		}
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(er[1], 2);
		close(out[0]);
		close(er[0]);
		_exit(front_end(sp[1], tty));
	}
	close(sp[1]);
	close(in[0]);
	close(out[1]);
	close(er[1]);
	s->out = tty ? s->user : out[0];
	s->err = er[0];
	s->chan = (struct chan){ sp[0], R_MONITOR, R_CTL };
	CHECK(next(s, &p) && p.info->type == MSG_mon_attach &&
	    p.body.mon_attach.primary == 1 && p.body.mon_attach.want_stdin);
	s->view = packet_take_fd(&p, 0);
	CHECK(chan_send(&s->chan, MSG_reply, p.seq, &m, NULL, 0) == 0);
	CHECK(next(s, &p) && p.info->type == MSG_mon_wait);
	s->wait_seq = p.seq;
	if (!tty)
		return;
	CHECK(next(s, &p) && p.info->type == MSG_mon_resize &&
	    p.body.mon_resize.rows == 33 && p.body.mon_resize.cols == 101);
	/* The reply to another question is not the end. */
	CHECK(chan_send(&s->chan, MSG_reply, p.seq, &m, NULL, 0) == 0);
}

static void
answer(struct scene *s, int status)
{
	union msg	 m = { .reply = { .value = (uint64_t)status,
			    .text = "77" } };

	(void)chan_send(&s->chan, MSG_reply, s->wait_seq, &m, NULL, 0);
}

static int
finish_scene(struct scene *s)
{
	int	 st;

	(void)waitpid(s->pid, &st, 0);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st));
}

static bool
is_raw(struct scene *s)
{
	struct termios	 t;

	return (tcgetattr(s->user, &t) == 0 && (t.c_lflag & ICANON) == 0);
}

static bool
is_restored(struct scene *s)
{
	struct termios	 t;

	return (tcgetattr(s->user, &t) == 0 &&
	    t.c_lflag == s->before.c_lflag && t.c_iflag == s->before.c_iflag &&
	    t.c_oflag == s->before.c_oflag);
}

static bool
reads(int fd, const char *what, size_t len)
{
	struct pollfd	 pfd = { fd, POLLIN, 0 };
	char		 buf[4096];
	size_t		 at = 0;
	ssize_t		 n;

	while (at < len) {
		if (poll(&pfd, 1, 5000) != 1 ||
		    (n = read(fd, buf + at, sizeof(buf) - at)) <= 0)
			return (false);
		at += (size_t)n;
	}
	return (at == len && memcmp(buf, what, len) == 0);
}

static void
test_terminal(void)
{
	struct winsize	 ws = { .ws_row = 50, .ws_col = 160 };
	struct scene	 s;
	struct packet	 p;

	begin(&s, true);
	CHECK(send(s.view, "\1hello\n", 7, 0) == 7);
	CHECK(reads(s.out, "hello\n", 6));	/* raw: no \r is added */
	CHECK(is_raw(&s));
	CHECK(write(s.user, "a\003\032", 3) == 3);
	CHECK(reads(s.view, "\0a\003\032", 4));
	CHECK(ioctl(s.user, TIOCSWINSZ, &ws) == 0);
	CHECK(next(&s, &p) && p.info->type == MSG_mon_resize &&
	    p.body.mon_resize.rows == 50 && p.body.mon_resize.cols == 160);
	answer(&s, W_EXITCODE(42, 0));
	CHECK(send(s.view, "\1last", 5, 0) == 5);
	close(s.view);
	CHECK(reads(s.out, "last", 4));
	CHECK(finish_scene(&s) == 42);
	CHECK(is_restored(&s));
}

static void
test_detach(void)
{
	struct scene	 s;

	begin(&s, true);
	CHECK(write(s.user, "x\020", 2) == 2);
	CHECK(reads(s.view, "\0x", 2));
	CHECK(write(s.user, "y", 1) == 1);
	CHECK(reads(s.view, "\0\020y", 3));
	CHECK(write(s.user, "z\020\020\021never", 9) == 9);
	CHECK(reads(s.view, "\0z\020", 3));
	CHECK(finish_scene(&s) == 100);
	CHECK(is_restored(&s));
}

/* Whatever ends us, the terminal is as it was. */
static void
test_ended(void)
{
	static const int	 sigs[] = { SIGTERM, SIGHUP, SIGQUIT, SIGINT };
	struct scene		 s;

	for (size_t i = 0; i < 4; i++) {
		begin(&s, true);
		CHECK(send(s.view, "\1on", 3, 0) == 3);
		CHECK(reads(s.out, "on", 2) && is_raw(&s));
		CHECK(kill(s.pid, sigs[i]) == 0);
		CHECK(finish_scene(&s) == 100 + sigs[i]);
		CHECK(is_restored(&s));
	}
}

/* Stopped and continued: cooked while the shell has it, then raw again. */
static void
test_stopped(void)
{
	struct scene	 s;
	struct packet	 p;
	int		 st;

	begin(&s, true);
	CHECK(send(s.view, "\1on", 3, 0) == 3);
	CHECK(reads(s.out, "on", 2) && is_raw(&s));
	CHECK(kill(s.pid, SIGTSTP) == 0);
	CHECK(waitpid(s.pid, &st, WUNTRACED) == s.pid && WIFSTOPPED(st));
	CHECK(is_restored(&s));
	CHECK(kill(s.pid, SIGCONT) == 0);
	CHECK(next(&s, &p) && p.info->type == MSG_mon_resize);
	CHECK(is_raw(&s));
	close(s.chan.fd);
	close(s.view);
	CHECK(finish_scene(&s) == 202);
	CHECK(is_restored(&s));
}

static void
test_pipes(void)
{
	struct scene	 s;
	struct packet	 p;

	begin(&s, false);
	CHECK(send(s.view, "\1out", 4, 0) == 4);
	CHECK(send(s.view, "\2err", 4, 0) == 4);
	CHECK(reads(s.out, "out", 3) && reads(s.err, "err", 3));
	CHECK(write(s.user, "in\020\021", 4) == 4);	/* no keys on a pipe */
	CHECK(reads(s.view, "\0in\020\021", 5));
	close(s.user);
	CHECK(reads(s.view, "\0", 1));
	CHECK(kill(s.pid, SIGUSR1) == 0);
	CHECK(next(&s, &p) && p.info->type == MSG_mon_signal &&
	    p.body.mon_signal.signo == SIGUSR1 && p.body.mon_signal.all == 0);
	CHECK(kill(s.pid, SIGINT) == 0);
	CHECK(next(&s, &p) && p.info->type == MSG_mon_signal &&
	    p.body.mon_signal.signo == SIGINT);
	answer(&s, W_EXITCODE(3, 0));
	close(s.view);
	CHECK(finish_scene(&s) == 3);
}

/* A reader that pauses loses nothing; one that leaves is noticed. */
static void
test_back_pressure(void)
{
	char		 packet[1 + 16384], buf[65536];
	struct scene	 s;
	size_t		 got = 0;
	ssize_t		 n;
	int		 sent = 0;
	struct packet	 p;

	begin(&s, false);
	memset(packet, 'b', sizeof(packet));
	packet[0] = 1;
	/* An odd start, so that a pipe has room, but not for all of one. */
	CHECK(send(s.view, "\1odd", 4, 0) == 4);
	while (send(s.view, packet, sizeof(packet), MSG_DONTWAIT) > 0)
		sent++;
	usleep(100000);
	while (send(s.view, packet, sizeof(packet), MSG_DONTWAIT) > 0)
		sent++;
	CHECK(sent > 2);
	/* Full to the brim, and yet it listens to signals. */
	CHECK(kill(s.pid, SIGTERM) == 0);
	CHECK(next(&s, &p) && p.info->type == MSG_mon_signal);
	answer(&s, 0);
	close(s.view);
	while ((n = read(s.out, buf, sizeof(buf))) > 0)
		got += (size_t)n;
	CHECK(got == 3 + (size_t)sent * 16384);
	CHECK(finish_scene(&s) == 0);

	begin(&s, false);
	close(s.out);
	CHECK(send(s.view, "\1x", 2, 0) == 2);
	CHECK(finish_scene(&s) == 203);
}

static void
test_lost(void)
{
	struct scene	 s;

	begin(&s, false);
	close(s.view);
	CHECK(finish_scene(&s) == 201);
	begin(&s, false);
	close(s.chan.fd);
	close(s.view);
	CHECK(finish_scene(&s) == 202);
}

static void
test_keys(void)
{
	struct detach_keys	 k;
	unsigned char		 out[64];
	size_t			 n;

	CHECK(detach_keys_parse(&k, "ctrl-p,ctrl-q") == 0 && k.n == 2 &&
	    k.key[0] == 16 && k.key[1] == 17);
	CHECK(detach_keys_parse(&k, "") == 0 && k.n == 0);
	CHECK(!detach_keys_scan(&k, (const unsigned char *)"\020\021", 2, out,
	    &n) && n == 2);
	CHECK(detach_keys_parse(&k, "a,ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,"
	    "ctrl-_,DEL") == 0 && k.n == 8 && k.key[1] == 0 &&
	    k.key[2] == 27 && k.key[3] == 28 && k.key[6] == 31 &&
	    k.key[7] == 127);
	CHECK(detach_keys_parse(&k, "ctrl-") == -1 && errno == EINVAL);
	CHECK(detach_keys_parse(&k, "ctrl-1") == -1);
	CHECK(detach_keys_parse(&k, "control-p") == -1);
	CHECK(detach_keys_parse(&k, "a,,b") == -1);
	CHECK(detach_keys_parse(&k, "a,") == -1);
	CHECK(detach_keys_parse(&k, "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a") == -1);
	/* Overlapping starts, whole and byte by byte. */
	CHECK(detach_keys_parse(&k, "a,a,b") == 0);
	CHECK(detach_keys_scan(&k, (const unsigned char *)"xaaab!", 6, out,
	    &n) && n == 2 && memcmp(out, "xa", 2) == 0);
	CHECK(detach_keys_parse(&k, "a,b,a,c") == 0);
	for (const char *p = "abab"; *p != '\0'; p++)
		CHECK(!detach_keys_scan(&k, (const unsigned char *)p, 1, out,
		    &n) && (n == 0 || (n == 2 && memcmp(out, "ab", 2) == 0)));
	CHECK(detach_keys_scan(&k, (const unsigned char *)"ac", 2, out, &n) &&
	    n == 0);
}
/* The container ends before monitor has read what its terminal's size is. */
static void
test_unread(void)
{
	struct scene	 s;

	begin(&s, true);
	CHECK(kill(s.pid, SIGSTOP) == 0);
	answer(&s, 7 << 8);
	CHECK(kill(s.pid, SIGWINCH) == 0);
	close(s.view);
	close(s.chan.fd);
	CHECK(kill(s.pid, SIGCONT) == 0);
	CHECK(finish_scene(&s) == 7);
}

int
main(void)
{
	test_keys();
	test_terminal();
	test_detach();
	test_ended();
	test_stopped();
	test_pipes();
	test_back_pressure();
	test_lost();
	test_unread();
	return (finish());
}
