/*
 * bulkhead ps. Rows are read in place and printed one by one: ten thousand
 * of them must cost neither time nor memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "cmd.h"
#include "filter.h"
#include "format.h"
#include "human.h"
#include "image.h"
#include "parse.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "table.h"

#define SHORT_ID	12
#define COMMAND_CUT	17		/* podman cuts a command here */

struct ps {
	struct cli	*g;
	struct rec	*rows;
	struct item {
		size_t	 at;		/* where rec_sub finds the row */
		int64_t	 created;
	}		*items;
	size_t		 n;
	int64_t		 now;
	bool		 no_trunc;
	struct format	 format;
};

static const char *const	maps[] = { "Labels", NULL };
static const struct tmpl_about	about = { "ps", "containers.psReporter",
				    maps, false, true };

static const struct heading	headings[] = {
	{ "AutoRemove", "AUTO REMOVE" }, { "Command", "COMMAND" },
	{ "Created", "CREATED" }, { "CreatedAt", "CREATED AT" },
	{ "CreatedHuman", "CREATED" }, { "Exited", "EXITED" },
	{ "ExitCode", "EXIT CODE" }, { "ExitedAt", "EXITED AT" },
	{ "ID", "CONTAINER ID" }, { "Image", "IMAGE" },
	{ "ImageID", "IMAGE ID" }, { "IsInfra", "IS INFRA" },
	{ "Labels", "LABELS" }, { "Mounts", "MOUNTS" },
	{ "Names", "NAMES" }, { "Networks", "NETWORKS" }, { "Pid", "PID" },
	{ "Pod", "POD ID" }, { "PodName", "PODNAME" }, { "Ports", "PORTS" },
	{ "RunningFor", "RUNNING FOR" }, { "Size", "SIZE" },
	{ "StartedAt", "STARTED AT" }, { "State", "STATE" },
	{ "Status", "STATUS" }, { NULL, NULL }
};

static const char *
text(const struct rec *row, const char *key)
{
	return (rec_str(row, key, ""));
}

/* "Up 3 seconds", "Exited (0) 5 seconds ago", "Created". */
static void
status_of(const struct ps *p, const struct rec *row, char *out, size_t size)
{
	const char	*name = rec_str(row, "state_name", "unknown");
	char		 when[64];

	switch (rec_num(row, "state", 0)) {
	case CTR_RUNNING:
		human_duration(p->now - rec_num(row, "started", p->now), when,
		    sizeof(when));
		snprintf(out, size, "Up %s", when);
		break;
	case CTR_EXITED:
		human_ago(rec_num(row, "finished", p->now), p->now, when,
		    sizeof(when));
		snprintf(out, size, "Exited (%lld) %s",
		    (long long)rec_num(row, "exit", 0), when);
		break;
	default:
		snprintf(out, size, "%c%s", *name >= 'a' && *name <= 'z' ?
		    *name - 'a' + 'A' : *name, *name ? name + 1 : "");
	}
}

static void
command_of(const struct ps *p, const struct rec *row, char *out, size_t size)
{
	const char	*s = text(row, "command");
	size_t		 n = COMMAND_CUT;

	if (p->no_trunc || strlen(s) <= 20) {
		snprintf(out, size, "%s", s);
		return;
	}
	while (n > 0 && (s[n] & 0xc0) == 0x80)
		n--;
	snprintf(out, size, "%.*s...", (int)n, s);
}

static const char *
id_of(const struct ps *p, const char *id, char *out)
{
	snprintf(out, 65, "%.*s", p->no_trunc ? 64 : SHORT_ID, id);
	return (out);
}

static json_t *
labels_of(const struct rec *row)
{
	json_t		*o = json_object();
	const char	*kv, *eq;
	size_t		 it = 0;

	while (rec_next(row, "label", &it, &kv)) {
		scoped_free char	*key = NULL;

		eq = strchr(kv, '=');
		key = strndup(kv, eq == NULL ? strlen(kv) :
		    (size_t)(eq - kv));
		if (key != NULL)
			json_object_set_new(o, key,
			    tmpl_text(eq == NULL ? "" : eq + 1));
	}
	return (o);
}

static int64_t
seconds(const struct rec *row, const char *key)
{
	int64_t	 ns = rec_num(row, key, 0);

	return (ns == 0 ? HUMAN_ZERO_TIME : ns / 1000000000);
}

/* What a template sees: the strings that the table would show. */
static json_t *
template_row(const struct ps *p, const struct rec *row)
{
	char	 id[65], image[65], pod[65], command[4096], status[128],
		 ago[64], at[64];
	bool	 exited = rec_num(row, "state", 0) == CTR_EXITED;

	status_of(p, row, status, sizeof(status));
	command_of(p, row, command, sizeof(command));
	human_ago(rec_num(row, "created", 0), p->now, ago, sizeof(ago));
	human_go_time(rec_num(row, "created", 0), at, sizeof(at));
	return (json_pack("{s:b, s:o, s:s, s:s, s:s, s:b, s:I, s:I, s:s, s:o,"
	    " s:s, s:b, s:o, s:o, s:o, s:s, s:I, s:s, s:s, s:s, s:s, s:s,"
	    " s:I, s:s, s:s}",
	    "AutoRemove", (int)rec_num(row, "rm", 0),
	    "Command", tmpl_text(command), "Created", at, "CreatedAt", at,
	    "CreatedHuman", ago, "Exited", (int)exited,
	    "ExitedAt", (json_int_t)seconds(row, "finished"),
	    "ExitCode", (json_int_t)rec_num(row, "exit", 0),
	    "ID", id_of(p, text(row, "id"), id),
	    "Image", tmpl_text(text(row, "image_name")),
	    "ImageID", id_of(p, text(row, "image"), image),
	    "IsInfra", 0, "Labels", labels_of(row), "Mounts",
	    image_texts(row, "mount"),
	    "Names", tmpl_text(text(row, "name")), "Networks", "",
	    "Pid", (json_int_t)rec_num(row, "pid", 0),
	    "Pod", id_of(p, text(row, "pod"), pod), "PodName",
	    text(row, "pod_name"), "Ports", "", "RunningFor", ago,
	    "Size", "", "StartedAt", (json_int_t)seconds(row, "started"),
	    "State", rec_str(row, "state_name", "unknown"),
	    "Status", status));
}

/* What --format json prints. */
static json_t *
json_row(const struct ps *p, const struct rec *row)
{
	char	 status[128], ago[64];
	bool	 exited = rec_num(row, "state", 0) == CTR_EXITED;

	status_of(p, row, status, sizeof(status));
	human_ago(rec_num(row, "created", 0), p->now, ago, sizeof(ago));
	return (json_pack("{s:b, s:[o], s:s, s:b, s:I, s:I, s:s, s:o, s:s,"
	    " s:b, s:o, s:o, s:[o], s:{}, s:[], s:I, s:s, s:s, s:n, s:n,"
	    " s:I, s:s, s:s, s:I}",
	    "AutoRemove", (int)rec_num(row, "rm", 0),
	    "Command", tmpl_text(text(row, "command")),
	    "CreatedAt", ago, "Exited", (int)exited,
	    "ExitedAt", (json_int_t)seconds(row, "finished"),
	    "ExitCode", (json_int_t)rec_num(row, "exit", 0),
	    "Id", text(row, "id"), "Image", tmpl_text(text(row, "image_name")),
	    "ImageID", text(row, "image"), "IsInfra", 0,
	    "Labels", labels_of(row), "Mounts",
	    image_texts(row, "mount"),
	    "Names", tmpl_text(text(row, "name")), "Namespaces", "Networks",
	    "Pid", (json_int_t)rec_num(row, "pid", 0), "Pod",
	    text(row, "pod"), "PodName", opt_flag(p->g->opts, "pod", false) ?
	    text(row, "pod_name") : "", "Ports", "Size",
	    "StartedAt", (json_int_t)seconds(row, "started"),
	    "State", rec_str(row, "state_name", "unknown"), "Status", status,
	    "Created", (json_int_t)(rec_num(row, "created", 0) /
	    1000000000)));
}

static void
plain_row(const struct ps *p, struct table *t, const struct rec *row)
{
	char	 buf[4096], id[65];

	table_cell(t, id_of(p, text(row, "id"), id));
	table_cell(t, text(row, "image_name"));
	command_of(p, row, buf, sizeof(buf));
	table_cell(t, buf);
	human_ago(rec_num(row, "created", 0), p->now, buf, sizeof(buf));
	table_cell(t, buf);
	status_of(p, row, buf, sizeof(buf));
	table_cell(t, buf);
	table_cell(t, "");
	table_cell(t, text(row, "name"));
	if (opt_flag(p->g->opts, "pod", false)) {
		table_cell(t, id_of(p, text(row, "pod"), id));
		table_cell(t, text(row, "pod_name"));
	}
	table_row(t);
}

static struct rec *
row_at(const struct ps *p, size_t i)
{
	size_t	 it = p->items[i].at;

	return (rec_sub(p->rows, "ctr", &it));
}

static int
print_plain(struct ps *p)
{
	static const char *const	 names[] = { "CONTAINER ID", "IMAGE",
					    "COMMAND", "CREATED", "STATUS",
					    "PORTS", "NAMES" };
	struct table			*t = table_new();
	struct rec			*row;
	int				 r;

	if (t == NULL)
		return (say_error("%s", strerror(errno)));
	if (!opt_flag(p->g->opts, "noheading", false)) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			table_cell(t, names[i]);
		if (opt_flag(p->g->opts, "pod", false)) {
			table_cell(t, "POD ID");
			table_cell(t, "PODNAME");
		}
		table_row(t);
	}
	for (size_t i = 0; i < p->n; i++)
		if ((row = row_at(p, i)) != NULL) {
			plain_row(p, t, row);
			rec_free(row);
		}
	r = table_print(t, stdout);
	table_free(t);
	return (r == -1 ? say_error("%s", strerror(ENOMEM)) : 0);
}

static int
print_quiet(struct ps *p)
{
	struct rec	*row;
	char		 id[65];

	for (size_t i = 0; i < p->n; i++)
		if ((row = row_at(p, i)) != NULL) {
			puts(id_of(p, text(row, "id"), id));
			rec_free(row);
		}
	return (0);
}

static int
print_formatted(struct ps *p)
{
	struct rec	*row;
	int		 r = 0;

	if (!opt_flag(p->g->opts, "noheading", false))
		r = format_heading(&p->format, headings);
	for (size_t i = 0; i < p->n && r == 0; i++)
		if ((row = row_at(p, i)) != NULL) {
			r = format_row(&p->format, p->format.kind ==
			    FORMAT_JSON ? json_row(p, row) :
			    template_row(p, row), 2);
			rec_free(row);
		}
	return (r);
}

/* podman shows what runs, unless told otherwise. */
static bool
is_shown(const struct ps *p, const struct filter *f, const struct rec *row)
{
	const struct rec	*o = p->g->opts;
	int64_t			 state = rec_num(row, "state", 0);

	if (!filter_row(f, row))
		return (false);
	/* Half made or half gone: nobody was told, or somebody was. */
	if ((state == CTR_CREATING || state == CTR_REMOVING) &&
	    !filter_has_status(f))
		return (false);
	if (opt_flag(o, "all", false) || opt_given(o, "last") ||
	    opt_flag(o, "latest", false) || filter_has_status(f))
		return (true);
	return (state == CTR_RUNNING || state == CTR_STOPPING ||
	    state == CTR_STARTING);
}

static int
by_created(const void *a, const void *b)
{
	const struct item	*x = a, *y = b;

	if (x->created != y->created)
		return (x->created < y->created ? -1 : 1);
	return (x->at < y->at ? -1 : x->at > y->at);
}

/* What --sort compares; the same key twice per comparison is cheap enough. */
static int
compare_rows(const struct rec *a, const struct rec *b, const char *key)
{
	int64_t	 x, y;

	if (strcmp(key, "status") == 0)
		key = "state_name";
	else if (strcmp(key, "image") == 0)
		key = "image_name";
	else if (strcmp(key, "names") == 0)
		key = "name";
	else if (strcmp(key, "runningfor") == 0) {
		x = rec_num(a, "started", 0);
		y = rec_num(b, "started", 0);
		return (x < y ? -1 : x > y);
	}
	return (strcmp(text(a, key), text(b, key)));
}

struct sorter {
	const struct ps	*p;
	const char	*key;
};

static int
by_key(const void *a, const void *b, void *ctx)
{
	const struct sorter	*so = ctx;
	const struct item	*x = a, *y = b;
	size_t			 i = x->at, j = y->at;
	struct rec		*r = rec_sub(so->p->rows, "ctr", &i);
	struct rec		*q = rec_sub(so->p->rows, "ctr", &j);
	int			 c = compare_rows(r, q, so->key);

	rec_free(r);
	rec_free(q);
	return (c != 0 ? c : by_created(a, b));
}

static void
sort_items(struct ps *p)
{
	const char	*key = opt_str(p->g->opts, "sort", "created");
	struct sorter	 so = { p, key };

	qsort(p->items, p->n, sizeof(*p->items), by_created);
	if (strcmp(key, "created") != 0 && strcmp(key, "size") != 0)
		qsort_r(p->items, p->n, sizeof(*p->items), by_key, &so);
}

/* --last and --latest: the end of the list by age. */
static void
keep_last(struct ps *p)
{
	int64_t	 n = opt_num(p->g->opts, "last", -1);

	if (opt_flag(p->g->opts, "latest", false))
		n = 1;
	if (n <= 0 || (size_t)n >= p->n)
		return;
	qsort(p->items, p->n, sizeof(*p->items), by_created);
	memmove(p->items, p->items + (p->n - (size_t)n),
	    (size_t)n * sizeof(*p->items));
	p->n = (size_t)n;
}

/* All others are as they were; this one can only go. */
static void
say_damaged(const struct rec *row)
{
	const char	*id = text(row, "id");

	say_warning("container %s%s%s%s cannot be read: %s; `bulkhead rm "
	    "--force %.12s` removes it", id, *text(row, "name") == '\0' ?
	    "" : " (", text(row, "name"), *text(row, "name") == '\0' ? "" :
	    ")", rec_str(row, "error", "its record is damaged"), id);
}

static int
choose(struct ps *p, const struct filter *f)
{
	struct rec	*row;
	size_t		 it = 0, at;

	p->items = calloc(rec_count(p->rows, "ctr") + 1, sizeof(*p->items));
	if (p->items == NULL)
		return (say_error("%s", strerror(errno)));
	for (at = it; (row = rec_sub(p->rows, "ctr", &it)) != NULL; at = it) {
		if (rec_num(row, "state", 0) == CTR_DAMAGED)
			say_damaged(row);
		if (is_shown(p, f, row))
			p->items[p->n++] = (struct item){ at,
			    rec_num(row, "created", 0) };
		rec_free(row);
	}
	keep_last(p);
	sort_items(p);
	return (0);
}

static int
print(struct ps *p)
{
	if (opt_flag(p->g->opts, "quiet", false))
		return (print_quiet(p));
	if (p->format.kind == FORMAT_PLAIN)
		return (print_plain(p));
	return (print_formatted(p) == -1 ? EXIT_ENGINE : 0);
}

static int
list(struct ps *p)
{
	struct filter	*f = filter_new(p->g->opts, p->rows);
	int		 r;

	if (f == NULL)
		return (EXIT_ENGINE);
	if ((r = choose(p, f)) == 0)
		r = print(p);
	free(p->items);
	filter_free(f);
	return (r);
}

/* What can be said to be wrong before anything is started. */
static int
check_options(const struct rec *o)
{
	static const char	 keys[] = "command, created, id, image, "
				    "names, runningfor, size, status";
	const char		*key = opt_str(o, "sort", "created");
	const char		*at = strstr(keys, key);
	size_t			 n = strlen(key);

	if (opt_given(o, "last") && opt_flag(o, "latest", false))
		return (say_error("last and latest are mutually exclusive"));
	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error("quiet and format cannot be used together"));
	if (n == 0 || at == NULL || (at != keys && at[-1] != ' ') ||
	    (at[n] != ',' && at[n] != '\0')) {
		say_error("invalid argument \"%s\" for \"--sort\" flag: \"%s\" "
		    "is not a valid value.  Choose from: \"%s\"", key, key,
		    keys);
		fprintf(stderr, "See 'bulkhead ps --help'\n");
		return (EXIT_ENGINE);
	}
	return (0);
}

/* --at: the clock stands at that moment, for everything that is shown. */
static int
set_clock(struct ps *p)
{
	const char		*at = opt_str(p->g->opts, "at", NULL);
	struct parse_err	 e;

	if (at == NULL || parse_time(at, p->now, &p->now, &e) == 0)
		return (0);
	return (say_error("parsing --at \"%s\": unable to interpret time "
	    "value", at));
}

static struct rec *
rows_at(struct session *s, int64_t when)
{
	union msg	 m = { .ctr_list_at = { .when = when < 0 ? 0 :
			    (uint64_t)when } };

	return (call_rec(&s->client, H_STATE, MSG_ctr_list_at, &m, NULL,
	    0));
}

int
cmd_ps(struct cli *g, int argc, char **argv)
{
	struct ps	 p = { .g = g, .now = human_now(),
			    .no_trunc = opt_flag(g->opts, "no-trunc", false) };
	struct session	 s = { 0 };
	int		 r;

	(void)argc;
	(void)argv;
	if ((r = check_options(g->opts)) != 0 || (r = set_clock(&p)) != 0)
		return (r);
	if (format_open(&p.format, &about, opt_str(g->opts, "format", NULL)) ==
	    -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	p.rows = opt_given(g->opts, "at") ? rows_at(&s, p.now) :
	    session_rows(&s);
	if (p.rows == NULL)
		r = session_error(&s);
	else
		r = list(&p);
	if (r == 0 && format_close(&p.format, 2) == -1)
		r = EXIT_ENGINE;
	rec_free(p.rows);
	session_close(&s);
	return (r);
}
