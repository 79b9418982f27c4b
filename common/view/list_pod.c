#include "list_pod.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "record.h"
#include "say.h"

/* --- filters --- */

/* Does a key of some member have this value? */
static bool
member_has(const struct rec *pod, const char *key, const char *value,
    size_t len)
{
	struct rec	*ctr;
	size_t		 it = 0;
	bool		 hit = false;

	while (!hit && (ctr = rec_sub(pod, "ctr", &it)) != NULL) {
		hit = strncmp(show_str(ctr, key), value, len) == 0;
		rec_free(ctr);
	}
	return (hit);
}

static bool
match_id(const struct filter_term *t, const void *pod)
{
	const char	*id = show_str(pod, "id");

	return (filter_is_prefix(t, id) || filter_is_like(t, id));
}

static bool
match_name(const struct filter_term *t, const void *pod)
{
	return (filter_is_like(t, show_str(pod, "name")));
}

static bool
match_status(const struct filter_term *t, const void *pod)
{
	return (strcasecmp(show_str(pod, "state"), t->value) == 0);
}

static bool
match_ctr_id(const struct filter_term *t, const void *pod)
{
	return (member_has(pod, "id", t->value, strlen(t->value)));
}

static bool
match_ctr_name(const struct filter_term *t, const void *pod)
{
	return (member_has(pod, "name", t->value, strlen(t->value) + 1));
}

static bool
match_ctr_status(const struct filter_term *t, const void *pod)
{
	return (member_has(pod, "state_name", t->value,
	    strlen(t->value) + 1));
}

static bool
match_ctr_number(const struct filter_term *t, const void *pod)
{
	char	 n[24];

	(void)snprintf(n, sizeof(n), "%zu", rec_count(pod, "ctr"));
	return (strcmp(n, t->value) == 0);
}

static const struct filter_key	keys[] = {
	{ .name = "id", .match = match_id, .read = filter_read_pattern },
	{ .name = "name", .match = match_name, .read = filter_read_pattern },
	{ .name = "label", .match = filter_label, .every = true },
	{ .name = "label!", .match = filter_no_label, .every = true },
	{ .name = "status", .match = match_status },
	{ .name = "ctr-ids", .match = match_ctr_id },
	{ .name = "ctr-names", .match = match_ctr_name },
	{ .name = "ctr-number", .match = match_ctr_number },
	{ .name = "ctr-status", .match = match_ctr_status },
	{ .name = "until", .match = filter_before, .read = filter_read_time },
	{ 0 }
};
const struct filter_about	pod_filters = { .keys = keys,
	.unknown = FILTER_UNKNOWN, .shape = FILTER_SHAPE };

/* --- columns --- */

/* A key of all members with commas between. */
static const char *
joined(const struct shown *s, const char *key, enum show how, char *out,
    size_t size)
{
	struct shown	 sub = *s;
	struct member	 m = { .how = how, .key = key };
	struct rec	*ctr;
	char		 buf[65];
	size_t		 it = 0, n = 0;

	*out = '\0';
	while (n < size && (ctr = rec_sub(s->rec, "ctr", &it)) != NULL) {
		sub.rec = ctr;
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    n == 0 ? "" : ",", show_text(&sub, &m, buf, sizeof(buf)));
		rec_free(ctr);
	}
	return (out);
}

static const char *
ids_of(const struct shown *s, char *out, size_t size)
{
	return (joined(s, "id", SHOW_ID, out, size));
}

static const char *
names_of(const struct shown *s, char *out, size_t size)
{
	return (joined(s, "name", SHOW_TEXT, out, size));
}

static const char *
states_of(const struct shown *s, char *out, size_t size)
{
	return (joined(s, "state_name", SHOW_TEXT, out, size));
}

static json_t *
members_json(const struct rec *pod, const char *name, const char *status)
{
	json_t		*a = json_array();
	struct rec	*ctr;
	size_t		 it = 0;

	while ((ctr = rec_sub(pod, "ctr", &it)) != NULL) {
		json_array_append_new(a, json_pack("{s:s, s:o, s:s}", "Id",
		    show_str(ctr, "id"), name, tmpl_text(show_str(ctr,
		    "name")), status, rec_str(ctr, "state_name", "unknown")));
		rec_free(ctr);
	}
	return (a);
}

static json_t *
members_of(const struct shown *s)
{
	return (members_json(s->rec, "Names", "Status"));
}

static const struct column	columns[] = {
	COLUMN("Cgroup", "CGROUP", SHOW_TEXT, "cgroup"),
	COLUMN_JSON_VALUE("Containers", members_of),
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
	COLUMN_TEXT("NumberOfContainers", "# OF CONTAINERS", SHOW_COUNT,
	    "ctr"),
	COLUMN("Status", "STATUS", SHOW_TEXT, "state"),
	COLUMN_JSON("Labels", SHOW_PAIRS, "label"),
	COLUMN_WORDS("ContainerIds", "IDS", ids_of, SHOW_NOT),
	COLUMN_WORDS("ContainerNames", "NAMES", names_of, SHOW_NOT),
	COLUMN_WORDS("ContainerStatuses", "STATUS", states_of, SHOW_NOT),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	pod_list = {
	.tmpl = { "podps", "pods.ListPodReporter", maps, false, true },
	.columns = columns, .plain = "ID Name Status Created InfraID",
	.quiet = { .how = SHOW_TEXT, .key = "id" }, .indent = 2,
};

/* podman has the youngest first, and everything else from the least on. */
const struct order	pod_orders[] = {
	{ "created", "created", BY_NUMBER_DOWN }, { "id", "id", BY_TEXT },
	{ "name", "name", BY_TEXT }, { "number", "ctr", BY_COUNT }, { 0 }
};

static bool
is_shown(const struct rec *pod, const void *filter)
{
	return (rec_num(pod, "removing", 0) == 0 &&
	    filter_passes(filter, pod));
}

static bool
is_any(const struct rec *pod, const void *ctx)
{
	(void)pod;
	(void)ctx;
	return (true);
}

/* The first one alone, if it is shown. */
static void
keep_first(struct rows *r, const struct filter *f)
{
	struct rec	*pod = r->n == 0 ? NULL : rows_get(r, 0);

	r->n = pod != NULL && is_shown(pod, f);
	rec_free(pod);
}

int
list_pod(struct list *l, const struct rec *request, const struct rec *all,
    const struct filter *f)
{
	bool		 latest = strcmp(rec_str(request, "latest", ""),
			    "true") == 0;
	struct rows	 r;
	int		 code = 0;

	if (rows_choose(&r, all, "obj", latest ? is_any : is_shown, f) == -1)
		return (say_error("%s", strerror(ENOMEM)));
	rows_sort(&r, pod_orders, rec_str(request, "sort", "created"));
	if (latest)
		keep_first(&r, f);
	if (rows_print(&r, l, NULL) == -1)
		code = EXIT_ENGINE;
	rows_free(&r);
	return (code);
}

/* --- inspect --- */

static json_t *
inspected_members(const struct shown *s)
{
	return (members_json(s->rec, "Name", "State"));
}

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
	{ .name = "Containers", .how = SHOW_VALUE, .key = "ctr",
	    .value = inspected_members, .optional = true },
	{ 0 }
};

json_t *
pod_object(const struct rec *pod, bool json)
{
	struct shown	 s = { .rec = pod, .as_json = json };

	return (show_object(&s, inspected));
}
