/*
 * bulkhead ps: list containers.
 */
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "clock.h"
#include "command.h"
#include "command_session.h"
#include "each.h"
#include "lists.h"
#include "parse.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	{ "all", 'a', OPT_FLAG, NULL,
	  "Show all the containers, default is only running containers", NULL,
	  NULL },
	{ "at", 0, OPT_STRING, "time",
	  "List the containers as they were at this moment", NULL, NULL },
	{ "external", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	EACH_FILTER('f'),
	{ "format", 0, OPT_STRING, NULL,
	  "Pretty-print containers to JSON or using a Go template", NULL,
	  "json|table" },
	OPT_HELP,
	{ "last", 'n', OPT_INT, NULL,
	  "Print the n last created containers (all states)", "-1", NULL },
	EACH_LATEST,
	{ "no-trunc", 0, OPT_FLAG, NULL, "Display the extended information",
	  NULL, NULL },
	{ "noheading", 0, OPT_FLAG, NULL, "Do not print headers", NULL, NULL },
	{ "quiet", 'q', OPT_FLAG, NULL,
	  "Print the numeric IDs of the containers only", NULL, NULL },
	{ "sort", 0, OPT_STRING, "choice",
	  "Sort output by: command, created, id, image, names, runningfor, "
	  "size, status", NULL,
	  "command|created|id|image|names|runningfor|status" },
	{ "sync", 0, OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	{ "pod", 'p', OPT_FLAG, NULL,
	  "Print the ID and name of the pod the containers are associated "
	  "with", NULL, NULL },
	OPT_NO_FLAG("ns", 0), OPT_NO_FLAG("size", 's'), OPT_NO("watch", 'w'),
	{ 0 }
};

/* The others are shown as they are; this one can only be removed. */
static void
say_damaged(const struct rec *row)
{
	const char	*id = show_str(row, KEY(id)), *name = show_str(row,
			    KEY(name));

	say_warning("container %s%s%s%s cannot be read: %s; `bulkhead rm "
	    "--force %.12s` removes it", id, *name == '\0' ? "" : " (", name,
	    *name == '\0' ? "" : ")", rec_str(row, KEY(error),
	    "its record is damaged"), id);
}

/* What can be said to be wrong before anything is started. */
static int
check_options(struct cli *cli)
{
	const struct rec	*o = cli->opts;
	const char	*key = opt_str(o, "sort", "created");

	if (opt_given(o, "last") && opt_flag(o, "latest", false))
		return (say_error("last and latest are mutually exclusive"));
	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error("quiet and format cannot be used together"));
	if (order_find(ctr_orders, key) != NULL)
		return (0);
	say_error("invalid argument \"%s\" for \"--sort\" flag: \"%s\" is not "
	    "a valid value.  Choose from: \"command, created, id, image, "
	    "names, runningfor, size, status\"", key, key);
	fprintf(stderr, "See 'bulkhead ps --help'\n");
	return (EXIT_ENGINE);
}

/* --at: the clock stands at that moment, for everything that is shown. */
static int
set_clock(const struct rec *o, int64_t *now)
{
	const char		*at = opt_str(o, "at", NULL);
	struct parse_err	 e;

	if (at == NULL || parse_time(at, *now, now, &e) == 0)
		return (0);
	return (say_error("parsing --at \"%s\": unable to interpret time "
	    "value", at));
}

static int
run(struct cli *cli)
{
	struct session		*s = cli->session;
	struct list		 l;
	scoped_rec struct rec	*rows = NULL;
	int64_t			 now = clock_real_ns();
	int			 code;

	if ((code = set_clock(cli->opts, &now)) != 0)
		return (code);
	if (list_open(&l, &list_of_ctrs, cli->opts) == -1)
		return (list_close(&l, EXIT_ENGINE));
	l.shown.now = now;
	l.damaged = say_damaged;
	if (opt_flag(cli->opts, "pod", false)) {
		list_add_column(&l, "Pod");
		list_add_column(&l, "PodName");
	}
	rows = opt_given(cli->opts, "at") ? state_containers_at(&s->client,
	    now < 0 ? 0 : (uint64_t)now) : containers_reconciled(s);
	code = list_close(&l, rows == NULL ? session_error(s) :
	    list_rows(&l, rows, rows));
	return (code);
}

const struct command command_container_ps = {
	.noun = "container", .verb = "ps", .at_top = "ps",
	.brief = "List containers",
	.options = { options },
	.description = "Prints out information about the containers",
	.examples = "ps -a\nps -a --format \"{{.ID}}  {{.Image}}  "
	    "{{.Labels}}  {{.Mounts}}\"\nps --sort names",
	.need = NEED_STATE, .before = check_options, .run = run,
};
