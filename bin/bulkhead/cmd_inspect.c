/*
 * bulkhead inspect, container inspect, image inspect.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "end.h"
#include "error.h"
#include "format.h"
#include "inspect.h"
#include "lists.h"
#include "manage.h"
#include "pods.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "store.h"

#define INDENT	5			/* podman's */

enum kind { ALL, CONTAINER, IMAGE, VOLUME, POD };

struct inspect {
	struct cli	*g;
	struct session	 s;
	enum kind	 kind;
	struct format	 format;
	int		 code;
};

static const char *const	maps[] = { "Labels", "Options", "Annotations", "Ports",
	"PortBindings", "Data", "Tmpfs", "Volumes", "ExposedPorts", NULL };

static const struct tmpl_about	abouts[] = {
	[ALL] = { "all inspect", "interface {}", maps, false, false },
	[CONTAINER] = { "container inspect",
	    "*define.InspectContainerData", maps, false, false },
	[IMAGE] = { "image inspect", "*inspect.ImageData", maps, false, false },
	[VOLUME] = { "inspect", "interface {}", maps, false, false },
	[POD] = { "inspect", "interface {}", maps, false, false },
};

static json_t *
find_container(struct inspect *in, const char *ref)
{
	struct rec	*row;
	json_t		*j;

	if (in->kind != CONTAINER && in->kind != ALL)
		return (NULL);
	if ((row = session_container(&in->s, ref)) == NULL) {
		if (errno != ENOENT)
			in->code = session_error(&in->s);
		return (NULL);
	}
	/* Of one that has not ended, only its monitor knows so far. */
	if (rec_num(row, "pid", 0) != 0 &&
	    rec_num(row, "state", 0) != CTR_EXITED)
		(void)rec_set_num(row, "log_lost", end_log_lost(&in->s,
		    rec_str(row, "id", "")));
	j = inspect_container(row, in->s.config,
	    in->format.kind == FORMAT_TEMPLATE);
	rec_free(row);
	return (j);
}

static json_t *
find_image(struct inspect *in, const char *ref)
{
	struct rec	*r;
	json_t		*j;

	if (in->kind != IMAGE && in->kind != ALL)
		return (NULL);
	if ((r = store_image_get(&in->s.client, ref)) == NULL) {
		if (errno != ENOENT)
			in->code = session_error(&in->s);
		return (NULL);
	}
	j = inspect_image(r, in->s.config,
	    in->format.kind == FORMAT_TEMPLATE);
	rec_free(r);
	return (j);
}

static json_t *
find_volume(struct inspect *in, const char *ref)
{
	struct rec	*v = volumes_find_one(&in->s, ref);
	json_t		*j = NULL;

	if (v != NULL && rec_num(v, "removing", 0) == 0)
		j = volume_object(&in->s, v, in->format.kind == FORMAT_JSON);
	else if (v != NULL)
		errno = ENOENT;
	rec_free(v);
	return (j);
}

static json_t *
find_pod(struct inspect *in, const char *ref)
{
	struct rec	*pod = pods_get_whole(&in->s, ref);
	json_t		*j = NULL;

	if (pod != NULL)
		j = pod_object(pod, in->format.kind == FORMAT_JSON);
	rec_free(pod);
	return (j);
}

/* podman's order: what is no container and no image. */
static json_t *
find_other(struct inspect *in, const char *ref)
{
	json_t	*j = NULL;

	errno = ENOENT;
	if (in->kind == VOLUME || in->kind == ALL)
		j = find_volume(in, ref);
	if (j == NULL && (errno == ENOENT || errno == EEXIST) &&
	    (in->kind == POD || in->kind == ALL))
		j = find_pod(in, ref);
	if (j == NULL && errno != ENOENT && errno != EINVAL)
		in->code = session_error(&in->s);
	return (j);
}

static void
missing(struct inspect *in, const char *ref)
{
	switch (in->kind) {
	case ALL:
		in->code = say_error("inspecting object: no such object: "
		    "\"%s\"", ref);
		say_code(ERR_NO_SUCH_OBJECT);
		break;
	case CONTAINER:
		in->code = say_error("inspecting object: no such container "
		    "%s", ref);
		say_code(ERR_NO_SUCH_CTR);
		break;
	case IMAGE:
		in->code = say_error("inspecting object: %s: image not known",
		    ref);
		say_code(ERR_NO_SUCH_IMAGE);
		break;
	case VOLUME:
		in->code = say_error("inspecting object: no such volume %s",
		    ref);
		say_code(ERR_NO_SUCH_VOLUME);
		break;
	case POD:
		in->code = say_error("inspecting object: no such pod %s", ref);
		say_code(ERR_NO_SUCH_POD);
		break;
	}
}

/* Those that are there are shown; then it is said which were not. */
static void
inspect_all(struct inspect *in, int argc, char **argv)
{
	json_t	*j;
	char	*absent = calloc((size_t)argc + 1, 1);

	if (absent == NULL) {
		in->code = say_error("%s", strerror(errno));
		return;
	}
	for (int i = 0; i < argc; i++) {
		if ((j = find_container(in, argv[i])) == NULL &&
		    in->code == 0)
			j = find_image(in, argv[i]);
		if (j == NULL && in->code == 0)
			j = find_other(in, argv[i]);
		if (j == NULL)
			absent[i] = in->code == 0;
		else if (format_row(&in->format, j) == -1)
			in->code = EXIT_ENGINE;
	}
	if (format_close(&in->format) == -1)
		in->code = EXIT_ENGINE;
	fflush(stdout);
	for (int i = 0; i < argc; i++)
		if (absent[i])
			missing(in, argv[i]);
	free(absent);
}

/* The id of the youngest container, for --latest. */
static int
latest(struct inspect *in, char *id, size_t size)
{
	struct rec	*rows = session_rows(&in->s), *row;
	int64_t		 best = INT64_MIN;
	size_t		 it = 0;

	*id = '\0';
	if (rows == NULL)
		return (session_error(&in->s));
	while ((row = rec_sub(rows, "ctr", &it)) != NULL) {
		if (rec_num(row, "created", 0) > best) {
			best = rec_num(row, "created", 0);
			snprintf(id, size, "%s", rec_str(row, "id", ""));
		}
		rec_free(row);
	}
	rec_free(rows);
	return (*id == '\0' ? say_error("no containers exist") : 0);
}

static int
inspect(struct cli *g, enum kind kind, int argc, char **argv)
{
	static const unsigned int	 need[] = {
		[ALL] = NEED_STATE | NEED_STORE,
		[CONTAINER] = NEED_STATE,
		[IMAGE] = NEED_STORE,
		[VOLUME] = NEED_STATE | NEED_STORE,
		[POD] = NEED_STATE,
	};
	struct inspect	 in = { .g = g, .kind = kind };
	const char	*text = opt_str(g->opts, "format", "json");
	char		 id[65], *one = id;

	if (format_open(&in.format, &abouts[kind], text, INDENT) == -1)
		return (EXIT_ENGINE);
	if (command_open(&in.s, g, need[kind], NULL) == -1) {
		format_clear(&in.format);
		return (EXIT_ENGINE);
	}
	if (argc == 0 && (in.code = latest(&in, id, sizeof(id))) == 0)
		inspect_all(&in, 1, &one);
	else if (in.code == 0)
		inspect_all(&in, argc, argv);
	session_close(&in.s);
	return (in.code);
}

int
cmd_inspect(struct cli *g, int argc, char **argv)
{
	const char	*type = opt_str(g->opts, "type", "all");
	enum kind	 kind;

	if (strcmp(type, "all") == 0)
		kind = opt_flag(g->opts, "latest", false) ? CONTAINER : ALL;
	else if (strcmp(type, "container") == 0)
		kind = CONTAINER;
	else if (strcmp(type, "image") == 0)
		kind = IMAGE;
	else if (strcmp(type, "volume") == 0)
		kind = VOLUME;
	else if (strcmp(type, "pod") == 0)
		kind = POD;
	else if (strcmp(type, "network") == 0)
		return (say_error("--type %s is not supported by bulkhead yet",
		    type));
	else
		return (say_error("invalid type \"%s\": must be \"image\", "
		    "\"container\", \"volume\", \"pod\" or \"all\"", type));
	return (inspect(g, kind, argc, argv));
}

int
cmd_container_inspect(struct cli *g, int argc, char **argv)
{
	return (inspect(g, CONTAINER, argc, argv));
}

int
cmd_image_inspect(struct cli *g, int argc, char **argv)
{
	return (inspect(g, IMAGE, argc, argv));
}
