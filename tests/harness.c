#include "harness.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "log.h"

#define NOBODY	65534

static int	 failures, count, log_fd = -1;

/* Between fork and exec: the exit status is all there is to say it with. */
static _Noreturn void
child(const char *path, const char *role, int channel, int log)
{
	char	*argv[] = { NULL, NULL, NULL, NULL }, *env[] = { NULL };

	memcpy(&argv[0], &path, sizeof(path));
	memcpy(&argv[1], &(const char *){ "-p" }, sizeof(char *));
	memcpy(&argv[2], &role, sizeof(role));
	if (dup2(log, STDERR_FILENO) == -1 ||
	    dup2(channel, HELPER_FD) == -1 || (geteuid() == 0 &&
	    (setgroups(0, NULL) == -1 || setgid(NOBODY) == -1 ||
	    setuid(NOBODY) == -1)))
		_exit(126);
	execve(path, argv, env);
	_exit(127);
}

pid_t
start(const char *path, enum role peer, enum role self, struct chan *ch)
{
	char	 role[16];
	int	 sp[2], log[2];
	pid_t	 pid;

	log_init("test", 0, 0);
	(void)snprintf(role, sizeof(role), "%#x", (unsigned int)peer);
	if (fflush(stdout) == EOF || pipe2(log, O_CLOEXEC) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1 ||
	    (pid = fork()) == -1)
		err(1, "start %s", path);
	if (pid == 0)
		child(path, role, sp[1], log[1]);
	close(sp[1]);
	close(log[1]);
	log_fd = log[0];
	*ch = (struct chan){ .fd = sp[0], .self = peer, .peer = self };
	return (pid);
}

static void
show_log(void)
{
	char	 line[4096];
	FILE	*f = fdopen(log_fd, "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		printf("# %s", line);
	if (f != NULL)
		(void)fclose(f);
}

int
stop(pid_t pid, struct chan *ch)
{
	int	 st;

	close(ch->fd);
	show_log();
	if (waitpid(pid, &st, 0) == -1)
		err(1, "waitpid");
	if (WIFSIGNALED(st))
		printf("# died of %s%s\n", strsignal(WTERMSIG(st)),
		    WTERMSIG(st) == SIGSYS ? ": see its .policy" : "");
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st));
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
check(int ok, const char *what, int line)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++count, what);
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
