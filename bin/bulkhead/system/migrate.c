/*
 * bulkhead system migrate: change containers to the form of this bulkhead, or
 * to another OCI runtime. First the plan is made and printed, then it is done:
 * running containers are stopped, the records are rewritten in one
 * transaction, and what was stopped is started again. A row remembers that it
 * is to be started, so that a migration finishes what a killed one has left.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "each.h"
#include "error.h"
#include "event.h"
#include "order.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "runtimes.h"
#include "say.h"
#include "session.h"
#include "states.h"
#include "stop.h"

static const struct opt options[] = {
	OPT_HELP,
	OPT("new-runtime", 0, STRING,
	    "Specify a new runtime for all containers", .def = "launch",
	    .complete = "launch"),
	OPT("plan", 0, FLAG, "Say what would be done, and do nothing"),
	{ 0 }
};

/* The rows of a plan, in the order in which they start. */
struct plan {
	struct rec	 *all;		/* which the rows are part of */
	struct rec	**rows;
	size_t		  n;
};

/* Stopped by a migration that did not come to its end, and left like that. */
static bool
is_left(const struct rec *row)
{
	return (rec_num(row, KEY(state), 0) == CTR_EXITED &&
	    rec_num(row, KEY(migrating), 0) != 0);
}

/* --- what is to be done --- */

static void
plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		rec_free(p->rows[i]);
	free(p->rows);
	rec_free(p->all);
}

/* Those that run, if these are wanted, and those that are left. 0 or -1. */
static int
plan_make(struct plan *p, struct session *s, bool running)
{
	struct rec	*row;
	size_t		 it = 0;

	p->n = 0;
	p->all = containers_reconciled(s);
	p->rows = calloc(rec_count(p->all, KEY(ctr)) + 1, sizeof(*p->rows));
	if (p->all == NULL || p->rows == NULL)
		return (-1);
	while ((row = rec_sub(p->all, KEY(ctr), &it)) != NULL)
		if ((running && container_is_running(row)) || is_left(row))
			p->rows[p->n++] = row;
		else
			rec_free(row);
	return (order_rows(p->rows, p->n));
}

/* One that goes when it ends would be lost: its record dies with it anyway. */
static bool
is_kept(const struct rec *row)
{
	return (rec_num(row, KEY(rm), 0) != 0);
}

static void
line(const char *what, const struct rec *row, const char *note)
{
	printf("%-8s %s %s%s\n", what, rec_str(row, KEY(id), ""),
	    rec_str(row, KEY(name), ""), note);
}

static void
plan_print(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (is_kept(p->rows[i]))
			line("keep", p->rows[i], " (removed when it ends)");
	for (size_t i = p->n; i-- > 0;)
		if (!is_kept(p->rows[i]) && container_is_running(p->rows[i]))
			line("stop", p->rows[i], "");
	printf("%-8s runtime=%s\n", "rewrite", RUNTIME_OWN);
	for (size_t i = 0; i < p->n; i++)
		if (!is_kept(p->rows[i]))
			line("start", p->rows[i],
			    container_is_running(p->rows[i]) ? "" :
			    " (an earlier migration stopped it)");
}

/* --- doing it --- */

static int
set_mark(struct session *s, const char *id, bool mark)
{
	scoped_rec struct rec	*keys = rec_new();

	(void)(mark ? rec_add_num(keys, KEY(migrating), 1) :
	    rec_clear(keys, KEY(migrating)));
	return (state_container_set(&s->client, id, 0, 0, keys, false));
}

/*
 * It may have ended, or gone, since it was looked at: then it stays so. If it
 * does not end in time it may end later: it keeps its mark, and the next
 * migration starts it.
 */
static int
stop_one(struct session *s, const struct rec *planned)
{
	const char		*id = rec_str(planned, KEY(id), "");
	scoped_rec struct rec	*row = container_again(s, id);
	int			 rc = 0;

	if (row == NULL)
		return (errno == ENOENT ? 0 : -1);
	if (container_is_running(row) && ((rc = set_mark(s, id, true)) == -1 ||
	    (rc = stop_container(s, row, -1, true)) == -1) &&
	    errno != ETIMEDOUT)
		(void)set_mark(s, id, false);
	return (rc);
}

/* The first that cannot be stopped ends it: what follows would be in vain. */
static int
apply(struct session *s, const struct plan *p)
{
	scoped_rec struct rec	*keys = rec_new();

	for (size_t i = p->n; i-- > 0;)
		if (!is_kept(p->rows[i]) && container_is_running(p->rows[i]) &&
		    stop_one(s, p->rows[i]) == -1)
			return (-1);
	(void)rec_add(keys, KEY(runtime), RUNTIME_OWN);
	if (state_containers_rewrite(&s->client, keys) == -1)
		return (-1);
	event_send_one(s, "system", "migrate", NULL, NULL);
	return (0);
}

/* --- the command --- */

/* Before anything is touched: is that a runtime, and one we can use? */
static int
check_runtime(struct session *s)
{
	const struct cli	*cli = s->arg;
	struct error		*e = &s->client.error;
	struct runtime		 rt;

	if (runtimes_find(s->config, opt_str(cli->opts, "new-runtime",
	    RUNTIME_OWN), &rt, e) == -1)
		return (-1);
	return (rt.own ? 0 : error_set_code(e, ERR_NOT_IMPLEMENTED, ENOSYS,
	    "migrating to the OCI runtime %s is not supported by bulkhead "
	    "yet, which runs containers only with its own, " RUNTIME_OWN,
	    rt.name));
}

/* Print the plan and do it; then write which wait to be started. */
static int
migrate(struct cli *cli, const void *arg, int fd)
{
	struct session	 s = { .privileged = check_runtime, .arg = cli };
	struct plan	 plan = { 0 }, left = { 0 };
	bool		 plan_only = opt_flag(cli->opts, "plan", false);
	int		 code = 0;

	(void)arg;
	if (command_open(&s, cli, plan_only ? NEED_STATE : NEED_END,
	    NULL) == -1)
		return (EXIT_ENGINE);
	if (plan_make(&plan, &s, true) == -1)
		code = session_error(&s);
	else {
		plan_print(&plan);
		(void)fflush(stdout);
	}
	if (code == 0 && !plan_only) {
		if (apply(&s, &plan) == -1)
			code = session_error(&s);
		if (plan_make(&left, &s, false) == -1)
			code = session_error(&s);
		for (size_t i = 0; i < left.n; i++)
			(void)dprintf(fd, "%s\n", rec_str(left.rows[i],
			    KEY(id), ""));
	}
	plan_free(&plan);
	plan_free(&left);
	session_close(&s);
	return (code);
}

static int
run(struct cli *cli)
{
	scoped_rec struct rec	*refs = rec_new();
	const char		*ref;
	size_t			 it = 0;
	int			 code = start_selection(cli, migrate, refs);

	while (rec_next(refs, KEY(ref), &it, &ref))
		if (start_apart(cli, ref) != 0)
			code = EXIT_ENGINE;
	return (code);
}

const struct command command_system_migrate = {
	.noun = "system", .verb = "migrate",
	.brief = "Migrate containers",
	.options = { options },
	.description = "Brings containers over to what this bulkhead makes "
	    "of them: stops those that run, in the order of their "
	    "dependencies, rewrites all records in one transaction, and "
	    "starts again what was stopped. What will be done is checked and "
	    "printed first: with an unknown runtime nothing is touched.\n\n"
	    "Containers that are removed when they end (--rm) are left to "
	    "run. A migration that was killed is finished by the next one.",
	.examples = "system migrate\nsystem migrate --plan\n"
	    "system migrate --new-runtime launch",
	.run = run,
};
