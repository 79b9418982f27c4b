/*
 * When each helper is confined: from its start, or from the request that
 * `sandbox_at` in its main names. The number of seccomp filters of the process
 * tells, compared with our own: a CI machine may have put one on both.
 */
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"
#include "helper.h"
#include "nitems.h"

#define NOBODY	65534

static char	 libexec[PATH_MAX], place[] = "/tmp/confined.XXXXXX";
static int	 null_fd, libexec_fd;

/* A request, with descriptors of directories. */
struct first {
	enum msg_type	 type;
	int		 nfds;
};

static const struct program {
	const char	*name;
	enum role	 role;
	int		 nends;		/* channels */
	struct first	 before;	/* still open after it; or 0 */
	/* confined after it; 0: from the start */
	struct first	 at;
} programs[] = {
	{ "resolve",	R_RESOLVE,	1, { 0, 0 }, { 0, 0 } },
	{ "fetch",	R_FETCH,	1, { 0, 0 }, { 0, 0 } },
	{ "refresh",	R_REFRESH,	1, { 0, 0 }, { 0, 0 } },
	{ "cgroup",	R_CGROUP,	1, { 0, 0 }, { 0, 0 } },
	{ "systemd",	R_SYSTEMD,	1, { 0, 0 }, { 0, 0 } },
	{ "digest",	R_DIGEST,	1, { 0, 0 }, { 0, 0 } },
	{ "inflate",	R_INFLATE,	1, { 0, 0 }, { 0, 0 } },
	{ "statekeep",	R_STATE,	1, { MSG_event_to, 1 },
					   { MSG_state_open, 3 } },
	{ "lockbroker",	R_LOCK,		1, { 0, 0 }, { MSG_lock_open, 1 } },
	{ "store",	R_STORE,	1, { 0, 0 }, { MSG_store_open, 2 } },
	{ "unpack",	R_UNPACK,	1, { MSG_userns_make, 0 },
					   { MSG_layer_unpack, 2 } },
	{ "launch",	R_LAUNCH,	1, { 0, 0 }, { MSG_launch_create, 0 } },
	{ "monitor",	R_MONITOR,	2, { 0, 0 }, { MSG_mon_open, 1 } },
};

/* How many seccomp filters a process has, or -1. */
static int
filters(pid_t pid)
{
	char	 path[64], line[256];
	int	 n = -1;
	FILE	*f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return (-1);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Seccomp_filters: %d", &n) == 1)
			break;
	(void)fclose(f);
	return (n);
}

/*
 * Ask with directories. The answer may be an error: a helper is confined
 * before it looks at the rest of the request.
 */
static bool
ask_first(struct chan *ch, const struct first *f)
{
	union msg	 m;
	int		 fds[PROTO_FDS];

	memset(&m, 0, sizeof(m));
	for (int i = 0; i < f->nfds; i++)
		fds[i] = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->type == MSG_userns_make)
		m.userns_make.single = 1;
	if (f->type == MSG_mon_open)
		m.mon_open.tty = 1;
	if (ask(ch, f->type, &m, fds, (unsigned int)f->nfds) == UINT32_MAX)
		return (false);
	for (int i = 0; i < f->nfds; i++)
		close(fds[i]);
	return (true);
}

/* After its answer the helper has done all that came before this request. */
static bool
pinged(struct chan *ch)
{
	union msg	 m = { .ping = { .nonce = 1 } };

	return (ask(ch, MSG_ping, &m, NULL, 0) == 0);
}

/*
 * Unpack serves its request only as root of a user namespace. A ping of refresh
 * is answered by mapper, and this question by refresh itself.
 */
static bool
ready(const struct program *p, struct chan *ch)
{
	union msg	 m = { .userns_ready = { .single = 1 } };

	if (p->role == R_REFRESH)
		return (ask(ch, MSG_ids_query, &(union msg){ 0 }, NULL, 0) ==
		    0);
	return (p->role != R_UNPACK ||
	    ask(ch, MSG_userns_ready, &m, NULL, 0) == 0);
}

static void
test_program(const struct program *p)
{
	char		 path[PATH_MAX + 16], what[128];
	int		 ends[START_FDS], own = filters(getpid());
	struct chan	 ch;
	pid_t		 pid;

	(void)snprintf(path, sizeof(path), "%s/%s", libexec, p->name);
	pid = start_fds(path, R_CTL, ends, p->nends,
	    p->nends == 1 ? -1 : libexec_fd, null_fd);
	ch = (struct chan){ .fd = ends[0], .self = R_CTL, .peer = p->role };
	(void)snprintf(what, sizeof(what), "%s: %s", p->name, p->at.type == 0 ?
	    "confined when it serves its first request" :
	    "not confined before the request of sandbox_at");
	check(pinged(&ch) && (p->before.type == 0 ||
	    ask_first(&ch, &p->before)) && ready(p, &ch) &&
	    filters(pid) - own == (p->at.type == 0), what, __LINE__);
	(void)snprintf(what, sizeof(what), "%s: confined after it", p->name);
	if (p->at.type != 0)
		check(ask_first(&ch, &p->at) && pinged(&ch) &&
		    filters(pid) - own == 1, what, __LINE__);
	for (int i = 1; i < p->nends; i++)
		close(ends[i]);
	(void)stop(pid, &ch);
}

int
main(int argc, char **argv)
{
	char	 path[64];

	if (argc != 2 || realpath(argv[1], libexec) == NULL)
		errx(EX_USAGE, "usage: confined_test libexec");
	(void)signal(SIGPIPE, SIG_IGN);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	libexec_fd = open(libexec, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (null_fd == -1 || libexec_fd == -1 || mkdtemp(place) == NULL ||
	    (geteuid() == 0 && chown(place, NOBODY, NOBODY) == -1))
		err(1, "setup");
	for (size_t i = 0; i < NITEMS(programs); i++)
		test_program(&programs[i]);
	(void)snprintf(path, sizeof(path), "%s/ctl", place);
	(void)unlink(path);		/* the monitor's socket */
	(void)rmdir(place);
	return (finish());
}
