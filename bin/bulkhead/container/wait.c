/*
 * bulkhead wait: wait until containers have ended, or are in some state.
 */
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "command.h"
#include "each.h"
#include "parse.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "states.h"
#include "waiting.h"

static const struct opt options[] = {
	{ "condition", 0, OPT_LIST, NULL, "Condition to wait on", NULL,
	  "created|running|stopped|exited|paused|removing" },
	OPT_HELP,
	{ "ignore", 0, OPT_FLAG, NULL,
	  "Ignore if a container does not exist", NULL, NULL },
	{ "interval", 'i', OPT_STRING, NULL,
	  "Time Interval to wait before polling for completion", "250ms",
	  NULL },
	EACH_LATEST,
	OPT_NO_FLAG("exit-first-match", 0),
	{ 0 }
};

static int
wait_one(struct session *s, const struct rec *row, void *ctx)
{
	(void)ctx;
	printf("%d\n", container_wait(s, row));
	return (0);
}

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

/* --condition: look again after each interval until one holds. */
static int
wait_condition(struct session *s, const struct rec *first, void *ctx)
{
	struct cli	*cli = ctx;
	struct rec	*row = NULL;
	const char	*id = rec_str(first, KEY(id), ""), *v;
	int64_t		 ns = 250000000, state = rec_num(first, KEY(state), 0);
	struct parse_err e;
	size_t		 it;

	if (opt_given(cli->opts, "interval") &&
	    parse_duration(opt_str(cli->opts,
	    "interval", ""), &ns, &e) == -1)
		return (error_set(&s->client.error, EINVAL, "%s", e.text));
	for (;;) {
		for (it = 0; rec_next(cli->opts, KEY(condition), &it, &v);)
			if (state_number(v) == state) {
				printf("%lld\n", (long long)rec_num(row ==
				    NULL ? first : row, KEY(exit), -1));
				rec_free(row);
				return (0);
			}
		(void)usleep((useconds_t)(ns / 1000));
		rec_free(row);
		if ((row = container_reconciled(s, id)) == NULL)
			return (-1);
		state = rec_num(row, KEY(state), 0);
	}
}

static int
check_conditions(struct cli *cli)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(cli->opts, KEY(condition), &it, &v))
		if (state_number(v) == -1)
			return (say_error("unknown container state: %s: "
			    "invalid argument", v));
	return (0);
}

static int
run(struct cli *cli)
{
	struct each	 each = { .fn = opt_given(cli->opts, "condition") ?
			    wait_condition : wait_one };

	return (each_container(cli, cli->session, &each, cli));
}

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
	.need = NEED_END, .before = check_conditions, .run = run,
};
