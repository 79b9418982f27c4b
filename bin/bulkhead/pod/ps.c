/*
 * bulkhead pod ps: list pods.
 */
#include "command.h"
#include "command_session.h"
#include "lists.h"
#include "pods.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	{ "ctr-ids", 0, OPT_FLAG, NULL,
	  "Display the container UUIDs. If no-trunc is not set they will be "
	  "truncated", NULL, NULL },
	{ "ctr-names", 0, OPT_FLAG, NULL, "Display the container names", NULL,
	  NULL },
	{ "ctr-status", 0, OPT_FLAG, NULL, "Display the container status",
	  NULL, NULL },
	{ "filter", 'f', OPT_LIST, NULL,
	  "Filter output based on conditions given", NULL, NULL },
	{ "format", 0, OPT_STRING, NULL,
	  "Pretty-print pods to JSON or using a Go template", NULL,
	  "json|table" },
	OPT_HELP,
	{ "latest", 'l', OPT_FLAG, NULL,
	  "Act on the latest pod bulkhead is aware of", NULL, NULL },
	{ "no-trunc", 0, OPT_FLAG, NULL,
	  "Do not truncate pod and container IDs", NULL, NULL },
	{ "noheading", 0, OPT_FLAG, NULL, "Do not print headers", NULL, NULL },
	{ "ns", 0, OPT_FLAG, NULL,
	  "Display namespace information of the pod", NULL, NULL },
	{ "quiet", 'q', OPT_FLAG, NULL,
	  "Print the numeric IDs of the pods only", NULL, NULL },
	{ "sort", 0, OPT_STRING, NULL,
	  "Sort output by created, id, name, or number", "created",
	  "created|id|name|number" },
	{ 0 }
};

static int
check_options(const struct rec *o)
{
	const char	*key = opt_str(o, "sort", "created");

	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error("quiet and format cannot be used together"));
	if (order_find(pod_orders, key) == NULL)
		return (say_error("invalid argument \"%s\" for \"--sort\" "
		    "flag: \"%s\" is not a valid value.  Choose from: "
		    "\"created, id, name, number\"", key, key));
	return (0);
}

static void
add_columns(struct list *l, const struct rec *o)
{
	static const char *const	 members[][2] = {
		{ "ctr-ids", "ContainerIds" },
		{ "ctr-names", "ContainerNames" },
		{ "ctr-status", "ContainerStatuses" },
	};
	bool				 any = false;

	if (opt_flag(o, "ns", false)) {
		list_add_column(l, "Cgroup");
		list_add_column(l, "Namespace");
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (opt_flag(o, members[i][0], false)) {
			list_add_column(l, members[i][1]);
			any = true;
		}
	if (!any)
		list_add_column(l, "NumberOfContainers");
}

static int
run(struct cli *cli)
{
	struct session		 s = { 0 };
	struct list		 l;
	scoped_rec struct rec	*all = NULL;
	int			 code = check_options(cli->opts);

	if (code != 0)
		return (code);
	if (list_open(&l, &list_of_pods, cli->opts) == -1 ||
	    command_open(&s, cli, NEED_STATE, NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	add_columns(&l, cli->opts);
	all = pods_with_members(&s);
	code = list_close(&l, all == NULL ? session_error(&s) :
	    list_rows(&l, all, all));
	session_close(&s);
	return (code);
}

const struct command command_pod_ps = {
	.noun = "pod", .verb = "ps", .aliases = "ls list",
	.brief = "List pods",
	.options = { options },
	.description = "List all pods on system including their names, ids "
	    "and current state.",
	.examples = "pod ps\npod ps --ctr-names --filter status=running",
	.run = run,
};
