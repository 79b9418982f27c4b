/*
 * What cgroup takes, and what it does: it moves every process of a pid
 * namespace that its user owns, also those that are forked meanwhile, and
 * none that lives elsewhere.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "record.h"

#define NOBODY		65534
#define PROCESSES	20

static const char	*program;
static char		 dir[128];

static const char *
hierarchy(void)
{
	static const char *const	 all[] = { "/sys/fs/cgroup/freezer",
	    "/sys/fs/cgroup" };

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(dir, sizeof(dir), "%s/cgroup.procs", all[i]);
		if (access(dir, W_OK) == 0)
			return (all[i]);
	}
	return (NULL);
}

/* Asked with these two: the error, and what it says of how many. */
static uint32_t
gather(int procs, int pids, int64_t *moved)
{
	struct chan	 ch;
	struct packet	 p;
	union msg	 m = { 0 };
	int		 fds[2] = { procs, pids };
	pid_t		 pid = start(program, R_CTL, R_CGROUP, &ch);
	struct rec	*r;
	uint32_t	 error = UINT32_MAX;

	*moved = -1;
	if (chan_send(&ch, MSG_cg_gather, 1, &m, fds, 2) == 0 &&
	    chan_recv(&ch, &p) == 1) {
		error = p.info->type == MSG_reply ? p.body.reply.error : 0;
		if (p.info->type == MSG_reply)
			printf("# %s\n", p.body.reply.text);
		else if ((r = rec_from_fd(p.fds[0], RECORD(any),
		    NULL)) != NULL) {
			*moved = rec_num(r, KEY(moved), -1);
			rec_free(r);
		}
		packet_clear(&p);
	}
	CHECK(stop(pid, &ch) == 0);
	return (error);
}

/* The first process of a namespace, and others; one forks all the time. */
static _Noreturn void
payload(void)
{
	for (int i = 2; i <= PROCESSES; i++)
		if (fork() == 0)
			for (;;)
				pause();
	for (;;) {
		pid_t	 pid = fork();

		if (pid == 0)
			_exit(0);
		/* On a busy machine many would be there otherwise. */
		(void)waitpid(pid, NULL, 0);
		(void)usleep(200);
	}
}

/* A child that waits in a pid namespace of another user namespace. */
static pid_t
container(int *pids)
{
	char	 path[64];
	int	 p[2];
	pid_t	 outer, inner = -1;

	if (pipe(p) == -1 || (outer = fork()) == -1)
		err(1, "fork");
	if (outer == 0) {
		if (geteuid() == 0 && (setgroups(0, NULL) == -1 ||
		    setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
			_exit(1);
		if (unshare(CLONE_NEWUSER | CLONE_NEWPID) == -1)
			_exit(2);
		if ((inner = fork()) == 0)
			payload();
		if (write(p[1], &inner, sizeof(inner)) == -1)
			_exit(3);
		(void)waitpid(inner, NULL, 0);
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &inner, sizeof(inner)) != sizeof(inner))
		inner = -1;
	close(p[0]);
	(void)usleep(50000);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", inner);
	*pids = open(path, O_RDONLY | O_CLOEXEC);
	return (inner);
}

static int
in_dir(const char *file, int flags)
{
	char	 path[192];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);
	return (open(path, flags | O_CLOEXEC));
}

static unsigned int
members(void)
{
	FILE		*f = fdopen(in_dir("cgroup.procs", O_RDONLY), "r");
	char		 line[64];
	unsigned int	 n = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n++;
	if (f != NULL)
		(void)fclose(f);
	return (n);
}

static void
refusals(int procs, int pids)
{
	int64_t	 moved;
	int	 fd;

	fd = memfd_create("procs", MFD_CLOEXEC);
	CHECK(gather(fd, pids, &moved) == EINVAL);
	close(fd);
	fd = in_dir("cgroup.procs", O_RDONLY);
	CHECK(gather(fd, pids, &moved) == EINVAL);
	close(fd);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(gather(fd, pids, &moved) == EINVAL);
	CHECK(gather(procs, fd, &moved) == EINVAL);
	close(fd);
	fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	CHECK(gather(procs, fd, &moved) == EINVAL);
	close(fd);
	/*
	 * A namespace that all processes share is refused, whoever opened the
	 * file.
	 */
	fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	CHECK(gather(procs, fd, &moved) == EINVAL);
	close(fd);
	CHECK(members() == 0);
}

static void
moves(int procs, int pids)
{
	int64_t		 moved;
	unsigned int	 n;

	CHECK(gather(procs, pids, &moved) == 0);
	CHECK(moved >= PROCESSES);
	n = members();
	printf("# %lld moved, %u there\n", (long long)moved, n);
	/* The one that was forked last may have gone. */
	CHECK(n >= PROCESSES && n <= PROCESSES + 2);
	/* Once more, with nothing left to do: nothing is lost by it. */
	CHECK(gather(procs, pids, &moved) == 0);
	CHECK(members() >= PROCESSES);
}

int
main(int argc, char **argv)
{
	const char	*where = hierarchy();
	int		 pids, procs;
	pid_t		 first;

	if (argc != 2)
		errx(1, "usage: cgroup_test program");
	program = argv[1];
	if (geteuid() != 0 || where == NULL) {
		printf("ok 1 - moving processes # SKIP needs root and "
		    "cgroups\n1..1\n");
		return (0);
	}
	(void)snprintf(dir, sizeof(dir), "%s/bulkhead-test-%d", where,
	    getpid());
	if (mkdir(dir, 0755) == -1)
		err(1, "%s", dir);
	procs = in_dir("cgroup.procs", O_WRONLY);
	first = container(&pids);
	CHECK(procs != -1 && first > 0 && pids != -1);
	if (first > 0 && pids != -1) {
		refusals(procs, pids);
		moves(procs, pids);
		(void)kill(first, SIGKILL);
	}
	while (wait(NULL) > 0)
		;
	close(procs);
	for (int i = 0; i < 500 && rmdir(dir) == -1; i++)
		(void)usleep(10000);
	CHECK(access(dir, F_OK) == -1);
	return (finish());
}
