/*
 * bulkhead images: list images.
 */
#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "lists.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	{ "all", 'a', OPT_FLAG, NULL,
	  "Show all images (default hides intermediate images)", NULL, NULL },
	{ "digests", 0, OPT_FLAG, NULL, "Show digests", NULL, NULL },
	{ "filter", 'f', OPT_LIST, NULL,
	  "Filter output based on conditions given", NULL, "filter" },
	{ "format", 0, OPT_STRING, NULL,
	  "Change the output format to JSON or a Go template", NULL,
	  "json|table" },
	OPT_HELP,
	{ "no-trunc", 0, OPT_FLAG, NULL, "Do not truncate output", NULL,
	  NULL },
	{ "noheading", 'n', OPT_FLAG, NULL, "Do not print column headings",
	  NULL, NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Display only image IDs", NULL,
	  NULL },
	{ "sort", 0, OPT_STRING, NULL,
	  "Sort by created, id, repository, size, tag", "created",
	  "created|id|repository|size|tag" },
	OPT_NO_FLAG("history", 0),
	{ 0 }
};

static int
check_options(const struct rec *o)
{
	const char	*key = opt_str(o, "sort", "created");

	if (order_find(image_orders, key) == NULL)
		return (say_error("\"%s\" is not a valid field for sorting. "
		    "Choose from: id, repository, size, tag, created", key));
	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error("quiet and format are mutually exclusive"));
	return (0);
}

static void
add_columns(struct list *l, const struct rec *o)
{
	if (opt_flag(o, "digests", false))
		list_add_column(l, "Digest");
	list_add_column(l, "ID");
	list_add_column(l, "CreatedSince");
	list_add_column(l, "Size");
}

static int
run(struct cli *cli)
{
	struct session	 s = { 0 };
	struct list	 l;
	struct rec	*all, *ctrs = NULL;
	bool		 count;
	int		 code;

	if ((code = check_options(cli->opts)) != 0)
		return (code);
	if (list_open(&l, &list_of_images, cli->opts) == -1)
		return (list_close(&l, EXIT_ENGINE));
	add_columns(&l, cli->opts);
	/* How many containers an image has is only looked up to be shown. */
	count = list_shows(&l, "Containers");
	if (command_open(&s, cli, NEED_STORE | (count ? NEED_STATE : 0),
	    NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	if ((all = store_images(&s.client)) == NULL ||
	    (count && (ctrs = containers_reconciled(&s)) == NULL))
		code = session_error(&s);
	l.reference = cli->argc > 0 ? cli->argv[0] : NULL;
	code = list_close(&l, code != 0 ? code : list_images(&l, all, ctrs));
	rec_free(ctrs);
	rec_free(all);
	session_close(&s);
	return (code);
}

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
	.run = run,
};
