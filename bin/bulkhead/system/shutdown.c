/*
 * bulkhead system shutdown: before the machine stops, or the engine is removed.
 * Containers end in the order of their dependencies, deletions that were put
 * off are finished, and each failure is said once. There is no daemon to end:
 * the next command works as before.
 */
#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "error.h"
#include "event.h"
#include "order.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "say.h"
#include "session.h"
#include "states.h"
#include "stop.h"
#include "storage.h"

#define NAMED		5	/* as many are named where they hinder */

static const struct opt options[] = {
	OPT("force", 'f', FLAG, "Stop running containers"),
	OPT_HELP,
	OPT("time", 't', UINT,
	    "Seconds to wait for each container before killing it",
	    .def = "10"),
	{ 0 }
};

/* The containers that ran when the command began. */
struct stopping {
	struct rec	 *all;		/* which the rows are part of */
	struct rec	**rows;
	bool		 *stopped;
	size_t		  n;
	size_t		  hidden;	/* of other namespaces: the last */
	int		  code;
};

/* Add a row. The rows of other namespaces stay behind those of our own. */
static void
add_row(const struct session *s, struct stopping *r, struct rec *row)
{
	size_t	 own = r->n++ - r->hidden;

	if (session_hides(s, row)) {
		r->rows[own + r->hidden++] = row;
		return;
	}
	r->rows[own + r->hidden] = r->rows[own];
	r->rows[own] = row;
}

static int
list_running(struct session *s, struct stopping *r)
{
	struct rec	*row;
	size_t		 it = 0, max;

	if (session_see_all(s) == -1)
		return (-1);
	r->all = containers_reconciled(s);
	session_see_own(s);
	max = rec_count(r->all, KEY(ctr)) + 1;
	r->rows = calloc(max, sizeof(*r->rows));
	r->stopped = calloc(max, sizeof(*r->stopped));
	if (r->all == NULL || r->rows == NULL || r->stopped == NULL)
		return (-1);
	while ((row = rec_sub(r->all, KEY(ctr), &it)) != NULL)
		if (container_is_running(row) ||
		    rec_num(row, KEY(state), 0) == CTR_STARTING)
			add_row(s, r, row);
		else
			rec_free(row);
	return (0);
}

/* The list begins with those that --force would stop. */
static int
refuse(struct rec **list, size_t n, size_t hidden)
{
	char	 names[1024] = "";
	size_t	 len = 0;

	for (size_t i = 0; i < n && i < NAMED; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%.120s", i > 0 ? ", " : "", rec_str(list[i], KEY(name),
		    "?"));
	(void)say_error(ERR_CTR_STATE, "%zu container%s still running%s "
	    "(%s%s); stop %s%s: container state improper", n, n == 1 ? " is" :
	    "s are", n == hidden ? " in other namespaces" : "", names, n >
	    NAMED ? ", ..." : "", n == 1 ? "it" : "them", n == hidden ? "" :
	    ", or use --force");
	return (EXIT_ENGINE);
}

static void
tell_stopped(struct session *s, const struct rec *row, int rc, void *ctx)
{
	struct stopping	*r = ctx;

	if (rc == 0)
		printf("%s\n", rec_str(row, KEY(id), ""));
	else
		r->code = session_error(s);
}

static void
stop_all(struct session *s, struct stopping *r, int64_t timeout)
{
	struct rec	*rows[STOP_AT_ONCE];
	size_t		 chosen[STOP_AT_ONCE], n;

	while ((n = order_stoppable(r->rows, r->stopped, r->n - r->hidden,
	    chosen, STOP_AT_ONCE)) > 0) {
		for (size_t i = 0; i < n; i++) {
			rows[i] = r->rows[chosen[i]];
			r->stopped[chosen[i]] = true;
		}
		stop_side_by_side(s, rows, n, timeout, tell_stopped, r);
	}
}

/*
 * Deletions that were put off; what cannot go now is no failure. Then store and
 * state, as they were opened the other way round.
 */
static int
close_storage(struct session *s)
{
	int	 code = 0;
	char	 why[TIDY_WHY];

	storage_join_userns(s);
	if (store_tidy(&s->client, why) == -1)
		code = session_error(s);
	event_send_one(s, "system", "shutdown", NULL, NULL);
	if (client_stop(&s->client, H_STORE) != 0)
		code = say_error(ERR_STOPPED, "the image store did not "
		    "close in order");
	if (client_stop(&s->client, H_STATE) != 0)
		code = say_error(ERR_DB_CLOSED, "the state did not close in "
		    "order");
	return (code);
}

/* What cannot be listed cannot be stopped; the rest is done anyway. */
static int
run(struct cli *cli)
{
	struct session	*s = cli->session;
	struct stopping	 r = { 0 };
	int64_t		 timeout = opt_num(cli->opts, "time", rec_num(
			    s->config, KEY_AS(default_stop_timeout), 10));
	int		 code;

	if (list_running(s, &r) == -1)
		r.code = session_error(s);
	if (r.n > 0 && !opt_flag(cli->opts, "force", false))
		r.code = refuse(r.rows, r.n, r.hidden);
	else {
		stop_all(s, &r, timeout);
		if (r.hidden > 0)
			code = refuse(&r.rows[r.n - r.hidden], r.hidden,
			    r.hidden);
		else
			code = close_storage(s);
		if (code != 0)
			r.code = code;
	}
	for (size_t i = 0; i < r.n; i++)
		rec_free(r.rows[i]);
	free(r.rows);
	free(r.stopped);
	rec_free(r.all);
	return (r.code);
}

const struct command command_system_shutdown = {
	.noun = "system", .verb = "shutdown",
	.brief = "Stop containers and close the storage",
	.options = { options }, .need = NEED_END,
	.description = "For before the machine stops or bulkhead is removed: "
	    "finishes deletions that were put off, and closes storage and "
	    "state. While containers run it refuses, and names them; with "
	    "--force it stops them first, what depends on others before "
	    "these, and prints their IDs. Restart policies hold again at the "
	    "next start of the machine.\n\n"
	    "There is no daemon: the next command works as before, and a "
	    "second shutdown finds nothing to do.",
	.examples = "system shutdown\nsystem shutdown --force --time 30",
	.run = run,
};
