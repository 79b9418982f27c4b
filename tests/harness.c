#include "harness.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "log.h"

#define NOBODY	65534

void		(*start_before_exec)(void);
const char	*title;

static int	 failures, count, log_fd = -1;
static pid_t	 main_pid;

/*
 * tests/check.sh ends with SIGTERM a test that waits for ever: say in which
 * part. What the test has forked ends as always.
 */
static void
interrupted(int sig)
{
	if (getpid() != main_pid) {
		(void)signal(sig, SIG_DFL);
		(void)raise(sig);
		return;
	}
	printf("\nnot ok %d - %s does not end\n", count + 1,
	    title == NULL ? "the test" : title);
	(void)fflush(stdout);
	_exit(1);
}

static void __attribute__((constructor))
begin(void)
{
	main_pid = getpid();
	(void)signal(SIGTERM, interrupted);
}

/*
 * Between fork and exec, where only the exit status can tell of a failure. The
 * descriptors get their numbers from HELPER_FD on; a first copy is made above
 * all of them, so that none overwrites another.
 */
static _Noreturn void
child(const char *path, const char *role, const int *fds, int nfds, int log)
{
	char	*argv[] = { NULL, NULL, NULL, NULL }, *env[] = { NULL };
	int	 up[START_FDS];

	memcpy(&argv[0], &path, sizeof(path));
	memcpy(&argv[1], &(const char *){ "-p" }, sizeof(char *));
	memcpy(&argv[2], &role, sizeof(role));
	if (dup2(log, STDERR_FILENO) == -1)
		_exit(126);
	for (int i = 0; i < nfds; i++)
		if ((up[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 32)) == -1)
			_exit(126);
	for (int i = 0; i < nfds; i++)
		if (dup2(up[i], HELPER_FD + i) == -1)
			_exit(126);
	(void)close_range((unsigned int)(HELPER_FD + nfds), ~0U,
	    CLOSE_RANGE_CLOEXEC);
	if (geteuid() == 0 && (setgroups(0, NULL) == -1 ||
	    setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
		_exit(126);
	if (start_before_exec != NULL)
		start_before_exec();
	execve(path, argv, env);
	_exit(127);
}

/* The user that the program runs as makes it: refresh checks that. */
static void
make_pair(int sp[2])
{
	uid_t	 me = geteuid();

	if ((me == 0 && seteuid(NOBODY) == -1) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1 ||
	    (me == 0 && seteuid(me) == -1))
		err(1, "socketpair");
}

pid_t
start_fds(const char *path, enum role peer, int *ends, int nends, int dir_fd,
    int log)
{
	char	 role[16];
	int	 fds[START_FDS], nfds = 0, sp[2];
	pid_t	 pid;

	(void)snprintf(role, sizeof(role), "%#x", (unsigned int)peer);
	for (; nfds < nends; nfds++) {
		make_pair(sp);
		ends[nfds] = sp[0];
		fds[nfds] = sp[1];
	}
	if (dir_fd != -1)
		fds[nfds++] = dir_fd;
	if (fflush(stdout) == EOF || (pid = fork()) == -1)
		err(1, "start %s", path);
	if (pid == 0)
		child(path, role, fds, nfds, log);
	for (int i = 0; i < nends; i++)
		close(fds[i]);
	return (pid);
}

pid_t
start(const char *path, enum role peer, enum role self, struct chan *ch)
{
	int	 end, log[2];
	pid_t	 pid;

	log_init("test", 0, 0);
	if (pipe2(log, O_CLOEXEC) == -1)
		err(1, "start %s", path);
	pid = start_fds(path, peer, &end, 1, -1, log[1]);
	close(log[1]);
	log_fd = log[0];
	*ch = (struct chan){ .fd = end, .self = peer, .peer = self };
	return (pid);
}

static void
show_log(int log)
{
	char	 line[4096];
	FILE	*f = fdopen(log, "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		printf("# %s%s", line, strchr(line, '\n') != NULL ? "" : "\n");
	if (f != NULL)
		(void)fclose(f);
}

int
program_end(pid_t pid, int log)
{
	int	 st;

	show_log(log);
	if (waitpid(pid, &st, 0) == -1)
		err(1, "waitpid");
	if (WIFSIGNALED(st))
		printf("# died of %s%s\n", strsignal(WTERMSIG(st)),
		    WTERMSIG(st) == SIGSYS ? ": see its .policy" : "");
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st));
}

int
stop(pid_t pid, struct chan *ch)
{
	close(ch->fd);
	return (program_end(pid, log_fd));
}

uint32_t
ask(struct chan *ch, enum msg_type type, const union msg *m, const int *fds,
    unsigned int nfds)
{
	static uint32_t	 seq;
	struct packet	 p;
	uint32_t	 error;

	if (chan_send(ch, type, ++seq, m, fds, nfds) == -1 ||
	    chan_recv(ch, &p) != 1)
		return (UINT32_MAX);
	error = p.seq != seq ? UINT32_MAX :
	    p.info->type == MSG_reply ? p.body.reply.error : 0;
	packet_clear(&p);
	return (error);
}

void
replay_corpus(const char *name, int (*target)(const uint8_t *, size_t))
{
	static uint8_t	 buf[1 << 20];
	char		 path[PATH_MAX];
	struct dirent	*e;
	unsigned int	 n = 0;
	FILE		*f;
	DIR		*d;

	(void)snprintf(path, sizeof(path), "tests/corpus/%s", name);
	if ((d = opendir(path)) == NULL)
		err(1, "%s", path);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "tests/corpus/%s/%s", name,
		    e->d_name);
		if ((f = fopen(path, "re")) == NULL)
			err(1, "%s", path);
		(void)target(buf, fread(buf, 1, sizeof(buf), f));
		(void)fclose(f);
		n++;
	}
	closedir(d);
	printf("# %s: %u files\n", name, n);
	check(n > 0, name, __LINE__);
}

void
check(int ok, const char *what, int line)
{
	printf("%s %d - %s%s%s\n", ok ? "ok" : "not ok", ++count,
	    title == NULL ? "" : title, title == NULL ? "" : " | ", what);
	if (!ok) {
		printf("# line %d\n", line);
		failures++;
	}
}

int
finish(void)
{
	printf("1..%d\n", count);
	return (failures != 0);
}

static void
put_map(const char *path, const char *text)
{
	int	 fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		err(99, "%s", path);
	(void)close(fd);
}

void
enter_userns(unsigned int id)
{
	char	 uids[32], gids[32];

	(void)snprintf(uids, sizeof(uids), "%u %u 1", id, geteuid());
	(void)snprintf(gids, sizeof(gids), "%u %u 1", id, getegid());
	if (unshare(CLONE_NEWUSER) == -1)
		err(99, "unshare");
	put_map("/proc/self/setgroups", "deny");
	put_map("/proc/self/uid_map", uids);
	put_map("/proc/self/gid_map", gids);
}
