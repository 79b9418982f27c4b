/*
 * bulkhead system renumber: new numbers for all locks, from 0.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "error.h"
#include "event.h"
#include "layout.h"
#include "lists.h"
#include "lock_numbers.h"
#include "record.h"
#include "say.h"
#include "session.h"

#define WAIT_MS		8000		/* who comes after us waits longer */

static const struct opt options[] = {
	OPT_HELP,
	OPT("plan", 0, FLAG, "Print what would be done, and do nothing"),
	{ 0 }
};

static int
check_room(struct session *s, size_t n)
{
	int64_t	 count = rec_num(s->config, KEY_AS(num_locks), 2048);

	if (strcmp(rec_str(s->config, KEY_AS(lock_type), "shm"), "file") == 0 ||
	    (int64_t)n <= (count + LOCK_GROUP - 1) / LOCK_GROUP * LOCK_GROUP)
		return (0);
	return (error_set(&s->client.error, ENOSPC, "there are %zu containers, "
	    "pods and volumes, but engine.num_locks is %lld: raise it, or "
	    "remove some of them", n, (long long)count));
}

static void
print_plan(const struct rec *locks)
{
	struct rec	*l;

	rec_each(l, locks, KEY_IN(locks, lock)) {
		const char	*was = rec_text(l, KEY_IN(lock, was));
		const char	*now = rec_text(l, KEY(number));

		if (was == NULL)
			was = "none";
		if (now == NULL)
			now = "";
		if (strcmp(was, now) != 0 && rec_num(l, KEY(hidden), 0) == 0)
			printf("%s %s: lock %s -> %s\n",
			    lock_kind(rec_str(l, KEY(name), "")),
			    rec_str(l, KEY(of), ""), was, now);
	}
}

/* Print the plan, and carry it out unless that is all that is wanted. */
static int
renumber(struct session *s, bool plan_only)
{
	scoped_rec struct rec	*objects = locks_objects(s), *locks = NULL;
	scoped_rec struct rec	*none = rec_new();

	if (objects == NULL ||
	    check_room(s, rec_count(objects, KEY_IN(locks, lock))) == -1 ||
	    (locks = locks_numbered(objects, false)) == NULL)
		return (-1);
	print_plan(locks);
	return (!plan_only && (none == NULL ||
	    lock_renumber(&s->client, none, true) == -1 ||
	    locks_install(s, locks) == -1) ? -1 : 0);
}

/* Whatever the size of the table is. */
static int
before(struct cli *cli)
{
	cli->session->locks_any = true;
	return (0);
}

static int
run(struct cli *cli)
{
	struct session	*s = cli->session;
	bool		 plan_only = opt_flag(cli->opts, "plan", false);
	int		 rc;

	/* No other command makes or removes objects meanwhile. */
	if (!plan_only && lock_take(&s->client, LOCK_STORE, false, WAIT_MS,
	    false) == -1)
		return (session_error(s));
	rc = renumber(s, plan_only);
	if (!plan_only) {
		lock_drop(&s->client, LOCK_STORE);
		if (rc == 0)
			event_send_one(s, "system", "renumber", NULL, NULL);
	}
	return (rc == -1 ? session_error(s) : 0);
}

const struct command command_system_renumber = {
	.noun = "system", .verb = "renumber",
	.brief = "Give all locks new numbers",
	.options = { options },
	.description = "Gives the locks of all containers, pods and volumes "
	    "the numbers from 0 up, in one step, when no other command is at "
	    "work, and prints which have changed. It is needed when "
	    "engine.num_locks was made smaller than the highest number in "
	    "use.",
	.examples = "system renumber --plan\nsystem renumber",
	.need = NEED_STATE | NEED_LOCK, .before = before,
	.run = run,
};
