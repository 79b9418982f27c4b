#include "inspecting.h"

#include <errno.h>
#include <stdio.h>

#include "calls.h"
#include "command_session.h"
#include "ctrfiles.h"
#include "each.h"
#include "error.h"
#include "format.h"
#include "lists.h"
#include "pods.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "states.h"
#include "volumes.h"

#define INDENT	5			/* podman's */

struct inspect {
	const struct inspect_kind	*kind;
	struct session			*s;
	struct format			 format;
	bool				 json;
};

static json_t *
find_container(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*row = container_reconciled(in->s, ref);

	if (row == NULL)
		return (NULL);
	/* Of one that has not ended, only its monitor knows so far. */
	if (rec_num(row, KEY(pid), 0) != 0 &&
	    rec_num(row, KEY(state), 0) != CTR_EXITED)
		(void)rec_set_num(row, KEY(log_lost), exit_log_lost(in->s,
		    rec_str(row, KEY(id), "")));
	return (inspect_container(row, in->s->config, !in->json));
}

static json_t *
find_image(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*r = store_image_get(&in->s->client, ref);

	return (r == NULL ? NULL : inspect_image(r, in->s->config,
	    !in->json));
}

static json_t *
find_volume(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*v = volumes_find(in->s, ref);

	if (v == NULL)
		return (NULL);
	if (rec_num(v, KEY(removing), 0) == 0)
		return (volume_object(in->s, v, in->json));
	errno = ENOENT;
	return (NULL);
}

static json_t *
find_pod(struct inspect *in, const char *ref)
{
	scoped_rec struct rec	*pod = pods_get_whole(in->s, ref);

	return (pod == NULL ? NULL : pod_object(pod, in->json));
}

/*
 * Where none is named: add what is inspected to the `ref` values. 0, or -1
 * after telling the person why there is none.
 */
static int
latest_container(struct session *s, struct rec *refs)
{
	scoped_rec struct rec	*rows = containers_reconciled(s);
	char			 id[ID_TEXT];

	if (rows == NULL) {
		(void)session_error(s);
		return (-1);
	}
	if (each_latest(rows, id) == -1) {
		(void)say_error(ERR_NO_SUCH_CTR, EACH_NO_LATEST);
		return (-1);
	}
	return (rec_add(refs, KEY(ref), id));
}

static int
latest_pod(struct session *s, struct rec *refs)
{
	scoped_rec struct rec	*all = state_objects(&s->client, OBJ_POD);
	char			 id[ID_TEXT];

	if (all == NULL) {
		(void)session_error(s);
		return (-1);
	}
	if (pods_latest(all, id) == -1) {
		(void)say_error(ERR_NO_SUCH_POD, "no such pod");
		return (-1);
	}
	return (rec_add(refs, KEY(ref), id));
}

static int
all_volumes(struct session *s, struct rec *refs)
{
	scoped_rec struct rec	*all = volumes_list(s);
	struct rec		*v;

	if (all == NULL) {
		(void)session_error(s);
		return (-1);
	}
	rec_each(v, all, KEY(obj))
		if (rec_num(v, KEY(removing), 0) == 0)
			(void)rec_add(refs, KEY(ref), rec_str(v, KEY(name),
			    ""));
	return (0);
}

static const char *const	maps[] = { "Labels", "Options", "Annotations",
	"Ports", "PortBindings", "Data", "Tmpfs", "Volumes", "ExposedPorts",
	NULL };
#define NO_SUCH	"inspecting object: no such "

#define NFINDS	4		/* kinds of objects */

struct inspect_kind {
	struct tmpl_about	 about;
	unsigned int		 need;
	json_t			*(*find[NFINDS])(struct inspect *,
				    const char *);
	int			 (*unnamed)(struct session *, struct rec *);
	const char		*missing[2];	/* before the name, behind it */
	enum error_code		 code;
	bool			 lone_bare;	/* podman: no list around one */
};

const struct inspect_kind	inspect_all = {
	.about = { .name = "all inspect", .type = "interface {}",
	    .maps = maps },
	.need = NEED_STATE | NEED_STORE,
	.find = { find_container, find_image, find_volume, find_pod },
	.unnamed = latest_container,
	.missing = { NO_SUCH "object: \"", "\"" },
	.code = ERR_NO_SUCH_OBJECT
}, inspect_containers = {
	.about = { .name = "container inspect",
	    .type = "*define.InspectContainerData", .maps = maps },
	.need = NEED_STATE,
	.find = { find_container },
	.unnamed = latest_container,
	.missing = { NO_SUCH "container ", "" },
	.code = ERR_NO_SUCH_CTR
}, inspect_images = {
	.about = { .name = "image inspect", .type = "*inspect.ImageData",
	    .maps = maps },
	.need = NEED_STORE,
	.find = { find_image },
	.missing = { "inspecting object: ", ": image not known" },
	.code = ERR_NO_SUCH_IMAGE
}, inspect_volumes = {
	.about = { .name = "inspect", .type = "interface {}", .maps = maps },
	.need = NEED_STATE | NEED_STORE,
	.find = { find_volume },
	.unnamed = all_volumes,
	.missing = { NO_SUCH "volume ", "" },
	.code = ERR_NO_SUCH_VOLUME
}, inspect_any_pods = {
	.about = { .name = "inspect", .type = "interface {}", .maps = maps },
	.need = NEED_STATE,
	.find = { find_pod },
	.unnamed = latest_pod,
	.missing = { NO_SUCH "pod ", "" },
	.code = ERR_NO_SUCH_POD
}, inspect_pods = {
	.about = { .name = "inspect", .type = "*entities.PodInspectReport",
	    .maps = maps },
	.need = NEED_STATE,
	.find = { find_pod },
	.unnamed = latest_pod,
	.missing = { NO_SUCH "pod ", "" },
	.code = ERR_NO_SUCH_POD,
	.lone_bare = true
};

/* In podman's order. NULL with ENOENT: there is none; else an error. */
static json_t *
find(struct inspect *in, const char *ref)
{
	json_t	*(*const *one)(struct inspect *, const char *) =
		    in->kind->find;
	json_t	*j;

	for (size_t i = 0; i < NFINDS && one[i] != NULL; i++) {
		if ((j = one[i](in, ref)) != NULL)
			return (j);
		/* An ambiguous volume prefix may be a pod's name. */
		if (errno == EEXIST && one[i] == find_volume &&
		    in->kind == &inspect_all)
			continue;
		/* EINVAL: no volume or pod can have such a name. */
		if (errno != ENOENT && (errno != EINVAL || *ref == '\0' ||
		    one[i] == find_container || one[i] == find_image))
			return (NULL);
	}
	errno = ENOENT;
	return (NULL);
}

static int
print(struct inspect *in, json_t *j, bool alone)
{
	if (!alone || !in->json || !in->kind->lone_bare)
		return (format_row(&in->format, j));
	format_json(stdout, j, INDENT, 0);
	puts("");
	json_decref(j);
	in->format.kind = FORMAT_PLAIN;
	return (0);
}

/* Print those that exist, then an error for each that does not. */
static int
print_all(struct inspect *in, const struct rec *refs)
{
	scoped_rec struct rec	*missing = rec_new();
	const char		*ref;
	json_t			*j;
	int			 code = 0;

	rec_each_text(ref, refs, KEY(ref))
		if ((j = find(in, ref)) != NULL) {
			if (print(in, j, rec_count(refs, KEY(ref)) == 1) ==
			    -1) {
				code = EXIT_ENGINE;
				break;
			}
		} else if (errno == ENOENT)
			(void)rec_add(missing, KEY(ref), ref);
		else
			code = session_error(in->s);
	if (format_close(&in->format) == -1)
		code = EXIT_ENGINE;
	(void)fflush(stdout);
	rec_each_text(ref, missing, KEY(ref)) {
		code = say_error(in->kind->code, "%s%s%s",
		    in->kind->missing[0], ref, in->kind->missing[1]);
	}
	return (code);
}

int
inspect_objects(struct cli *cli, const struct inspect_kind *kind)
{
	struct inspect		 in = { .kind = kind, .s = cli->session };
	scoped_rec struct rec	*refs = each_named(cli);
	int			 code = EXIT_ENGINE;

	if (format_open(&in.format, &kind->about, opt_str(cli->opts, "format",
	    "json"), INDENT) == 0 &&
	    command_open(in.s, cli, kind->need, NULL) == 0 &&
	    (cli->argc > 0 || kind->unnamed(in.s, refs) == 0)) {
		if (in.format.kind == FORMAT_PLAIN)
			in.format.kind = FORMAT_JSON;
		in.json = in.format.kind == FORMAT_JSON;
		code = print_all(&in, refs);
	}
	format_clear(&in.format);
	return (code);
}

int
inspect_run(struct cli *cli)
{
	return (inspect_objects(cli, command_body(cli->command)->about));
}
