#include "lists.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "record.h"

/* Of members there are `ctr_id` and so on; `members` is their number. */
static bool
match_status(const struct filter_term *t, const struct rec *pod)
{
	return (strcasecmp(show_str(pod, KEY_IN(pod, state)), t->value) == 0);
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
	SHOWN("Id", SHOW_TEXT, KEY_TEXT(id)), SHOWN("Names", SHOW_TEXT,
	    KEY_TEXT(name)),
	SHOWN_OR("Status", SHOW_TEXT, KEY_TEXT(state_name), "unknown"), { 0 }
};
static const struct column	columns[] = {
	COLUMN("Cgroup", "CGROUP", SHOW_TEXT, KEY_TEXT(cgroup)),
	{ { .name = "Containers", .key = KEY_TEXT(ctr),
	    .members = listed_member }, NULL, SHOW_OBJECTS },
	COLUMN_AS("Created", "CREATED", SHOW_AGO, KEY_TEXT(created), SHOW_DATE),
	COLUMN_TEXT("ID", "POD ID", SHOW_ID, KEY_TEXT(id)),
	COLUMN_AS("Id", "POD ID", SHOW_ID, KEY_TEXT(id), SHOW_TEXT),
	COLUMN_TEXT("InfraID", "INFRA ID", SHOW_WORD, ""),
	COLUMN("InfraId", "INFRA ID", SHOW_WORD, ""),
	COLUMN_TEXT("Labels", "LABELS", SHOW_PAIRS, KEY_TEXT(label)),
	COLUMN("Name", "NAME", SHOW_TEXT, KEY_TEXT(name)),
	COLUMN("Namespace", "NAMESPACES", SHOW_WORD, ""),
	COLUMN_TEXT("Networks", "NETWORKS", SHOW_WORD, ""),
	COLUMN_JSON("Networks", SHOW_CONST, "[]"),
	COLUMN_TEXT("NumberOfContainers", "# OF CONTAINERS", SHOW_NUMBER,
	    KEY_TEXT(members)),
	COLUMN("Status", "STATUS", SHOW_TEXT, KEY_TEXT(state)),
	COLUMN_JSON("Labels", SHOW_PAIRS, KEY_TEXT(label)),
	COLUMN_TEXT("ContainerIds", "IDS", SHOW_TEXT, KEY_TEXT(ctr_ids)),
	COLUMN_TEXT("ContainerNames", "NAMES", SHOW_TEXT, KEY_TEXT(ctr_names)),
	COLUMN_TEXT("ContainerStatuses", "STATUS", SHOW_TEXT,
	    KEY_TEXT(ctr_states)),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	list_of_pods = {
	.tmpl = { "podps", "pods.ListPodReporter", maps, false, true },
	.columns = columns, .plain = "ID Name Status Created InfraID",
	.quiet = SHOWN(NULL, SHOW_TEXT, KEY_TEXT(id)), .indent = 2,
};

/* podman has the youngest first, and everything else from the least on. */
const struct order	pod_orders[] = {
	{ "created", KEY_TEXT(created), BY_NUMBER_DOWN }, { "id", KEY_TEXT(id),
	    BY_TEXT },
	{ "name", KEY_TEXT(name), BY_TEXT }, { "number", KEY_TEXT(ctr),
	    BY_COUNT }, { 0 }
};

/* A key of all members: each as a value, and all with commas between. */
static void
add_members(struct rec *out, const struct rec *pod, struct key_str key,
    struct key_str each, struct key_str joined, int width)
{
	struct rec	*ctr;
	char		 all[8192] = "";
	size_t		 it = 0, n = 0;

	while ((ctr = rec_sub(pod, KEY(ctr), &it)) != NULL) {
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

	while ((pod = rec_sub(all, KEY(obj), &it)) != NULL) {
		copy = rec_new();
		(void)rec_add_all(copy, pod);
		(void)rec_add_num(copy, KEY(members), (int64_t)rec_count(pod,
		    KEY(ctr)));
		add_members(copy, pod, KEY(id), KEY(ctr_id), KEY(ctr_ids),
		    no_trunc ?
		    64 : SHORT_ID);
		add_members(copy, pod, KEY(name), KEY(ctr_name), KEY(ctr_names),
		    256);
		add_members(copy, pod, KEY(state_name), KEY(ctr_state),
		    KEY(ctr_states), 256);
		if (rec_num(pod, KEY(removing), 0) == 0)
			(void)rec_add_rec(out, KEY(obj), copy);
		rec_free(copy);
		rec_free(pod);
	}
	return (out);
}

int
list_pods(struct list *l, const struct rec *request, const struct rec *all,
    const struct filter *f)
{
	struct choice		 c = { .filter = f, .request = request,
			    .orders = pod_orders, .first = rec_flag(request,
			    KEY(latest), false) };
	scoped_rec struct rec	*pods = derive(all, l->shown.no_trunc);
	int			 code = list_rows(l, pods, KEY(obj), &c);

	return (code);
}

static const struct member	inspected_member[] = {
	SHOWN("Id", SHOW_TEXT, KEY_TEXT(id)), SHOWN("Name", SHOW_TEXT,
	    KEY_TEXT(name)),
	SHOWN_OR("State", SHOW_TEXT, KEY_TEXT(state_name), "unknown"), { 0 }
};
static const struct member	inspected[] = {
	SHOWN("Id", SHOW_TEXT, KEY_TEXT(id)), SHOWN("Name", SHOW_TEXT,
	    KEY_TEXT(name)),
	SHOWN("Created", SHOW_DATE, KEY_TEXT(created)),
	SHOWN("CreateCommand", SHOW_LIST, KEY_TEXT(create_command)),
	SHOWN("ExitPolicy", SHOW_WORD, "continue"),
	SHOWN("State", SHOW_TEXT, KEY_TEXT(state)), SHOWN("Hostname", SHOW_WORD,
	    ""),
	SHOWN_OPTIONAL("Labels", SHOW_PAIRS, KEY_TEXT(label)),
	SHOWN("CreateCgroup", SHOW_CONST, "false"),
	SHOWN("CgroupParent", SHOW_TEXT, KEY_TEXT(cgroup)),
	SHOWN("CreateInfra", SHOW_CONST, "false"),
	SHOWN("NumContainers", SHOW_COUNT, KEY_TEXT(ctr)),
	{ .name = "Containers", .how = SHOW_OBJECTS, .key = KEY_TEXT(ctr),
	    .members = inspected_member, .optional = true },
	{ 0 }
};

json_t *
pod_object(const struct rec *pod, bool json)
{
	struct shown	 s = { .rec = pod, .as_json = json };

	return (show_object(&s, inspected));
}
