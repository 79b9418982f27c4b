#include "inspecting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "command.h"
#include "command_session.h"
#include "each.h"
#include "error.h"
#include "exit.h"
#include "format.h"
#include "inspect.h"
#include "lists.h"
#include "manage.h"
#include "pods.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "store.h"

#define INDENT	5			/* podman's */

struct inspect {
	struct session	 s;
	enum inspect_kind kind;
	struct format	 format;
	int		 code;
};

static const char *const	maps[] = { "Labels", "Options", "Annotations", "Ports",
	"PortBindings", "Data", "Tmpfs", "Volumes", "ExposedPorts", NULL };

static const struct tmpl_about	abouts[] = {
	[INSPECT_ALL] = { "all inspect", "interface {}", maps, false, false },
	[INSPECT_CONTAINER] = { "container inspect",
	    "*define.InspectContainerData", maps, false, false },
	[INSPECT_IMAGE] = { "image inspect", "*inspect.ImageData", maps, false, false },
	[INSPECT_VOLUME] = { "inspect", "interface {}", maps, false, false },
	[INSPECT_POD] = { "inspect", "interface {}", maps, false, false },
};

static json_t *
find_container(struct inspect *in, const char *ref)
{
	struct rec	*row;
	json_t		*j;

	if (in->kind != INSPECT_CONTAINER && in->kind != INSPECT_ALL)
		return (NULL);
	if ((row = container_reconciled(&in->s, ref)) == NULL) {
		if (errno != ENOENT)
			in->code = session_error(&in->s);
		return (NULL);
	}
	/* Of one that has not ended, only its monitor knows so far. */
	if (rec_num(row, "pid", 0) != 0 &&
	    rec_num(row, "state", 0) != CTR_EXITED)
		(void)rec_set_num(row, "log_lost", exit_log_lost(&in->s,
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

	if (in->kind != INSPECT_IMAGE && in->kind != INSPECT_ALL)
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
	if (in->kind == INSPECT_VOLUME || in->kind == INSPECT_ALL)
		j = find_volume(in, ref);
	if (j == NULL && (errno == ENOENT || errno == EEXIST) &&
	    (in->kind == INSPECT_POD || in->kind == INSPECT_ALL))
		j = find_pod(in, ref);
	if (j == NULL && errno != ENOENT && errno != EINVAL)
		in->code = session_error(&in->s);
	return (j);
}

static void
missing(struct inspect *in, const char *ref)
{
	switch (in->kind) {
	case INSPECT_ALL:
		in->code = say_error("inspecting object: no such object: "
		    "\"%s\"", ref);
		say_code(ERR_NO_SUCH_OBJECT);
		break;
	case INSPECT_CONTAINER:
		in->code = say_error("inspecting object: no such container "
		    "%s", ref);
		say_code(ERR_NO_SUCH_CTR);
		break;
	case INSPECT_IMAGE:
		in->code = say_error("inspecting object: %s: image not known",
		    ref);
		say_code(ERR_NO_SUCH_IMAGE);
		break;
	case INSPECT_VOLUME:
		in->code = say_error("inspecting object: no such volume %s",
		    ref);
		say_code(ERR_NO_SUCH_VOLUME);
		break;
	case INSPECT_POD:
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

static void
inspect_latest(struct inspect *in)
{
	struct rec	*rows = containers_reconciled(&in->s), *row = NULL;
	char		 id[65], *ref = id;

	if (rows == NULL || (row = each_latest(rows)) == NULL) {
		in->code = rows == NULL ? session_error(&in->s) : EXIT_ENGINE;
	} else {
		(void)strlcpy(id, rec_str(row, "id", ""), sizeof(id));
		inspect_all(in, 1, &ref);
	}
	rec_free(row);
	rec_free(rows);
}

int
inspect_run(struct cli *cli, enum inspect_kind kind)
{
	static const unsigned int	 need[] = {
		[INSPECT_ALL] = NEED_STATE | NEED_STORE,
		[INSPECT_CONTAINER] = NEED_STATE,
		[INSPECT_IMAGE] = NEED_STORE,
		[INSPECT_VOLUME] = NEED_STATE | NEED_STORE,
		[INSPECT_POD] = NEED_STATE,
	};
	struct inspect	 in = { .kind = kind };
	const char	*text = opt_str(cli->opts, "format", "json");

	if (format_open(&in.format, &abouts[kind], text, INDENT) == -1)
		return (EXIT_ENGINE);
	if (command_open(&in.s, cli, need[kind], NULL) == -1) {
		format_clear(&in.format);
		return (EXIT_ENGINE);
	}
	if (cli->argc > 0)
		inspect_all(&in, cli->argc, cli->argv);
	else
		inspect_latest(&in);
	session_close(&in.s);
	return (in.code);
}
