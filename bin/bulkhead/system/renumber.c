/*
 * bulkhead system renumber: new numbers for all locks, from 0.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "command_session.h"
#include "error.h"
#include "event.h"
#include "lists.h"
#include "lock_numbers.h"
#include "locks.h"
#include "record.h"
#include "say.h"
#include "session.h"

#define GROUP		32		/* num_locks is rounded up to this */
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
	    (int64_t)n <= (count + GROUP - 1) / GROUP * GROUP)
		return (0);
	return (error_set(&s->client.error, ENOSPC, "there are %zu containers, "
	    "pods and volumes, but engine.num_locks is %lld: raise it, or "
	    "remove some of them", n, (long long)count));
}

static void
print_plan(const struct rec *locks)
{
	struct rec	*l;
	size_t		 it = 0;

	for (; (l = rec_sub(locks, KEY_IN(locks, lock),
	    &it)) != NULL; rec_free(l)) {
		const char	*was = rec_text(l, KEY_IN(lock, was));
		const char	*now = rec_text(l, KEY(number));

		if (was == NULL)
			was = "none";
		if (now == NULL)
			now = "";
		if (strcmp(was, now) != 0)
			printf("%s %s: lock %s -> %s\n",
			    lock_kind(rec_str(l, KEY(name), "")),
			    rec_str(l, KEY(of), ""), was, now);
	}
}

/*
 * With the lock "store": no other command makes or removes objects
 * meanwhile.
 */
static int
renumber(struct session *s, bool plan_only)
{
	struct rec	*objects = locks_objects(s), *locks = NULL;
	int		 rc = -1;

	if (objects != NULL &&
	    check_room(s, rec_count(objects, KEY_IN(locks, lock))) == 0 &&
	    (locks = locks_fresh(objects)) != NULL)
		rc = 0;
	if (rc == 0)
		print_plan(locks);
	if (rc == 0 && !plan_only && (locks_begin(s) == -1 ||
	    locks_install(s, locks) == -1))
		rc = -1;
	rec_free(locks);
	rec_free(objects);
	return (rc);
}

static int
renumber_alone(struct session *s)
{
	struct error	 f;
	int		 rc;

	if (locks_store(s, WAIT_MS) == -1)
		return (-1);
	rc = renumber(s, false);
	error_save(&s->client.error, &f);
	locks_store_drop(s);
	if (rc == 0)
		event_tell(s, "system", "renumber", NULL, NULL);
	error_restore(&s->client.error, &f);
	return (rc);
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
	int	 rc = opt_flag(cli->opts, "plan", false) ?
		    renumber(cli->session, true) :
		    renumber_alone(cli->session);

	return (rc == -1 ? session_error(cli->session) : 0);
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
