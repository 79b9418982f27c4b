/*
 * bulkhead stop: end running containers, first with their stop signal.
 */
#include <errno.h>

#include "command_session.h"
#include "each.h"
#include "event.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	EACH_ALL("Stop all running containers"),
	EACH_CIDFILE, EACH_FILTER('f'), OPT_HELP, EACH_IGNORE, EACH_LATEST,
	EACH_TIME,
	OPT("until-boot", 0, FLAG,
	    "Not for good: restart policies hold again at the next start of "
	    "the machine"),
	{ 0 }
};

/* Refuse a paused container; log the event stop of a running one. */
static int
check_one(struct session *s, const struct rec *row)
{
	int64_t	 state = rec_num(row, KEY(state), 0);

	if (state == CTR_PAUSED)
		return (error_set(&s->client.error, EBUSY, "can only stop "
		    "created or running containers. %s is in state paused: "
		    "container state improper", rec_str(row, KEY(id), "")));
	if (state == CTR_RUNNING)
		event_send_one(s, "container", "stop",
		    rec_str(row, KEY(id), ""), NULL);
	return (0);
}

/* stop_one waits until a container that is being started runs. */
static int
begin_one(struct cli *cli, const struct rec *row, struct stop *st)
{
	struct session	*s = cli->session;

	if (rec_num(row, KEY(state), 0) == CTR_STARTING ||
	    !container_is_running(row))
		return (0);
	return (check_one(s, row) == -1 ? -1 : stop_begin(s, st, row,
	    opt_num(cli->opts, "time", -1), opt_flag(cli->opts, "until-boot",
	    false)));
}

static int
end_one(struct cli *cli, struct stop *st)
{
	return (stop_end(cli->session, st));
}

static int
stop_one(struct cli *cli, const struct rec *row)
{
	struct session	*s = cli->session;

	/* podman: stopping what never ran is no error. */
	if (rec_num(row, KEY(state), 0) == CTR_CREATED)
		return (0);
	return (check_one(s, row) == -1 ? -1 : stop_container(s, row,
	    opt_num(cli->opts, "time", -1), opt_flag(cli->opts, "until-boot",
	    false)));
}

static const struct each	each = {
	.fn = stop_one, .begin = begin_one, .end = end_one,
	.print = true, .due = true,
	.all_states = 1u << CTR_RUNNING | 1u << CTR_STOPPING |
	    1u << CTR_STARTING,
};

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
	.need = NEED_END, .before = each_read_files, .run = each_run,
	.about = &each,
};
