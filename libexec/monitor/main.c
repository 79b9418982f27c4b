/*
 * monitor: owns one container's standard streams, terminal, log and exit
 * status, from before it exists until its last byte is delivered.
 *
 * Trusts: the front end that started it, for which process to adopt; later
 *         commands of the same user as far as the second table goes; the
 *         container and whoever is attached in nothing.
 * Holds:  the pipes or the terminal, a pidfd, the run directory, the log.
 * Dies:   when the container has ended and its status was delivered, or when
 *         the front end goes away before there was a container.
 *
 * The container is a descendant and inherits confinement, so launch starts
 * before anything here is confined, and mon_open confines before it answers:
 * no byte of the container or of a stranger is ever read unconfined.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "handler.h"
#include "idle.h"
#include "log.h"
#include "monitor.h"
#include "path.h"
#include "policy.h"
#include "record.h"
#include "scope.h"

#define LAUNCH_FD	4
#define LIBEXEC_FD	5
#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define NSEC		1000000000LL

static const struct rule rules[] = {
#include "monitor.policy"
};
#include "monitor.bpf.h"

static const struct policy policy = { "monitor", rules, NITEMS(rules), bpf,
	NITEMS(bpf) };

/* One container, so one of these, and no heap. */
static struct monitor	 monitor;

static int
on_mon_open(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor			*m = ((struct client *)ctx)->m;
	const struct msg_mon_open	*o = &p->body.mon_open;
	int				 fds[3] = { -1, -1, -1 };

	m->run_dir = packet_take_fd(p, 0);
	if (ctl_listen(&m->ctl, m->run_dir) == -1)
		return (answer_text(a, "the control socket in the run "
		    "directory of %s cannot be made: %s", o->id,
		    strerror(errno)));
	if (io_open(&m->io, o->tty != 0, o->stdin_open != 0, fds) == -1) {
		for (int i = 0; i < 3; i++)
			if (fds[i] != -1)
				close(fds[i]);
		return (answer_text(a, "pipes for %s: %s", o->id,
		    strerror(errno)));
	}
	logfile_init(&m->log);
	helper_sandbox(&m->h, &m->run_dir, 1);
	memcpy(a->fds, fds, sizeof(fds));
	a->type = MSG_reply_fd3;
	a->nfds = 3;
	m->state = READY;
	return (0);
}

static int
on_mon_log(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor	*m = ((struct client *)ctx)->m;

	if (logfile_adopt(&m->log, packet_take_fd(p, 0),
	    p->body.mon_log.max) == -1)
		return (answer_text(a, "that is no file to append a log to"));
	return (0);
}

static int
on_mon_console(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor	*m = ((struct client *)ctx)->m;

	if (io_console(&m->io, packet_take_fd(p, 0)) == -1)
		return (answer_text(a, "that is not the terminal of this "
		    "container: %s", strerror(errno)));
	return (0);
}

/* Only a child of ours: nobody else's status could be collected later. */
static int
on_mon_adopt(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor	*m = ((struct client *)ctx)->m;
	scoped_fd int	 fd = packet_take_fd(p, 0);
	siginfo_t	 si;

	if (waitid(P_PIDFD, (id_t)fd, &si, WEXITED | WNOHANG | WNOWAIT) == -1)
		return (answer_text(a, "process %u is not the monitor's child",
		    p->body.mon_adopt.pid));
	m->payload = take_fd(&fd);
	m->state = RUNNING;
	return (0);
}

static int
attach(struct client *c, struct packet *p, struct answer *a, bool primary)
{
	struct monitor	*m = c->m;

	if (viewers_add(&m->viewers, packet_take_fd(p, 0), primary,
	    p->body.mon_attach.want_stdin != 0) == 0)
		return (0);
	if (errno == EINVAL)
		return (answer_text(a, "only a packet socket can be attached"));
	if (errno == EBUSY)
		return (answer_text(a, "another command is attached as the "
		    "primary one"));
	return (answer_text(a, "%d clients are attached, which is the most",
	    VIEWERS));
}

/* The one that started the container may ask to be waited for. */
static int
on_mon_attach_front(void *ctx, struct packet *p, struct answer *a)
{
	return (attach(ctx, p, a, p->body.mon_attach.primary != 0));
}

/* Nobody who comes later may, or a stopped terminal would stop a server. */
static int
on_mon_attach(void *ctx, struct packet *p, struct answer *a)
{
	return (attach(ctx, p, a, false));
}

/* By pidfd: the pid may be anyone's once the container has ended. */
static int
on_mon_signal(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor			*m = ((struct client *)ctx)->m;
	const struct msg_mon_signal	*s = &p->body.mon_signal;

	/* The end of its first process is the end of every other. */
	if (s->all && s->signo != SIGKILL) {
		errno = EOPNOTSUPP;
		return (answer_text(a, "only SIGKILL can be sent to every "
		    "process of a container; signal %u was not sent",
		    s->signo));
	}
	return (pidfd_send_signal(m->payload, (int)s->signo, NULL, 0));
}

static int
on_mon_resize(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor			*m = ((struct client *)ctx)->m;
	const struct msg_mon_resize	*r = &p->body.mon_resize;

	if (io_resize(&m->io, r->rows, r->cols) == -1)
		return (answer_text(a, "the container has no terminal"));
	return (0);
}

static void
finished_text(const struct monitor *m, char *out, size_t len)
{
	(void)snprintf(out, len, "%" PRId64, m->finished_ns);
}

/* Answered now if it is all over, else when it is. */
static int
on_mon_wait(void *ctx, struct packet *p, struct answer *a)
{
	struct client	*c = ctx;

	if (c->m->state == ENDED) {
		a->value = (uint64_t)c->m->wait_status;
		finished_text(c->m, a->text, sizeof(a->text));
		c->answered = true;
		return (0);
	}
	if (c->waiting) {
		errno = EBUSY;
		return (answer_text(a, "this client is waiting already"));
	}
	c->waiting = true;
	c->wait_seq = p->seq;
	a->later = true;
	return (0);
}

static const struct handler front_handlers[] = {
	/* message		states			handler */
	{ MSG_mon_open,		EMPTY,			on_mon_open },
	{ MSG_mon_log,		READY,			on_mon_log },
	{ MSG_mon_console,	READY | RUNNING,	on_mon_console },
	{ MSG_mon_adopt,	READY,			on_mon_adopt },
	{ MSG_mon_attach,	READY | RUNNING | ENDED, on_mon_attach_front },
	{ MSG_mon_signal,	RUNNING,		on_mon_signal },
	{ MSG_mon_resize,	READY | RUNNING,	on_mon_resize },
	{ MSG_mon_wait,		READY | RUNNING | ENDED, on_mon_wait },
};

/* What whoever connects to the socket may ask for. */
static const struct handler client_handlers[] = {
	{ MSG_mon_attach,	RUNNING,		on_mon_attach },
	{ MSG_mon_signal,	RUNNING,		on_mon_signal },
	{ MSG_mon_resize,	RUNNING,		on_mon_resize },
	{ MSG_mon_wait,		READY | RUNNING | ENDED, on_mon_wait },
};

bool
handle_front(struct client *c)
{
	return (helper_once(&c->chan, front_handlers, NITEMS(front_handlers),
	    &c->m->state, c) == 1);
}

bool
handle_client(struct client *c)
{
	return (helper_once(&c->chan, client_handlers,
	    NITEMS(client_handlers), &c->m->state, c) == 1);
}

static int
status_of(const siginfo_t *si)
{
	if (si->si_code == CLD_EXITED)
		return (W_EXITCODE(si->si_status & 0xff, 0));
	return (si->si_status | (si->si_code == CLD_DUMPED ? WCOREFLAG : 0));
}

/* What clean-up reads when nobody was there to be answered. */
static void
write_exit(const struct monitor *m)
{
	struct rec	*r = rec_new();
	void		*data = NULL;
	size_t		 len;

	if (r == NULL)
		return;
	(void)rec_add_num(r, "status", m->wait_status);
	(void)rec_add_num(r, "time", m->finished_ns);
	(void)rec_add_num(r, "oom", 0);
	/* Where the directory is gone already, nobody asks any more. */
	if ((rec_encode(r, &data, &len) == -1 ||
	    path_replace(m->run_dir, "exit", data, len, 0600, false) == -1) &&
	    errno != ENOENT)
		log_warn("the exit status cannot be recorded");
	free(data);
	rec_free(r);
}

/*
 * The container has ended. Its output comes first, then the record, then the
 * answers, so that whoever was told finds a complete log; and the process is
 * reaped last: should we be killed in between, reaper still gets its status.
 */
static void
payload_ended(struct monitor *m)
{
	struct timespec	 ts = { 0, 0 };
	siginfo_t	 si = { .si_pid = 0 };
	char		 text[32];

	if (waitid(P_PIDFD, (id_t)m->payload, &si,
	    WEXITED | WNOHANG | WNOWAIT) == -1 || si.si_pid == 0)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	m->finished_ns = ts.tv_sec * NSEC + ts.tv_nsec;
	m->wait_status = status_of(&si);
	m->drained = io_drain(&m->io, &m->log, &m->viewers);
	write_exit(m);
	m->state = ENDED;
	(void)waitid(P_PIDFD, (id_t)m->payload, &si, WEXITED | WNOHANG);
	close(m->payload);
	m->payload = -1;
	finished_text(m, text, sizeof(text));
	ctl_answer(&m->ctl, (uint64_t)m->wait_status, text);
}

static void
launch_ended(struct monitor *m)
{
	siginfo_t	 si = { .si_pid = 0 };

	if (waitid(P_PIDFD, (id_t)m->launch.pidfd, &si, WEXITED | WNOHANG) ==
	    -1 || si.si_pid == 0)
		return;
	if (si.si_code != CLD_EXITED)
		log_warnx("launch ended by signal %d%s", si.si_status,
		    si.si_status == SIGSYS ? ": see its .policy" : "");
	close(m->launch.pidfd);
	m->launch.pidfd = -1;
}

/* Over when nobody is owed anything: no status, no output. */
static bool
done(const struct monitor *m)
{
	if (m->ctl.front.chan.fd == -1 && (m->state & (EMPTY | READY)))
		return (true);
	return (m->state == ENDED && m->drained &&
	    (m->ctl.front.chan.fd == -1 || m->ctl.front.answered));
}

enum { SLOT_LAUNCH, SLOT_PAYLOAD, SLOT_CTL, SLOT_IO = SLOT_CTL + CTL_SLOTS,
	SLOT_VIEWERS = SLOT_IO + IO_SLOTS, SLOTS = SLOT_VIEWERS + VIEWERS };

static void
turn(struct monitor *m)
{
	struct pollfd	 pfd[SLOTS];
	struct timespec	 ts = { 0, 0 };
	int		 ms;

	pfd[SLOT_LAUNCH] = (struct pollfd){ m->launch.pidfd, POLLIN, 0 };
	pfd[SLOT_PAYLOAD] = (struct pollfd){ m->payload, POLLIN, 0 };
	ctl_poll(&m->ctl, &pfd[SLOT_CTL]);
	ms = io_poll(&m->io, &pfd[SLOT_IO], m->state == ENDED);
	viewers_poll(&m->viewers, &pfd[SLOT_VIEWERS], io_room(&m->io));
	ts.tv_nsec = ms * (NSEC / 1000);
	if (idle_ppoll(pfd, SLOTS, ms == -1 ? NULL : &ts, NULL) == -1) {
		if (errno == EINTR)
			return;
		fatal("poll");
	}
	if (pfd[SLOT_LAUNCH].revents != 0)
		launch_ended(m);
	/* Viewers first: one that is gone may be what output waits for. */
	viewers_serve(&m->viewers, &pfd[SLOT_VIEWERS], &m->io);
	if (m->state == ENDED)
		m->drained = io_drain(&m->io, &m->log, &m->viewers);
	else
		io_serve(&m->io, &pfd[SLOT_IO], &m->log, &m->viewers);
	if (pfd[SLOT_PAYLOAD].revents != 0)
		payload_ended(m);
	ctl_serve(&m->ctl, &pfd[SLOT_CTL]);
}

/* As far as permitted, which for a user without rights is not at all. */
static void
shun_oom_killer(void)
{
	scoped_fd int	 fd = open("/proc/self/oom_score_adj",
			    O_WRONLY | O_CLOEXEC);

	if (fd != -1 && write(fd, "-999", 4) == -1)
		log_debug("oom_score_adj stays as it is");
}

/*
 * A front end that does not read what we say must not stop us. The pipe is
 * shared with every helper, so we open it anew rather than change it for all;
 * in system mode it is root's pipe, and there is only the other way.
 */
static void
unblock_stderr(void)
{
	struct stat	 st;
	scoped_fd int	 fd = -1;

	if (fstat(STDERR_FILENO, &st) == -1 || !S_ISFIFO(st.st_mode))
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd != -1)
		(void)dup2(fd, STDERR_FILENO);
	else
		(void)fcntl(STDERR_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK);
}

static bool
verbose(char **argv)
{
	for (; *argv != NULL; argv++)
		if (strcmp(*argv, "-v") == 0)
			return (true);
	return (false);
}

static void
start_launch(struct monitor *m, char **argv)
{
	struct spawn	 s = { .dir_fd = LIBEXEC_FD, .file = "launch",
			    .self = R_CTL, .peer = R_LAUNCH, .stderr_fd = -1,
			    .chan_fd = LAUNCH_FD, .verbose = verbose(argv),
			    .trace = log_tracing(TRACE_MSG) != 0 };

	if (spawn_helper(&s, &m->launch) == -1)
		fatal("launch cannot be started");
	close(LAUNCH_FD);
	close(LIBEXEC_FD);
}

int
main(int argc, char **argv)
{
	struct monitor	*m = &monitor;

	m->h = (struct helper){ .name = "monitor", .self = R_MONITOR,
	    .policy = &policy };
	m->state = EMPTY;
	m->run_dir = m->payload = m->log.fd = -1;
	helper_args(&m->h, argc, argv);
	helper_socket_upto(&m->h, LIBEXEC_FD);
	start_launch(m, argv);
	unblock_stderr();
	shun_oom_killer();
	helper_drop(&m->h);
	io_init(&m->io);
	viewers_init(&m->viewers);
	ctl_init(&m->ctl, m, &m->h.chan);
	/* on_mon_open goes on with helper_sandbox, when it has all it needs. */
	if (fcntl(HELPER_FD, F_SETFL, O_RDWR | O_NONBLOCK) == -1)
		fatal("channel");
	while (!done(m))
		turn(m);
	return (EX_OK);
}
