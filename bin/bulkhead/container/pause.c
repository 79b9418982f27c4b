/*
 * bulkhead pause: stop every process of running containers.
 */
#include "pause.h"

#include <sys/resource.h>

#include "command_session.h"
#include "each.h"
#include "say.h"
#include "states.h"

static const struct opt options[] = {
	EACH_ALL("Pause all running containers"),
	EACH_CIDFILE, EACH_FILTER('f'), OPT_HELP, EACH_LATEST,
	{ 0 }
};

struct pausing {
	struct cli	*cli;
	struct pause	*all;
};

static int
prepare_one(struct cli *cli, const struct rec *row)
{
	struct pausing	*p = cli->session->arg;

	return (pause_prepare(&p->all, cli->session, row));
}

static int
pause_one(struct cli *cli, const struct rec *row)
{
	const struct pausing	*p = cli->session->arg;

	return (container_pause(cli->session, row, p->all));
}

/* The session's `privileged`. What fails here, run() finds again and prints. */
static int
prepare_all(struct session *s)
{
	static const struct each	 each = {
		.fn = prepare_one, .mute = true,
		.all_states = 1u << CTR_RUNNING | 1u << CTR_PAUSED,
	};
	struct pausing			*p = s->arg;

	(void)each_container(p->cli, &each);
	error_clear(&s->client.error);
	return (0);
}

/* Two descriptors for each container, raised before the session is confined. */
static void
raise_limit(void)
{
	struct rlimit	 lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1)
		return;
	lim.rlim_cur = lim.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &lim);
}

static int
run(struct cli *cli)
{
	static const struct each	 each = {
		.fn = pause_one, .print = true,
		.all_states = 1u << CTR_RUNNING,
	};
	struct pausing			 p = { cli, NULL };
	struct session			*s = cli->session;
	int				 code = EXIT_ENGINE;

	raise_limit();
	s->privileged = prepare_all;
	s->arg = &p;
	if (command_open(s, cli, NEED_STATE | NEED_LOCK | NEED_CGROUP, NULL) ==
	    0)
		code = each_container(cli, &each);
	pause_clear(p.all);
	return (code);
}

const struct command command_container_pause = {
	.noun = "container", .verb = "pause", .at_top = "pause",
	.brief = "Pause all the processes in one or more containers",
	.description = "Pauses one or more running containers.  The container "
	    "name or ID can be used.",
	.examples = "pause mywebserver\npause 860a4b23\npause --all",
	.operands = EACH_OPERANDS, .operand = "running",
	.options = { options }, .max_args = -1, .args_error = EACH_NONE,
	.before = each_read_files, .run = run,
};
