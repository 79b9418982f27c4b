/*
 * container cleanup: what a reaper becomes when its container has ended and
 * nobody else is left.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "cmd_start.h"
#include "end.h"
#include "record.h"
#include "remove.h"
#include "say.h"
#include "each.h"
#include "session.h"
#include "waitchild.h"

/* What is to be done after the clean-up, told from one process to the other. */
struct again {
	int64_t	 due;			/* 0: nothing */
	int64_t	 delay_ms;
};

struct cleaning {
	struct cli	*g;
	struct again	 again;
};

/*
 * Looked at, it has been recorded already (end_reconcile), with the monitor's
 * record or what the reaper itself has reaped. If it runs, somebody else was
 * first, and it is another run.
 */
static int
cleanup_one(struct session *s, const struct rec *row, void *ctx)
{
	struct cleaning	*c = ctx;

	c->again.due = rec_num(row, "restart_due", 0);
	c->again.delay_ms = rec_num(row, "restart_delay", 0);
	if (opt_flag(c->g->opts, "rm", false) &&
	    rec_num(row, "state", 0) == CTR_EXITED)
		return (remove_container(s, row, false, -1));
	return (0);
}

static int
clean_up(struct cleaning *c, int argc, char **argv)
{
	struct cli	*g = c->g;
	struct session	 s = { .inherit = true };
	struct each	 each = { .fn = cleanup_one, .all_states = ~0u,
			    .quiet_missing = true };
	int		 code;

	if (argc == 1 && opt_given(g->opts, "exit-status")) {
		s.reaped_id = argv[0];
		s.reaped = (int)opt_num(g->opts, "exit-status", 0);
	}
	if (command_open(&s, g, NEED_STATE | NEED_STORE | NEED_LOCK, NULL)
	    == -1)
		return (EXIT_ENGINE);
	code = each_container(g, &s, &each, c);
	for (int i = 0; i < argc; i++)
		end_forgotten(&s, argv[i]);
	session_close(&s);
	return (code);
}

/*
 * The clean-up confines itself, what starts a container again must not be:
 * so it has a process of its own, which says what it has found.
 */
static int
clean_up_apart(struct cleaning *c, int argc, char **argv)
{
	int	 fds[2], code = 0;
	pid_t	 pid;

	if (pipe2(fds, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return (say_error("%s", strerror(errno)));
	if (pid == 0) {
		code = clean_up(c, argc, argv);
		if (write(fds[1], &c->again, sizeof(c->again)) !=
		    sizeof(c->again))
			code = EXIT_ENGINE;
		_exit(code);
	}
	close(fds[1]);
	if (read(fds[0], &c->again, sizeof(c->again)) != sizeof(c->again))
		c->again.due = 0;
	close(fds[0]);
	return (end_code(waitchild(pid)));
}

static void
pause_ms(int64_t ms)
{
	struct timespec	 ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		;
}

int
cmd_cleanup(struct cli *g, int argc, char **argv)
{
	struct cleaning	 c = { .g = g };
	int		 code;

	if (argc != 1 || !opt_flag(g->opts, "restart", false))
		return (clean_up(&c, argc, argv));
	if ((code = clean_up_apart(&c, argc, argv)) != 0 || c.again.due == 0)
		return (code);
	pause_ms(c.again.delay_ms);
	return (start_by_policy(g, argv[0], c.again.due));
}
