/*
 * reaper, with the real monitor below it and a launch and a clean-up of our
 * own. The clean-up writes down how it was started.
 */
#include "../monitor/rig.h"
#include "records.h"

#include <sysexits.h>

#define KEPT	10

static struct rig	 rig;

/* In place of bin/bulkhead: prints its arguments and inherited descriptors. */
static int
fake_clean_up(int argc, char **argv)
{
	struct stat	 st;
	FILE		*f;
	int		 flags;

	if (argc < 4 || (f = fopen(argv[3], "we")) == NULL)
		return (1);
	for (int i = 0; i < argc; i++)
		fprintf(f, "arg %s\n", argv[i]);
	for (int fd = 0; fd < 64; fd++)
		if (fd != fileno(f) && (flags = fcntl(fd, F_GETFD)) != -1 &&
		    fstat(fd, &st) == 0)
			fprintf(f, "fd %d %s ino %lu\n", fd,
			    (flags & FD_CLOEXEC) ? "closes" : "stays",
			    (unsigned long)st.st_ino);
	fprintf(f, "sid %s\nint %s\nend\n",
	    getsid(0) == getpid() ? "own" : "other",
	    signal(SIGINT, SIG_DFL) == SIG_DFL ? "default" : "ignored");
	return (fclose(f) == 0 ? 0 : 1);
}

static void
begin(struct rig *r, char *const *words)
{
	struct spawn	 s = { .file = "reaper", .self = R_CTL,
			    .peer = R_REAPER, .stderr_fd = -1, .nfds = 3,
			    .chan_fd = -1, .args = words };
	int		 a[2], b[2], fds[3];

	rig_dirs(r);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, a) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, b) == -1)
		err(1, "socketpair");
	fds[0] = a[1];
	fds[1] = b[1];
	fds[2] = r->libexec;
	s.dir_fd = r->libexec;
	s.fds = fds;
	if (spawn_helper(&s, &r->child) == -1)
		err(1, "reaper");
	close(a[1]);
	close(b[1]);
	r->mon = (struct chan){ a[0], R_CTL, R_MONITOR };
	r->launch = b[0];
}

static int
hold(struct rig *r, unsigned int which, int fd)
{
	union msg	 m = { .reap_hold = { which } };

	return (ask_on(&r->child.chan, MSG_reap_hold, &m, &fd, 1, NULL));
}

static pid_t
child_of(pid_t parent, const char *name)
{
	char	 path[64], line[512];
	FILE	*f;
	int	 pid, ppid;
	char	 comm[64];

	for (pid = parent + 1; pid < parent + 400; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		if ((f = fopen(path, "re")) == NULL)
			continue;
		if (fgets(line, sizeof(line), f) != NULL &&
		    sscanf(line, "%*d (%63[^)]) %*c %d", comm, &ppid) == 2 &&
		    ppid == parent && strcmp(comm, name) == 0) {
			fclose(f);
			return (pid);
		}
		fclose(f);
	}
	return (-1);
}

/* The text the clean-up left, or "" if it does not come in time. */
static char *
report(struct rig *r, int ms)
{
	char	*text = rig_file(r, "report", NULL);

	for (; strstr(text, "end\n") == NULL && ms > 0; ms -= 10) {
		free(text);
		usleep(10000);
		text = rig_file(r, "report", NULL);
	}
	return (text);
}

static char	 words[5][128];
static char	*argv_words[6];

static char *const *
clean_up_words(int n)
{
	snprintf(words[0], sizeof(words[0]), "container");
	snprintf(words[1], sizeof(words[1]), "cleanup");
	snprintf(words[2], sizeof(words[2]), "%s/run%d/report", rig_dir, n);
	snprintf(words[3], sizeof(words[3]), "ID");
	for (int i = 0; i < 4; i++)
		argv_words[i] = words[i];
	argv_words[4] = NULL;
	return (argv_words);
}

/* Attached to the end: the front end cleans up, and reaper only leaves. */
static void
test_done(int n)
{
	struct opts	 o = { 0 };
	union msg	 m = { 0 };
	char		*text;

	begin(&rig, clean_up_words(n));
	CHECK(rig_start(&rig, &o, "exit 3") == 0);
	CHECK(rig_wait(&rig.mon) == W_EXITCODE(3, 0));
	CHECK(ask_on(&rig.child.chan, MSG_reap_done, &m, NULL, 0, NULL) == 0);
	close(rig.mon.fd);
	CHECK(rig_end(&rig) == EX_OK);
	rig.run = open(rig.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	text = report(&rig, 200);
	CHECK(strcmp(text, "") == 0);
	free(text);
}

/* Detached: the monitor ends by itself, and reaper becomes the clean-up. */
static void
test_detached(int n)
{
	struct opts	 o = { 0 };
	struct stat	 st;
	struct rec	*rec;
	char		*text, line[128];
	size_t		 len;

	begin(&rig, clean_up_words(n));
	CHECK(rig_start(&rig, &o, "sleep 0.2; exit 5") == 0);
	CHECK(hold(&rig, INHERIT_NETNS, rig.run) == 0);
	CHECK(hold(&rig, INHERIT_USERNS, rig.libexec) == 0);
	fstat(rig.run, &st);
	close(rig.mon.fd);
	close(rig.launch);
	close(rig.child.chan.fd);
	text = report(&rig, 3000);
	CHECK(strstr(text, "arg bulkhead\narg container\narg cleanup\n") !=
	    NULL);
	CHECK(strstr(text, "arg ID\nfd 0") != NULL);
	CHECK(strstr(text, "--exit-status") == NULL);
	snprintf(line, sizeof(line), "fd %d stays ino %lu\n", KEPT + 1,
	    (unsigned long)st.st_ino);
	CHECK(strstr(text, line) != NULL);
	CHECK(strstr(text, "fd 10 stays") != NULL);
	CHECK(strstr(text, "fd 3 ") == NULL && strstr(text, "fd 12 ") == NULL &&
	    strstr(text, "fd 6 ") == NULL && strstr(text, "closes") == NULL);
	CHECK(strstr(text, "sid own\nint default\n") != NULL);
	free(text);
	text = rig_file(&rig, "exit", &len);
	rec = rec_decode(text, len, RECORD(any), NULL);
	CHECK(rec != NULL && rec_num(rec, KEY_IN(running, status),
	    -1) == W_EXITCODE(5, 0));
	rec_free(rec);
	free(text);
}

/* Both killed, front end and monitor: the status still has an owner. */
static void
test_monitor_killed(int n, bool known)
{
	struct opts	 o = { 0 };
	char		*text;
	pid_t		 mon;

	begin(&rig, clean_up_words(n));
	CHECK(rig_start(&rig, &o, "trap '' PIPE; sleep 0.4; exit 9") == 0);
	if (known)
		CHECK(hold(&rig, INHERIT_PIDFD, rig.pidfd) == 0);
	mon = child_of(rig.child.pid, "monitor");
	CHECK(mon > 0);
	CHECK(kill(mon, SIGKILL) == 0);
	close(rig.mon.fd);
	usleep(50000);
	CHECK(kill(rig.payload, 0) == 0);
	close(rig.child.chan.fd);
	usleep(500000);
	close(rig.launch);
	text = report(&rig, 3000);
	CHECK(strstr(text, "end\n") != NULL);
	/* Without its pidfd the container is one orphan like another. */
	CHECK((strstr(text, "arg --exit-status\narg 2304\n") != NULL) ==
	    known);
	free(text);
}

/* The monitor alone killed: the front end asks for the status. */
static void
test_status_asked(int n)
{
	struct opts	 o = { 0 };
	union msg	 m = { 0 };
	struct packet	 p;

	begin(&rig, clean_up_words(n));
	CHECK(rig_start(&rig, &o, "sleep 0.1; exit 4") == 0);
	CHECK(hold(&rig, INHERIT_PIDFD, rig.pidfd) == 0);
	CHECK(kill(child_of(rig.child.pid, "monitor"), SIGKILL) == 0);
	CHECK(chan_recv(&rig.mon, &p) == 0);
	usleep(300000);
	CHECK(ask_on(&rig.child.chan, MSG_reap_done, &m, NULL, 0, &p) == 0);
	CHECK(p.body.reply.value == ((UINT64_C(1) << 32) | W_EXITCODE(4, 0)));
	CHECK(rig_end(&rig) == EX_OK);
}

/* The front end dies before there is a container: the clean-up still runs. */
static void
test_front_killed_early(int n)
{
	char	*text;

	begin(&rig, clean_up_words(n));
	close(rig.mon.fd);
	close(rig.launch);
	close(rig.child.chan.fd);
	text = report(&rig, 3000);
	CHECK(strstr(text, "end\n") != NULL);
	CHECK(strstr(text, "--exit-status") == NULL);
	free(text);
}

static void
test_hostile(int n)
{
	char	*text;

	begin(&rig, clean_up_words(n));
	CHECK(send(rig.child.chan.fd, "garbage", 7, 0) == 7);
	close(rig.mon.fd);
	close(rig.launch);
	text = report(&rig, 3000);
	CHECK(strstr(text, "end\n") != NULL);
	free(text);
}

int
main(int argc, char **argv)
{
	const char	*base = strrchr(argv[0], '/');

	base = base == NULL ? argv[0] : base + 1;
	if (strcmp(base, "launch") == 0)
		return (fake_launch());
	if (strcmp(base, "bulkhead") == 0)
		return (fake_clean_up(argc, argv));
	if (argc < 2)
		errx(1, "which reaper?");
	rig_tree(argv[1]);
	test_done(0);
	test_detached(1);
	test_monitor_killed(2, true);
	test_monitor_killed(3, false);
	test_status_asked(4);
	test_front_killed_early(5);
	test_hostile(6);
	return (finish());
}
