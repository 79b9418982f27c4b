/*
 * bulkhead events: show what happened to objects, and what happens.
 */
#include <unistd.h>

#include "command.h"
#include "command_session.h"
#include "events.h"
#include "hostroot.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	OPT("filter", 'f', ARRAY, "filter output"),
	OPT("format", 0, STRING, "format the output using a Go template",
	    .complete = "json"),
	OPT_HELP,
	OPT("no-trunc", 0, FLAG, "do not truncate the output", .def = "true"),
	OPT("since", 0, STRING, "show all events created since timestamp"),
	OPT("stream", 0, FLAG,
	    "stream events and do not exit when returning the last known event",
	    .def = "true"),
	OPT("until", 0, STRING, "show all events until timestamp"),
	{ 0 }
};

static int
run(struct cli *cli)
{
	struct events	*events = events_new(cli->opts);
	struct session	*s = cli->session;
	int		 rc = -1;

	if (events == NULL)
		return (EXIT_ENGINE);
	/* Root's sources are opened before root is given up. */
	s->privileged = events_open;
	s->arg = events;
	if (command_open(s, cli, (host_root() ? NEED_IDS : NEED_CONFIG) |
	    NEED_MORE, NULL) == 0) {
		session_confine(s);
		rc = events_run(events);
	}
	events_free(events);
	return (rc == -1 ? EXIT_ENGINE : 0);
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
