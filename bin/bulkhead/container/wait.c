/*
 * bulkhead wait: wait until containers have ended, or are in some state.
 */
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "command_session.h"
#include "each.h"
#include "parse.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	OPT("condition", 0, LIST, "Condition to wait on",
	    .complete = "created|running|stopped|exited|paused|removing"),
	OPT_HELP,
	OPT("ignore", 0, FLAG, "Ignore if a container does not exist"),
	OPT("interval", 'i', STRING,
	    "Time Interval to wait before polling for completion",
	    .def = "250ms"),
	EACH_LATEST,
	OPT_NO_FLAG("exit-first-match"),
	{ 0 }
};

static int
state_number(const char *name)
{
	unsigned int	 state = ctr_state_find(name);

	if (strcasecmp(name, "configured") == 0)
		return (CTR_CREATED);
	if (strcasecmp(name, "stopped") == 0)
		return (CTR_EXITED);
	if (state != 0 && state != CTR_CREATING && state != CTR_STARTING &&
	    state != CTR_DAMAGED)
		return ((int)state);
	return (-1);
}

static bool
condition_holds(const struct rec *opts, const struct rec *row)
{
	const char	*v;

	rec_each_text(v, opts, KEY(condition))
		if (state_number(v) == rec_num(row, KEY(state), 0))
			return (true);
	return (false);
}

/* --condition: look again after each interval until one holds. */
static int
wait_condition(struct cli *cli, const struct rec *first)
{
	scoped_rec struct rec	*row = NULL;
	const struct rec	*now = first;
	int64_t			 ns = 250000000;
	struct parse_err	 e;

	/* check_options has seen that it is one. */
	if (opt_given(cli->opts, "interval"))
		(void)parse_duration(opt_str(cli->opts, "interval", ""), &ns,
		    &e);
	while (!condition_holds(cli->opts, now)) {
		(void)usleep((useconds_t)(ns / 1000));
		rec_free(row);
		now = row = container_again(cli->session, rec_str(first,
		    KEY(id), ""));
		if (row == NULL)
			return (-1);
	}
	printf("%lld\n", (long long)rec_num(now, KEY(exit), -1));
	return (0);
}

static int
check_options(struct cli *cli)
{
	struct parse_err	 e;
	const char		*v = opt_str(cli->opts, "interval", NULL);
	int64_t			 ns;

	if (v != NULL && parse_duration(v, &ns, &e) == -1)
		return (say_parse(&e));
	rec_each_text(v, cli->opts, KEY(condition))
		if (state_number(v) == -1)
			return (say_error(ERR_INVALID_ARG, "unknown container "
			    "state: %s: invalid argument", v));
	return (0);
}

static int
wait_one(struct cli *cli, const struct rec *row)
{
	int	 code;

	if (opt_given(cli->opts, "condition"))
		return (wait_condition(cli, row));
	if (container_wait(cli->session, row, &code) == -1)
		return (-1);
	printf("%d\n", code);
	return (0);
}

static const struct each	each = { .fn = wait_one };

const struct command command_container_wait = {
	.noun = "container", .verb = "wait", .at_top = "wait",
	.brief = "Block on one or more containers",
	.description = "Block until one or more containers stop and then "
	    "print their exit codes.",
	.examples = "wait --interval 5s ctrID\nwait ctrID1 ctrID2",
	.operands = EACH_OPERANDS, .operand = "container",
	.options = { options }, .max_args = -1,
	.args_error = "\"bulkhead wait\" requires a name, id, or the "
	    "\"--latest\" flag",
	.need = NEED_END, .before = check_options, .run = each_run,
	.about = &each,
};
