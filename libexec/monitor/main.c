/*
 * monitor: owns one container's standard streams, terminal, log and exit
 * status, from before it exists until its last byte is delivered.
 *
 * Trusts: the front end that started it, for which process to adopt; later
 *         commands of the same user for the requests of the second table;
 *         the container and viewers in nothing.
 * Holds:  the pipes or the terminal, a pidfd, the run directory, the log.
 * Dies:   when the container has ended and its status was delivered, or when
 *         the front end goes away before there was a container.
 *
 * The container is a descendant and inherits confinement, so launch starts
 * before this process is confined. That happens when mon_open, the first
 * request, has been served: no byte of the container or of another client is
 * read before.
 */
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cleanup.h"
#include "handler.h"
#include "layout.h"
#include "log.h"
#include "monitor.h"
#include "monitor.policy.h"
#include "nitems.h"
#include "watch.h"

#define LAUNCH_FD	4
#define LIBEXEC_FD	5

/* There is one container: a static object, no heap. */
static struct monitor	 monitor;

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
close_all(struct monitor *m, int theirs[3])
{
	close_fd(&m->run_dir);
	close_fd(&m->ctl.listen_fd);
	for (int i = 0; i < IO_SLOTS; i++) {
		close_fd(&m->io.fd[i]);
		close_fd(&theirs[i]);
	}
}

/* Make the socket and the pipes; the answer names the one that failed. */
static int
open_all(struct monitor *m, const struct msg_mon_open *o, int theirs[3],
    struct answer *a)
{
	if (ctl_listen(&m->ctl, m->run_dir) == -1)
		return (answer_text(a, "the control socket in the run "
		    "directory of %s cannot be made: %s", o->id,
		    strerror(errno)));
	/* Remove the exit records of an earlier run. */
	if ((unlinkat(m->run_dir, LAYOUT_CTR_LOST, 0) == -1 &&
	    errno != ENOENT) ||
	    (unlinkat(m->run_dir, LAYOUT_CTR_EXIT, 0) == -1 &&
	    errno != ENOENT))
		return (answer_text(a, "the exit record of the last run of %s "
		    "cannot be removed: %s", o->id, strerror(errno)));
	if (io_open(&m->io, o->tty != 0, o->stdin_open != 0, theirs) == -1)
		return (answer_text(a, "the pipes for %s cannot be made: %s",
		    o->id, strerror(errno)));
	return (0);
}

/* After a failure the monitor stays EMPTY, and cannot be used. */
static int
on_mon_open(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor	*m = ((struct client *)ctx)->m;
	int		 fds[3] = { -1, -1, -1 };
	int		 saved;

	m->run_dir = packet_take_fd(p, 0);
	if (open_all(m, &p->body.mon_open, fds, a) == -1) {
		saved = errno;
		close_all(m, fds);
		errno = saved;
		return (-1);
	}
	logfile_init(&m->log);
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
		return (answer_text(a, "the log is no file open for append"));
	return (0);
}

/* A file that is written once, from its beginning. */
static int
on_mon_note(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor	*m = ((struct client *)ctx)->m;
	scoped_fd int	 fd = packet_take_fd(p, 0);
	struct stat	 st;
	int		 flags = fcntl(fd, F_GETFL);

	if (m->note_fd != -1 || flags == -1 ||
	    (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &st) == -1 ||
	    !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return (answer_text(a, "the file for the exit status is not a "
		    "regular file open for writing"));
	}
	m->note_fd = take_fd(&fd);
	return (0);
}

static int
on_mon_log_old(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor	*m = ((struct client *)ctx)->m;

	if (logfile_adopt_old(&m->log, packet_take_fd(p, 0)) == -1)
		return (answer_text(a, "the file for the previous part of the "
		    "log is not a regular file open for writing"));
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

/* Accept only a child of this process: waitid(2) works for no other. */
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

/*
 * The primary viewer is waited for: only the command that started the container
 * may be one.
 */
static int
on_mon_attach_front(void *ctx, struct packet *p, struct answer *a)
{
	return (attach(ctx, p, a, p->body.mon_attach.primary != 0));
}

/*
 * A later client is never waited for, or a stopped terminal would stop a
 * server.
 */
static int
on_mon_attach(void *ctx, struct packet *p, struct answer *a)
{
	return (attach(ctx, p, a, false));
}

/* By pidfd: after the container has ended its pid may be another process's. */
static int
on_mon_signal(void *ctx, struct packet *p, struct answer *a)
{
	struct monitor			*m = ((struct client *)ctx)->m;
	const struct msg_mon_signal	*s = &p->body.mon_signal;

	/* When the first process ends, the kernel kills all others. */
	if (s->all && s->signo != SIGKILL) {
		errno = EOPNOTSUPP;
		return (answer_text(a, "only SIGKILL can be sent to every "
		    "process of a container; signal %u was not sent",
		    s->signo));
	}
	return ((int)syscall(SYS_pidfd_send_signal, m->payload, (int)s->signo,
	    NULL, 0));
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

/* Answer now if the container has ended, else when it ends. */
static int
on_mon_wait(void *ctx, struct packet *p, struct answer *a)
{
	struct client	*c = ctx;

	if (c->m->state == ENDED) {
		a->value = (uint64_t)c->m->wait_status;
		watch_finished(c->m, a->text, sizeof(a->text));
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
	{ MSG_mon_log_old,	READY,			on_mon_log_old },
	{ MSG_mon_note,		READY,			on_mon_note },
	{ MSG_mon_console,	READY | RUNNING,	on_mon_console },
	{ MSG_mon_adopt,	READY,			on_mon_adopt },
	{ MSG_mon_attach,	READY | RUNNING | ENDED, on_mon_attach_front },
	{ MSG_mon_signal,	RUNNING,		on_mon_signal },
	{ MSG_mon_resize,	READY | RUNNING,	on_mon_resize },
	{ MSG_mon_wait,		READY | RUNNING | ENDED, on_mon_wait },
};

/* The requests of clients that connect to the socket. */
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

/* Lowering it needs a privilege: without, it stays as it is. */
static void
shun_oom_killer(void)
{
	scoped_fd int	 fd = open("/proc/self/oom_score_adj",
			    O_WRONLY | O_CLOEXEC);

	if (fd != -1 && write(fd, "-999", 4) == -1)
		log_debug("oom_score_adj stays as it is");
}

/*
 * A front end that does not read standard error must not block the monitor. The
 * pipe is shared with every helper, so open it anew instead of changing it for
 * all; in system mode the pipe is root's, and cannot be opened anew.
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
	/*
	 * The container can see launch's executable in /proc: use a sealed
	 * copy.
	 */
	struct spawn	 s = { .dir_fd = LIBEXEC_FD, .file = "launch",
			    .sealed = true, .self = R_CTL, .peer = R_LAUNCH,
			    .stderr_fd = -1,
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
	    .policy = &monitor_policy };
	m->state = EMPTY;
	m->run_dir = m->note_fd = m->payload = m->log.fd = m->log.old_fd = -1;
	helper_args(&m->h, argc, argv);
	helper_socket_upto(&m->h, LIBEXEC_FD);
	start_launch(m, argv);
	unblock_stderr();
	shun_oom_killer();
	helper_drop(&m->h);
	io_init(&m->io);
	viewers_init(&m->viewers);
	ctl_init(&m->ctl, m, &m->h.chan);
	if (fcntl(HELPER_FD, F_SETFL, O_RDWR | O_NONBLOCK) == -1)
		fatal("channel");
	watch_open(m);				/* until mon_open was served */
	helper_sandbox(&m->h, &m->run_dir, 1);
	watch(m);
	return (EX_OK);
}
