/*
 * reaper: the parent of one container's monitor. It waits, and when the
 * container has ended and no front end is left, it becomes the clean-up.
 *
 * Trusts: the front end, for what the clean-up is.
 * Holds:  descriptors that the clean-up will need. It opens nothing
 *         but /dev/null and reads no bytes but two kinds of packet.
 * Dies:   when its children are gone and the front end has cleaned up, or by
 *         executing the clean-up.
 *
 * It never confines itself, because confinement is inherited: the monitor,
 * the container and the clean-up are all started here. So it parses nothing.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "helper.h"
#include "idle.h"
#include "log.h"
#include "nitems.h"
#include "policy.h"
#include "spawn.h"

#define MONITOR_FD	4
#define LAUNCH_FD	5
#define LIBEXEC_FD	6
#define NARGS		64
#define REAPED		(UINT64_C(1) << 32)

enum { WATCHING = 1 };

struct reaper {
	struct helper	 h;
	struct child	 monitor;
	int		 held[INHERIT_COUNT];
	bool		 cleaned;	/* by the front end */
	bool		 reaped;	/* here: its monitor is gone */
	int		 status;
};

static const struct policy	 none = { .name = "reaper",
	.words = "not confined: see bulkhead-reaper(8)\n" };

static int
on_reap_hold(void *ctx, struct packet *p, struct answer *a)
{
	struct reaper	*r = ctx;
	unsigned int	 which = p->body.reap_hold.which;

	(void)a;
	if (r->held[which] != -1)
		close(r->held[which]);
	r->held[which] = packet_take_fd(p, 0);
	return (0);
}

static int
on_reap_done(void *ctx, struct packet *p, struct answer *a)
{
	struct reaper	*r = ctx;

	(void)p;
	r->cleaned = true;
	if (r->reaped)
		a->value = REAPED | (uint64_t)(unsigned int)r->status;
	return (0);
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_reap_hold,	WATCHING,	on_reap_hold },
	{ MSG_reap_done,	WATCHING,	on_reap_done },
};

/* Reap one child, if it has ended. */
static bool
reap_one(idtype_t type, int id, siginfo_t *si)
{
	si->si_pid = 0;
	return (waitid(type, (id_t)id, si, WEXITED | WNOHANG) == 0 &&
	    si->si_pid != 0);
}

/*
 * Collect who has ended. True while children are left. Orphans of a monitor
 * that was killed come to us: launch perhaps, and the container, which is the
 * one that we hold a pidfd of. It is asked for first, after a look that reaps
 * nothing, so that it cannot be taken for another.
 */
static bool
reap(struct reaper *r)
{
	int		 pidfd = r->held[INHERIT_PIDFD];
	siginfo_t	 si = { .si_pid = 0 };
	pid_t		 pid;

	while (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0) {
		if ((pid = si.si_pid) == 0)
			return (true);
		if (pidfd != -1 && reap_one(P_PIDFD, pidfd, &si)) {
			r->reaped = true;
			r->status = spawn_status(&si);
		} else
			(void)reap_one(P_PID, pid, &si);
		si.si_pid = 0;
	}
	return (errno != ECHILD);
}

static void
on_sigchld(int sig)
{
	(void)sig;			/* it only interrupts ppoll */
}

/*
 * Until the children are gone, and the front end has cleaned up or is gone.
 * SIGCHLD is let in only while we sleep, so none is missed.
 */
static void
watch(struct reaper *r)
{
	struct chan	*ch = &r->h.chan;
	struct pollfd	 pfd = { .fd = ch->fd, .events = POLLIN };
	unsigned int	 state = WATCHING;
	sigset_t	 open_mask;

	sigemptyset(&open_mask);
	while (reap(r) || (pfd.fd != -1 && !r->cleaned)) {
		pfd.revents = 0;
		if (idle_ppoll(&pfd, 1, NULL, &open_mask) == -1 &&
		    errno != EINTR)
			fatal("poll");
		if (pfd.revents != 0 && helper_once(ch, handlers,
		    NITEMS(handlers), &state, r) != 1) {
			close(ch->fd);
			pfd.fd = -1;
		}
	}
}

/* Standard streams of the user's shell must not stay open here. */
static void
detach_streams(int first, int last)
{
	int	 fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		fatal("/dev/null");
	for (int i = first; i <= last; i++)
		if (dup2(fd, i) == -1)
			fatal("/dev/null");
	close(fd);
}

static void
start_monitor(struct reaper *r, char **argv)
{
	int		 fds[2] = { LAUNCH_FD, LIBEXEC_FD };
	struct spawn	 s = { .dir_fd = LIBEXEC_FD, .file = "monitor",
			    .self = R_CTL, .peer = R_MONITOR, .stderr_fd = -1,
			    .fds = fds, .nfds = 2, .chan_fd = MONITOR_FD,
			    .trace = log_tracing(TRACE_MSG) != 0 };

	for (char **a = argv; *a != NULL && strcmp(*a, "--") != 0; a++)
		if (strcmp(*a, "-v") == 0)
			s.verbose = 1;
	if (spawn_helper(&s, &r->monitor) == -1)
		fatal("monitor cannot be started");
	close(r->monitor.pidfd);
	close(MONITOR_FD);
	close(LAUNCH_FD);
}

/* Slots to their numbers: first all out of the way, then each to its place. */
static void
place_kept(struct reaper *r)
{
	int	 up;

	for (int i = 0; i < INHERIT_COUNT; i++) {
		if (r->held[i] == -1)
			continue;
		up = fcntl(r->held[i], F_DUPFD_CLOEXEC,
		    INHERIT_BASE + INHERIT_COUNT);
		close(r->held[i]);
		r->held[i] = up;
	}
	for (int i = 0; i < INHERIT_COUNT; i++)
		if (r->held[i] != -1)
			(void)dup2(r->held[i], INHERIT_BASE + i);
}

/* The clean-up starts as if from a shell: nothing ignored, nothing blocked. */
static _Noreturn void
clean_up(struct reaper *r, char **words)
{
	static char	 name[] = "bulkhead", option[] = "--exit-status";
	char		*argv[NARGS + 4], number[16];
	size_t		 n = 0;
	sigset_t	 mask;

	argv[n++] = name;
	while (*words != NULL && n < NARGS)
		argv[n++] = *words++;
	if (r->reaped) {
		(void)snprintf(number, sizeof(number), "%d", r->status);
		argv[n++] = option;
		argv[n++] = number;
	}
	argv[n] = NULL;
	place_kept(r);
	detach_streams(STDERR_FILENO, STDERR_FILENO);
	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	sigemptyset(&mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)syscall(SYS_execveat, LIBEXEC_FD, "../../bin/bulkhead", argv,
	    environ, 0);
	_exit(EX_UNAVAILABLE);
}

int
main(int argc, char **argv)
{
	struct reaper	 r = { .h = { .name = "reaper", .self = R_REAPER,
			    .policy = &none } };
	struct sigaction sa = { .sa_handler = on_sigchld };
	sigset_t	 mask;

	for (int i = 0; i < INHERIT_COUNT; i++)
		r.held[i] = -1;
	helper_args(&r.h, argc, argv);
	argv += optind;
	helper_socket_upto(&r.h, LIBEXEC_FD);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		fatal("subreaper");
	/* What it holds for the clean-up is not for other processes to take. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("dumpable");
	(void)setsid();			/* fails only for a leader already */
	detach_streams(STDIN_FILENO, STDOUT_FILENO);
	start_monitor(&r, argv - optind);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) == -1 ||
	    sigaction(SIGCHLD, &sa, NULL) == -1)
		fatal("signals");
	watch(&r);
	if (!r.cleaned && *argv != NULL)
		clean_up(&r, argv);
	return (EX_OK);
}
