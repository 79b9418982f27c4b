/*
 * bulkhead images.
 */
#include "cmd.h"
#include "lists.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "store.h"

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

int
cmd_images(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct list	 l;
	struct rec	*all, *ctrs = NULL;
	bool		 count;
	int		 code;

	if ((code = check_options(g->opts)) != 0)
		return (code);
	if (list_open(&l, &list_of_images, g->opts) == -1)
		return (list_close(&l, EXIT_ENGINE));
	add_columns(&l, g->opts);
	/* How many containers an image has is only looked up to be shown. */
	count = list_shows(&l, "Containers");
	if (command_open(&s, g, NEED_STORE | (count ? NEED_STATE : 0),
	    NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	if ((all = store_images(&s.client)) == NULL ||
	    (count && (ctrs = containers_reconciled(&s)) == NULL))
		code = session_error(&s);
	code = list_close(&l, code != 0 ? code : list_images(&l, g->opts, all,
	    ctrs, argc > 0 ? argv[0] : NULL));
	rec_free(ctrs);
	rec_free(all);
	session_close(&s);
	return (code);
}
