/*
 * bulkhead pod ps, pod inspect.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "error.h"
#include "format.h"
#include "human.h"
#include "image.h"
#include "inspect.h"
#include "objfilter.h"
#include "pods.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "table.h"
#include "tmpl.h"

#define INDENT		5		/* podman's, of inspect */
#define SHORT_ID	12
#define STATES		16

/* A pod with what its members are: `ctr` nested, and `state`. */
struct item {
	struct rec	*pod;
	unsigned int	 count[STATES];
	unsigned int	 all;
};

struct podps {
	struct cli	*g;
	struct item	*items;
	size_t		 n;
	int64_t		 now;
	bool		 no_trunc;
	struct format	 format;
};

static const char *const	maps[] = { "Labels", NULL };
static const struct tmpl_about	ps_about = { "podps",
	"pods.ListPodReporter", maps, false, true };
static const struct tmpl_about	inspect_about = { "inspect",
	"*entities.PodInspectReport", maps, false, false };

static const struct heading	headings[] = {
	{ "Cgroup", "CGROUP" }, { "ContainerIds", "IDS" },
	{ "ContainerNames", "NAMES" }, { "ContainerStatuses", "STATUS" },
	{ "Created", "CREATED" }, { "ID", "POD ID" }, { "Id", "POD ID" },
	{ "InfraID", "INFRA ID" }, { "InfraId", "INFRA ID" },
	{ "Labels", "LABELS" }, { "Name", "NAME" },
	{ "Namespace", "NAMESPACES" }, { "Networks", "NETWORKS" },
	{ "NumberOfContainers", "# OF CONTAINERS" }, { "Status", "STATUS" },
	{ NULL, NULL }
};

/* Does a key of some member have a value (or begin with it)? */
static bool
member_has(const struct rec *pod, const char *key, const char *value,
    bool prefix)
{
	struct rec	*ctr;
	const char	*v;
	size_t		 it = 0;
	bool		 hit = false;

	while (!hit && (ctr = rec_sub(pod, "ctr", &it)) != NULL) {
		v = rec_str(ctr, key, "");
		hit = prefix ? strncmp(v, value, strlen(value)) == 0 :
		    strcmp(v, value) == 0;
		rec_free(ctr);
	}
	return (hit);
}

static bool
by_id(const struct rec *pod, const char *value)
{
	return (strncmp(rec_str(pod, "id", ""), value, strlen(value)) == 0 ||
	    objfilter_regex(rec_str(pod, "id", ""), value));
}

static bool
by_name(const struct rec *pod, const char *value)
{
	return (objfilter_regex(rec_str(pod, "name", ""), value));
}

static bool
by_label(const struct rec *pod, const char *value)
{
	return (objfilter_pair(pod, "label", value));
}

static bool
by_no_label(const struct rec *pod, const char *value)
{
	return (!objfilter_pair(pod, "label", value));
}

static bool
by_status(const struct rec *pod, const char *value)
{
	return (strcasecmp(rec_str(pod, "state", ""), value) == 0);
}

static bool
by_ctr_id(const struct rec *pod, const char *value)
{
	return (member_has(pod, "id", value, true));
}

static bool
by_ctr_name(const struct rec *pod, const char *value)
{
	return (member_has(pod, "name", value, false));
}

static bool
by_ctr_status(const struct rec *pod, const char *value)
{
	return (member_has(pod, "state_name", value, false));
}

static bool
by_ctr_number(const struct rec *pod, const char *value)
{
	char	 n[24];

	(void)snprintf(n, sizeof(n), "%zu", rec_count(pod, "ctr"));
	return (strcmp(n, value) == 0);
}

static bool
by_until(const struct rec *pod, const char *value)
{
	return (objfilter_until(pod, value));
}

static const struct objfilter	filters[] = {
	{ "id", by_id, false }, { "name", by_name, false },
	{ "label", by_label, true }, { "label!", by_no_label, true },
	{ "status", by_status, false }, { "ctr-ids", by_ctr_id, false },
	{ "ctr-names", by_ctr_name, false },
	{ "ctr-number", by_ctr_number, false },
	{ "ctr-status", by_ctr_status, false },
	{ "until", by_until, false }, { NULL, NULL, false }
};

static struct item *
find_item(struct podps *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(rec_str(p->items[i].pod, "id", ""), id) == 0)
			return (&p->items[i]);
	return (NULL);
}

/* Pods are copied, so that what is known of their members can be added. */
static int
copy_pods(struct podps *p, struct rec *all)
{
	struct rec	*pod;
	size_t		 it = 0;

	p->items = calloc(rec_count(all, "obj") + 1, sizeof(*p->items));
	while (p->items != NULL && (pod = rec_sub(all, "obj", &it)) != NULL) {
		struct item	*i = &p->items[p->n];

		if ((i->pod = rec_new()) != NULL &&
		    rec_add_all(i->pod, pod) == 0)
			p->n++;
		rec_free(pod);
	}
	return (p->items == NULL ? -1 : 0);
}

static void
add_members(struct podps *p, struct rec *rows)
{
	const char	*id;
	struct rec	*row;
	struct item	*i;
	size_t		 it = 0;

	while ((row = rec_sub(rows, "ctr", &it)) != NULL) {
		id = rec_get(row, "pod");
		if (id != NULL && (i = find_item(p, id)) != NULL) {
			(void)rec_add_rec(i->pod, "ctr", row);
			i->count[rec_num(row, "state", 0) & (STATES - 1)]++;
			i->all++;
		}
		rec_free(row);
	}
	for (size_t k = 0; k < p->n; k++)
		(void)rec_set(p->items[k].pod, "state",
		    pods_state(p->items[k].count, p->items[k].all));
}

static int
load(struct podps *p, struct session *s)
{
	struct rec	*all = pods_list(s), *rows;
	int		 rc = -1;

	if (all != NULL && (rows = session_rows(s)) != NULL) {
		if ((rc = copy_pods(p, all)) == 0)
			add_members(p, rows);
		rec_free(rows);
	}
	rec_free(all);
	return (rc);
}

static void
forget(struct podps *p)
{
	for (size_t i = 0; i < p->n; i++)
		rec_free(p->items[i].pod);
	free(p->items);
}

static const char *
id_of(const struct podps *p, const char *id, char *out)
{
	(void)snprintf(out, 65, "%.*s", p->no_trunc ? 64 : SHORT_ID, id);
	return (out);
}

/* A key of all members with commas between. Static storage. */
static const char *
joined(const struct podps *p, const struct rec *pod, const char *key)
{
	static char	 out[8192];
	char		 id[65];
	struct rec	*ctr;
	const char	*v;
	size_t		 it = 0, n = 0;

	out[0] = '\0';
	while (n < sizeof(out) && (ctr = rec_sub(pod, "ctr", &it)) != NULL) {
		v = rec_str(ctr, key, "");
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    n == 0 ? "" : ",", strcmp(key, "id") == 0 ?
		    id_of(p, v, id) : v);
		rec_free(ctr);
	}
	return (out);
}

static json_t *
members_json(const struct rec *pod, const char *name, const char *status)
{
	json_t		*a = json_array();
	struct rec	*ctr;
	size_t		 it = 0;

	while ((ctr = rec_sub(pod, "ctr", &it)) != NULL) {
		json_array_append_new(a, json_pack("{s:s, s:o, s:s}", "Id",
		    rec_str(ctr, "id", ""), name,
		    tmpl_text(rec_str(ctr, "name", "")), status,
		    rec_str(ctr, "state_name", "unknown")));
		rec_free(ctr);
	}
	return (a);
}

static json_t *
json_row(const struct rec *pod)
{
	char	 at[64];

	human_rfc3339(rec_num(pod, "created", 0), at, sizeof(at));
	return (json_pack("{s:o, s:o, s:s, s:s, s:s, s:o, s:s, s:[], s:s,"
	    " s:o}", "Cgroup", tmpl_text(rec_str(pod, "cgroup", "")),
	    "Containers", members_json(pod, "Names", "Status"),
	    "Created", at, "Id", rec_str(pod, "id", ""), "InfraId", "",
	    "Name", tmpl_text(rec_str(pod, "name", "")), "Namespace", "",
	    "Networks", "Status", rec_str(pod, "state", ""),
	    "Labels", image_pairs(pod, "label")));
}

static json_t *
template_row(const struct podps *p, const struct rec *pod)
{
	char	 id[65], ago[64];
	json_t	*j;

	(void)id_of(p, rec_str(pod, "id", ""), id);
	human_ago(rec_num(pod, "created", 0), p->now, ago, sizeof(ago));
	j = json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s,"
	    " s:i, s:s}",
	    "Cgroup", tmpl_text(rec_str(pod, "cgroup", "")), "Created", ago,
	    "ID", id, "Id", id, "InfraID", "", "InfraId", "",
	    "Labels", image_pairs(pod, "label"),
	    "Name", tmpl_text(rec_str(pod, "name", "")), "Namespace", "",
	    "Networks", "", "NumberOfContainers",
	    (int)rec_count(pod, "ctr"), "Status", rec_str(pod, "state", ""));
	json_object_set_new(j, "ContainerIds",
	    tmpl_text(joined(p, pod, "id")));
	json_object_set_new(j, "ContainerNames",
	    tmpl_text(joined(p, pod, "name")));
	json_object_set_new(j, "ContainerStatuses",
	    tmpl_text(joined(p, pod, "state_name")));
	return (j);
}

/* What is behind the five columns that are always there. */
static const struct column {
	const char	*option;
	const char	*heading;
	const char	*key;		/* of members; NULL: see below */
} columns[] = {
	{ "ns", "CGROUP", NULL }, { "ns", "NAMESPACES", NULL },
	{ "ctr-ids", "IDS", "id" }, { "ctr-names", "NAMES", "name" },
	{ "ctr-status", "STATUS", "state_name" },
};
#define NCOLUMNS	(sizeof(columns) / sizeof(columns[0]))

static bool
wants_number(const struct rec *o)
{
	return (!opt_flag(o, "ctr-ids", false) &&
	    !opt_flag(o, "ctr-names", false) &&
	    !opt_flag(o, "ctr-status", false));
}

static void
plain_heading(const struct rec *o, struct table *t)
{
	static const char *const	 first[] = { "POD ID", "NAME",
					    "STATUS", "CREATED", "INFRA ID" };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		table_cell(t, first[i]);
	for (size_t i = 0; i < NCOLUMNS; i++)
		if (opt_flag(o, columns[i].option, false))
			table_cell(t, columns[i].heading);
	if (wants_number(o))
		table_cell(t, "# OF CONTAINERS");
	table_row(t);
}

static void
plain_row(const struct podps *p, struct table *t, const struct rec *pod)
{
	const struct rec	*o = p->g->opts;
	char			 buf[80];

	table_cell(t, id_of(p, rec_str(pod, "id", ""), buf));
	table_cell(t, rec_str(pod, "name", ""));
	table_cell(t, rec_str(pod, "state", ""));
	human_ago(rec_num(pod, "created", 0), p->now, buf, sizeof(buf));
	table_cell(t, buf);
	table_cell(t, "");
	for (size_t i = 0; i < NCOLUMNS; i++) {
		if (!opt_flag(o, columns[i].option, false))
			continue;
		table_cell(t, columns[i].key != NULL ? joined(p, pod,
		    columns[i].key) : strcmp(columns[i].heading, "CGROUP") ==
		    0 ? rec_str(pod, "cgroup", "") : "");
	}
	(void)snprintf(buf, sizeof(buf), "%zu", rec_count(pod, "ctr"));
	if (wants_number(o))
		table_cell(t, buf);
	table_row(t);
}

static bool
is_shown(const struct podps *p, size_t i)
{
	return (rec_num(p->items[i].pod, "removing", 0) == 0 &&
	    objfilter_match(p->g->opts, filters, p->items[i].pod));
}

static int
print_plain(struct podps *p)
{
	struct table	*t = table_new();
	int		 rc;

	if (t == NULL)
		return (say_error("%s", strerror(errno)));
	if (!opt_flag(p->g->opts, "noheading", false))
		plain_heading(p->g->opts, t);
	for (size_t i = 0; i < p->n; i++)
		if (is_shown(p, i))
			plain_row(p, t, p->items[i].pod);
	rc = table_print(t, stdout);
	table_free(t);
	return (rc == -1 ? say_error("%s", strerror(ENOMEM)) : 0);
}

static int
print_formatted(struct podps *p)
{
	int	 rc = 0;

	if (!opt_flag(p->g->opts, "noheading", false))
		rc = format_heading(&p->format, headings);
	for (size_t i = 0; i < p->n && rc == 0; i++)
		if (is_shown(p, i))
			rc = format_row(&p->format, p->format.kind ==
			    FORMAT_JSON ? json_row(p->items[i].pod) :
			    template_row(p, p->items[i].pod), 2);
	return (rc == -1 ? EXIT_ENGINE : 0);
}

static int
print(struct podps *p)
{
	if (opt_flag(p->g->opts, "quiet", false)) {
		for (size_t i = 0; i < p->n; i++)
			if (is_shown(p, i))
				puts(rec_str(p->items[i].pod, "id", ""));
		return (0);
	}
	return (p->format.kind == FORMAT_PLAIN ? print_plain(p) :
	    print_formatted(p));
}

/* podman has the youngest first, and everything else from the least on. */
static int
compare(const void *a, const void *b, void *ctx)
{
	const struct item	*x = a, *y = b;
	const char		*key = ctx;
	int64_t			 cx = rec_num(x->pod, "created", 0);
	int64_t			 cy = rec_num(y->pod, "created", 0);

	if (strcmp(key, "name") == 0 || strcmp(key, "id") == 0)
		return (strcmp(rec_str(x->pod, key, ""),
		    rec_str(y->pod, key, "")));
	if (strcmp(key, "number") == 0 && x->all != y->all)
		return (x->all < y->all ? -1 : 1);
	return (cx > cy ? -1 : cx < cy);
}

static int
check_options(const struct rec *o)
{
	const char	*key = opt_str(o, "sort", "created");

	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error("quiet and format cannot be used together"));
	if (strcmp(key, "created") != 0 && strcmp(key, "id") != 0 &&
	    strcmp(key, "name") != 0 && strcmp(key, "number") != 0)
		return (say_error("invalid argument \"%s\" for \"--sort\" "
		    "flag: \"%s\" is not a valid value.  Choose from: "
		    "\"created, id, name, number\"", key, key));
	return (objfilter_check(o, filters, NULL) == -1 ? EXIT_ENGINE : 0);
}

int
cmd_pod_ps(struct cli *g, int argc, char **argv)
{
	struct podps	 p = { .g = g, .now = human_now(),
			    .no_trunc = opt_flag(g->opts, "no-trunc", false) };
	struct session	 s = { 0 };
	char		 key[16];
	int		 code = check_options(g->opts);

	(void)argc;
	(void)argv;
	if (code != 0 || format_open(&p.format, &ps_about, opt_str(g->opts,
	    "format", NULL)) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	(void)snprintf(key, sizeof(key), "%s", opt_str(g->opts, "sort",
	    "created"));
	if (load(&p, &s) == -1)
		code = session_error(&s);
	else {
		if (p.n > 0)
			qsort_r(p.items, p.n, sizeof(*p.items), compare, key);
		if (opt_flag(g->opts, "latest", false))
			for (; p.n > 1; p.n--)
				rec_free(p.items[p.n - 1].pod);
		code = print(&p);
	}
	if (format_close(&p.format, 2) == -1)
		code = EXIT_ENGINE;
	forget(&p);
	session_close(&s);
	return (code);
}

static json_t *
inspect_json(const struct rec *pod, bool filled)
{
	size_t	 n = rec_count(pod, "ctr");
	json_t	*j;
	char	 at[64];

	human_rfc3339(rec_num(pod, "created", 0), at, sizeof(at));
	j = json_pack("{s:s, s:o, s:s, s:o, s:s, s:s, s:s}",
	    "Id", rec_str(pod, "id", ""),
	    "Name", tmpl_text(rec_str(pod, "name", "")), "Created", at,
	    "CreateCommand", image_texts(pod, "create_command"),
	    "ExitPolicy", "continue", "State", rec_str(pod, "state", ""),
	    "Hostname", "");
	if (filled || rec_get(pod, "label") != NULL)
		json_object_set_new(j, "Labels", image_pairs(pod, "label"));
	json_object_set_new(j, "CreateCgroup", json_false());
	json_object_set_new(j, "CgroupParent",
	    tmpl_text(rec_str(pod, "cgroup", "")));
	json_object_set_new(j, "CreateInfra", json_false());
	json_object_set_new(j, "NumContainers", json_integer((json_int_t)n));
	if (filled || n > 0)
		json_object_set_new(j, "Containers", members_json(pod, "Name",
		    "State"));
	return (j);
}

json_t *
inspect_pod(struct session *s, const char *ref, bool filled)
{
	struct podps	 p = { 0 };
	struct rec	*pod = pods_get(s, ref);
	struct item	*i;
	json_t		*j = NULL;

	if (pod == NULL)
		return (NULL);
	errno = ENOENT;
	if (load(&p, s) == 0 &&
	    (i = find_item(&p, rec_str(pod, "id", ""))) != NULL)
		j = inspect_json(i->pod, filled);
	forget(&p);
	rec_free(pod);
	return (j);
}

static int
show(struct podps *p, const struct rec *pod, bool alone)
{
	bool	 json = p->format.kind == FORMAT_JSON;
	json_t	*j = inspect_json(pod, !json);

	if (!alone || !json)
		return (format_row(&p->format, j, INDENT));
	/* podman has no list around a single one. */
	format_json(stdout, j, INDENT, 0);
	puts("");
	json_decref(j);
	p->format.kind = FORMAT_PLAIN;
	return (0);
}

static int
inspect(struct podps *p, struct session *s, struct rec *refs)
{
	struct rec	*missing = rec_new(), *pod;
	const char	*ref;
	struct item	*i;
	size_t		 it = 0;
	int		 code = 0;

	while (rec_next(refs, "ref", &it, &ref)) {
		i = NULL;
		if ((pod = pods_get(s, ref)) != NULL)
			i = find_item(p, rec_str(pod, "id", ""));
		else if (errno != ENOENT)
			code = session_error(s);
		if (i == NULL && code == 0)
			(void)rec_add(missing, "name", ref);
		else if (i != NULL && show(p, i->pod, rec_count(refs,
		    "ref") == 1) == -1)
			code = EXIT_ENGINE;
		rec_free(pod);
	}
	if (format_close(&p->format, INDENT) == -1)
		code = EXIT_ENGINE;
	(void)fflush(stdout);
	for (it = 0; rec_next(missing, "name", &it, &ref);) {
		code = say_error("inspecting object: no such pod %s", ref);
		say_code(ERR_NO_SUCH_POD);
	}
	rec_free(missing);
	return (code);
}

int
cmd_pod_inspect(struct cli *g, int argc, char **argv)
{
	struct podps	 p = { .g = g, .now = human_now() };
	struct session	 s = { 0 };
	struct rec	*refs = rec_new();
	bool		 latest = opt_flag(g->opts, "latest", false);
	int		 code = 0;

	if (argc == 0 && !latest)
		code = say_error("no names or ids specified");
	else if (argc > 0 && latest)
		code = say_error("--latest and pods cannot be used together");
	for (int i = 0; i < argc; i++)
		(void)rec_add(refs, "ref", argv[i]);
	if (code != 0 || format_open(&p.format, &inspect_about,
	    opt_str(g->opts, "format", "json")) == -1 ||
	    command_open(&s, g, NEED_STATE, NULL) == -1) {
		rec_free(refs);
		return (EXIT_ENGINE);
	}
	if (load(&p, &s) == -1)
		code = session_error(&s);
	else {
		if (latest && p.n == 0)
			code = say_error("no such pod");
		else if (latest) {
			qsort_r(p.items, p.n, sizeof(*p.items), compare,
			    (char[]){ "created" });
			(void)rec_add(refs, "ref",
			    rec_str(p.items[0].pod, "id", ""));
		}
		if (code == 0)
			code = inspect(&p, &s, refs);
	}
	forget(&p);
	rec_free(refs);
	session_close(&s);
	return (code);
}
