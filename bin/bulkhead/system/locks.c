/*
 * bulkhead system locks: who holds which lock, and who waits.
 */
#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "lists.h"
#include "lock_numbers.h"
#include "locks.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG, "Show those that are not held, too"),
	OPT("format", 0, STRING, "Change the output to JSON or a Go template",
	    .complete = "json"),
	OPT_HELP,
	OPT("no-trunc", 0, FLAG, "Do not truncate the output"),
	OPT("noheading", 'n', FLAG, "Do not print headers"),
	{ 0 }
};

/* The table is shown whatever is wrong with its size, or with the names. */
static int
run(struct cli *cli)
{
	struct session	*s = cli->session;
	struct rec	*locks, *objects;
	struct list	 l;
	int		 code;

	s->locks_any = true;
	if (list_open(&l, &list_of_locks, cli->opts) == -1 ||
	    command_open(s, cli, NEED_STATE | NEED_LOCK, NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	objects = locks_objects(s);
	locks = lock_list(&s->client, opt_flag(cli->opts, "all", false));
	code = list_close(&l, locks == NULL ? session_error(s) :
	    list_locks(&l, locks, objects));
	rec_free(locks);
	rec_free(objects);
	return (code);
}

const struct command command_system_locks = {
	.noun = "system", .verb = "locks",
	.brief = "Show who holds which lock, and who waits",
	.options = { options },
	.description = "Lists the locks of containers, pods and volumes that "
	    "are held just now: the lock's number, whose it is, the process "
	    "that holds it, its command, for how long, and how many wait for "
	    "it. It waits for none of them.",
	.examples = "system locks\nsystem locks --all\n"
	    "system locks --format json",
	.run = run,
};
