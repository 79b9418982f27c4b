/*
 * bulkhead stop: end running containers, first with their stop signal.
 */
#include <errno.h>

#include "command.h"
#include "each.h"
#include "event.h"
#include "record.h"
#include "session.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	EACH_ALL("Stop all running containers"),
	EACH_CIDFILE, EACH_FILTER('f'), OPT_HELP, EACH_IGNORE, EACH_LATEST,
	EACH_TIME,
	{ "until-boot", 0, OPT_FLAG, NULL,
	  "Not for good: restart policies hold again at the next start of the "
	  "machine", NULL, NULL },
	{ 0 }
};

struct stopping {
	int64_t	 timeout;
	bool	 until_boot;
};

static int
stop_one(struct session *s, const struct rec *row, void *ctx)
{
	const struct stopping	*st = ctx;
	int64_t			 state = rec_num(row, KEY(state), 0);

	/* podman: stopping what never ran is no error. */
	if (state == CTR_CREATED)
		return (0);
	if (state == CTR_PAUSED)
		return (error_set(&s->client.error, EBUSY, "can only stop "
		    "created or running containers. %s is in state paused: "
		    "container state improper", rec_str(row, KEY(id), "")));
	if (state == CTR_RUNNING)
		event_tell(s, "container", "stop", rec_str(row, KEY(id), ""),
		    NULL);
	return (st->until_boot ? stop_until_boot(s, row, st->timeout) :
	    stop_container(s, row, st->timeout));
}

static int
run(struct cli *cli)
{
	static const struct each	 each = {
		.fn = stop_one, .print = true, .due = true,
		.all_states = 1u << CTR_RUNNING | 1u << CTR_STOPPING |
		    1u << CTR_STARTING,
	};
	struct stopping			 st;

	st.timeout = opt_num(cli->opts, "time", -1);
	st.until_boot = opt_flag(cli->opts, "until-boot", false);
	return (each_container(cli, cli->session, &each, &st));
}

const struct command command_container_stop = {
	.noun = "container", .verb = "stop", .at_top = "stop",
	.brief = "Stop one or more containers",
	.description = "Stops one or more running containers.  The container "
	    "name or ID can be used.\n\nA timeout to forcibly stop the "
	    "container can also be set but defaults to 10 seconds otherwise.",
	.examples = "stop ctrID\nstop --latest\n"
	    "stop --time 2 mywebserver 6e534f14da9d",
	.operands = EACH_OPERANDS, .operand = "running",
	.options = { options }, .max_args = -1, .args_error = EACH_NONE,
	.need = NEED_END, .before = each_read_files, .run = run,
};
