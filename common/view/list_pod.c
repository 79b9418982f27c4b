#include "lists.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "record.h"

/* Of members there are `ctr_id` and so on; `members` is their number. */
static bool
match_status(const struct filter_term *t, const struct rec *pod)
{
	return (strcasecmp(show_str(pod, "state"), t->value) == 0);
}

static const struct filter_key	keys[] = {
	{ "id", FILTER_ID, "id", NULL, NULL },
	{ "name", FILTER_PATTERN, "name", NULL, NULL },
	{ "label", FILTER_PAIR, "label", NULL, NULL },
	{ "label!", FILTER_NO_PAIR, "label", NULL, NULL },
	{ "status", FILTER_MATCH, NULL, NULL, match_status },
	{ "ctr-ids", FILTER_PREFIX, "ctr_id", NULL, NULL },
	{ "ctr-names", FILTER_EQUAL, "ctr_name", NULL, NULL },
	{ "ctr-number", FILTER_EQUAL, "members", NULL, NULL },
	{ "ctr-status", FILTER_EQUAL, "ctr_state", NULL, NULL },
	{ "until", FILTER_BEFORE, "created", NULL, NULL },
	{ 0 }
};
const struct filter_about	pod_filters = { .keys = keys,
	.unknown = FILTER_UNKNOWN, .shape = FILTER_SHAPE,
	.any_pattern = true };

static const struct member	listed_member[] = {
	SHOWN("Id", SHOW_TEXT, "id"), SHOWN("Names", SHOW_TEXT, "name"),
	SHOWN_OR("Status", SHOW_TEXT, "state_name", "unknown"), { 0 }
};
static const struct column	columns[] = {
	COLUMN("Cgroup", "CGROUP", SHOW_TEXT, "cgroup"),
	{ { .name = "Containers", .key = "ctr", .members = listed_member },
	    NULL, SHOW_OBJECTS },
	COLUMN_AS("Created", "CREATED", SHOW_AGO, "created", SHOW_DATE),
	COLUMN_TEXT("ID", "POD ID", SHOW_ID, "id"),
	COLUMN_AS("Id", "POD ID", SHOW_ID, "id", SHOW_TEXT),
	COLUMN_TEXT("InfraID", "INFRA ID", SHOW_WORD, ""),
	COLUMN("InfraId", "INFRA ID", SHOW_WORD, ""),
	COLUMN_TEXT("Labels", "LABELS", SHOW_PAIRS, "label"),
	COLUMN("Name", "NAME", SHOW_TEXT, "name"),
	COLUMN("Namespace", "NAMESPACES", SHOW_WORD, ""),
	COLUMN_TEXT("Networks", "NETWORKS", SHOW_WORD, ""),
	COLUMN_JSON("Networks", SHOW_CONST, "[]"),
	COLUMN_TEXT("NumberOfContainers", "# OF CONTAINERS", SHOW_NUMBER,
	    "members"),
	COLUMN("Status", "STATUS", SHOW_TEXT, "state"),
	COLUMN_JSON("Labels", SHOW_PAIRS, "label"),
	COLUMN_TEXT("ContainerIds", "IDS", SHOW_TEXT, "ctr_ids"),
	COLUMN_TEXT("ContainerNames", "NAMES", SHOW_TEXT, "ctr_names"),
	COLUMN_TEXT("ContainerStatuses", "STATUS", SHOW_TEXT, "ctr_states"),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	list_of_pods = {
	.tmpl = { "podps", "pods.ListPodReporter", maps, false, true },
	.columns = columns, .plain = "ID Name Status Created InfraID",
	.quiet = SHOWN(NULL, SHOW_TEXT, "id"), .indent = 2,
};

/* podman has the youngest first, and everything else from the least on. */
const struct order	pod_orders[] = {
	{ "created", "created", BY_NUMBER_DOWN }, { "id", "id", BY_TEXT },
	{ "name", "name", BY_TEXT }, { "number", "ctr", BY_COUNT }, { 0 }
};

/* A key of all members: each as a value, and all with commas between. */
static void
add_members(struct rec *out, const struct rec *pod, const char *key,
    const char *each, const char *joined, int width)
{
	struct rec	*ctr;
	char		 all[8192] = "";
	size_t		 it = 0, n = 0;

	while ((ctr = rec_sub(pod, "ctr", &it)) != NULL) {
		(void)rec_add(out, each, show_str(ctr, key));
		if (n < sizeof(all))
			n += (size_t)snprintf(all + n, sizeof(all) - n,
			    "%s%.*s", n == 0 ? "" : ",", width,
			    show_str(ctr, key));
		rec_free(ctr);
	}
	(void)rec_add(out, joined, all);
}

/* All pods with what filters and columns are about. */
static struct rec *
derive(const struct rec *all, bool no_trunc)
{
	struct rec	*out = rec_new(), *pod, *copy;
	size_t		 it = 0;

	while ((pod = rec_sub(all, "obj", &it)) != NULL) {
		copy = rec_new();
		(void)rec_add_all(copy, pod);
		(void)rec_add_num(copy, "members", (int64_t)rec_count(pod,
		    "ctr"));
		add_members(copy, pod, "id", "ctr_id", "ctr_ids", no_trunc ?
		    64 : SHORT_ID);
		add_members(copy, pod, "name", "ctr_name", "ctr_names", 256);
		add_members(copy, pod, "state_name", "ctr_state",
		    "ctr_states", 256);
		if (rec_num(pod, "removing", 0) == 0)
			(void)rec_add_rec(out, "obj", copy);
		rec_free(copy);
		rec_free(pod);
	}
	return (out);
}

int
list_pods(struct list *l, const struct rec *request, const struct rec *all,
    const struct filter *f)
{
	struct choice	 c = { .filter = f, .request = request,
			    .orders = pod_orders, .first = strcmp(show_str(
			    request, "latest"), "true") == 0 };
	struct rec	*pods = derive(all, l->shown.no_trunc);
	int		 code = list_rows(l, pods, "obj", &c);

	rec_free(pods);
	return (code);
}

static const struct member	inspected_member[] = {
	SHOWN("Id", SHOW_TEXT, "id"), SHOWN("Name", SHOW_TEXT, "name"),
	SHOWN_OR("State", SHOW_TEXT, "state_name", "unknown"), { 0 }
};
static const struct member	inspected[] = {
	SHOWN("Id", SHOW_TEXT, "id"), SHOWN("Name", SHOW_TEXT, "name"),
	SHOWN("Created", SHOW_DATE, "created"),
	SHOWN("CreateCommand", SHOW_LIST, "create_command"),
	SHOWN("ExitPolicy", SHOW_WORD, "continue"),
	SHOWN("State", SHOW_TEXT, "state"), SHOWN("Hostname", SHOW_WORD, ""),
	SHOWN_OPTIONAL("Labels", SHOW_PAIRS, "label"),
	SHOWN("CreateCgroup", SHOW_CONST, "false"),
	SHOWN("CgroupParent", SHOW_TEXT, "cgroup"),
	SHOWN("CreateInfra", SHOW_CONST, "false"),
	SHOWN("NumContainers", SHOW_COUNT, "ctr"),
	{ .name = "Containers", .how = SHOW_OBJECTS, .key = "ctr",
	    .members = inspected_member, .optional = true },
	{ 0 }
};

json_t *
pod_object(const struct rec *pod, bool json)
{
	struct shown	 s = { .rec = pod, .as_json = json };

	return (show_object(&s, inspected));
}
