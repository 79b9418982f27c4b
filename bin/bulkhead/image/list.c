/*
 * bulkhead images: list images.
 */
#include "calls.h"
#include "command_session.h"
#include "listing.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG,
	    "Show all images (default hides intermediate images)"),
	OPT("digests", 0, FLAG, "Show digests"),
	OPT("filter", 'f', LIST, "Filter output based on conditions given",
	    .complete = "filter"),
	OPT("format", 0, STRING,
	    "Change the output format to JSON or a Go template",
	    .complete = "json|table"),
	OPT_HELP,
	OPT("no-trunc", 0, FLAG, "Do not truncate output"),
	OPT("noheading", 'n', FLAG, "Do not print column headings"),
	OPT("quiet", 'q', FLAG, "Display only image IDs"),
	OPT("sort", 0, STRING, "Sort by created, id, repository, size, tag",
	    .def = "created", .complete = "created|id|repository|size|tag"),
	OPT_NO_FLAG("history"),
	{ 0 }
};

static int
check_options(struct cli *cli)
{
	const struct rec	*o = cli->opts;
	const char		*key = opt_str(o, "sort", "created");

	if (order_find(image_orders, key) == NULL)
		return (say_error(ERR_INVALID_ARG, "\"%s\" is not a valid "
		    "field for sorting. Choose from: id, repository, size, "
		    "tag, created", key));
	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error(ERR_INVALID_ARG, "quiet and format are "
		    "mutually exclusive"));
	return (0);
}

static int
add_columns(struct list *l, const struct rec *o)
{
	if (opt_flag(o, "digests", false))
		list_add_column(l, "Digest");
	list_add_column(l, "ID");
	list_add_column(l, "CreatedSince");
	list_add_column(l, "Size");
	return (0);
}

/* How many containers an image has is only looked up to be shown. */
static unsigned int
more(const struct list *l)
{
	return (list_shows(l, "Containers") ? NEED_STATE : 0);
}

static struct rec *
rows(struct cli *cli, struct list *l)
{
	l->reference = cli->argc > 0 ? cli->argv[0] : NULL;
	return (store_images(&cli->session->client));
}

static int
print(struct cli *cli, struct list *l, const struct rec *images)
{
	scoped_rec struct rec	*ctrs = NULL;

	if (list_shows(l, "Containers") &&
	    (ctrs = containers_reconciled(cli->session)) == NULL)
		return (session_error(cli->session));
	return (list_images(l, images, ctrs));
}

static const struct listing	listing = {
	.list = &list_of_images, .prepare = add_columns,
	.need = NEED_STORE, .more = more, .rows = rows, .print = print,
};

const struct command command_image_list = {
	.noun = "image", .verb = "list", .aliases = "ls", .at_top = "images",
	.brief = "List images in local storage",
	.operands = "[IMAGE]", .operand = "image",
	.options = { options }, .max_args = 1,
	.description = "Lists images previously pulled to the system or "
	    "created on the system.",
	.examples = "image list --format json\n"
	    "image list --filter dangling=true",
	.top_examples = "images --format json\n"
	    "images --sort repository --format \"table {{.ID}} "
	    "{{.Repository}} {{.Tag}}\"\nimages --filter dangling=true",
	.before = check_options, .run = listing_run, .about = &listing,
};
