/*
 * bulkhead ps.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "human.h"
#include "lists.h"
#include "parse.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "state.h"

/* The others are shown as they are; this one can only be removed. */
static void
say_damaged(const struct rec *row)
{
	const char	*id = show_str(row, "id"), *name = show_str(row,
			    "name");

	say_warning("container %s%s%s%s cannot be read: %s; `bulkhead rm "
	    "--force %.12s` removes it", id, *name == '\0' ? "" : " (", name,
	    *name == '\0' ? "" : ")", rec_str(row, "error",
	    "its record is damaged"), id);
}

/* What can be said to be wrong before anything is started. */
static int
check_options(const struct rec *o)
{
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

int
cmd_ps(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct list	 l;
	struct rec	*rows;
	int64_t		 now = human_now();
	int		 code;

	(void)argc;
	(void)argv;
	if ((code = check_options(g->opts)) != 0 ||
	    (code = set_clock(g->opts, &now)) != 0)
		return (code);
	if (list_open(&l, &list_of_ctrs, g->opts) == -1 ||
	    command_open(&s, g, NEED_STATE, NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	l.shown.now = now;
	if (opt_flag(g->opts, "pod", false)) {
		list_add_column(&l, "Pod");
		list_add_column(&l, "PodName");
	}
	rows = opt_given(g->opts, "at") ? state_containers_at(&s.client,
	    now < 0 ? 0 : (uint64_t)now) : session_rows(&s);
	code = list_close(&l, rows == NULL ? session_error(&s) :
	    list_ctrs(&l, g->opts, rows, say_damaged));
	rec_free(rows);
	session_close(&s);
	return (code);
}
