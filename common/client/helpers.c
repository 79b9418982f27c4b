#include "client.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "nitems.h"
#include "process.h"

#define REAPER_WAIT_MS	100	/* if it was killed, that shows at once */
#define STOP_WAIT_MS	30000	/* for one whose channel is closed */
#define KILL_WAIT_MS	5000	/* for one that was killed */

static const struct {
	const char	*file;
	enum role	 role;
	const char	*gives;		/* what a person loses without it */
	const char	*starts[2];	/* other programs, by itself */
	const char	*by;		/* the program that starts it */
} helpers[H_COUNT] = {
	[H_REFRESH] = { "refresh", R_REFRESH, "the id maps of containers",
			{ "mapper", "subids" } },
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
	[H_REAPER] = { "reaper", R_REAPER, "running containers",
			{ "monitor", "launch" } },
	[H_MONITOR] = { "monitor", R_MONITOR, "running containers" },
	[H_LAUNCH] = { "launch", R_LAUNCH, "running containers",
			.by = "monitor" },
};

/*
 * Helpers are found beside our own executable, so that the build tree runs
 * as it is, and by descriptor, so that the engine's account need not be
 * able to walk the path to them.
 */
static int
open_libexec(void)
{
	static const char	 dir[] = "/../libexec/bulkhead";
	char			 path[4096 + sizeof(dir)], *slash;
	ssize_t			 n = readlink("/proc/self/exe", path, 4095);

	if (n == -1)
		return (-1);
	path[n] = '\0';
	if ((slash = strrchr(path, '/')) == NULL) {
		errno = ENOENT;
		return (-1);
	}
	memcpy(slash, dir, sizeof(dir));
	return (open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

const char *
client_name(enum helper_id who)
{
	return (helpers[who].file);
}

int
client_init(struct client *c, unsigned int trace, unsigned int verbose,
    void (*said)(const char *))
{
	int	 p[2];

	memset(c, 0, sizeof(*c));
	for (int i = 0; i < H_COUNT; i++) {
		c->helper[i].chan.fd = -1;
		c->helper[i].pidfd = -1;
	}
	c->trace = trace;
	c->verbose = verbose;
	c->said = said;
	if ((c->libexec_fd = open_libexec()) == -1)
		return (error_set(&c->error, errno, "bulkhead's helper "
		    "programs are not beside it in ../libexec/bulkhead: %s; "
		    "install it again", strerror(errno)));
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
		return (-1);
	c->err_read = p[0];
	c->err_write = p[1];
	return (0);
}

static int
missing(struct client *c, enum helper_id who, const char *file)
{
	return (error_set(&c->error, errno, "cannot start the helper %s, which "
	    "is needed for %s: %s%s", file, helpers[who].gives,
	    strerror(errno), errno == EPERM && c->uid != 0 ? "; is this the "
	    "root of a user namespace, and not of the machine?" : ""));
}

/*
 * Can the programs be executed that this helper starts? It could report that on
 * stderr only, and end. An ordinary user's refresh does without subids.
 */
static int
check_started(struct client *c, enum helper_id who)
{
	const char	*file;

	for (size_t i = 0; i < 2; i++) {
		file = helpers[who].starts[i];
		if (file == NULL || (who == H_REFRESH && i == 1 && c->uid == 0))
			continue;
		if (faccessat(c->libexec_fd, file, X_OK, AT_EACCESS) == -1)
			return (missing(c, who, file));
	}
	return (0);
}

/* Limit how long a send to a blocked helper may take. */
static void
limit_sending(int channel)
{
	const struct timeval	 limit = { .tv_sec = CLIENT_SEND_MS / 1000 };

	(void)setsockopt(channel, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof(limit));
}

/* Start one with more descriptors, from 4 on, and more arguments. */
static int
start(struct client *c, enum helper_id who, const int *fds, size_t nfds,
    char *const *args)
{
	struct child	*h = &c->helper[who];
	struct spawn	 sp = { .dir_fd = c->libexec_fd,
			    .file = helpers[who].file,
			    /* Its child is seen by the container's /proc. */
			    .sealed = who == H_CGROUP, .self = R_CTL,
			    .peer = helpers[who].role,
			    .stderr_fd = c->err_write, .chan_fd = -1,
			    .fds = fds, .nfds = nfds, .args = args,
			    .trace = c->trace, .verbose = c->verbose,
			    .uid = who == H_REFRESH ? 0 : c->uid,
			    .gid = c->gid };

	if (check_started(c, who) == -1)
		return (-1);
	if (spawn_helper(&sp, h) == -1)
		return (missing(c, who, helpers[who].file));
	limit_sending(h->chan.fd);
	error_clear(&c->lost[who]);
	return (0);
}

int
client_start(struct client *c, enum helper_id who)
{
	return (client_has(c, who) ? 0 : start(c, who, NULL, 0, NULL));
}

/* Our end of the channel to a program that reaper will start; and its end. */
static int
pair(struct client *c, enum helper_id who, int *theirs)
{
	int	 sp[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		return (missing(c, H_REAPER, helpers[H_REAPER].file));
	c->helper[who].chan = (struct chan){ sp[0], R_CTL,
	    helpers[who].role };
	*theirs = sp[1];
	limit_sending(sp[0]);
	error_clear(&c->lost[who]);
	return (0);
}

int
client_start_reaper(struct client *c, char *const *cleanup)
{
	scoped_fd int	 monitor = -1, launch = -1;

	if (pair(c, H_MONITOR, &monitor) == -1 ||
	    pair(c, H_LAUNCH, &launch) == -1)
		return (-1);
	return (start(c, H_REAPER, (const int []){ monitor, launch,
	    c->libexec_fd }, 3, cleanup));
}

bool
client_has(const struct client *c, enum helper_id who)
{
	return (c->helper[who].chan.fd != -1);
}

/* Has a process ended, or does it within so many ms? */
static bool
ends_within(const struct child *h, int ms)
{
	struct pollfd	 pfd = { h->pidfd, POLLIN, 0 };
	int		 rc;

	while ((rc = poll(&pfd, 1, ms)) == -1 && errno == EINTR)
		;
	return (rc == 1);
}

static void
close_channel(struct child *h)
{
	if (h->chan.fd != -1)
		close(h->chan.fd);
	h->chan.fd = -1;
}

/* Let go of one without waiting for its end. */
static void
forget(struct child *h)
{
	close_channel(h);
	if (h->pidfd != -1)
		close(h->pidfd);
	*h = (struct child){ .chan = { .fd = -1 }, .pidfd = -1 };
}

/*
 * Close its channel, which ends it, and wait; one that does not end is killed.
 * Exit status, or 128 + signal; -1: it cannot be killed, or was not our child.
 */
static int
stop_child(struct child *h)
{
	close_channel(h);
	if (h->pidfd != -1 && !ends_within(h, STOP_WAIT_MS)) {
		(void)syscall(SYS_pidfd_send_signal, h->pidfd, SIGKILL, NULL,
		    0);
		if (!ends_within(h, KILL_WAIT_MS))
			forget(h);
	}
	return (h->pid > 0 ? spawn_stop(h) : -1);
}

/*
 * The reaper ends after the monitor, and that after we have let go of it: so
 * its end is not waited for, and is known only if it has come already.
 */
static int
reaper_status(struct child *h)
{
	close_channel(h);
	return (h->pidfd != -1 && ends_within(h, REAPER_WAIT_MS) ?
	    spawn_stop(h) : -1);
}

/*
 * Of the program, of those that it starts, or of the one that could not start
 * it: into a buffer, or NULL.
 */
static const char *
take_reason(struct client *c, enum helper_id who, char *out, size_t size)
{
	const char	*names[] = { helpers[who].file, helpers[who].starts[0],
			    helpers[who].starts[1], helpers[who].by };
	const char	*got = NULL;

	for (size_t i = 0; got == NULL && i < NITEMS(names); i++)
		if (names[i] != NULL)
			got = client_take_reason(c, names[i], out, size);
	return (got);
}

/* Has it refused to talk to a program of our version, before it ended? */
static bool
is_other_version(struct client *c, enum helper_id who)
{
	struct child	*h = &c->helper[who];
	struct pollfd	 pfd = { .fd = h->chan.fd, .events = POLLIN };
	struct packet	 p;
	int		 rc;

	if (c->answer_state[who] == ANSWER_OTHER)
		return (true);
	while (poll(&pfd, 1, 0) == 1) {
		if ((rc = chan_recv(&h->chan, &p)) != 1)
			return (rc == -1 && errno == EPROTONOSUPPORT);
		packet_clear(&p);
	}
	return (false);
}

int
client_lost(struct client *c, enum helper_id who)
{
	struct child	*h = &c->helper[who];
	enum error_code	 code = who == H_STATE ? ERR_DB_CLOSED : ERR_STOPPED;
	char		 reason[sizeof(c->reason)];
	bool		 other = is_other_version(c, who);
	int		 st;

	client_drain(c);
	st = who == H_REAPER ? reaper_status(h) : stop_child(h);
	client_drain(c);
	if (other)
		(void)error_set_code(&c->error, ERR_OTHER_VERSION, EPIPE,
		    "bulkhead and its helper %s are installed from different "
		    "versions: install one of them whole",
		    helpers[who].file);
	else if (take_reason(c, who, reason, sizeof(reason)) != NULL)
		(void)error_set_code(&c->error, code, EPIPE, "the helper %s "
		    "has ended: %s", helpers[who].file, reason);
	else if (st == -1)
		(void)error_set_code(&c->error, code, EPIPE, "the helper %s "
		    "has closed its channel without an answer",
		    helpers[who].file);
	else if (st > 128)
		(void)error_set_code(&c->error, code, EPIPE, "the helper %s "
		    "was killed by signal %d (%s)%s", helpers[who].file,
		    st - 128, strsignal(st - 128), st - 128 == SIGSYS ?
		    ": its policy refused a system call" : "");
	else
		(void)error_set_code(&c->error, code, EPIPE, "the helper %s "
		    "ended without an answer (exit status %d)",
		    helpers[who].file, st);
	c->lost[who] = c->error;
	return (-1);
}

int
client_gone(struct client *c, enum helper_id who)
{
	if (c->lost[who].code == ERR_NONE)
		return (error_set_code(&c->error, ERR_STOPPED, EPIPE, "the "
		    "helper %s is not running", client_name(who)));
	c->error = c->lost[who];
	errno = EPIPE;
	return (-1);
}

/* The reaper is the parent of the monitor, and that of launch. */
static int
kill_helper(const struct client *c, enum helper_id who)
{
	scoped_fd int	 monitor = -1, launch = -1;
	int		 fd = c->helper[who].pidfd;
	pid_t		 pid;

	errno = ESRCH;			/* of one that was inherited */
	if (who == H_MONITOR || who == H_LAUNCH)
		fd = monitor = process_open_child(c->helper[H_REAPER].pid,
		    helpers[H_MONITOR].file, &pid);
	if (who == H_LAUNCH && monitor != -1)
		fd = launch = process_open_child(pid, helpers[H_LAUNCH].file,
		    &pid);
	return (fd == -1 ? -1 : (int)syscall(SYS_pidfd_send_signal, fd,
	    SIGKILL, NULL, 0));
}

int
client_late(struct client *c, enum helper_id who, int64_t waited_ms)
{
	struct child	*h = &c->helper[who];
	bool		 killed = kill_helper(c, who) == 0;
	const char	*why = killed ? "" : strerror(errno);

	client_drain(c);
	close_channel(h);
	if (killed && h->pidfd != -1 && ends_within(h, KILL_WAIT_MS))
		(void)spawn_stop(h);
	forget(h);
	(void)error_set_code(&c->error, who == H_STATE ? ERR_DB_CLOSED :
	    ERR_STOPPED, ETIME, "the helper %s has not answered within %lld s "
	    "and %s%s", helpers[who].file, (long long)(waited_ms + 999) / 1000,
	    killed ? "was killed" : "cannot be killed: ", why);
	c->lost[who] = c->error;
	errno = EPIPE;
	return (-1);
}

int
client_stop(struct client *c, enum helper_id who)
{
	struct child	*h = &c->helper[who];
	int		 st = 0;

	if (c->answer_state[who] == ANSWER_HERE)
		packet_clear(&c->answer[who]);
	c->answer_state[who] = ANSWER_NONE;
	c->nposted[who] = 0;
	/* The reaper outlives us when a container does. */
	if (who != H_REAPER && h->pid > 0)
		st = stop_child(h);
	forget(h);
	return (st);
}

/*
 * Close the channels, which ends the helpers. Do not wait: one may have work
 * left that no answer depends on.
 */
void
client_stop_all(struct client *c)
{
	client_drain(c);
	client_say_reason(c);
	for (int i = 0; i < H_COUNT; i++)
		forget(&c->helper[i]);
	if (c->err_write != -1)
		close(c->err_write);
	if (c->err_read != -1)
		close(c->err_read);
	c->err_write = c->err_read = -1;
}
