/*
 * system locks and system renumber.
 */
#include "tables.h"

const struct opt opts_locks[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Show those that nobody holds, too",
	  NULL, NULL },
	{ "format", 0, OPT_STRING, NULL,
	  "Change the output to JSON or a Go template", NULL, "json" },
	{ "help", 0, OPT_FLAG, NULL, NULL, NULL, NULL },
	{ "no-trunc", 0, OPT_FLAG, NULL, "Do not truncate the output", NULL,
	  NULL },
	{ "noheading", 'n', OPT_FLAG, NULL, "Do not print headers", NULL,
	  NULL },
	{ 0 }
};

const struct opt opts_renumber[] = {
	{ "help", 0, OPT_FLAG, NULL, NULL, NULL, NULL },
	{ "plan", 0, OPT_FLAG, NULL,
	  "Print what would be done, and do nothing", NULL, NULL },
	{ 0 }
};
