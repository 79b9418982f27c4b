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
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "each.h"
#include "error.h"
#include "event.h"
#include "info_ask.h"
#include "order.h"
#include "part.h"
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
	{ "new-runtime", 0, OPT_STRING, NULL,
	  "Specify a new runtime for all containers", "launch", "launch" },
	{ "plan", 0, OPT_FLAG, NULL,
	  "Say what would be done, and do nothing", NULL, NULL },
	{ 0 }
};

/* The rows of a plan, in the order in which they start. */
struct plan {
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

static int
open_with(struct session *s, struct cli *cli, const struct rec *config,
    unsigned int need)
{
	if ((s->config = rec_new()) == NULL ||
	    rec_add_all(s->config, config) == -1)
		return (say_error("out of memory"), -1);
	return (command_open(s, cli, need, NULL));
}

/* --- what is to be done --- */

static int
look(struct cli *cli, const struct rec *config, struct rec *out)
{
	struct session	 s = { 0 };
	struct rec	*rows, *row;
	size_t		 it = 0;

	if (open_with(&s, cli, config, NEED_STATE) == -1)
		return (EXIT_ENGINE);
	if ((rows = containers_reconciled(&s)) == NULL)
		return (session_error(&s));
	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		if (container_is_running(row) || is_left(row))
			(void)rec_add_rec(out, KEY(ctr), row);
		rec_free(row);
	}
	rec_free(rows);
	session_close(&s);
	return (0);
}

static void
plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		rec_free(p->rows[i]);
	free(p->rows);
}

static int
plan_make(struct plan *p, const struct rec *rows)
{
	size_t	 it = 0;

	p->n = 0;
	p->rows = calloc(rec_count(rows, KEY(ctr)) + 1, sizeof(*p->rows));
	if (p->rows == NULL)
		return (-1);
	while ((p->rows[p->n] = rec_sub(rows, KEY(ctr), &it)) != NULL)
		p->n++;
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
plan_print(const struct plan *p, const char *runtime)
{
	for (size_t i = 0; i < p->n; i++)
		if (is_kept(p->rows[i]))
			line("keep", p->rows[i], " (removed when it ends)");
	for (size_t i = p->n; i-- > 0;)
		if (!is_kept(p->rows[i]) && container_is_running(p->rows[i]))
			line("stop", p->rows[i], "");
	printf("%-8s runtime=%s\n", "rewrite", runtime);
	for (size_t i = 0; i < p->n; i++)
		if (!is_kept(p->rows[i]))
			line("start", p->rows[i],
			    container_is_running(p->rows[i]) ? "" :
			    " (an earlier migration stopped it)");
	(void)fflush(stdout);
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

/* It may have ended, or gone, since it was looked at: then it stays so. */
static int
stop_one(struct session *s, const struct rec *planned)
{
	const char		*id = rec_str(planned, KEY(id), "");
	scoped_rec struct rec	*row = container_reconciled(s, id);
	int			 rc = 0;

	if (row == NULL)
		return (errno == ENOENT ? 0 : -1);
	if (container_is_running(row) && ((rc = set_mark(s, id, true)) == -1 ||
	    (rc = stop_container(s, row, -1, true)) == -1))
		(void)set_mark(s, id, false);
	return (rc);
}

static int
rewrite(struct session *s, const char *runtime)
{
	scoped_rec struct rec	*keys = rec_new();

	(void)rec_add(keys, KEY(runtime), runtime);
	return (state_containers_rewrite(&s->client, keys));
}

/* The first that cannot be stopped ends it: what follows would be in vain. */
static int
apply(struct cli *cli, const struct rec *found, struct rec *out)
{
	struct session	 s = { 0 };
	struct plan	 p;
	int		 rc = 0;

	(void)out;
	if (plan_make(&p, found) == -1)
		return (say_error("out of memory"));
	if (command_open(&s, cli, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	for (size_t i = p.n; rc == 0 && i-- > 0;)
		if (!is_kept(p.rows[i]) && container_is_running(p.rows[i]))
			rc = stop_one(&s, p.rows[i]);
	if (rc == 0)
		rc = rewrite(&s, rec_str(found, KEY(runtime), RUNTIME_OWN));
	if (rc == 0)
		event_tell(&s, "system", "migrate", NULL, NULL);
	rc = rc == -1 ? session_error(&s) : 0;
	session_close(&s);
	plan_free(&p);
	return (rc);
}

/* Which of them wait to be started, after this or an earlier migration? */
static int
look_left(struct cli *cli, const struct rec *config, struct rec *out)
{
	struct rec	*all = rec_new(), *row;
	size_t		 it = 0;
	int		 code;

	if ((code = look(cli, config, all)) == 0)
		while ((row = rec_sub(all, KEY(ctr), &it)) != NULL) {
			if (is_left(row))
				(void)rec_add_rec(out, KEY(ctr), row);
			rec_free(row);
		}
	rec_free(all);
	return (code);
}

static int
start_again(struct cli *cli, const struct rec *config)
{
	scoped_rec struct rec	*left = part_step(look_left, cli, config);
	struct plan		 p;
	int			 code = 0;

	if (left == NULL || plan_make(&p, left) == -1)
		return (EXIT_ENGINE);
	for (size_t i = 0; i < p.n; i++)
		if (start_apart(cli, rec_str(p.rows[i], KEY(id), "")) != 0)
			code = EXIT_ENGINE;
	plan_free(&p);
	return (code);
}

/* --- the command --- */

/* Before anything is touched: is that a runtime, and one we can use? */
static int
check_runtime(const struct rec *config, const char *name)
{
	struct runtime	 rt;
	struct error	 e;

	if (runtimes_find(config, name, &rt, &e) == -1) {
		(void)say_error("%s", e.text);
		say_code(e.code);
	} else if (!rt.own) {
		(void)say_error("migrating to the OCI runtime %s is not "
		    "supported by bulkhead yet, which runs containers only "
		    "with its own, " RUNTIME_OWN, rt.name);
		say_code(ERR_RUNTIME_UNAVAILABLE);
	} else
		return (0);
	return (EXIT_ENGINE);
}

static int
migrate(struct cli *cli, const struct rec *config, struct rec *found)
{
	scoped_rec struct rec	*applied = NULL;
	struct plan		 p;
	int			 code;

	if (plan_make(&p, found) == -1)
		return (say_error("out of memory"));
	(void)rec_set(found, KEY(runtime), RUNTIME_OWN);
	plan_print(&p, RUNTIME_OWN);
	plan_free(&p);
	if (opt_flag(cli->opts, "plan", false))
		return (0);
	applied = part_step(apply, cli, found);
	code = start_again(cli, config);
	code = applied == NULL ? EXIT_ENGINE : code;
	return (code);
}

static int
run(struct cli *cli)
{
	const char	*name = opt_str(cli->opts, "new-runtime", RUNTIME_OWN);
	struct rec	*config, *found = NULL;
	int		 code = EXIT_ENGINE;

	if ((config = part_step(info_config, cli, NULL)) != NULL &&
	    (code = check_runtime(config, name)) == 0) {
		found = part_step(look, cli, config);
		code = found == NULL ? EXIT_ENGINE : migrate(cli, config,
		    found);
	}
	rec_free(found);
	rec_free(config);
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
