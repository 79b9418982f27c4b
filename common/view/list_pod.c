#include "lists.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "nitems.h"
#include "record.h"

/* Of members there are `ctr_id` and so on; `members` is their number. */
static bool
match_status(const struct filter_term *t, const struct rec *pod)
{
	return (strcasecmp(show_str(pod, KEY_IN(pod, state)), t->value) == 0);
}

static int
read_status(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	static const char *const	 words[] = { "created", "dead",
					    "degraded", "exited", "paused",
					    "running", "stopped" };

	(void)all;
	for (size_t i = 0; i < NITEMS(words); i++)
		if (strcasecmp(words[i], t->value) == 0)
			return (0);
	return (parse_fail(e, "%s is not a valid pod status", t->value));
}

static const struct filter_key	keys[] = {
	{ "id", FILTER_ID, KEY_TEXT(id), NULL, NULL },
	{ "name", FILTER_PATTERN, KEY_TEXT(name), NULL, NULL },
	{ "label", FILTER_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "label!", FILTER_NO_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "status", FILTER_MATCH, NULL, read_status, match_status },
	{ "ctr-ids", FILTER_PREFIX, KEY_TEXT(ctr_id), NULL, NULL },
	{ "ctr-names", FILTER_EQUAL, KEY_TEXT(ctr_name), NULL, NULL },
	{ "ctr-number", FILTER_EQUAL, KEY_TEXT(members), NULL, NULL },
	{ "ctr-status", FILTER_EQUAL, KEY_TEXT(ctr_state), NULL, NULL },
	{ "until", FILTER_BEFORE, KEY_TEXT(created), NULL, NULL },
	{ 0 }
};
const struct filter_about	pod_filters = { .keys = keys,
	.unknown = FILTER_UNKNOWN, .shape = FILTER_SHAPE,
	.any_pattern = true };

static const struct member	listed_member[] = {
	SHOWN("Id", SHOW_TEXT, id), SHOWN("Names", SHOW_TEXT, name),
	SHOWN_OR("Status", SHOW_TEXT, state_name, "unknown"), { 0 }
};
static const struct member	columns[] = {
	COLUMN("Cgroup", "CGROUP", SHOW_TEXT, cgroup),
	{ .name = "Containers", .json = SHOW_OBJECTS, .key = KEY_TEXT(ctr),
	    .members = listed_member },
	COLUMN_AS("Created", "CREATED", SHOW_AGO, created, SHOW_DATE),
	COLUMN_TEXT("ID", "POD ID", SHOW_ID, id),
	COLUMN_AS("Id", "POD ID", SHOW_ID, id, SHOW_TEXT),
	COLUMN_WORD("InfraID", "INFRA ID", ""),
	COLUMN_FIXED("InfraId", "INFRA ID", SHOW_WORD, ""),
	COLUMN_TEXT("Labels", "LABELS", SHOW_PAIRS, label),
	COLUMN("Name", "NAME", SHOW_TEXT, name),
	COLUMN_FIXED("Namespace", "NAMESPACES", SHOW_WORD, ""),
	COLUMN_WORD("Networks", "NETWORKS", ""),
	COLUMN_LITERAL("Networks", "[]"),
	COLUMN_TEXT("NumberOfContainers", "# OF CONTAINERS", SHOW_NUMBER,
	    members),
	COLUMN("Status", "STATUS", SHOW_TEXT, state),
	COLUMN_JSON("Labels", SHOW_PAIRS, label),
	COLUMN_TEXT("ContainerIds", "IDS", SHOW_TEXT, ctr_ids),
	COLUMN_TEXT("ContainerNames", "NAMES", SHOW_TEXT, ctr_names),
	COLUMN_TEXT("ContainerStatuses", "STATUS", SHOW_TEXT, ctr_states),
	{ 0 }
};

/* podman has the youngest first, and everything else from the least on. */
const struct order	pod_orders[] = {
	{ "created", KEY_TEXT(created), BY_NUMBER_DOWN },
	{ "id", KEY_TEXT(id), BY_TEXT }, { "name", KEY_TEXT(name), BY_TEXT },
	{ "number", KEY_TEXT(ctr), BY_COUNT }, { 0 }
};

/* A key of all members: each as a value, and all with commas between. */
static void
add_members(struct rec *pod, struct key_str key, struct key_str each,
    struct key_str joined, int width)
{
	scoped_free char	*all = NULL;
	struct rec		*ctr;

	rec_each(ctr, pod, KEY(ctr))
		(void)rec_add(pod, each, show_str(ctr, key));
	all = show_joined(pod, each, ",", width);
	(void)rec_add(pod, joined, all == NULL ? "" : all);
}

static void
prepare(const struct list *l, struct rec *pod)
{
	(void)rec_add_num(pod, KEY(members), (int64_t)rec_count(pod,
	    KEY(ctr)));
	add_members(pod, KEY(id), KEY(ctr_id), KEY(ctr_ids),
	    l->shown.no_trunc ? 64 : SHORT_ID);
	add_members(pod, KEY(name), KEY(ctr_name), KEY(ctr_names), INT_MAX);
	add_members(pod, KEY(state_name), KEY(ctr_state), KEY(ctr_states),
	    INT_MAX);
}

const struct list_about	list_of_pods = {
	.tmpl = LIST_TMPL("podps", "pods.ListPodReporter"),
	.columns = columns, .plain = "ID Name Status Created InfraID",
	.quiet = SHOWN(NULL, SHOW_TEXT, id), .indent = 2,
	.key = KEY_TEXT(obj), .filters = &pod_filters, .orders = pod_orders,
	.latest_is_first = true, .prepare = prepare,
};

static const struct member	inspected_member[] = {
	SHOWN("Id", SHOW_TEXT, id), SHOWN("Name", SHOW_TEXT, name),
	SHOWN_OR("State", SHOW_TEXT, state_name, "unknown"), { 0 }
};
static const struct member	inspected[] = {
	SHOWN("Id", SHOW_TEXT, id), SHOWN("Name", SHOW_TEXT, name),
	SHOWN("Created", SHOW_DATE, created),
	SHOWN("CreateCommand", SHOW_LIST, create_command),
	FIXED("ExitPolicy", SHOW_WORD, "continue"),
	SHOWN("State", SHOW_TEXT, state), FIXED("Hostname", SHOW_WORD, ""),
	SHOWN_OPTIONAL("Labels", SHOW_PAIRS, label),
	FIXED("CreateCgroup", SHOW_CONST, "false"),
	SHOWN("CgroupParent", SHOW_TEXT, cgroup),
	FIXED("CreateInfra", SHOW_CONST, "false"),
	SHOWN("NumContainers", SHOW_COUNT, ctr),
	{ .name = "Containers", BOTH(SHOW_OBJECTS), .key = KEY_TEXT(ctr),
	    .members = inspected_member, .optional = true }, { 0 }
};

json_t *
pod_object(const struct rec *pod, bool json)
{
	return (show_object(&(struct shown){ .rec = pod, .as_json = json },
	    inspected));
}
