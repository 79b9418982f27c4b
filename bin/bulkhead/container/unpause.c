/*
 * bulkhead unpause: let the processes of paused containers run again.
 */
#include "command_session.h"
#include "each.h"
#include "pause.h"
#include "states.h"

static const struct opt options[] = {
	EACH_ALL("Unpause all paused containers"),
	EACH_CIDFILE, EACH_FILTER('f'), OPT_HELP, EACH_LATEST,
	{ 0 }
};

static int
unpause_one(struct cli *cli, const struct rec *row)
{
	return (container_unpause(cli->session, row));
}

static const struct each	each = {
	.fn = unpause_one, .print = true, .all_states = 1u << CTR_PAUSED,
};

const struct command command_container_unpause = {
	.noun = "container", .verb = "unpause", .at_top = "unpause",
	.brief = "Unpause the processes in one or more containers",
	.description = "Unpauses one or more previously paused containers.  "
	    "The container name or ID can be used.",
	.examples = "unpause ctrID\nunpause --all",
	.operands = EACH_OPERANDS, .operand = "paused",
	.options = { options }, .max_args = -1, .args_error = EACH_NONE,
	.need = NEED_STATE | NEED_LOCK, .before = each_read_files,
	.run = each_run, .about = &each,
};
