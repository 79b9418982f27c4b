/*
 * bulkhead kill: send a signal to running containers.
 */
#include <signal.h>

#include "command_session.h"
#include "each.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	EACH_ALL("Signal all running containers"),
	EACH_CIDFILE, OPT_HELP, EACH_LATEST,
	OPT("signal", 's', SIGNAL, "Signal to send to the container",
	    .def = "KILL", .complete = "signal"),
	{ 0 }
};

static int
kill_one(struct cli *cli, const struct rec *row)
{
	return (container_kill(cli->session, row, (int)opt_num(cli->opts,
	    "signal", SIGKILL)));
}

static const struct each	each = {
	.fn = kill_one, .print = true,
	.all_states = 1u << CTR_RUNNING | 1u << CTR_STOPPING,
};

const struct command command_container_kill = {
	.noun = "container", .verb = "kill", .at_top = "kill",
	.brief = "Kill one or more running containers with a specific signal",
	.description = "The main process inside each container specified will "
	    "be sent SIGKILL, or any signal specified with option --signal.",
	.examples = "kill mywebserver\nkill 860a4b23\nkill --signal TERM ctrID",
	.operands = EACH_OPERANDS, .operand = "running",
	.options = { options }, .max_args = -1, .args_error = EACH_NONE,
	.need = NEED_STATE, .before = each_read_files, .run = each_run,
	.about = &each,
};
