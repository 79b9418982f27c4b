/*
 * bulkhead pod ps, pod inspect.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "error.h"
#include "lists.h"
#include "pods.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "state.h"

#define INDENT		5		/* podman's, of inspect */

static const char *const	maps[] = { "Labels", NULL };
static const struct tmpl_about	inspect_about = { "inspect",
	"*entities.PodInspectReport", maps, false, false };

static int
check_options(const struct rec *o)
{
	const char	*key = opt_str(o, "sort", "created");

	if (opt_flag(o, "quiet", false) && opt_given(o, "format"))
		return (say_error("quiet and format cannot be used together"));
	if (order_find(pod_orders, key) == NULL)
		return (say_error("invalid argument \"%s\" for \"--sort\" "
		    "flag: \"%s\" is not a valid value.  Choose from: "
		    "\"created, id, name, number\"", key, key));
	return (0);
}

static void
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
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (opt_flag(o, members[i][0], false)) {
			list_add_column(l, members[i][1]);
			any = true;
		}
	if (!any)
		list_add_column(l, "NumberOfContainers");
}

static int
print(struct list *l, struct cli *g, const struct filter *f)
{
	struct session	 s = { 0 };
	struct rec	*all;
	int		 code;

	if (command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	add_columns(l, g->opts);
	all = pods_with_members(&s);
	code = all == NULL ? session_error(&s) : list_pods(l, g->opts, all, f);
	rec_free(all);
	session_close(&s);
	return (code);
}

int
cmd_pod_ps(struct cli *g, int argc, char **argv)
{
	struct list		 l;
	struct filter		 f;
	struct parse_err	 e;
	int			 code = check_options(g->opts);

	(void)argc;
	(void)argv;
	if (code != 0)
		return (code);
	if (filter_open(&f, &pod_filters, g->opts, NULL, &e) == -1)
		code = say_error("%s", e.text);
	else {
		code = EXIT_ENGINE;
		if (list_open(&l, &list_of_pods, g->opts) == 0)
			code = print(&l, g, &f);
		code = list_close(&l, code);
	}
	filter_close(&f);
	return (code);
}

/* podman has no list around a single one. */
static int
show(struct format *f, const struct rec *pod, bool alone)
{
	bool	 json = f->kind == FORMAT_JSON;
	json_t	*j = pod_object(pod, json);

	if (!alone || !json)
		return (format_row(f, j));
	format_json(stdout, j, INDENT, 0);
	puts("");
	json_decref(j);
	f->kind = FORMAT_PLAIN;
	return (0);
}

static int
inspect(struct format *f, struct session *s, char *const *refs, size_t n)
{
	struct rec	*missing = rec_new(), *pod;
	const char	*ref;
	size_t		 it = 0;
	int		 code = 0;

	for (size_t i = 0; i < n; i++) {
		if ((pod = pods_get_whole(s, refs[i])) != NULL) {
			if (show(f, pod, n == 1) == -1)
				code = EXIT_ENGINE;
		} else if (errno == ENOENT)
			(void)rec_add(missing, "name", refs[i]);
		else
			code = session_error(s);
		rec_free(pod);
	}
	if (format_close(f) == -1)
		code = EXIT_ENGINE;
	(void)fflush(stdout);
	while (rec_next(missing, "name", &it, &ref)) {
		code = say_error("inspecting object: no such pod %s", ref);
		say_code(ERR_NO_SUCH_POD);
	}
	rec_free(missing);
	return (code);
}

static int
inspect_latest(struct format *f, struct session *s)
{
	struct rec	*all = state_objects(&s->client, OBJ_POD);
	char		 id[65], *ref = id;
	int		 code;

	if (all == NULL)
		code = session_error(s);
	else if (pods_latest(all, id) == -1)
		code = say_error("no such pod");
	else
		code = inspect(f, s, &ref, 1);
	rec_free(all);
	return (code);
}

int
cmd_pod_inspect(struct cli *g, int argc, char **argv)
{
	struct format	 f;
	struct session	 s = { 0 };
	bool		 latest = opt_flag(g->opts, "latest", false);
	int		 code;

	if (argc == 0 && !latest)
		return (say_error("no names or ids specified"));
	if (argc > 0 && latest)
		return (say_error("--latest and pods cannot be used "
		    "together"));
	if (format_open(&f, &inspect_about, opt_str(g->opts, "format",
	    "json"), INDENT) == -1 ||
	    command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	code = latest ? inspect_latest(&f, &s) : inspect(&f, &s, argv,
	    (size_t)argc);
	format_clear(&f);
	session_close(&s);
	return (code);
}
