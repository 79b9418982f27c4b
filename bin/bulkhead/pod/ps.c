/*
 * bulkhead pod ps: list pods.
 */
#include "command_session.h"
#include "listing.h"
#include "nitems.h"
#include "pods.h"
#include "record.h"
#include "say.h"

static const struct opt options[] = {
	OPT("ctr-ids", 0, FLAG,
	    "Display the container UUIDs. If no-trunc is not set they will be "
	    "truncated"),
	OPT("ctr-names", 0, FLAG, "Display the container names"),
	OPT("ctr-status", 0, FLAG, "Display the container status"),
	OPT("filter", 'f', LIST, "Filter output based on conditions given"),
	OPT("format", 0, STRING,
	    "Pretty-print pods to JSON or using a Go template",
	    .complete = "json|table"),
	OPT_HELP,
	OPT("latest", 'l', FLAG, "Act on the latest pod bulkhead is aware of"),
	OPT("no-trunc", 0, FLAG, "Do not truncate pod and container IDs"),
	OPT("noheading", 0, FLAG, "Do not print headers"),
	OPT("ns", 0, FLAG, "Display namespace information of the pod"),
	OPT("quiet", 'q', FLAG, "Print the numeric IDs of the pods only"),
	OPT("sort", 0, STRING, "Sort output by created, id, name, or number",
	    .def = "created", .complete = "created|id|name|number"),
	{ 0 }
};

static int
check_options(struct cli *cli)
{
	const struct rec	*o = cli->opts;
	const char		*key = opt_str(o, "sort", "created");

	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error(ERR_INVALID_ARG, "quiet and format cannot be "
		    "used together"));
	if (order_find(pod_orders, key) == NULL)
		return (say_error(ERR_INVALID_ARG, "invalid argument \"%s\" "
		    "for \"--sort\" flag: \"%s\" is not a valid value.  Choose "
		    "from: \"created, id, name, number\"", key, key));
	return (0);
}

static int
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
	for (size_t i = 0; i < NITEMS(members); i++)
		if (opt_flag(o, members[i][0], false)) {
			list_add_column(l, members[i][1]);
			any = true;
		}
	if (!any)
		list_add_column(l, "NumberOfContainers");
	return (0);
}

static struct rec *
rows(struct cli *cli, struct list *l)
{
	struct rec	*all = pods_with_members(cli->session);

	(void)l;
	listing_say_damaged(all, "pod");
	return (all);
}

static const struct listing	listing = {
	.list = &list_of_pods, .prepare = add_columns,
	.need = NEED_STATE, .rows = rows,
};

const struct command command_pod_ps = {
	.noun = "pod", .verb = "ps", .aliases = "ls list",
	.brief = "List pods",
	.options = { options },
	.description = "List all pods on system including their names, ids "
	    "and current state.",
	.examples = "pod ps\npod ps --ctr-names --filter status=running",
	.before = check_options, .run = listing_run, .about = &listing,
};
