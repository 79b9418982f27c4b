/*
 * bulkhead volume ls: list volumes.
 */
#include "command_session.h"
#include "listing.h"
#include "record.h"
#include "say.h"
#include "volumes.h"

static const struct opt options[] = {
	OPT("filter", 'f', LIST, "Filter output based on conditions given"),
	OPT("format", 0, STRING, "Format volume output using Go template",
	    .complete = "json|table"),
	OPT_HELP,
	OPT("noheading", 'n', FLAG, "Do not print headers"),
	OPT("quiet", 'q', FLAG, "Print volume output in quiet mode"),
	{ 0 }
};

static int
check_options(struct cli *cli)
{
	if (opt_flag(cli->opts, "quiet", false) &&
	    opt_given(cli->opts, "format"))
		return (say_error(ERR_INVALID_ARG, "quiet and format flags "
		    "cannot be used together"));
	return (0);
}

/* Of a table nothing is in the store. */
static unsigned int
more(const struct list *l)
{
	return (l->format.kind == FORMAT_PLAIN ? 0 : NEED_STORE);
}

static struct rec *
rows(struct cli *cli, struct list *l)
{
	struct rec	*all = volumes_list(cli->session);

	l->session = cli->session;
	listing_say_damaged(all, "volume");
	return (all);
}

static const struct listing	listing = {
	.list = &list_of_volumes,
	.need = NEED_STATE, .more = more, .rows = rows,
};

const struct command command_volume_ls = {
	.noun = "volume", .verb = "ls", .aliases = "list",
	.brief = "List volumes",
	.options = { options },
	.description = "List all available volumes. The output of the volumes "
	    "can be filtered and the output format can be changed to JSON or "
	    "a user specified Go template.",
	.examples = "volume ls\nvolume ls --filter dangling=true --format "
	    "json",
	.before = check_options, .run = listing_run, .about = &listing,
};
