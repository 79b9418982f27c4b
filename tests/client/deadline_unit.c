/*
 * Every wait for a helper ends: each helper is stopped (SIGSTOP) before it is
 * asked something, and must be named and killed when its time is over. The
 * times are shortened; that of the table itself is looked at, too. Requests to
 * a helper that was killed fail.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "cleanup.h"
#include "client.h"
#include "harness.h"
#include "process.h"
#include "record.h"

#define SHORT_MS	200
#define NOBODY		65534

static char	*libexec;
static int	 null;		/* a descriptor of no use to anybody */

static int64_t
now_ms(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* A client of the programs that were built, with short deadlines. */
static void
open_client(struct client *c)
{
	int	 p[2];

	memset(c, 0, sizeof(*c));
	for (int i = 0; i < H_COUNT; i++)
		c->helper[i] = (struct child){ .chan = { .fd = -1 },
		    .pidfd = -1 };
	c->libexec_fd = open(libexec, O_PATH | O_DIRECTORY | O_CLOEXEC);
	c->deadline_ms = SHORT_MS;
	c->uid = c->gid = geteuid() == 0 ? NOBODY : 0;
	c->err_read = c->err_write = -1;
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == 0) {
		c->err_read = p[0];
		c->err_write = p[1];
	}
}

static void
close_client(struct client *c)
{
	client_stop_all(c);
	close(c->libexec_fd);
}

/* What each helper is asked. 0 or -1, as the request. */
static int
ask_it(struct client *c, enum helper_id who)
{
	char		 text[1024];

	switch (who) {
	case H_REFRESH:
		return ((int)ids_query(c, text));
	case H_RESOLVE:
		return (resolve_seen(c) == NULL ? -1 : 0);
	case H_STATE:
		return (state_history(c, "") == NULL ? -1 : 0);
	case H_LOCK:
		return (lock_free(c, "x"));
	case H_STORE:
		return (store_images(c) == NULL ? -1 : 0);
	case H_FETCH:
		return (fetch_blob_begin(c, 0, null) == -1 ? -1 :
		    fetch_blob_end(c));
	case H_UNPACK:
		return (unpack_begin(c, null, null, 1, 1, 0) == -1 ||
		    unpack_end(c) == NULL ? -1 : 0);
	case H_DIGEST:
	case H_DIGEST2:
		return (digest_begin(c, who, null, -1, 0) == -1 ? -1 :
		    (int)digest_end(c, who, text));
	case H_INFLATE:
		return (inflate_begin(c, null, null, 0) == -1 ? -1 :
		    (int)inflate_end(c));
	case H_CGROUP:
		return (cgroup_gather(c, null, null) == NULL ? -1 : 0);
	case H_SYSTEMD:
		return (systemd_stop(c, "x.scope"));
	case H_REAPER:
		return (reaper_hold_send(c, INHERIT_PIDFD, null) == -1 ? -1 :
		    client_sync(c, H_REAPER));
	case H_MONITOR:
		return (monitor_console(c, null));
	default:
		return (launch_exec_begin(c) == -1 ? -1 : launch_exec_end(c));
	}
}

/* A child with this name, which may be about to be started. */
static int
find_child(pid_t parent, const char *name, pid_t *pid)
{
	int	 fd = -1;

	for (int tries = 0; tries < 500 && fd == -1; tries++) {
		if ((fd = process_open_child(parent, name, pid)) == -1)
			(void)usleep(10000);
	}
	return (fd);
}

/* Start a helper. A pidfd of its process, or -1. */
static int
start_it(struct client *c, enum helper_id who)
{
	static char	*const none[] = { NULL };
	scoped_fd int	 monitor = -1;
	pid_t		 pid;

	if (who != H_REAPER && who != H_MONITOR && who != H_LAUNCH)
		return (client_start(c, who) == -1 ? -1 :
		    fcntl(c->helper[who].pidfd, F_DUPFD_CLOEXEC, 0));
	if (client_start_reaper(c, none) == -1)
		return (-1);
	monitor = find_child(c->helper[H_REAPER].pid, "monitor", &pid);
	if (who == H_REAPER)
		return (fcntl(c->helper[who].pidfd, F_DUPFD_CLOEXEC, 0));
	return (who == H_MONITOR ? take_fd(&monitor) :
	    find_child(pid, "launch", &pid));
}

static bool
has_ended(int pidfd)
{
	struct pollfd	 pfd = { pidfd, POLLIN, 0 };

	return (poll(&pfd, 1, 5000) == 1);
}

static int
signal_it(int pidfd, int signo)
{
	return ((int)syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0));
}

static void
stopped(enum helper_id who)
{
	static struct client	 c;
	char			 want[128];
	scoped_fd int		 process = -1;
	int64_t			 began, took;
	bool			 named;

	open_client(&c);
	process = start_it(&c, who);
	if (process == -1 || signal_it(process, SIGSTOP) == -1) {
		printf("# %s: %s\n", client_name(who), c.error.text);
		check(0, "a helper can be started", __LINE__);
		close_client(&c);
		return;
	}
	began = now_ms();
	CHECK(ask_it(&c, who) == -1 && errno == EPIPE);
	took = now_ms() - began;
	(void)snprintf(want, sizeof(want), "the helper %s has not answered "
	    "within 1 s and was killed", client_name(who));
	named = strcmp(c.error.text, want) == 0;
	if (!named)
		printf("# %s\n", c.error.text);
	check(named && has_ended(process), want, __LINE__);
	CHECK(took >= SHORT_MS && took < 10000);
	CHECK(c.error.code == (who == H_STATE ? ERR_DB_CLOSED : ERR_STOPPED));
	CHECK(!client_has(&c, who));
	(void)signal_it(process, SIGKILL);
	close_client(&c);
}

/* The time that a lock may be waited for comes on top. */
static void
lock_wait(void)
{
	static struct client	 c;
	scoped_fd int		 process = -1;
	int64_t			 began;

	open_client(&c);
	process = start_it(&c, H_LOCK);
	CHECK(process != -1 && signal_it(process, SIGSTOP) == 0);
	began = now_ms();
	CHECK(lock_take(&c, "x", false, 5 * SHORT_MS, false) == -1 &&
	    errno == EPIPE);
	CHECK(now_ms() - began >= 6 * SHORT_MS);
	(void)signal_it(process, SIGKILL);
	close_client(&c);
}

/* One that works longer than its deadline is not killed for it. */
static void
progress(void)
{
	static struct client	 c;
	scoped_fd int		 file = memfd_create("zeros", MFD_CLOEXEC);
	char			 digest[DIGEST_TEXT];
	int64_t			 began, size;

	open_client(&c);
	c.deadline_ms = 300;
	CHECK(file != -1 && ftruncate(file, 1 << 30) == 0);
	CHECK(client_start(&c, H_DIGEST) == 0);
	began = now_ms();
	size = digest_begin(&c, H_DIGEST, file, -1, 0) == -1 ? -1 :
	    digest_end(&c, H_DIGEST, digest);
	if (size == -1)
		printf("# %s\n", c.error.text);
	CHECK(size == 1 << 30);
	CHECK(now_ms() - began > c.deadline_ms);
	close_client(&c);
}

static bool
is_error(const struct client *c, const char *text)
{
	if (errno == EPIPE && strcmp(c->error.text, text) == 0)
		return (true);
	printf("# %s (%s)\n", c->error.text, strerror(errno));
	return (false);
}

/*
 * What was asked of a helper that has ended since was not done: whichever
 * request noticed the end, the others fail, too, and with its reason.
 */
static void
unanswered(void)
{
	static const char	 killed[] = "the helper lockbroker was killed "
				    "by signal 9 (Killed)";
	static struct client	 c;
	scoped_fd int		 process = -1;

	open_client(&c);
	CHECK(client_sync(&c, H_LOCK) == 0);
	process = start_it(&c, H_LOCK);
	CHECK(process != -1 && signal_it(process, SIGSTOP) == 0);
	CHECK(lock_drop_send(&c, "x") == 0 && lock_drop_send(&c, "y") == 0);
	CHECK(lock_open_begin(&c, null, "shm", "", 1, 0) == 0);
	CHECK(signal_it(process, SIGKILL) == 0 && has_ended(process));
	CHECK(lock_take_send(&c, "x", false, 0, false) == -1 &&
	    is_error(&c, killed));
	(void)error_set(&c.error, ENOENT, "an earlier error");
	CHECK(client_sync(&c, H_LOCK) == -1 && is_error(&c, killed));
	(void)error_set(&c.error, ENOENT, "an earlier error");
	CHECK(lock_open_end(&c) == -1 && is_error(&c, killed));
	close_client(&c);

	/* Let go of on purpose: its answers are not wanted any more. */
	open_client(&c);
	CHECK(client_start(&c, H_LOCK) == 0 && lock_drop_send(&c, "x") == 0);
	(void)client_stop(&c, H_LOCK);
	CHECK(client_sync(&c, H_LOCK) == 0);
	CHECK(lock_open_end(&c) == -1 &&
	    is_error(&c, "the helper lockbroker is not running"));
	close_client(&c);
}

/* Nothing but the end of a container is waited for without a limit. */
static void
table(void)
{
	const struct proto_info	*info;
	bool			 all = true;

	for (unsigned int i = 1; i < UINT16_MAX; i++) {
		info = proto_find((uint16_t)i);
		if (info == NULL || info->wait_s != 0 ||
		    info->type == MSG_mon_wait || info->type == MSG_reply ||
		    info->type == MSG_reply_fd || info->type == MSG_reply_fd3)
			continue;
		printf("# %s has no deadline\n", info->name);
		all = false;
	}
	check(all, "every request has a deadline", __LINE__);
}

int
main(int argc, char **argv)
{
	if (argc != 2 || (null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
		return (2);
	libexec = argv[1];
	table();
	for (int i = 0; i < H_COUNT; i++)
		stopped((enum helper_id)i);
	lock_wait();
	progress();
	unanswered();
	return (finish());
}
