/*
 * Plays the monitor (the parent of the container) and the front end for a real
 * launch.
 */
#ifndef TESTS_LAUNCH_DRIVE_H
#define TESTS_LAUNCH_DRIVE_H

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "record.h"

#define UNPRIVILEGED	47110u		/* launch's user, if run by root */
#define SUBIDS		4711000u	/* that user's subordinate ids */

struct drive {
	const char	*prog;
	struct chan	 ch;
	pid_t		 launch;
	pid_t		 pid;		/* of the container's first process */
	int		 pidfd;
	int		 userns;
	int		 netns;
	int		 master;
	int		 out;		/* what it writes */
	int		 single;
	int		 system;	/* the user's own id is not mapped */
	uint32_t	 seq;
	uint32_t	 error;		/* of the last reply */
	char		 text[1024];
	char		 output[65536];
};

/* One request, one reply. The error; text and descriptors are kept. */
static uint32_t
drive_ask(struct drive *d, enum msg_type type, union msg *m, int fd, int *fds)
{
	struct packet	 p;

	d->text[0] = '\0';
	if (chan_send(&d->ch, type, ++d->seq, m, &fd, fd != -1) == -1 ||
	    chan_recv(&d->ch, &p) != 1) {
		(void)snprintf(d->text, sizeof(d->text), "(channel closed)");
		return (d->error = UINT32_MAX);
	}
	d->error = 0;
	if (p.info->type == MSG_reply) {
		d->error = p.body.reply.error;
		memcpy(d->text, p.body.reply.text, sizeof(d->text));
	}
	for (unsigned int i = 0; fds != NULL && i < p.nfds; i++)
		fds[i] = packet_take_fd(&p, i);
	packet_clear(&p);
	return (d->error);
}

static uint32_t
drive_give(struct drive *d, uint32_t kind, uint32_t index, int fd)
{
	union msg	 m = { .launch_give =
	    { .kind = kind, .index = index } };

	return (drive_ask(d, MSG_launch_give, &m, fd, NULL));
}

/* What else to do in the process that becomes launch. */
static void	(*drive_before)(void);

/* Start launch itself, as the ordinary user if we can. */
static void
drive_start(struct drive *d, const char *prog, int single)
{
	char	*argv[] = { (char[]){ "launch" }, (char[]){ "-p" },
		    (char[]){ "1" }, NULL };
	char	*env[] = { NULL };
	int	 sv[2];
	/* The user may not be able to reach where it is, only to run it. */
	int	 path = open(prog, O_PATH | O_CLOEXEC);
	int	 exe = fcntl(path, F_DUPFD_CLOEXEC, 20);

	memset(d, 0, sizeof(*d));
	d->prog = prog;
	d->single = single;
	d->pidfd = d->userns = d->netns = d->master = d->out = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) == -1)
		err(1, "socketpair");
	if ((d->launch = fork()) == -1)
		err(1, "fork");
	if (d->launch == 0) {
		if (geteuid() == 0 && (setgroups(0, NULL) == -1 ||
		    setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) == -1 ||
		    setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) == -1))
			err(1, "becoming an ordinary user");
		if (dup2(sv[1], 3) == -1)
			err(1, "dup2");
		if (drive_before != NULL)
			drive_before();
		fexecve(exe, argv, env);
		warn("%s", prog);
		_exit(1);
	}
	close(sv[1]);
	close(exe);
	close(path);
	d->ch = (struct chan){ sv[0], R_CTL, R_LAUNCH };
}

static void
drive_map(const struct drive *d, const char *file, uint32_t id)
{
	char	 path[64], text[128];
	int	 fd, n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", d->pid, file);
	if (d->system)
		n = snprintf(text, sizeof(text), "0 %u 65536\n", SUBIDS);
	else
		n = snprintf(text, sizeof(text), "0 %u 1\n1 %u 65535\n", id,
		    SUBIDS);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1 || write(fd, text, (size_t)n) != n)
		err(1, "%s", path);
	close(fd);
}

/* Give it a stdout and stderr, create the process, map its ids. */
static uint32_t
drive_create(struct drive *d, const struct rec *def)
{
	union msg	 m = { .launch_create = { .host_net = 0 } };
	int		 p[2], fds[3] = { -1, -1, -1 }, fd;
	struct packet	 reply;

	if (pipe2(p, O_CLOEXEC) == -1)
		err(1, "pipe2");
	d->out = p[0];
	/* As if the monitor, with the same uid, had made it. */
	if (geteuid() == 0 && fchown(p[1], UNPRIVILEGED, UNPRIVILEGED) == -1)
		err(1, "pipe");
	if (drive_give(d, LAUNCH_STDOUT, 0, p[1]) != 0 ||
	    drive_give(d, LAUNCH_STDERR, 0, p[1]) != 0)
		return (d->error);
	close(p[1]);
	m.launch_create.host_net = strcmp(rec_str(def, KEY(net), ""),
	    "host") == 0;
	d->text[0] = '\0';
	if (chan_send(&d->ch, MSG_launch_create, ++d->seq, &m, NULL, 0) == -1 ||
	    chan_recv(&d->ch, &reply) != 1)
		return (d->error = UINT32_MAX);
	d->error = 0;
	if (reply.info->type == MSG_reply) {
		d->error = reply.body.reply.error;
		memcpy(d->text, reply.body.reply.text, sizeof(d->text));
	} else {
		d->pid = (pid_t)reply.body.reply_fd3.value;
		for (unsigned int i = 0; i < 3; i++)
			fds[i] = packet_take_fd(&reply, i);
	}
	packet_clear(&reply);
	d->pidfd = fds[0];
	d->userns = fds[1];
	d->netns = fds[2];
	if (d->error == 0 && !d->single) {
		drive_map(d, "uid_map", UNPRIVILEGED);
		drive_map(d, "gid_map", UNPRIVILEGED);
	}
	if (d->error != 0)
		return (d->error);
	if ((fd = rec_memfd(def, "definition")) == -1)
		err(1, "definition");
	memset(&m, 0, sizeof(m));
	m.launch_define.single = (uint32_t)d->single;
	(void)drive_ask(d, MSG_launch_define, &m, fd, NULL);
	close(fd);
	return (d->error);
}

static uint32_t
drive_build(struct drive *d)
{
	union msg	 m = { .launch_build = { .rows = 24, .cols = 80 } };

	return (drive_ask(d, MSG_launch_build, &m, -1, &d->master));
}

static uint32_t
drive_exec(struct drive *d)
{
	union msg	 m = { .launch_exec = { .flags = 0 } };

	return (drive_ask(d, MSG_launch_exec, &m, -1, NULL));
}

/* Read what the container writes, until it writes no more. */
static void
drive_read(struct drive *d)
{
	int	 fd = d->master != -1 ? d->master : d->out;
	size_t	 got = 0;
	ssize_t	 n;

	while (fd != -1 && got < sizeof(d->output) - 1 &&
	    (n = read(fd, d->output + got, sizeof(d->output) - 1 - got)) > 0)
		got += (size_t)n;
	d->output[got] = '\0';
}

/* Close everything, reap both. The container's wait status, or -1. */
static int
drive_end(struct drive *d)
{
	int	 status = -1, other;

	close(d->ch.fd);
	if (d->pid > 0 && waitpid(d->pid, &status, 0) == -1)
		status = -1;
	if (waitpid(d->launch, &other, 0) == -1)
		warn("launch");
	else if (!WIFEXITED(other) || WEXITSTATUS(other) != 0)
		warnx("launch ended with %#x", other);
	for (int i = 0; i < 5; i++) {
		int	*fd = (int *[]){ &d->pidfd, &d->userns, &d->netns,
			    &d->master, &d->out }[i];

		if (*fd != -1)
			close(*fd);
		*fd = -1;
	}
	return (status);
}

/* All of it. The exit status, or -1 when it did not come to that. */
__attribute__((unused)) static int
drive_run(struct drive *d, const char *prog, const struct rec *def, int single)
{
	int	 status;

	drive_start(d, prog, single);
	if (drive_create(d, def) == 0 && drive_build(d) == 0 &&
	    drive_exec(d) == 0)
		drive_read(d);
	status = drive_end(d);
	return (d->error != 0 || !WIFEXITED(status) ? -1 :
	    WEXITSTATUS(status));
}

#endif
