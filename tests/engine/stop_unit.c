/* Stopping more containers side by side than there is room for is an error. */
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "harness.h"
#include "record.h"
#include "session.h"
#include "stop.h"

static unsigned int	 told;

static void
tell(struct session *s, const struct rec *row, int rc, void *ctx)
{
	(void)s;
	(void)row;
	(void)rc;
	(void)ctx;
	told++;
}

static void
child(size_t n)
{
	static struct session	 s;
	const struct rlimit	 none = { 0, 0 };
	struct rec		*rows[STOP_AT_ONCE + 1];
	int			 null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)dup2(null, STDERR_FILENO);
	for (int i = 0; i < H_COUNT; i++)
		s.client.helper[i].chan.fd = -1;
	for (size_t i = 0; i <= STOP_AT_ONCE; i++)
		rows[i] = rec_new();
	stop_side_by_side(&s, rows, n, 0, tell, NULL);
	_exit((int)told);
}

/* The wait status of a process that stops so many. */
static int
status_of(size_t n)
{
	pid_t	 pid = fork();
	int	 st = -1;

	if (pid == 0)
		child(n);
	(void)waitpid(pid, &st, 0);
	return (st);
}

int
main(void)
{
	int	 st = status_of(STOP_AT_ONCE);

	/* There is no state: each is told that it cannot be stopped. */
	CHECK(WIFEXITED(st) && WEXITSTATUS(st) == STOP_AT_ONCE);
	st = status_of(STOP_AT_ONCE + 1);
	CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGABRT);
	return (finish());
}
