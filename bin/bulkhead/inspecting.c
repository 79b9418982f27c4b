#include "inspecting.h"

#include <errno.h>
#include <stdio.h>

#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "each.h"
#include "error.h"
#include "exit.h"
#include "format.h"
#include "inspect.h"
#include "lists.h"
#include "pods.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "states.h"
#include "volumes.h"

#define INDENT	5			/* podman's */

struct inspect {
	struct session	 s;
	enum inspect_kind kind;
	struct format	 format;
	bool		 json;
	int		 code;
};

static json_t *
find_container(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*row = container_reconciled(&in->s, ref);
	json_t			*j = NULL;

	/* Of one that has not ended, only its monitor knows so far. */
	if (row != NULL && rec_num(row, KEY(pid), 0) != 0 &&
	    rec_num(row, KEY(state), 0) != CTR_EXITED)
		(void)rec_set_num(row, KEY(log_lost), exit_log_lost(&in->s,
		    rec_str(row, KEY(id), "")));
	if (row != NULL)
		j = inspect_container(row, in->s.config, !in->json);
	return (j);
}

static json_t *
find_image(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*r = store_image_get(&in->s.client, ref);
	json_t			*j = NULL;

	if (r != NULL)
		j = inspect_image(r, in->s.config, !in->json);
	return (j);
}

static json_t *
find_volume(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*v = volumes_find(&in->s, ref);
	json_t			*j = NULL;

	if (v != NULL && rec_num(v, KEY(removing), 0) == 0)
		j = volume_object(&in->s, v, in->json);
	else if (v != NULL)
		errno = ENOENT;
	return (j);
}

static json_t *
find_pod(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*pod = pods_get_whole(&in->s, ref);
	json_t			*j = NULL;

	if (pod != NULL)
		j = pod_object(pod, in->json);
	return (j);
}

/*
 * What is inspected where nothing is named, as `ref` values. NULL: none, and
 * it has been said why.
 */
static struct rec *
latest_container(struct session *s)
{
	struct rec	*rows = containers_reconciled(s), *row = NULL,
	    *refs = NULL;

	if (rows == NULL)
		(void)session_error(s);
	else if ((row = each_latest(rows)) != NULL &&
	    (refs = rec_new()) != NULL)
		(void)rec_add(refs, KEY(ref), rec_str(row, KEY(id), ""));
	rec_free(row);
	rec_free(rows);
	return (refs);
}

static struct rec *
latest_pod(struct session *s)
{
	scoped_rec struct rec	*all = state_objects(&s->client, OBJ_POD);
	struct rec		*refs = NULL;
	char			 id[65];

	if (all == NULL)
		(void)session_error(s);
	else if (pods_latest(all, id) == -1)
		(void)say_error("no such pod");
	else if ((refs = rec_new()) != NULL)
		(void)rec_add(refs, KEY(ref), id);
	return (refs);
}

static struct rec *
all_volumes(struct session *s)
{
	struct rec	*all = volumes_list(s), *refs = rec_new(), *v;
	size_t		 it = 0;

	if (all == NULL) {
		(void)session_error(s);
		rec_free(refs);
		return (NULL);
	}
	for (; (v = rec_sub(all, KEY(obj), &it)) != NULL; rec_free(v))
		if (rec_num(v, KEY(removing), 0) == 0)
			(void)rec_add(refs, KEY(ref), rec_str(v, KEY(name),
			    ""));
	rec_free(all);
	return (refs);
}

static const char *const	maps[] = { "Labels", "Options", "Annotations",
	"Ports", "PortBindings", "Data", "Tmpfs", "Volumes", "ExposedPorts",
	NULL };
#define NO_SUCH	"inspecting object: no such "

static const struct kind {
	struct tmpl_about	 about;
	unsigned int		 need;
	json_t			*(*find[4])(struct inspect *, const char *);
	struct rec		*(*refs)(struct session *);
	const char		*missing[2];	/* before the name, behind it */
	enum error_code		 code;
} kinds[] = {
	[INSPECT_ALL] = { { "all inspect", "interface {}", maps, false,
	    false }, NEED_STATE | NEED_STORE, { find_container, find_image,
	    find_volume, find_pod }, latest_container,
	    { NO_SUCH "object: \"", "\"" }, ERR_NO_SUCH_OBJECT },
	[INSPECT_CONTAINER] = { { "container inspect",
	    "*define.InspectContainerData", maps, false, false }, NEED_STATE,
	    { find_container }, latest_container, { NO_SUCH "container ",
	    "" }, ERR_NO_SUCH_CTR },
	[INSPECT_IMAGE] = { { "image inspect", "*inspect.ImageData", maps,
	    false, false }, NEED_STORE, { find_image }, NULL,
	    { "inspecting object: ", ": image not known" },
	    ERR_NO_SUCH_IMAGE },
	[INSPECT_VOLUME] = { { "inspect", "interface {}", maps, false,
	    false }, NEED_STATE | NEED_STORE, { find_volume }, all_volumes,
	    { NO_SUCH "volume ", "" }, ERR_NO_SUCH_VOLUME },
	[INSPECT_POD] = { { "inspect", "interface {}", maps, false, false },
	    NEED_STATE, { find_pod }, latest_pod, { NO_SUCH "pod ", "" },
	    ERR_NO_SUCH_POD },
	[INSPECT_ONLY_PODS] = { { "inspect", "*entities.PodInspectReport",
	    maps, false, false }, NEED_STATE, { find_pod }, latest_pod,
	    { NO_SUCH "pod ", "" }, ERR_NO_SUCH_POD },
};

/* In podman's order. NULL with ENOENT: there is none; else an error. */
static json_t *
find(struct inspect *in, const char *ref)
{
	const struct kind	*k = &kinds[in->kind];
	json_t			*j;

	for (size_t i = 0; i < 4 && k->find[i] != NULL; i++) {
		if ((j = k->find[i](in, ref)) != NULL)
			return (j);
		/* What begins the names of several volumes may be a pod. */
		if (errno == EEXIST && k->find[i] == find_volume &&
		    in->kind == INSPECT_ALL)
			continue;
		/* EINVAL: no volume or pod can have such a name. */
		if (errno != ENOENT && (errno != EINVAL ||
		    k->find[i] == find_container || k->find[i] == find_image))
			return (NULL);
	}
	errno = ENOENT;
	return (NULL);
}

/* podman has no list around a single pod. */
static int
print(struct inspect *in, json_t *j, bool alone)
{
	if (!alone || !in->json || in->kind != INSPECT_ONLY_PODS)
		return (format_row(&in->format, j));
	format_json(stdout, j, INDENT, 0);
	puts("");
	json_decref(j);
	in->format.kind = FORMAT_PLAIN;
	return (0);
}

/* Print those that exist, then an error for each that does not. */
static void
inspect_all(struct inspect *in, const struct rec *refs)
{
	const struct kind	*k = &kinds[in->kind];
	struct rec		*missing = rec_new();
	const char		*ref;
	size_t			 it = 0;
	json_t			*j;

	while (rec_next(refs, KEY(ref), &it, &ref))
		if ((j = find(in, ref)) != NULL) {
			if (print(in, j, rec_count(refs, KEY(ref)) == 1) == -1)
				in->code = EXIT_ENGINE;
		} else if (errno == ENOENT)
			(void)rec_add(missing, KEY(ref), ref);
		else
			in->code = session_error(&in->s);
	if (format_close(&in->format) == -1)
		in->code = EXIT_ENGINE;
	(void)fflush(stdout);
	for (it = 0; rec_next(missing, KEY(ref), &it, &ref);) {
		in->code = say_error("%s%s%s", k->missing[0], ref,
		    k->missing[1]);
		say_code(k->code);
	}
	rec_free(missing);
}

int
inspect_run(struct cli *cli, enum inspect_kind kind)
{
	struct inspect	 in = { .kind = kind };
	struct rec	*refs = rec_new();
	const char	*text = opt_str(cli->opts, "format", "json");

	for (int i = 0; i < cli->argc; i++)
		(void)rec_add(refs, KEY(ref), cli->argv[i]);
	if (format_open(&in.format, &kinds[kind].about, text, INDENT) == -1 ||
	    command_open(&in.s, cli, kinds[kind].need, NULL) == -1) {
		format_clear(&in.format);
		rec_free(refs);
		return (EXIT_ENGINE);
	}
	if (in.format.kind == FORMAT_PLAIN)
		in.format.kind = FORMAT_JSON;
	in.json = in.format.kind == FORMAT_JSON;
	if (cli->argc == 0) {
		rec_free(refs);
		refs = kinds[kind].refs(&in.s);
	}
	if (refs == NULL)
		in.code = EXIT_ENGINE;
	else
		inspect_all(&in, refs);
	format_clear(&in.format);
	rec_free(refs);
	session_close(&in.s);
	return (in.code);
}
