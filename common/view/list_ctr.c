#include "lists.h"

#include <string.h>

#include "human.h"
#include "record.h"
#include "row.h"
#include "states.h"

#define COMMAND_MAX	20		/* a longer command is cut */
#define COMMAND_CUT	17		/* ... here, as by podman */

/* --- filters --- */

static int
read_status(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	(void)all;
	if (strcmp(t->value, "stopped") == 0)
		t->value = ctr_state_name(CTR_EXITED);
	if (strcmp(t->value, ctr_state_name(ctr_state_find(t->value))) == 0 ||
	    strcmp(t->value, "configured") == 0 ||
	    strcmp(t->value, "initialized") == 0)
		return (0);
	return (parse_fail(e, "unknown container state: %s: invalid argument",
	    t->value));
}

/* An image by id, by name, or by name without the tag. */
static bool
match_ancestor(const struct filter_term *t, const struct rec *row)
{
	const char	*tail = show_str(row, KEY(image_name));
	size_t		 n = strlen(t->value);

	if (strncmp(show_str(row, KEY(image)), t->value, n) == 0)
		return (true);
	for (; tail != NULL; tail = strchr(tail, '/')) {
		tail += *tail == '/';
		if (strncmp(tail, t->value, n) == 0 &&
		    (tail[n] == '\0' || tail[n] == ':'))
			return (true);
	}
	return (false);
}

static bool
match_exited(const struct filter_term *t, const struct rec *row)
{
	return (rec_num(row, KEY(state), 0) == CTR_EXITED &&
	    rec_num(row, KEY(exit), -1) == t->number);
}

static int
read_exit_code(struct filter_term *t, const struct rec *all,
    struct parse_err *e)
{
	(void)all;
	if (parse_int(t->value, &t->number) == 0)
		return (0);
	return (parse_fail(e, "exited code out of range: strconv.ParseInt: "
	    "parsing \"%s\": invalid syntax", t->value));
}

static int
read_truth(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	(void)all;
	if ((t->number = parse_bool(t->value)) != -1)
		return (0);
	return (parse_fail(e, "filter \"%s=%s\" is neither true nor false",
	    t->key->name, t->value));
}

static bool
match_at_boot(const struct filter_term *t, const struct rec *row)
{
	return (restart_at_boot(row) == (t->number == 1));
}

/* The moment at which the container that is named was made. */
static int
read_container(struct filter_term *t, const struct rec *all,
    struct parse_err *e)
{
	struct rec	*row;
	size_t		 n = strlen(t->value);

	rec_each(row, all, KEY(ctr)) {
		t->number = rec_num(row, KEY(created), 0);
		if (strcmp(show_str(row, KEY(name)), t->value) == 0 ||
		    strncmp(show_str(row, KEY(id)), t->value, n) == 0)
			return (0);
	}
	return (parse_fail_code(e, ERR_NO_SUCH_CTR, "no container with name or "
	    "ID \"%s\" found: no such container", t->value));
}

/* By name, or the beginning of its id. */
static bool
match_pod(const struct filter_term *t, const struct rec *row)
{
	const char	*id = rec_get(row, KEY(pod));

	return (id != NULL && (strncmp(id, t->value, strlen(t->value)) == 0 ||
	    strcmp(show_str(row, KEY(pod_name)), t->value) == 0));
}

static const struct filter_key	keys[] = {
	{ "id", FILTER_ID, KEY_TEXT(id), NULL, NULL },
	{ "name", FILTER_PATTERN, KEY_TEXT(name), NULL, NULL },
	{ "status", FILTER_EQUAL, KEY_TEXT(state_name), read_status, NULL },
	{ "label", FILTER_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "label!", FILTER_NO_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "ancestor", FILTER_MATCH, NULL, NULL, match_ancestor },
	{ "exited", FILTER_MATCH, NULL, read_exit_code, match_exited },
	{ "restart-policy", FILTER_EQUAL, KEY_TEXT(restart), NULL, NULL },
	{ "should-start-on-boot", FILTER_MATCH, NULL, read_truth,
	    match_at_boot },
	{ "before", FILTER_BEFORE, KEY_TEXT(created), read_container, NULL },
	{ "since", FILTER_AFTER, KEY_TEXT(created), read_container, NULL },
	{ "until", FILTER_BEFORE, KEY_TEXT(created), NULL, NULL },
	{ "pod", FILTER_MATCH, NULL, NULL, match_pod },
	{ "volume", FILTER_EQUAL, KEY_TEXT(volume), NULL, NULL },
	{ 0 }
};
const struct filter_about	ctr_filters = { .keys = keys,
	.unknown = FILTER_UNKNOWN, .shape = FILTER_SHAPE };

/* --- columns --- */

/* "Up 3 seconds", "Exited (0) 5 seconds ago", "Created". */
static void
add_status(struct rec *row, const struct shown *s)
{
	const char	*name = rec_str(row, KEY(state_name), "unknown");
	char		 when[64];

	switch (rec_num(row, KEY(state), 0)) {
	case CTR_RUNNING:
		human_duration(s->now - rec_num(row, KEY(started), s->now),
		    when, sizeof(when));
		(void)rec_addf(row, KEY(status), "Up %s", when);
		break;
	case CTR_EXITED:
		human_ago(rec_num(row, KEY(finished), s->now), s->now, when,
		    sizeof(when));
		(void)rec_addf(row, KEY(status), "Exited (%lld) %s",
		    (long long)rec_num(row, KEY(exit), 0), when);
		(void)rec_add(row, KEY(exited), "1");
		break;
	default:
		(void)rec_addf(row, KEY(status), "%c%s", *name >= 'a' &&
		    *name <= 'z' ? *name - 'a' + 'A' : *name, *name ?
		    name + 1 : "");
	}
}

static void
derive(const struct list *l, struct rec *row)
{
	const char	*command = show_str(row, KEY(command));
	int		 n = COMMAND_CUT;

	add_status(row, &l->shown);
	if (l->shown.no_trunc || strlen(command) <= COMMAND_MAX)
		(void)rec_add(row, KEY(shown_command), command);
	else {
		while (n > 0 && (command[n] & 0xc0) == 0x80)
			n--;
		(void)rec_addf(row, KEY(shown_command), "%.*s...", n, command);
	}
	/* JSON has the name of a pod only for --pod. */
	if (l->shown.as_json && !rec_flag(l->request, KEY_IN(request, pod),
	    false))
		rec_del(row, KEY(pod_name));
}

/* podman shows what runs, unless told otherwise. */
static bool
is_wanted(const struct list *l, const struct rec *row)
{
	int64_t	 state = rec_num(row, KEY(state), 0);

	if (state == CTR_DAMAGED)
		l->damaged(row);
	for (size_t i = 0; i < l->filter.n; i++)
		if (strcmp(l->filter.terms[i].key->name, "status") == 0)
			return (true);
	/* Half made or half removed: only when it is asked for. */
	if (state == CTR_CREATING || state == CTR_REMOVING)
		return (false);
	return (rec_flag(l->request, KEY(all), false) ||
	    rec_flag(l->request, KEY(latest), false) ||
	    rec_text(l->request, KEY(last)) != NULL || state == CTR_RUNNING ||
	    state == CTR_STOPPING || state == CTR_STARTING);
}

static const struct member	columns[] = {
	COLUMN("AutoRemove", "AUTO REMOVE", SHOW_FLAG, rm),
	COLUMN_TEXT("Command", "COMMAND", SHOW_TEXT, shown_command),
	COLUMN_JSON("Command", SHOW_LIST_OF_ONE, command),
	COLUMN_TEXT("Created", "CREATED", SHOW_TIME, created),
	COLUMN_AS("CreatedAt", "CREATED AT", SHOW_TIME, created, SHOW_AGO),
	COLUMN_TEXT("CreatedHuman", "CREATED", SHOW_AGO, created),
	COLUMN("Exited", "EXITED", SHOW_FLAG, exited),
	COLUMN("ExitedAt", "EXITED AT", SHOW_MOMENT, finished),
	COLUMN("ExitCode", "EXIT CODE", SHOW_NUMBER, exit),
	COLUMN_TEXT("ID", "CONTAINER ID", SHOW_ID, id),
	COLUMN_JSON("Id", SHOW_TEXT, id),
	COLUMN("Image", "IMAGE", SHOW_TEXT, image_name),
	COLUMN_AS("ImageID", "IMAGE ID", SHOW_ID, image, SHOW_TEXT),
	COLUMN_FIXED("IsInfra", "IS INFRA", SHOW_CONST, "false"),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, label),
	COLUMN("Mounts", "MOUNTS", SHOW_LIST, mount),
	COLUMN_AS("Names", "NAMES", SHOW_TEXT, name, SHOW_LIST_OF_ONE),
	COLUMN_LITERAL("Namespaces", "{}"),
	COLUMN_WORD("Networks", "NETWORKS", ""),
	COLUMN_LITERAL("Networks", "[]"),
	COLUMN("Pid", "PID", SHOW_NUMBER, pid),
	COLUMN_AS("Pod", "POD ID", SHOW_ID, pod, SHOW_TEXT),
	COLUMN("PodName", "PODNAME", SHOW_TEXT, pod_name),
	COLUMN_WORD("Ports", "PORTS", ""), COLUMN_LITERAL("Ports", "null"),
	COLUMN_TEXT("RunningFor", "RUNNING FOR", SHOW_AGO, created),
	COLUMN_WORD("Size", "SIZE", ""), COLUMN_LITERAL("Size", "null"),
	COLUMN("StartedAt", "STARTED AT", SHOW_MOMENT, started),
	COLUMN_OR("State", "STATE", SHOW_TEXT, state_name, "unknown"),
	COLUMN("Status", "STATUS", SHOW_TEXT, status),
	COLUMN_JSON("Created", SHOW_SECONDS, created), { 0 }
};

const struct order	ctr_orders[] = {
	{ "created", KEY_TEXT(created), BY_NUMBER },
	{ "command", KEY_TEXT(command), BY_TEXT },
	{ "id", KEY_TEXT(id), BY_TEXT },
	{ "image", KEY_TEXT(image_name), BY_TEXT },
	{ "names", KEY_TEXT(name), BY_TEXT },
	{ "runningfor", KEY_TEXT(started), BY_NUMBER },
	{ "size", KEY_TEXT(created), BY_NUMBER },
	{ "status", KEY_TEXT(state_name), BY_TEXT }, { 0 }
};

const struct list_about	list_of_ctrs = {
	.tmpl = LIST_TMPL("ps", "containers.psReporter"),
	.columns = columns,
	.plain = "ID Image Command CreatedHuman Status Ports Names",
	.quiet = SHOWN(NULL, SHOW_ID, id), .indent = 2,
	.key = KEY_TEXT(ctr), .filters = &ctr_filters, .orders = ctr_orders,
	.wanted = is_wanted, .derive = derive,
};
