/*
 * bulkhead ps: list containers. With the run function of all lists.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "command_session.h"
#include "each.h"
#include "listing.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG,
	    "Show all the containers, default is only running containers"),
	OPT("at", 0, STRING, "List the containers as they were at this moment",
	    .metavar = "time"),
	OPT("external", 0, IGNORED_FLAG, NULL),
	EACH_FILTER('f'),
	OPT("format", 0, STRING,
	    "Pretty-print containers to JSON or using a Go template",
	    .complete = "json|table"),
	OPT_HELP,
	OPT("last", 'n', INT,
	    "Print the n last created containers (all states)", .def = "-1"),
	EACH_LATEST,
	OPT("no-trunc", 0, FLAG, "Display the extended information"),
	OPT("noheading", 0, FLAG, "Do not print headers"),
	OPT("quiet", 'q', FLAG, "Print the numeric IDs of the containers only"),
	OPT("sort", 0, STRING,
	    "Sort output by: command, created, id, image, names, runningfor, "
	    "size, status", .metavar = "choice",
	    .complete = "command|created|id|image|names|runningfor|status"),
	OPT("sync", 0, IGNORED_FLAG, NULL),
	OPT("pod", 'p', FLAG,
	    "Print the ID and name of the pod the containers are associated "
	    "with"),
	OPT_NO_FLAG("ns"), OPT_NO_FLAG("size", .letter = 's'),
	OPT_NO("watch", .letter = 'w'),
	{ 0 }
};

/* Warn of a damaged object, with the command that removes it. */
static void
say_one_damaged(const struct rec *row, const char *noun, const char *remove,
    int shown)
{
	const char	*id = show_str(row, KEY(id)), *name = show_str(row,
			    KEY(name));
	bool		 named = *name != '\0' && strcmp(id, name) != 0;

	say_warning("%s %s%s%s%s cannot be read: %s; `bulkhead %s --force "
	    "%.*s` removes it", noun, id, named ? " (" : "", named ? name : "",
	    named ? ")" : "", rec_str(row, KEY(error), "its record is "
	    "damaged"), remove, shown, id);
}

static void
say_damaged(const struct rec *row)
{
	say_one_damaged(row, "container", "rm", SHORT_ID);
}

void
listing_say_damaged(const struct rec *rows, const char *noun)
{
	struct rec	*row;
	char		 remove[32];

	(void)snprintf(remove, sizeof(remove), "%s rm", noun);
	rec_each(row, rows, KEY(obj))
		if (rec_get(row, KEY(error)) != NULL)
			say_one_damaged(row, noun, remove, INT_MAX);
}

/* What can be said to be wrong before anything is started. */
static int
check_options(struct cli *cli)
{
	const struct rec	*o = cli->opts;
	const char	*key = opt_str(o, "sort", "created");

	if (opt_given(o, "last") && opt_flag(o, "latest", false))
		return (say_error(ERR_INVALID_ARG, "last and latest are "
		    "mutually exclusive"));
	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error(ERR_INVALID_ARG, "quiet and format cannot be "
		    "used together"));
	if (order_find(ctr_orders, key) != NULL)
		return (0);
	say_error(ERR_INVALID_ARG, "invalid argument \"%s\" for \"--sort\" "
	    "flag: \"%s\" is not a valid value.  Choose from: \"command, "
	    "created, id, image, names, runningfor, size, status\"", key, key);
	fprintf(stderr, "See 'bulkhead ps --help'\n");
	return (EXIT_ENGINE);
}

/* --at: the clock stands at that moment, for everything that is shown. */
static int
prepare(struct list *l, const struct rec *o)
{
	if (opt_time(o, "at", l->shown.now, &l->shown.now) == -1)
		return (-1);
	if (opt_flag(o, "pod", false)) {
		list_add_column(l, "Pod");
		list_add_column(l, "PodName");
	}
	return (0);
}

int
listing_run(struct cli *cli)
{
	const struct listing	*what = command_body(cli->command)->about;
	scoped_rec struct rec	*rows = NULL;
	struct list		 l;

	if (list_open(&l, what->list, cli->opts) == -1 ||
	    (what->prepare != NULL && what->prepare(&l, cli->opts) == -1) ||
	    command_open(cli->session, cli, what->need | (what->more == NULL ?
	    0 : what->more(&l)), NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	rows = what->rows(cli, &l);
	return (list_close(&l, rows == NULL ? session_error(cli->session) :
	    what->print != NULL ? what->print(cli, &l, rows) :
	    list_rows(&l, rows, rows)));
}

static struct rec *
rows(struct cli *cli, struct list *l)
{
	int64_t	 now = l->shown.now;

	l->damaged = say_damaged;
	return (opt_given(cli->opts, "at") ? state_containers_at(
	    &cli->session->client, now < 0 ? 0 : (uint64_t)now) :
	    containers_reconciled(cli->session));
}

static const struct listing	listing = {
	.list = &list_of_ctrs, .prepare = prepare,
	.need = NEED_STATE, .rows = rows,
};

const struct command command_container_ps = {
	.noun = "container", .verb = "ps", .at_top = "ps",
	.brief = "List containers",
	.options = { options },
	.description = "Prints out information about the containers",
	.examples = "ps -a\nps -a --format \"{{.ID}}  {{.Image}}  "
	    "{{.Labels}}  {{.Mounts}}\"\nps --sort names",
	.before = check_options, .run = listing_run, .about = &listing,
};
