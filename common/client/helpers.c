#include "client.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "visible.h"

#define REAPER_WAIT_MS	100	/* if it was killed, that shows at once */

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

/*
 * The reaper ends after the monitor, and that after we have let go of it: so
 * its end is not waited for, and is known only if it has come already.
 */
static int
reaper_status(struct child *c)
{
	struct pollfd	 pfd = { c->pidfd, POLLIN, 0 };

	close(c->chan.fd);
	c->chan.fd = -1;
	if (c->pidfd == -1 || poll(&pfd, 1, REAPER_WAIT_MS) != 1)
		return (-1);
	return (spawn_stop(c));
}

int
client_lost(struct client *s, enum helper_id who)
{
	struct child	*c = &s->helper[who];
	enum error_code	 code = who == H_STATE ? ERR_DB_CLOSED : ERR_STOPPED;
	int		 st = 0;

	client_drain(s);
	if (who == H_REAPER && c->chan.fd != -1)
		st = reaper_status(c);
	else if (c->pid > 0 && c->chan.fd != -1)
		st = spawn_stop(c);
	else if (c->chan.fd != -1) {
		close(c->chan.fd);
		c->chan.fd = -1;
	}
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

int
client_stop(struct client *s, enum helper_id who)
{
	struct child	*c = &s->helper[who];
	int		 st = 0;

	if (s->early[who] == EARLY_HERE)
		packet_clear(&s->kept[who]);
	s->early[who] = EARLY_NONE;

	if (who == H_REAPER && c->chan.fd != -1) {
		/* It outlives us when a container does. */
		close(c->chan.fd);
		if (c->pidfd != -1)
			close(c->pidfd);
	} else if (c->pid > 0)
		st = spawn_stop(c);
	else if (c->chan.fd != -1)
		close(c->chan.fd);
	*c = (struct child){ .chan = { .fd = -1 }, .pidfd = -1 };
	return (st);
}

/*
 * All have said what they had to: closing their channels ends them. Nobody
 * waits, for one may have something left to do that no answer depends on.
 */
void
client_stop_all(struct client *s)
{
	client_drain(s);
	for (int i = 0; i < H_COUNT; i++) {
		struct child	*c = &s->helper[i];

		if (c->chan.fd != -1)
			close(c->chan.fd);
		if (c->pidfd != -1)
			close(c->pidfd);
		*c = (struct child){ .chan = { .fd = -1 }, .pidfd = -1 };
	}
	if (s->err_write != -1)
		close(s->err_write);
	if (s->err_read != -1)
		close(s->err_read);
	s->err_write = s->err_read = -1;
}
