/*
 * bulkhead system shutdown: before the machine stops, or the engine is removed.
 * Containers end in the order of their dependencies, deletions that were put
 * off are finished, and each failure is said once. There is no daemon to end:
 * the next command works as before.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "error.h"
#include "event.h"
#include "order.h"
#include "part.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "say.h"
#include "session.h"
#include "states.h"
#include "stop.h"
#include "storage.h"

#define NAMED		5	/* as many are named where they hinder */
#define AT_ONCE		8	/* as many are stopped side by side */

static const struct opt options[] = {
	{ "force", 'f', OPT_FLAG, NULL, "Stop running containers", NULL,
	  NULL },
	OPT_HELP,
	{ "time", 't', OPT_UINT, NULL,
	  "Seconds to wait for each container before killing it", "10",
	  NULL },
	{ 0 }
};

/* The containers that ran when the command began. */
struct stopping {
	struct rec	**rows;
	bool		 *stopped;
	size_t		  n;
	int64_t		  timeout;
};

static bool
may_run(const struct rec *row)
{
	return (container_is_running(row) ||
	    rec_num(row, KEY(state), 0) == CTR_STARTING);
}

/*
 * A part (part.h): the containers that run, and the seconds that the
 * configuration gives each to stop.
 */
static int
look(struct cli *cli, const struct rec *none, struct rec *out)
{
	struct session	 s = { 0 };
	struct rec	*rows, *row;
	size_t		 it = 0;

	(void)none;
	if (command_open(&s, cli, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	(void)rec_add_num(out, KEY(timeout), rec_num(s.config,
	    KEY_AS(default_stop_timeout), 10));
	if ((rows = containers_reconciled(&s)) == NULL)
		return (session_error(&s));
	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		if (may_run(row))
			(void)rec_add_rec(out, KEY(ctr), row);
		rec_free(row);
	}
	rec_free(rows);
	session_close(&s);
	return (0);
}

static int
refuse(struct rec **list, size_t n)
{
	char	 names[1024] = "";
	size_t	 len = 0;

	for (size_t i = 0; i < n && i < NAMED; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%.120s", i > 0 ? ", " : "", rec_str(list[i], KEY(name),
		    "?"));
	(void)say_error("%zu container%s still running (%s%s); stop %s, or "
	    "use --force: container state improper", n, n == 1 ? " is" :
	    "s are", names, n > NAMED ? ", ..." : "", n == 1 ? "it" : "them");
	say_code(ERR_CTR_STATE);
	return (EXIT_ENGINE);
}

/*
 * A part: stop one container. One that has ended or was removed meanwhile
 * counts as stopped.
 */
static int
stop_one(struct cli *cli, const struct rec *given, struct rec *out)
{
	struct session	 s = { 0 };
	const char	*id = rec_str(given, KEY(id), "");
	struct rec	*row;
	int		 rc = 0;

	(void)out;
	if (command_open(&s, cli, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	if ((row = container_reconciled(&s, id)) == NULL)
		rc = errno == ENOENT ? 0 : -1;
	else if ((rc = stop_container(&s, row, rec_num(given, KEY(timeout),
	    10), true)) == 0)
		printf("%s\n", id);
	rec_free(row);
	rc = rc == -1 ? session_error(&s) : 0;
	session_close(&s);
	return (rc);
}

/* Side by side, each in a session of its own: their timeouts do not add up. */
static int
stop_some(struct cli *cli, struct stopping *r, const size_t *chosen, size_t n)
{
	struct part	 parts[AT_ONCE] = { 0 };
	struct rec	*given;
	int		 code = 0;

	for (size_t k = 0; k < n; k++) {
		given = rec_new();
		(void)rec_add(given, KEY(id), rec_str(r->rows[chosen[k]],
		    KEY(id),
		    ""));
		(void)rec_add_num(given, KEY(timeout), r->timeout);
		parts[k].run = stop_one;
		part_start(&parts[k], cli, given);
		rec_free(given);
	}
	for (size_t k = 0; k < n; k++) {
		part_wait(&parts[k], PART_FOREVER);
		if (parts[k].answer == NULL)
			code = say_error("%s", parts[k].why);
		r->stopped[chosen[k]] = true;
		part_clear(&parts[k]);
	}
	return (code);
}

static int
stop_all(struct cli *cli, struct stopping *r)
{
	size_t	 chosen[AT_ONCE], n;
	int	 code = 0, one;

	while ((n = order_stoppable(r->rows, r->stopped, r->n, chosen,
	    AT_ONCE)) > 0)
		if ((one = stop_some(cli, r, chosen, n)) != 0)
			code = one;
	return (code);
}

/* Deletions that were put off; what cannot go now is no failure. */
static int
tidy(struct session *s)
{
	storage_join_userns(s);
	return (store_tidy(&s->client));
}

/* Store, then state, as they were opened the other way round. */
static int
close_parts(struct cli *cli, const struct rec *none, struct rec *out)
{
	struct session	 s = { 0 };
	int		 code = 0;

	(void)none;
	(void)out;
	if (command_open(&s, cli, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	if (tidy(&s) == -1)
		code = session_error(&s);
	event_tell(&s, "system", "shutdown", NULL, NULL);
	if (client_stop(&s.client, H_STORE) != 0)
		code = say_error("the image store did not close in order");
	if (client_stop(&s.client, H_STATE) != 0)
		code = say_error("the state did not close in order");
	session_close(&s);
	return (code);
}

static int
run_of(struct stopping *r, const struct rec *found)
{
	size_t	 max = rec_count(found, KEY(ctr)), it = 0;

	r->rows = calloc(max + 1, sizeof(*r->rows));
	r->stopped = calloc(max + 1, sizeof(*r->stopped));
	if (r->rows == NULL || r->stopped == NULL)
		return (say_error("out of memory"));
	while (found != NULL &&
	    (r->rows[r->n] = rec_sub(found, KEY(ctr), &it)) != NULL)
		r->n++;
	return (0);
}

/* What cannot be listed cannot be stopped; the rest is done anyway. */
static int
run(struct cli *cli)
{
	struct rec	*found = part_step(look, cli, NULL), *closed;
	struct stopping	 r = { .timeout = opt_num(cli->opts, "time",
			    rec_num(found, KEY(timeout), 10)) };
	int		 code = found == NULL ? EXIT_ENGINE : 0;

	if (run_of(&r, found) != 0)
		code = EXIT_ENGINE;
	else if (r.n > 0 && !opt_flag(cli->opts, "force", false))
		code = refuse(r.rows, r.n);
	else {
		if (stop_all(cli, &r) != 0)
			code = EXIT_ENGINE;
		if ((closed = part_step(close_parts, cli, NULL)) == NULL)
			code = EXIT_ENGINE;
		rec_free(closed);
	}
	for (size_t i = 0; i < r.n; i++)
		rec_free(r.rows[i]);
	free(r.rows);
	free(r.stopped);
	rec_free(found);
	return (code);
}

const struct command command_system_shutdown = {
	.noun = "system", .verb = "shutdown",
	.brief = "Stop containers and close the storage",
	.options = { options },
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
