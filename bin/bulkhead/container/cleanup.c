/*
 * bulkhead container cleanup: record the end of containers. A reaper executes
 * it when its container has ended.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "apart.h"
#include "command_session.h"
#include "each.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG, "Cleans up all containers"),
	OPT_HELP, EACH_LATEST,
	OPT("restart", 0, FLAG,
	    "After cleanup, start it again if its restart policy says so"),
	OPT("rm", 0, FLAG, "After cleanup, remove the container entirely"),
	/* The reaper's: the raw wait status, where there is no monitor's. */
	OPT("exit-status", 0, INT, NULL),
	OPT_NO("exec"), OPT_NO_FLAG("rmi"),
	{ 0 }
};

/* When to start the container again, as the child reports to the parent. */
struct again {
	int64_t	 due;			/* 0: nothing */
	int64_t	 delay_ms;
};

/*
 * Looking the container up has recorded its end (reconcile.h), with the
 * monitor's record or the status that the reaper has reaped. If it runs,
 * another command has started it again.
 */
static int
cleanup_one(struct cli *cli, const struct rec *row)
{
	struct again	*again = cli->session->arg;

	again->due = rec_num(row, KEY(restart_due), 0);
	again->delay_ms = rec_num(row, KEY(restart_delay), 0);
	if (opt_flag(cli->opts, "rm", false) &&
	    rec_num(row, KEY(state), 0) == CTR_EXITED)
		return (remove_container(cli->session, row, false, -1));
	return (0);
}

static int
clean_up(struct cli *cli, struct again *again)
{
	static const struct each	 each = { .fn = cleanup_one,
					    .all_states = ~0u,
					    .quiet_missing = true };
	struct session			*s = cli->session;
	int				 code;

	s->inherit = true;
	s->arg = again;
	if (cli->argc == 1 && opt_given(cli->opts, "exit-status")) {
		s->reaped_id = cli->argv[0];
		s->reaped = (int)opt_num(cli->opts, "exit-status", 0);
	}
	if (command_open(s, cli, NEED_STATE | NEED_STORE | NEED_LOCK, NULL) ==
	    -1)
		return (EXIT_ENGINE);
	code = each_container(cli, &each);
	for (int i = 0; i < cli->argc; i++)
		reconcile_forgotten(s, cli->argv[i]);
	session_close(s);
	return (code);
}

static int
clean_up_report(struct cli *cli, const void *arg, int fd)
{
	struct again	 again = { 0 };
	int		 code = clean_up(cli, &again);

	(void)arg;
	return (write(fd, &again, sizeof(again)) == sizeof(again) ? code :
	    EXIT_ENGINE);
}

/*
 * The clean-up confines itself, what starts a container again must not be:
 * so it has a process of its own, which writes into a pipe what it has found.
 */
static int
clean_up_apart(struct cli *cli, struct again *again)
{
	int	 fd;
	pid_t	 pid = apart_begin(clean_up_report, cli, NULL, &fd);

	if (pid == -1)
		return (EXIT_ENGINE);
	if (read(fd, again, sizeof(*again)) != sizeof(*again))
		again->due = 0;
	close(fd);
	return (apart_end(pid));
}

static void
pause_ms(int64_t ms)
{
	struct timespec	 ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		;
}

static int
run(struct cli *cli)
{
	struct again	 again = { 0 };
	int		 code;

	if (cli->argc != 1 || !opt_flag(cli->opts, "restart", false))
		return (clean_up(cli, &again));
	if ((code = clean_up_apart(cli, &again)) != 0 || again.due == 0)
		return (code);
	pause_ms(again.delay_ms);
	return (start_one(cli, cli->argv[0], false, again.due));
}

const struct command command_container_cleanup = {
	.noun = "container", .verb = "cleanup",
	.brief = "Clean up what one or more ended containers left",
	.operands = EACH_OPERANDS, .operand = "container",
	.options = { options }, .max_args = -1,
	.args_error = EACH_NONE,
	.description = "Records the exit of containers and removes what "
	    "belonged to their run. Bulkhead calls it when a container ends; "
	    "calling it again does no harm.",
	.examples = "container cleanup --all\ncontainer cleanup ctrID1 ctrID2",
	.run = run,
};
