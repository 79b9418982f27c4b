/*
 * bulkhead volume ls: list volumes.
 */
#include "command.h"
#include "command_session.h"
#include "lists.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "volumes.h"

static const struct opt options[] = {
	{ "filter", 'f', OPT_LIST, NULL,
	  "Filter output based on conditions given", NULL, NULL },
	{ "format", 0, OPT_STRING, NULL,
	  "Format volume output using Go template", NULL, "json|table" },
	OPT_HELP,
	{ "noheading", 'n', OPT_FLAG, NULL, "Do not print headers", NULL,
	  NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Print volume output in quiet mode",
	  NULL, NULL },
	{ 0 }
};

static int
run(struct cli *cli)
{
	struct session		 s = { 0 };
	struct list		 l;
	scoped_rec struct rec	*all = NULL;
	int			 code;

	if (opt_flag(cli->opts, "quiet", false) &&
	    opt_given(cli->opts, "format"))
		return (say_error("quiet and format flags cannot be used "
		    "together"));
	/* Of a table nothing is in the store. */
	if (list_open(&l, &list_of_volumes, cli->opts) == -1 ||
	    command_open(&s, cli, l.format.kind == FORMAT_PLAIN ? NEED_STATE :
	    NEED_STATE | NEED_STORE, NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	l.session = &s;
	all = volumes_list(&s);
	code = list_close(&l, all == NULL ? session_error(&s) :
	    list_rows(&l, all, all));
	session_close(&s);
	return (code);
}

const struct command command_volume_ls = {
	.noun = "volume", .verb = "ls", .aliases = "list",
	.brief = "List volumes",
	.options = { options },
	.description = "List all available volumes. The output of the volumes "
	    "can be filtered and the output format can be changed to JSON or "
	    "a user specified Go template.",
	.examples = "volume ls\nvolume ls --filter dangling=true --format "
	    "json",
	.run = run,
};
