/*
 * bulkhead pod exists: tell by the exit code whether a pod exists.
 */
#include <errno.h>

#include "calls.h"
#include "command_session.h"
#include "record.h"

static const struct opt options[] = {
	OPT_HELP,
	{ 0 }
};

static int
run(struct cli *cli)
{
	struct client		*c = &cli->session->client;
	scoped_rec struct rec	*pod = state_object_get(c, OBJ_POD, 0,
				    cli->argv[0]);
	int			 code = 0;

	if (pod == NULL)
		code = errno == ENOENT || errno == EXDEV ? 1 :
		    session_error(cli->session);
	return (code);
}

const struct command command_pod_exists = {
	.noun = "pod", .verb = "exists",
	.brief = "Check if a pod exists in local storage",
	.operands = "POD", .operand = "pod",
	.options = { options }, .min_args = 1, .max_args = 1,
	.description = "If the named pod exists in local storage, bulkhead "
	    "pod exists exits with 0, otherwise the exit code will be 1.",
	.examples = "pod exists podID\n"
	    "pod exists mypod || bulkhead pod create --infra=false mypod",
	.need = NEED_STATE,
	.run = run,
};
