/*
 * bulkhead events: show what happened to objects, and what happens.
 */
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "command_session.h"
#include "eventread.h"
#include "eventview.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	{ "filter", 'f', OPT_ARRAY, NULL, "filter output", NULL, NULL },
	{ "format", 0, OPT_STRING, NULL, "format the output using a Go "
	  "template", NULL, "json" },
	OPT_HELP,
	{ "no-trunc", 0, OPT_FLAG, NULL, "do not truncate the output",
	  "true", NULL },
	{ "since", 0, OPT_STRING, NULL,
	  "show all events created since timestamp", NULL, NULL },
	{ "stream", 0, OPT_FLAG, NULL,
	  "stream events and do not exit when returning the last known event",
	  "true", NULL },
	{ "until", 0, OPT_STRING, NULL,
	  "show all events until timestamp", NULL, NULL },
	{ 0 }
};

static int
read_events(struct cli *cli, struct eventread *r)
{
	struct session	 s = { .privileged = eventread_open, .arg = r };
	int		 rc;

	/* Root's sources are opened before root is given up. */
	if (command_open(&s, cli, (geteuid() == 0 ? NEED_IDS : NEED_CONFIG) |
	    NEED_MORE, NULL) == -1)
		return (EXIT_ENGINE);
	session_confine(&s);
	rc = eventread_run(r);
	session_close(&s);
	return (rc == -1 ? EXIT_ENGINE : 0);
}

static int
run(struct cli *cli)
{
	bool			 stream = opt_flag(cli->opts, "stream", true);
	bool			 silent = stream &&
				    !opt_given(cli->opts, "since") &&
				    !opt_given(cli->opts, "until");
	struct eventview	 view;
	struct eventread	*r;
	int			 code = EXIT_ENGINE;

	if (eventview_open(&view, cli->opts) == -1)
		return (EXIT_ENGINE);
	if ((r = eventread_new(&view, stream, silent)) == NULL)
		code = say_error("out of memory");
	else
		code = read_events(cli, r);
	eventread_free(r);
	eventview_close(&view);
	return (code);
}

const struct command command_system_events = {
	.noun = "system", .verb = "events", .at_top = "events",
	.top_only = true,
	.brief = "Show bulkhead events",
	.options = { options },
	.description = "Monitor bulkhead events.\n\n"
	    "By default, streaming mode is used, printing new events as they "
	    "occur.  Previous events can be listed via --since and --until.",
	.examples = "events\nevents --filter event=create\n"
	    "events --format {{.Image}}\nevents --since 1h30s\n"
	    "events --stream=false --filter type=container",
	.run = run,
};
