#include "client.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"
#include "visible.h"

#define REAPER_WAIT_MS	100	/* if it was killed, that shows at once */
#define STOP_WAIT_MS	30000	/* for one whose channel is closed */
#define KILL_WAIT_MS	5000	/* for one that was killed */

static const struct {
	const char	*file;
	enum role	 role;
	const char	*gives;		/* what a person loses without it */
} helpers[H_COUNT] = {
	[H_REFRESH] = { "refresh", R_REFRESH, "the id maps of containers" },
	[H_RESOLVE] = { "resolve", R_RESOLVE, "the configuration" },
	[H_STATE] = { "statekeep", R_STATE, "the state of containers" },
	[H_LOCK] = { "lockbroker", R_LOCK, "locks" },
	[H_STORE] = { "store", R_STORE, "images" },
	[H_FETCH] = { "fetch", R_FETCH, "reading archives" },
	[H_UNPACK] = { "unpack", R_UNPACK, "unpacking layers" },
	[H_DIGEST] = { "digest", R_DIGEST, "unpacking layers" },
	[H_DIGEST2] = { "digest", R_DIGEST, "unpacking layers" },
	[H_INFLATE] = { "inflate", R_INFLATE, "unpacking layers" },
	[H_CGROUP] = { "cgroup", R_CGROUP, "pausing containers" },
	[H_SYSTEMD] = { "systemd", R_SYSTEMD, "cgroups of systemd" },
	[H_REAPER] = { "reaper", R_REAPER, "running containers" },
	[H_MONITOR] = { "monitor", R_MONITOR, "running containers" },
	[H_LAUNCH] = { "launch", R_LAUNCH, "running containers" },
};

/*
 * Helpers are found beside our own executable, so that the build tree runs
 * as it is, and by descriptor, so that the engine's account need not be
 * able to walk the path to them.
 */
static int
open_libexec(void)
{
	static const char *const	 places[] = { "../libexec/bulkhead" };
	char				 self[4096], *slash;
	scoped_fd int			 bin = -1;
	ssize_t				 n;

	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n == -1)
		return (-1);
	self[n] = '\0';
	if ((slash = strrchr(self, '/')) == NULL) {
		errno = ENOENT;
		return (-1);
	}
	*slash = '\0';
	if ((bin = open(self, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	return (openat(bin, places[0], O_PATH | O_DIRECTORY | O_CLOEXEC));
}

const char *
client_name(enum helper_id who)
{
	return (helpers[who].file);
}

int
client_init(struct client *s, unsigned int trace, unsigned int verbose)
{
	int	 p[2];

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < H_COUNT; i++) {
		s->helper[i].chan.fd = -1;
		s->helper[i].pidfd = -1;
	}
	s->trace = trace;
	s->verbose = verbose;
	if ((s->libexec_fd = open_libexec()) == -1)
		return (error_set(&s->error, errno, "bulkhead's helper "
		    "programs are not beside it in ../libexec/bulkhead: %s; "
		    "install it again", strerror(errno)));
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
		return (-1);
	s->err_read = p[0];
	s->err_write = p[1];
	return (0);
}

static int
missing(struct client *s, enum helper_id who)
{
	return (error_set(&s->error, errno, "cannot start the helper %s, which "
	    "is needed for %s: %s%s", helpers[who].file, helpers[who].gives,
	    strerror(errno), errno == EPERM && s->uid != 0 ? "; is this the "
	    "root of a user namespace, and not of the machine?" : ""));
}

/* To a helper that reads nothing more no request is sent for ever. */
static void
limit_sending(const struct child *c)
{
	const struct timeval	 limit = { .tv_sec = CLIENT_SEND_MS / 1000 };

	(void)setsockopt(c->chan.fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof(limit));
}

int
client_start(struct client *s, enum helper_id who)
{
	struct spawn	 sp = { .dir_fd = s->libexec_fd,
			    .file = helpers[who].file,
			    /* Its child is seen by the container's /proc. */
			    .sealed = who == H_CGROUP, .self = R_CTL,
			    .peer = helpers[who].role,
			    .stderr_fd = s->err_write, .chan_fd = -1,
			    .trace = s->trace, .verbose = s->verbose,
			    .uid = who == H_REFRESH ? 0 : s->uid,
			    .gid = s->gid };

	if (client_has(s, who))
		return (0);
	if (spawn_helper(&sp, &s->helper[who]) == -1)
		return (missing(s, who));
	limit_sending(&s->helper[who]);
	return (0);
}

/* Our ends of the channels to two programs that reaper will start. */
static int
pair(struct client *s, enum helper_id who, int *theirs)
{
	int	 sp[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		return (-1);
	s->helper[who].chan = (struct chan){ sp[0], R_CTL,
	    helpers[who].role };
	*theirs = sp[1];
	limit_sending(&s->helper[who]);
	return (0);
}

int
client_start_reaper(struct client *s, char *const *cleanup)
{
	scoped_fd int	 mon = -1, launch = -1;
	int		 fds[3];
	struct spawn	 sp = { .dir_fd = s->libexec_fd, .file = "reaper",
			    .self = R_CTL, .peer = R_REAPER,
			    .stderr_fd = s->err_write, .chan_fd = -1,
			    .fds = fds, .nfds = 3, .args = cleanup,
			    .trace = s->trace, .verbose = s->verbose,
			    .uid = s->uid, .gid = s->gid };

	/* These two are started out of our sight: better said now. */
	for (int i = H_MONITOR; i <= H_LAUNCH; i++)
		if (faccessat(s->libexec_fd, helpers[i].file, X_OK,
		    AT_EACCESS) == -1)
			return (missing(s, (enum helper_id)i));
	if (pair(s, H_MONITOR, &mon) == -1 || pair(s, H_LAUNCH, &launch) == -1)
		return (missing(s, H_REAPER));
	fds[0] = mon;
	fds[1] = launch;
	fds[2] = s->libexec_fd;
	if (spawn_helper(&sp, &s->helper[H_REAPER]) == -1)
		return (missing(s, H_REAPER));
	limit_sending(&s->helper[H_REAPER]);
	return (0);
}

bool
client_has(const struct client *s, enum helper_id who)
{
	return (s->helper[who].chan.fd != -1);
}

void
client_drain(struct client *s)
{
	char	 buf[4097], out[4 * 4096];
	ssize_t	 n;

	while ((n = read(s->err_read, buf, sizeof(buf) - 1)) > 0) {
		buf[n] = '\0';
		if (isatty(STDERR_FILENO)) {
			(void)visible_text(out, sizeof(out), buf);
			(void)fputs(out, stderr);
		} else
			(void)fwrite(buf, 1, (size_t)n, stderr);
	}
}

/* Has a process ended, or does it within so many ms? */
static bool
ends_within(const struct child *c, int ms)
{
	struct pollfd	 pfd = { c->pidfd, POLLIN, 0 };
	int		 rc;

	while ((rc = poll(&pfd, 1, ms)) == -1 && errno == EINTR)
		;
	return (rc == 1);
}

static void
close_channel(struct child *c)
{
	if (c->chan.fd != -1)
		close(c->chan.fd);
	c->chan.fd = -1;
}

/* Let go of one without waiting for its end. */
static void
forget(struct child *c)
{
	close_channel(c);
	if (c->pidfd != -1)
		close(c->pidfd);
	*c = (struct child){ .chan = { .fd = -1 }, .pidfd = -1 };
}

/*
 * Close its channel, which ends it, and wait; one that does not end is killed.
 * Exit status, or 128 + signal; -1: it cannot be killed, or was not our child.
 */
static int
stop_child(struct child *c)
{
	close_channel(c);
	if (c->pidfd != -1 && !ends_within(c, STOP_WAIT_MS)) {
		(void)syscall(SYS_pidfd_send_signal, c->pidfd, SIGKILL, NULL,
		    0);
		if (!ends_within(c, KILL_WAIT_MS))
			forget(c);
	}
	return (c->pid > 0 ? spawn_stop(c) : -1);
}

/*
 * The reaper ends after the monitor, and that after we have let go of it: so
 * its end is not waited for, and is known only if it has come already.
 */
static int
reaper_status(struct child *c)
{
	close_channel(c);
	return (c->pidfd != -1 && ends_within(c, REAPER_WAIT_MS) ?
	    spawn_stop(c) : -1);
}

int
client_lost(struct client *s, enum helper_id who)
{
	struct child	*c = &s->helper[who];
	enum error_code	 code = who == H_STATE ? ERR_DB_CLOSED : ERR_STOPPED;
	int		 st;

	client_drain(s);
	st = who == H_REAPER ? reaper_status(c) : stop_child(c);
	if (st == -1)
		return (error_set_code(&s->error, code, EPIPE, "the helper %s "
		    "has closed its channel without an answer",
		    helpers[who].file));
	if (st > 128)
		return (error_set_code(&s->error, code, EPIPE, "the helper %s "
		    "was killed by signal %d (%s)%s", helpers[who].file,
		    st - 128, strsignal(st - 128), st - 128 == SIGSYS ?
		    ": its policy refused a system call" : ""));
	return (error_set_code(&s->error, code, EPIPE, "the helper %s ended "
	    "without an answer (exit status %d)", helpers[who].file, st));
}

/* The reaper is the parent of the monitor, and that of launch. */
static int
kill_helper(const struct client *s, enum helper_id who)
{
	scoped_fd int	 monitor = -1, launch = -1;
	int		 fd = s->helper[who].pidfd;
	pid_t		 pid;

	errno = ESRCH;			/* of one that was inherited */
	if (who == H_MONITOR || who == H_LAUNCH)
		fd = monitor = process_open_child(s->helper[H_REAPER].pid,
		    helpers[H_MONITOR].file, &pid);
	if (who == H_LAUNCH && monitor != -1)
		fd = launch = process_open_child(pid, helpers[H_LAUNCH].file,
		    &pid);
	return (fd == -1 ? -1 : (int)syscall(SYS_pidfd_send_signal, fd,
	    SIGKILL, NULL, 0));
}

int
client_late(struct client *s, enum helper_id who, int64_t waited_ms)
{
	struct child	*c = &s->helper[who];
	bool		 killed = kill_helper(s, who) == 0;
	const char	*why = killed ? "" : strerror(errno);

	client_drain(s);
	close_channel(c);
	if (killed && c->pidfd != -1 && ends_within(c, KILL_WAIT_MS))
		(void)spawn_stop(c);
	forget(c);
	return (error_set_code(&s->error, who == H_STATE ? ERR_DB_CLOSED :
	    ERR_STOPPED, EPIPE, "the helper %s has not answered within %lld s "
	    "and %s%s", helpers[who].file, (long long)(waited_ms + 999) / 1000,
	    killed ? "was killed" : "cannot be killed: ", why));
}

int
client_stop(struct client *s, enum helper_id who)
{
	struct child	*c = &s->helper[who];
	int		 st = 0;

	if (s->early[who] == EARLY_HERE)
		packet_clear(&s->kept[who]);
	s->early[who] = EARLY_NONE;
	/* The reaper outlives us when a container does. */
	if (who != H_REAPER && c->pid > 0)
		st = stop_child(c);
	forget(c);
	return (st);
}

/*
 * Close the channels, which ends the helpers. Do not wait: one may have work
 * left that no answer depends on.
 */
void
client_stop_all(struct client *s)
{
	client_drain(s);
	for (int i = 0; i < H_COUNT; i++)
		forget(&s->helper[i]);
	if (s->err_write != -1)
		close(s->err_write);
	if (s->err_read != -1)
		close(s->err_read);
	s->err_write = s->err_read = -1;
}
