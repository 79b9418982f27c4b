/*
 * events and history.
 */
#include "tables.h"

const struct opt opts_events[] = {
	{ "filter", 'f', OPT_ARRAY, NULL, "filter output", NULL, NULL },
	{ "format", 0, OPT_STRING, NULL, "format the output using a Go "
	  "template", NULL, "json" },
	{ "help", 0, OPT_FLAG, NULL, NULL, NULL, NULL },
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
