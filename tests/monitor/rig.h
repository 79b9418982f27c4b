/*
 * A place to try monitor and reaper in: a tree like an installed one, in
 * which `launch` and `bulkhead` are this test program under other names.
 */
#ifndef TESTS_MONITOR_RIG_H
#define TESTS_MONITOR_RIG_H

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <linux/sched.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#include "fdpass.h"
#include "helper.h"
#include "path.h"
#include "record.h"
#include "spawn.h"

#define UNUSED	__attribute__((unused))

struct rig {
	char		 dir[96];
	int		 libexec;
	int		 run;		/* the container's run directory */
	int		 launch;	/* our end of launch's channel */
	struct chan	 mon;
	struct child	 child;		/* monitor, or reaper */
	pid_t		 payload;
	int		 pidfd;
};

/* Receive from our own launch; descriptors that did not come are -1. */
static ssize_t
raw_recv(int fd, void *p, size_t len, int *fds, size_t nfds)
{
	size_t	 n = 0;
	ssize_t	 got = fdpass_recv(fd, p, len, fds, nfds, &n);

	for (size_t i = n; i < nfds; i++)
		fds[i] = -1;
	return (got);
}

/*
 * What the real launch does as far as monitor can see it: a process that is
 * the monitor's child, whose pidfd (and terminal) is handed up.
 */
static UNUSED int
fake_launch(void)
{
	struct clone_args	 ca = { .flags = CLONE_PARENT | CLONE_PIDFD };
	char			 cmd[4096], slave[64];
	int			 fds[4], up[2], pidfd = -1;
	ssize_t			 n;
	pid_t			 pid;

	while ((n = raw_recv(3, cmd, sizeof(cmd) - 1, fds, 4)) > 0) {
		cmd[n] = '\0';
		up[1] = -1;
		if (cmd[0] == 't') {
			up[1] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
			if (up[1] == -1 || unlockpt(up[1]) == -1 ||
			    ptsname_r(up[1], slave, sizeof(slave)) != 0)
				return (1);
			for (int i = 0; i < 3; i++)
				close(fds[i]);
			fds[0] = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
			fds[1] = dup(fds[0]);
			fds[2] = dup(fds[0]);
		}
		ca.pidfd = (uint64_t)(uintptr_t)&pidfd;
		if ((pid = (pid_t)syscall(SYS_clone3, &ca, sizeof(ca))) == 0) {
			for (int s = 1; s < NSIG; s++)
				(void)signal(s, SIG_DFL);
			(void)setsid();
			for (int i = 0; i < 3; i++)
				dup2(fds[i], i);
			if (cmd[0] == 't')
				(void)ioctl(0, TIOCSCTTY, 0);
			close_range(3, ~0U, 0);
			execl("/bin/sh", "sh", "-c", cmd + 1, (char *)NULL);
			_exit(127);
		}
		for (int i = 0; i < 3; i++)
			close(fds[i]);
		up[0] = pidfd;
		(void)fdpass_send(3, &pid, sizeof(pid), up,
		    up[1] == -1 ? 1 : 2);
		close(pidfd);
		if (up[1] != -1)
			close(up[1]);
	}
	return (0);
}

static void
copy_to(const char *from, const char *to)
{
	int	 in = open(from, O_RDONLY | O_CLOEXEC);
	int	 out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char	 buf[65536];
	ssize_t	 n;

	if (in == -1 || out == -1)
		err(1, "copy %s", from);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			err(1, "copy %s", to);
	close(in);
	close(out);
}

static char	 rig_dir[64];
static int	 rig_stderr = -1;	/* of the programs; -1: ours */
static int	 rig_sndbuf;		/* of attached sockets; 0: as usual */

static void
rig_remove(void)
{
	(void)path_remove(AT_FDCWD, rig_dir);
}

/* Never as root: the helpers refuse that. */
static UNUSED void
rig_tree(const char *program)
{
	char	 from[4096], to[256];

	alarm(120);			/* a test that hangs has failed */
	if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
		err(1, "setuid");
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	strcpy(rig_dir, "/tmp/rig.XXXXXX");
	if (mkdtemp(rig_dir) == NULL)
		err(1, "mkdtemp");
	atexit(rig_remove);
	for (const char *const *d = (const char *const[]){ "bin", "libexec",
	    "libexec/bulkhead", NULL }; *d != NULL; d++) {
		snprintf(to, sizeof(to), "%s/%s", rig_dir, *d);
		(void)mkdir(to, 0755);
	}
	snprintf(to, sizeof(to), "%s/libexec/bulkhead/launch", rig_dir);
	copy_to("/proc/self/exe", to);
	snprintf(to, sizeof(to), "%s/bin/bulkhead", rig_dir);
	copy_to("/proc/self/exe", to);
	for (const char *const *p = (const char *const[]){ "monitor", "reaper",
	    NULL }; *p != NULL; p++) {
		snprintf(from, sizeof(from), "%.*s/%s",
		    (int)(strrchr(program, '/') - program), program, *p);
		snprintf(to, sizeof(to), "%s/libexec/bulkhead/%s", rig_dir,
		    *p);
		copy_to(from, to);
	}
}

static void
rig_dirs(struct rig *r)
{
	static int	 n;
	char		 path[256];

	snprintf(r->dir, sizeof(r->dir), "%s/run%d", rig_dir, n++);
	(void)mkdir(r->dir, 0700);
	r->run = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/libexec/bulkhead", rig_dir);
	r->libexec = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->run == -1 || r->libexec == -1)
		err(1, "%s", path);
}

/* Monitor with us in the reaper's chair and the front end's. */
static UNUSED void
rig_monitor(struct rig *r)
{
	struct spawn	 s = { .file = "monitor", .self = R_CTL,
			    .peer = R_MONITOR, .stderr_fd = rig_stderr,
			    .nfds = 2, .chan_fd = -1 };
	int		 sp[2], fds[2];

	rig_dirs(r);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		err(1, "socketpair");
	fds[0] = sp[1];
	fds[1] = r->libexec;
	s.dir_fd = r->libexec;
	s.fds = fds;
	if (spawn_helper(&s, &r->child) == -1)
		err(1, "monitor");
	close(sp[1]);
	r->launch = sp[0];
	r->mon = r->child.chan;
}

/* Ask, and get the reply's packet. errno of the reply, or -1. */
static UNUSED int
ask_on(struct chan *ch, enum msg_type type, const union msg *m,
    const int *fds, unsigned int nfds, struct packet *p)
{
	static uint32_t	 seq;
	struct packet	 mine;

	if (p == NULL)
		p = &mine;
	if (chan_send(ch, type, ++seq, m, fds, nfds) == -1)
		return (-1);
	if (chan_recv(ch, p) != 1 || p->seq != seq)
		return (-1);
	return (p->info->type == MSG_reply ? (int)p->body.reply.error : 0);
}

struct opts {
	bool		 tty, stdin_open, log, log_old;
	uint64_t	 log_max;
};

/* Have it log into the rig's directory. 0, or errno. */
static UNUSED int
rig_log(struct rig *r, const struct opts *o)
{
	union msg	 m = { .mon_log = { .max = o->log_max } };
	int		 fd, rc;

	fd = openat(r->run, "log", O_RDWR | O_CREAT | O_APPEND, 0600);
	if (fd == -1)
		return (errno);
	rc = (int)ask_on(&r->mon, MSG_mon_log, &m, &fd, 1, NULL);
	close(fd);
	if (rc != 0 || !o->log_old)
		return (rc);
	fd = openat(r->run, "log.old", O_WRONLY | O_CREAT, 0600);
	if (fd == -1)
		return (errno);
	m.mon_log_old.flags = 0;
	rc = (int)ask_on(&r->mon, MSG_mon_log_old, &m, &fd, 1, NULL);
	close(fd);
	return (rc);
}

static int	 rig_note = -1;		/* for mon_note, if not -1 */

/* mon_open, the payload by launch, mon_adopt, mon_console. 0, or errno. */
static UNUSED int
rig_start(struct rig *r, const struct opts *o, const char *cmd)
{
	static const union msg	 zero;
	union msg	 m = { 0 };
	struct packet	 p;
	char		 line[4096];
	int		 up[4], rc;

	snprintf(m.mon_open.id, sizeof(m.mon_open.id), "c1");
	m.mon_open.tty = o->tty;
	m.mon_open.stdin_open = o->stdin_open;
	if ((rc = ask_on(&r->mon, MSG_mon_open, &m, &r->run, 1, &p)) != 0 ||
	    (o->log && (rc = rig_log(r, o)) != 0) ||
	    (rig_note != -1 && (rc = ask_on(&r->mon, MSG_mon_note, &zero,
	    &rig_note, 1, NULL)) != 0))
		return (rc);
	snprintf(line, sizeof(line), "%c%s", o->tty ? 't' : 'c', cmd);
	(void)fdpass_send(r->launch, line, strlen(line), p.fds, 3);
	packet_clear(&p);
	if (raw_recv(r->launch, &r->payload, sizeof(r->payload), up, 4) <= 0)
		return (-1);
	r->pidfd = up[0];
	m.mon_adopt.pid = (uint32_t)r->payload;
	if ((rc = ask_on(&r->mon, MSG_mon_adopt, &m, up, 1, NULL)) != 0)
		return (rc);
	if (!o->tty)
		return (0);
	m.mon_console.flags = 0;
	rc = ask_on(&r->mon, MSG_mon_console, &m, &up[1], 1, NULL);
	close(up[1]);
	return (rc);
}

/* Attach: our end of a new socket, or -1. */
static UNUSED int
rig_attach(struct chan *ch, bool primary, bool feeds)
{
	union msg	 m = { .mon_attach = { primary, feeds } };
	int		 sp[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		err(1, "socketpair");
	if (rig_sndbuf != 0)
		(void)setsockopt(sp[1], SOL_SOCKET, SO_SNDBUF, &rig_sndbuf,
		    sizeof(rig_sndbuf));
	rc = ask_on(ch, MSG_mon_attach, &m, &sp[1], 1, NULL);
	close(sp[1]);
	if (rc == 0)
		return (sp[0]);
	close(sp[0]);
	errno = rc;
	return (-1);
}

/* mon_wait and its answer: the wait status, or -1. */
static UNUSED int
rig_wait(struct chan *ch)
{
	union msg	 m = { 0 };
	struct packet	 p;

	if (ask_on(ch, MSG_mon_wait, &m, NULL, 0, &p) != 0)
		return (-1);
	return ((int)p.body.reply.value);
}

/* A client of the socket `ctl`; fd -1 when there is none. */
static UNUSED struct chan
rig_client(struct rig *r)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	struct chan		 ch = { -1, R_CTL, R_MONITOR };

	ch.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/ctl", r->dir);
	if (connect(ch.fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(ch.fd);
		ch.fd = -1;
	}
	return (ch);
}

/* All that comes out of an attached socket, of one stream, until its end. */
static UNUSED size_t
rig_read(int fd, int stream, char *out, size_t len)
{
	char	 buf[70000];
	size_t	 at = 0;
	ssize_t	 n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		if (buf[0] != stream || at + (size_t)n > len)
			continue;
		memcpy(out + at, buf + 1, (size_t)n - 1);
		at += (size_t)n - 1;
	}
	out[at] = '\0';
	return (at);
}

/* Read from an attached socket until a text has come, or seconds passed. */
static UNUSED bool
rig_expect(int fd, const char *what, int seconds)
{
	struct pollfd	 pfd = { fd, POLLIN, 0 };
	char		 all[65536] = "", buf[20000];
	size_t		 at = 0;
	ssize_t		 n;

	while (strstr(all, what) == NULL) {
		if (poll(&pfd, 1, seconds * 1000) != 1 ||
		    (n = recv(fd, buf, sizeof(buf), 0)) <= 0 ||
		    at + (size_t)n > sizeof(all)) {
			printf("# wanted \"%s\", got \"%s\"\n", what, all);
			return (false);
		}
		memcpy(all + at, buf + 1, (size_t)n - 1);
		at += (size_t)n - 1;
		all[at] = '\0';
	}
	return (true);
}

/* Let go and wait: the exit code, or 128 + signal. */
static UNUSED int
rig_end(struct rig *r)
{
	if (r->launch != -1)
		close(r->launch);
	close(r->run);
	close(r->libexec);
	return (spawn_stop(&r->child));
}

static UNUSED char *
rig_file(struct rig *r, const char *name, size_t *len)
{
	char	*p = path_slurp(r->run, name, 1u << 30, len);

	return (p == NULL ? strdup("") : p);
}

#endif
