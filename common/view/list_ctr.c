#include "lists.h"

#include <stdio.h>
#include <string.h>

#include "human.h"
#include "record.h"
#include "restart.h"
#include "say.h"
#include "session.h"
#include "states.h"

#define COMMAND_MAX	20		/* a longer command is cut */
#define COMMAND_CUT	17		/* ... here, as by podman */

/* --- filters --- */

static int
read_status(struct filter_term *t, const void *all, struct parse_err *e)
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
	    rec_has(row, KEY(exit)) &&
	    strcmp(rec_text(row, KEY(exit)), t->value) == 0);
}

static int
read_truth(struct filter_term *t, const void *all, struct parse_err *e)
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
read_container(struct filter_term *t, const void *all, struct parse_err *e)
{
	struct rec	*row;
	size_t		 it = 0, n = strlen(t->value);
	bool		 found = false;

	while (!found && (row = rec_sub(all, KEY(ctr), &it)) != NULL) {
		found = strcmp(show_str(row, KEY(name)), t->value) == 0 ||
		    strncmp(show_str(row, KEY(id)), t->value, n) == 0;
		t->number = rec_num(row, KEY(created), 0);
		rec_free(row);
	}
	return (found ? 0 : parse_fail(e, "no container with name or ID "
	    "\"%s\" found: no such container", t->value));
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
	{ "id", FILTER_ID, "id", NULL, NULL },
	{ "name", FILTER_PATTERN, "name", NULL, NULL },
	{ "status", FILTER_EQUAL, "state_name", read_status, NULL },
	{ "label", FILTER_PAIR, "label", NULL, NULL },
	{ "label!", FILTER_NO_PAIR, "label", NULL, NULL },
	{ "ancestor", FILTER_MATCH, NULL, NULL, match_ancestor },
	{ "exited", FILTER_MATCH, NULL, NULL, match_exited },
	{ "restart-policy", FILTER_EQUAL, "restart", NULL, NULL },
	{ "should-start-on-boot", FILTER_MATCH, NULL, read_truth,
	    match_at_boot },
	{ "before", FILTER_BEFORE, "created", read_container, NULL },
	{ "since", FILTER_AFTER, "created", read_container, NULL },
	{ "until", FILTER_BEFORE, "created", NULL, NULL },
	{ "pod", FILTER_MATCH, NULL, NULL, match_pod },
	{ "volume", FILTER_EQUAL, "volume", NULL, NULL },
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
		    when,
		    sizeof(when));
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
add_command(struct rec *row, const struct shown *s)
{
	const char	*command = show_str(row, KEY(command));
	size_t		 n = COMMAND_CUT;

	if (s->no_trunc || strlen(command) <= COMMAND_MAX) {
		(void)rec_add(row, KEY(shown_command), command);
		return;
	}
	while (n > 0 && (command[n] & 0xc0) == 0x80)
		n--;
	(void)rec_addf(row, KEY(shown_command), "%.*s...", (int)n, command);
}

static void
derive(struct rec *row, const struct shown *s)
{
	add_status(row, s);
	add_command(row, s);
}

/* JSON has the name of a pod only for --pod. */
static void
derive_without_pod(struct rec *row, const struct shown *s)
{
	derive(row, s);
	if (s->as_json)
		rec_del(row, KEY(pod_name));
}

static const struct column	columns[] = {
	COLUMN("AutoRemove", "AUTO REMOVE", SHOW_FLAG, KEY_TEXT(rm)),
	COLUMN_TEXT("Command", "COMMAND", SHOW_TEXT, KEY_TEXT(shown_command)),
	COLUMN_JSON("Command", SHOW_LIST_OF_ONE, "command"),
	COLUMN_TEXT("Created", "CREATED", SHOW_TIME, KEY_TEXT(created)),
	COLUMN_AS("CreatedAt", "CREATED AT", SHOW_TIME, KEY_TEXT(created),
	    SHOW_AGO),
	COLUMN_TEXT("CreatedHuman", "CREATED", SHOW_AGO, KEY_TEXT(created)),
	COLUMN("Exited", "EXITED", SHOW_FLAG, KEY_TEXT(exited)),
	COLUMN("ExitedAt", "EXITED AT", SHOW_MOMENT, KEY_TEXT(finished)),
	COLUMN("ExitCode", "EXIT CODE", SHOW_NUMBER, KEY_TEXT(exit)),
	COLUMN_TEXT("ID", "CONTAINER ID", SHOW_ID, KEY_TEXT(id)),
	COLUMN_JSON("Id", SHOW_TEXT, KEY_TEXT(id)),
	COLUMN("Image", "IMAGE", SHOW_TEXT, KEY_TEXT(image_name)),
	COLUMN_AS("ImageID", "IMAGE ID", SHOW_ID, KEY_TEXT(image), SHOW_TEXT),
	COLUMN("IsInfra", "IS INFRA", SHOW_CONST, "false"),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, KEY_TEXT(label)),
	COLUMN("Mounts", "MOUNTS", SHOW_LIST, KEY_TEXT(mount)),
	COLUMN_AS("Names", "NAMES", SHOW_TEXT, KEY_TEXT(name),
	    SHOW_LIST_OF_ONE),
	COLUMN_JSON("Namespaces", SHOW_CONST, "{}"),
	COLUMN_TEXT("Networks", "NETWORKS", SHOW_WORD, ""),
	COLUMN_JSON("Networks", SHOW_CONST, "[]"),
	COLUMN("Pid", "PID", SHOW_NUMBER, KEY_TEXT(pid)),
	COLUMN_AS("Pod", "POD ID", SHOW_ID, KEY_TEXT(pod), SHOW_TEXT),
	COLUMN("PodName", "PODNAME", SHOW_TEXT, KEY_TEXT(pod_name)),
	COLUMN_TEXT("Ports", "PORTS", SHOW_WORD, ""),
	COLUMN_JSON("Ports", SHOW_CONST, "null"),
	COLUMN_TEXT("RunningFor", "RUNNING FOR", SHOW_AGO, KEY_TEXT(created)),
	COLUMN_TEXT("Size", "SIZE", SHOW_WORD, ""),
	COLUMN_JSON("Size", SHOW_CONST, "null"),
	COLUMN("StartedAt", "STARTED AT", SHOW_MOMENT, KEY_TEXT(started)),
	COLUMN_OR("State", "STATE", SHOW_TEXT, KEY_TEXT(state_name), "unknown"),
	COLUMN("Status", "STATUS", SHOW_TEXT, KEY_TEXT(status)),
	COLUMN_JSON("Created", SHOW_SECONDS, KEY_TEXT(created)),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	list_of_ctrs = {
	.tmpl = { "ps", "containers.psReporter", maps, false, true },
	.columns = columns,
	.plain = "ID Image Command CreatedHuman Status Ports Names",
	.quiet = SHOWN(NULL, SHOW_ID, KEY_TEXT(id)), .indent = 2,
};

const struct order	ctr_orders[] = {
	{ "created", KEY_TEXT(created), BY_NUMBER },
	{ "command", KEY_TEXT(command), BY_TEXT },
	{ "id", KEY_TEXT(id), BY_TEXT },
	{ "image", KEY_TEXT(image_name), BY_TEXT },
	{ "names", KEY_TEXT(name), BY_TEXT },
	{ "runningfor", KEY_TEXT(started), BY_NUMBER },
	{ "size", KEY_TEXT(created), BY_NUMBER },
	{ "status", KEY_TEXT(state_name), BY_TEXT },
	{ 0 }
};

/* --- rows --- */

static bool
flag(const struct rec *request, struct key_flag key)
{
	return (rec_flag(request, key, false));
}

struct ctr_choice {
	struct choice	 choice;
	void		(*damaged)(const struct rec *);
};

/* podman shows what runs, unless told otherwise. */
static bool
is_wanted(const struct rec *row, const struct choice *c)
{
	int64_t	 state = rec_num(row, KEY(state), 0);

	if (state == CTR_DAMAGED)
		((const struct ctr_choice *)(const void *)c)->damaged(row);
	if (filter_has(c->filter, "status"))
		return (true);
	/* Half made or half removed: only when it is asked for. */
	if (state == CTR_CREATING || state == CTR_REMOVING)
		return (false);
	return (flag(c->request, KEY(all)) || flag(c->request, KEY(latest)) ||
	    rec_text(c->request, KEY(last)) != NULL || state == CTR_RUNNING ||
	    state == CTR_STOPPING || state == CTR_STARTING);
}

int
list_ctrs(struct list *l, const struct rec *request, const struct rec *all,
    void (*damaged)(const struct rec *))
{
	struct filter		 f;
	struct parse_err	 e;
	int64_t			 last = rec_num(request, KEY(last), -1);
	struct ctr_choice	 c = { { .filter = &f, .wanted = is_wanted,
				    .request = request, .orders = ctr_orders,
				    .last = flag(request, KEY(latest)) ? 1 :
				    last > 0 ? (size_t)last : 0,
				    .derive = flag(request, KEY_IN(request,
				    pod)) ? derive :
				    derive_without_pod }, damaged };
	int			 code;

	code = filter_open(&f, &ctr_filters, request, all, &e) == -1 ?
	    say_error("%s", e.text) : list_rows(l, all, KEY(ctr), &c.choice);
	filter_close(&f);
	return (code);
}
