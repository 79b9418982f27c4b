#include "attach.h"

#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "calls.h"
#include "chan.h"
#include "cleanup.h"

#define PACKET_OUT	(1 + 16384)	/* what monitor sends, kind included */
#define PACKET_IN	(1 + 4096)	/* and takes */
#define FIRST_SEQ	0x61740000u	/* away from the client's own numbers */

/* The terminal as it was; one process has one. */
static struct termios	 saved;
static int		 saved_fd = -1;

struct relay {
	struct attach	*a;
	int		 sig_fd;
	sigset_t	 old_mask;
	bool		 typed;		/* in_fd is a terminal, and raw */
	bool		 proxies;	/* signals are the container's */
	bool		 in_over;
	bool		 detached;
	bool		 answered;	/* mon_wait was */
	bool		 mon_gone;
	uint32_t	 seq;
	uint32_t	 wait_seq;
	size_t		 in_len;	/* a packet that waits for the socket */
	size_t		 out_at;	/* one that waits for our output */
	size_t		 out_len;
	unsigned char	 in[PACKET_IN + DETACH_MAX];
	unsigned char	 out[PACKET_OUT];
};

static void
restore(void)
{
	if (saved_fd != -1)
		(void)tcsetattr(saved_fd, TCSANOW, &saved);
}

static void
raw(int fd)
{
	struct termios	 t;

	if (tcgetattr(fd, &t) == -1)
		return;
	if (saved_fd == -1) {
		saved = t;
		saved_fd = fd;
	}
	cfmakeraw(&t);
	(void)tcsetattr(fd, TCSANOW, &t);
}

/* "a", or "ctrl-" and one of a-z @ [ \ ] ^ _. -1 when it is neither. */
static int
one_key(const char *s, size_t len)
{
	static const char	 odd[] = "[\\]^_";	/* 27 to 31 */
	const char		*p;

	if (len == 1)
		return ((unsigned char)*s < 0x80 ? *s : -1);
	if (len == 3 && memcmp(s, "DEL", 3) == 0)
		return (127);
	if (len != 6 || memcmp(s, "ctrl-", 5) != 0)
		return (-1);
	if (s[5] >= 'a' && s[5] <= 'z')
		return (s[5] - 'a' + 1);
	if (s[5] == '@')
		return (0);
	if ((p = strchr(odd, s[5])) == NULL || *p == '\0')
		return (-1);
	return ((int)(p - odd) + 27);
}

int
detach_keys_parse(struct detach_keys *k, const char *s)
{
	size_t	 len;
	int	 c;

	memset(k, 0, sizeof(*k));
	while (*s != '\0') {
		len = strcspn(s, ",");
		if (k->n == DETACH_MAX || (c = one_key(s, len)) == -1 ||
		    (s[len] == ',' && s[len + 1] == '\0')) {
			k->n = 0;
			errno = EINVAL;
			return (-1);
		}
		k->key[k->n++] = (unsigned char)c;
		s += len + (s[len] == ',');
	}
	return (0);
}

/*
 * A key that does not go on with the sequence may still go on with a later
 * start of it: ctrl-p ctrl-p ctrl-q detaches. Returns how many of the bytes
 * held back are now known to be the container's.
 */
static size_t
fall_back(struct detach_keys *k, const unsigned char *held, size_t n)
{
	size_t	 skip = 1;

	while (skip < n && memcmp(held + skip, k->key, n - skip) != 0)
		skip++;
	k->seen = n - skip;
	return (skip);
}

bool
detach_keys_scan(struct detach_keys *k, const unsigned char *in, size_t len,
    unsigned char *out, size_t *outlen)
{
	unsigned char	 held[DETACH_MAX + 1];
	size_t		 give;

	*outlen = 0;
	if (k->n == 0) {
		memcpy(out, in, len);
		*outlen = len;
		return (false);
	}
	for (size_t i = 0; i < len; i++) {
		if (in[i] == k->key[k->seen]) {
			if (++k->seen < k->n)
				continue;
			k->seen = 0;
			return (true);
		}
		memcpy(held, k->key, k->seen);
		held[k->seen] = in[i];
		give = fall_back(k, held, k->seen + 1);
		memcpy(out + *outlen, held, give);
		*outlen += give;
	}
	return (false);
}

void
attach_init(struct attach *a, struct chan *mon)
{
	memset(a, 0, sizeof(*a));
	a->sock = -1;
	a->mon = mon;
	a->in_fd = STDIN_FILENO;
	a->out_fd = STDOUT_FILENO;
	a->err_fd = STDERR_FILENO;
	(void)detach_keys_parse(&a->keys, DETACH_KEYS);
}

int
attach_socket(struct attach *a, struct client *c, bool primary)
{
	scoped_fd int	 ours = -1, theirs = -1;
	int		 sp[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		return (error_set(&c->error, errno, "cannot attach: %s",
		    strerror(errno)));
	ours = sp[0];
	theirs = sp[1];
	if (monitor_attach(c, theirs, primary, a->want_stdin) == -1)
		return (-1);
	a->sock = take_fd(&ours);
	return (0);
}

/* If monitor is gone, on_monitor sees it, behind the answer that it left. */
static void
tell(struct relay *r, enum msg_type type, const union msg *m)
{
	if (!r->mon_gone)
		(void)chan_send(r->a->mon, type, ++r->seq, m, NULL, 0);
}

static void
tell_size(struct relay *r)
{
	union msg	 m = { 0 };
	struct winsize	 ws;

	if (!r->a->tty || (ioctl(r->a->in_fd, TIOCGWINSZ, &ws) == -1 &&
	    ioctl(r->a->out_fd, TIOCGWINSZ, &ws) == -1))
		return;
	m.mon_resize.rows = ws.ws_row;
	m.mon_resize.cols = ws.ws_col;
	tell(r, MSG_mon_resize, &m);
}

/* Signals that come as packets of ours instead of ending us half-way. */
static int
catch_signals(struct relay *r)
{
	static const int	 ends[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT },
				 more[] = { SIGUSR1, SIGUSR2, SIGALRM };
	struct attach		*a = r->a;
	sigset_t		 set;

	sigemptyset(&set);
	for (size_t i = 0; i < 4; i++)
		if (a->tty || a->sig_proxy)
			(void)sigaddset(&set, ends[i]);
	for (size_t i = 0; i < 3; i++)
		if (r->proxies)
			(void)sigaddset(&set, more[i]);
	if (a->tty) {
		(void)sigaddset(&set, SIGWINCH);
		(void)sigaddset(&set, SIGTSTP);
		(void)sigaddset(&set, SIGCONT);
	}
	if (sigprocmask(SIG_BLOCK, &set, &r->old_mask) == -1)
		return (-1);
	r->sig_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return (r->sig_fd == -1 ? -1 : 0);
}

/* True when we are to end because of it. */
static bool
on_signal(struct relay *r)
{
	struct signalfd_siginfo	 si;
	union msg		 m = { 0 };

	if (read(r->sig_fd, &si, sizeof(si)) != sizeof(si))
		return (false);
	switch (si.ssi_signo) {
	case SIGWINCH:
		tell_size(r);
		return (false);
	case SIGTSTP:
		restore();
		(void)raise(SIGSTOP);
		return (false);
	case SIGCONT:
		if (r->typed)
			raw(r->a->in_fd);
		tell_size(r);
		return (false);
	}
	if (r->proxies) {
		m.mon_signal.signo = si.ssi_signo;
		tell(r, MSG_mon_signal, &m);
		return (false);
	}
	r->a->signal = (int)si.ssi_signo;
	errno = EINTR;
	return (true);
}

/* Replies: only that to mon_wait says anything that we act on. */
static void
on_monitor(struct relay *r)
{
	struct packet	 p;

	if (chan_recv(r->a->mon, &p) != 1) {
		r->mon_gone = true;
		return;
	}
	packet_clear(&p);
	if (p.seq != r->wait_seq || p.info->type != MSG_reply ||
	    p.body.reply.error != 0)
		return;
	r->answered = true;
	r->a->wait_status = (int)p.body.reply.value;
	r->a->finished_ns = strtoll(p.body.reply.text, NULL, 10);
}

static void
flush_input(struct relay *r)
{
	if (send(r->a->sock, r->in, r->in_len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    -1 && (errno == EAGAIN || errno == EINTR))
		return;
	r->in_len = 0;			/* a closed socket shows elsewhere */
}

static void
on_input(struct relay *r)
{
	unsigned char	 buf[PACKET_IN - 1 - DETACH_MAX];
	ssize_t		 n = read(r->a->in_fd, buf, sizeof(buf));
	size_t		 len = 0;

	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	r->in[0] = STDIN_FILENO;
	if (n <= 0)
		r->in_over = true;	/* an empty packet: end of file */
	else if (r->typed)
		r->detached = detach_keys_scan(&r->a->keys, buf, (size_t)n,
		    r->in + 1, &len);
	else {
		memcpy(r->in + 1, buf, (size_t)n);
		len = (size_t)n;
	}
	if (len == 0 && n > 0)
		return;			/* held back: keys to detach, perhaps */
	r->in_len = 1 + len;
	flush_input(r);
}

static int
out_target(const struct relay *r)
{
	return (r->out[0] == STDERR_FILENO ? r->a->err_fd : r->a->out_fd);
}

/* False at the end of the socket. */
static bool
on_output(struct relay *r)
{
	ssize_t	 n = recv(r->a->sock, r->out, sizeof(r->out), MSG_DONTWAIT);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return (true);
	if (n <= 0)
		return (false);
	if ((r->out[0] == STDOUT_FILENO && r->a->no_stdout) ||
	    (r->out[0] == STDERR_FILENO && r->a->no_stderr))
		return (true);
	r->out_at = 1;
	r->out_len = (size_t)n - 1;
	return (true);
}

/*
 * Write what poll has found room for. Never more than a pipe is sure to take:
 * a blocked write would keep us from signals, which are blocked too.
 */
static int
flush_output(struct relay *r)
{
	struct stat	 st;
	size_t		 len = r->out_len;
	ssize_t		 n;

	if (len > PIPE_BUF && (fstat(out_target(r), &st) == -1 ||
	    !S_ISREG(st.st_mode)))
		len = PIPE_BUF;
	n = write(out_target(r), r->out + r->out_at, len);
	if (n == -1)
		return (errno == EAGAIN || errno == EINTR ? 0 : -1);
	r->out_at += (size_t)n;
	r->out_len -= (size_t)n;
	return (0);
}

enum { P_SIG, P_MON, P_OUT, P_SOCK, P_IN, P_SLOTS };

static void
fill(const struct relay *r, struct pollfd *p)
{
	const struct attach	*a = r->a;

	p[P_SIG] = (struct pollfd){ r->sig_fd, POLLIN, 0 };
	p[P_MON] = (struct pollfd){ r->mon_gone ? -1 : a->mon->fd, POLLIN, 0 };
	p[P_OUT] = (struct pollfd){ r->out_len > 0 ? out_target(r) : -1,
	    POLLOUT, 0 };
	p[P_SOCK] = (struct pollfd){ r->out_len > 0 && r->in_len == 0 ? -1 :
	    a->sock, 0, 0 };
	if (r->out_len == 0)
		p[P_SOCK].events |= POLLIN;
	if (r->in_len > 0)
		p[P_SOCK].events |= POLLOUT;
	p[P_IN] = (struct pollfd){ a->want_stdin && !r->in_over &&
	    r->in_len == 0 ? a->in_fd : -1, POLLIN, 0 };
}

/* The socket has ended: was that the container, or only we? */
static int
verdict(struct relay *r)
{
	struct pollfd	 p = { r->a->mon->fd, POLLIN, 0 };

	/* Monitor answers before it closes, so what is there is all. */
	while (!r->answered && !r->mon_gone && poll(&p, 1, 0) == 1)
		on_monitor(r);
	if (r->answered)
		return (ATTACH_EXITED);
	errno = r->mon_gone ? ECONNRESET : ENOBUFS;
	return (-1);
}

static int
relay(struct relay *r)
{
	struct pollfd	 p[P_SLOTS];

	for (;;) {
		fill(r, p);
		if (poll(p, P_SLOTS, -1) == -1) {
			if (errno == EINTR)
				continue;
			return (-1);
		}
		if (p[P_SIG].revents != 0 && on_signal(r))
			return (-1);
		if (p[P_MON].revents != 0)
			on_monitor(r);
		if (p[P_OUT].revents != 0 && flush_output(r) == -1)
			return (-1);
		if (p[P_SOCK].revents & (POLLHUP | POLLERR))
			r->in_len = 0;	/* there is no reader */
		else if (r->in_len > 0 && (p[P_SOCK].revents & POLLOUT))
			flush_input(r);
		if ((p[P_SOCK].revents & (POLLIN | POLLHUP | POLLERR)) &&
		    r->out_len == 0 && !on_output(r))
			return (verdict(r));
		if (p[P_IN].revents != 0)
			on_input(r);
		if (r->detached && r->in_len == 0)
			return (ATTACH_DETACHED);
	}
}

static void
leave(struct relay *r)
{
	int	 error = errno;

	restore();
	saved_fd = -1;
	if (r->sig_fd != -1)
		close(r->sig_fd);
	(void)sigprocmask(SIG_SETMASK, &r->old_mask, NULL);
	close(r->a->sock);
	r->a->sock = -1;
	errno = error;
}

int
attach_run(struct attach *a)
{
	static struct relay	 r;
	static bool		 registered;
	void			(*old_pipe)(int);
	union msg		 m = { 0 };
	int			 rc = -1;

	memset(&r, 0, sizeof(r));
	r.a = a;
	r.sig_fd = -1;
	r.seq = FIRST_SEQ;
	r.typed = a->tty && a->want_stdin && isatty(a->in_fd);
	/* On a raw terminal the keys go there by themselves. */
	r.proxies = a->sig_proxy && !r.typed;
	if (!registered)
		registered = atexit(restore) == 0;
	old_pipe = signal(SIGPIPE, SIG_IGN);
	if (catch_signals(&r) == 0) {
		if (r.typed)
			raw(a->in_fd);
		tell(&r, MSG_mon_wait, &m);
		r.wait_seq = r.seq;
		tell_size(&r);
		rc = relay(&r);
	}
	leave(&r);
	(void)signal(SIGPIPE, old_pipe);
	return (rc);
}
