/*
 * Rows are read in place and printed one by one: ten thousand of them must
 * cost neither time nor memory.
 */
#include "list_ctr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "human.h"
#include "record.h"
#include "restart.h"
#include "say.h"
#include "session.h"

#define COMMAND_MAX	20		/* a longer command is cut */
#define COMMAND_CUT	17		/* ... here, as by podman */

/* --- filters --- */

static bool
match_id(const struct filter_term *t, const void *row)
{
	const char	*id = show_str(row, "id");

	return (filter_is_prefix(t, id) || filter_is_like(t, id));
}

static bool
match_name(const struct filter_term *t, const void *row)
{
	return (filter_is_like(t, show_str(row, "name")));
}

static int
read_status(struct filter_term *t, const void *all, struct parse_err *e)
{
	static const char *const	 names[] = { "unknown", "configured",
	    "created", "creating", "damaged", "exited", "initialized",
	    "paused", "removing", "running", "starting", "stopped",
	    "stopping" };

	(void)all;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], t->value) == 0)
			return (0);
	return (parse_fail(e, "unknown container state: %s: invalid argument",
	    t->value));
}

static bool
match_status(const struct filter_term *t, const void *row)
{
	return (strcmp(show_str(row, "state_name"),
	    strcmp(t->value, "stopped") == 0 ? "exited" : t->value) == 0);
}

/* An image by id, by name, or by name without the tag. */
static bool
match_ancestor(const struct filter_term *t, const void *row)
{
	const char	*tail = show_str(row, "image_name");
	size_t		 n = strlen(t->value);

	if (filter_is_prefix(t, show_str(row, "image")))
		return (true);
	for (; tail != NULL; tail = strchr(tail, '/')) {
		tail += *tail == '/';
		if (filter_is_prefix(t, tail) &&
		    (tail[n] == '\0' || tail[n] == ':'))
			return (true);
	}
	return (false);
}

static bool
match_exited(const struct filter_term *t, const void *row)
{
	return (rec_num(row, "state", 0) == CTR_EXITED &&
	    strcmp(show_str(row, "exit"), t->value) == 0);
}

static bool
match_policy(const struct filter_term *t, const void *row)
{
	return (strcmp(show_str(row, "restart"), t->value) == 0);
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
match_at_boot(const struct filter_term *t, const void *row)
{
	return (restart_at_boot(row) == (t->number == 1));
}

/* The moment at which the container that is named was made. */
static int
read_container(struct filter_term *t, const void *all, struct parse_err *e)
{
	struct rec	*row;
	size_t		 it = 0;
	bool		 found = false;

	while (!found && (row = rec_sub(all, "ctr", &it)) != NULL) {
		found = strcmp(show_str(row, "name"), t->value) == 0 ||
		    filter_is_prefix(t, show_str(row, "id"));
		t->number = rec_num(row, "created", 0);
		rec_free(row);
	}
	return (found ? 0 : parse_fail(e, "no container with name or ID "
	    "\"%s\" found: no such container", t->value));
}

/* By name, or the beginning of its id. */
static bool
match_pod(const struct filter_term *t, const void *row)
{
	const char	*id = rec_get(row, "pod");

	return (id != NULL && (filter_is_prefix(t, id) ||
	    strcmp(show_str(row, "pod_name"), t->value) == 0));
}

static bool
match_volume(const struct filter_term *t, const void *row)
{
	const char	*name;
	size_t		 it = 0;

	while (rec_next(row, "volume", &it, &name))
		if (strcmp(name, t->value) == 0)
			return (true);
	return (false);
}

static const struct filter_key	keys[] = {
	{ .name = "id", .match = match_id, .read = filter_read_regex },
	{ .name = "name", .match = match_name, .read = filter_read_regex },
	{ .name = "status", .match = match_status, .read = read_status },
	{ .name = "label", .match = filter_label, .every = true },
	{ .name = "label!", .match = filter_no_label, .every = true },
	{ .name = "ancestor", .match = match_ancestor },
	{ .name = "exited", .match = match_exited },
	{ .name = "restart-policy", .match = match_policy },
	{ .name = "should-start-on-boot", .match = match_at_boot,
	    .read = read_truth },
	{ .name = "before", .match = filter_before, .read = read_container },
	{ .name = "since", .match = filter_after, .read = read_container },
	{ .name = "until", .match = filter_before, .read = filter_read_time },
	{ .name = "pod", .match = match_pod },
	{ .name = "volume", .match = match_volume },
	{ 0 }
};
const struct filter_about	ctr_filters = { .keys = keys,
	.unknown = FILTER_UNKNOWN, .shape = FILTER_SHAPE };

/* --- columns --- */

/* "Up 3 seconds", "Exited (0) 5 seconds ago", "Created". */
static const char *
status_of(const struct shown *s, char *out, size_t size)
{
	const char	*name = rec_str(s->rec, "state_name", "unknown");
	char		 when[64];

	switch (rec_num(s->rec, "state", 0)) {
	case CTR_RUNNING:
		human_duration(s->now - rec_num(s->rec, "started", s->now),
		    when, sizeof(when));
		snprintf(out, size, "Up %s", when);
		break;
	case CTR_EXITED:
		human_ago(rec_num(s->rec, "finished", s->now), s->now, when,
		    sizeof(when));
		snprintf(out, size, "Exited (%lld) %s",
		    (long long)rec_num(s->rec, "exit", 0), when);
		break;
	default:
		snprintf(out, size, "%c%s", *name >= 'a' && *name <= 'z' ?
		    *name - 'a' + 'A' : *name, *name ? name + 1 : "");
	}
	return (out);
}

static const char *
state_of(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (rec_str(s->rec, "state_name", "unknown"));
}

static const char *
command_of(const struct shown *s, char *out, size_t size)
{
	const char	*command = show_str(s->rec, "command");
	size_t		 n = COMMAND_CUT;

	if (s->no_trunc || strlen(command) <= COMMAND_MAX)
		return (command);
	while (n > 0 && (command[n] & 0xc0) == 0x80)
		n--;
	snprintf(out, size, "%.*s...", (int)n, command);
	return (out);
}

static json_t *
has_exited(const struct shown *s)
{
	return (json_boolean(rec_num(s->rec, "state", 0) == CTR_EXITED));
}

/* podman has a list of one here. */
static json_t *
in_list(const struct rec *r, const char *key)
{
	return (json_pack("[o]", tmpl_text(show_str(r, key))));
}

static json_t *
command_list(const struct shown *s)
{
	return (in_list(s->rec, "command"));
}

static json_t *
names_list(const struct shown *s)
{
	return (in_list(s->rec, "name"));
}

/* Only --pod asks for it. */
static const char *
pod_name(const struct shown *s, char *out, size_t size)
{
	const struct rec	*request = s->more;

	(void)out;
	(void)size;
	return (s->as_json && strcmp(rec_str(request, "pod", ""), "true") !=
	    0 ? "" : show_str(s->rec, "pod_name"));
}

static const struct column	columns[] = {
	COLUMN("AutoRemove", "AUTO REMOVE", SHOW_FLAG, "rm"),
	{ { .name = "Command", .how = SHOW_WORDS, .words = command_of,
	    .value = command_list }, "COMMAND", SHOW_VALUE },
	COLUMN_TEXT("Created", "CREATED", SHOW_TIME, "created"),
	COLUMN_AS("CreatedAt", "CREATED AT", SHOW_TIME, "created", SHOW_AGO),
	COLUMN_TEXT("CreatedHuman", "CREATED", SHOW_AGO, "created"),
	COLUMN_VALUE("Exited", "EXITED", has_exited),
	COLUMN("ExitedAt", "EXITED AT", SHOW_MOMENT, "finished"),
	COLUMN("ExitCode", "EXIT CODE", SHOW_NUMBER, "exit"),
	COLUMN_TEXT("ID", "CONTAINER ID", SHOW_ID, "id"),
	COLUMN_JSON("Id", SHOW_TEXT, "id"),
	COLUMN("Image", "IMAGE", SHOW_TEXT, "image_name"),
	COLUMN_AS("ImageID", "IMAGE ID", SHOW_ID, "image", SHOW_TEXT),
	COLUMN("IsInfra", "IS INFRA", SHOW_CONST, "false"),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, "label"),
	COLUMN("Mounts", "MOUNTS", SHOW_LIST, "mount"),
	{ { .name = "Names", .how = SHOW_TEXT, .key = "name",
	    .value = names_list }, "NAMES", SHOW_VALUE },
	COLUMN_JSON("Namespaces", SHOW_CONST, "{}"),
	COLUMN_TEXT("Networks", "NETWORKS", SHOW_WORD, ""),
	COLUMN_JSON("Networks", SHOW_CONST, "[]"),
	COLUMN("Pid", "PID", SHOW_NUMBER, "pid"),
	COLUMN_AS("Pod", "POD ID", SHOW_ID, "pod", SHOW_TEXT),
	COLUMN_WORDS("PodName", "PODNAME", pod_name, SHOW_WORDS),
	COLUMN_TEXT("Ports", "PORTS", SHOW_WORD, ""),
	COLUMN_JSON("Ports", SHOW_CONST, "null"),
	COLUMN_TEXT("RunningFor", "RUNNING FOR", SHOW_AGO, "created"),
	COLUMN_TEXT("Size", "SIZE", SHOW_WORD, ""),
	COLUMN_JSON("Size", SHOW_CONST, "null"),
	COLUMN("StartedAt", "STARTED AT", SHOW_MOMENT, "started"),
	COLUMN_WORDS("State", "STATE", state_of, SHOW_WORDS),
	COLUMN_WORDS("Status", "STATUS", status_of, SHOW_WORDS),
	COLUMN_JSON("Created", SHOW_SECONDS, "created"),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	ctr_list = {
	.tmpl = { "ps", "containers.psReporter", maps, false, true },
	.columns = columns,
	.plain = "ID Image Command CreatedHuman Status Ports Names",
	.quiet = { .how = SHOW_ID, .key = "id" }, .indent = 2,
};

const struct order	ctr_orders[] = {
	{ "created", "created", BY_NUMBER }, { "command", "command", BY_TEXT },
	{ "id", "id", BY_TEXT }, { "image", "image_name", BY_TEXT },
	{ "names", "name", BY_TEXT }, { "runningfor", "started", BY_NUMBER },
	{ "size", "created", BY_NUMBER }, { "status", "state_name", BY_TEXT },
	{ 0 }
};

/* --- rows --- */

struct choice {
	const struct rec	*request;
	struct filter		 filter;
	void			(*damaged)(const struct rec *);
};

static bool
flag(const struct rec *request, const char *key)
{
	return (strcmp(rec_str(request, key, ""), "true") == 0);
}

/* podman shows what runs, unless told otherwise. */
static bool
is_shown(const struct rec *row, const void *ctx)
{
	const struct choice	*c = ctx;
	int64_t			 state = rec_num(row, "state", 0);
	bool			 asked = filter_has(&c->filter, "status");

	if (state == CTR_DAMAGED)
		c->damaged(row);
	if (!filter_passes(&c->filter, row))
		return (false);
	/* Half made or half removed: only when it is asked for. */
	if ((state == CTR_CREATING || state == CTR_REMOVING) && !asked)
		return (false);
	return (asked || flag(c->request, "all") ||
	    flag(c->request, "latest") ||
	    rec_get(c->request, "last") != NULL || state == CTR_RUNNING ||
	    state == CTR_STOPPING || state == CTR_STARTING);
}

/* How many of the youngest; 0: all. */
static size_t
last_of(const struct rec *request)
{
	int64_t	 n = rec_num(request, "last", -1);

	return (flag(request, "latest") ? 1 : n > 0 ? (size_t)n : 0);
}

int
list_ctr(struct list *l, const struct rec *request, const struct rec *all,
    void (*damaged)(const struct rec *))
{
	struct choice		 c = { .request = request, .damaged = damaged };
	struct parse_err	 e;
	struct rows		 r = { 0 };
	int			 code = 0;

	if (filter_open(&c.filter, &ctr_filters, request, all, &e) == -1)
		code = say_error("%s", e.text);
	else if (rows_choose(&r, all, "ctr", is_shown, &c) == -1)
		code = say_error("%s", strerror(ENOMEM));
	else {
		rows_keep_last(&r, ctr_orders, last_of(request));
		rows_sort(&r, ctr_orders, rec_str(request, "sort", "created"));
		if (rows_print(&r, l, request) == -1)
			code = EXIT_ENGINE;
	}
	rows_free(&r);
	filter_close(&c.filter);
	return (code);
}
