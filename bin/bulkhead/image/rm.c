/*
 * bulkhead rmi: remove images.
 */
#include <errno.h>
#include <stdio.h>

#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "image_remove.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "storage.h"

static const struct opt options[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Remove all images", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL, "Force Removal of the image", NULL,
	  NULL },
	OPT_HELP,
	{ "ignore", 'i', OPT_FLAG, NULL,
	  "Ignore errors if a specified image does not exist", NULL, NULL },
	OPT_NO_FLAG("no-prune", 0),
	{ 0 }
};

static void
print_results(const struct rec *r)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(r, KEY(untagged), &it, &v))
		printf("Untagged: %s\n", v);
	for (it = 0; rec_next(r, KEY(deleted), &it, &v);)
		printf("Deleted: %s\n", v);
}

/* The operands, or all images: `id` values. NULL with an error. */
static struct rec *
wanted(struct cli *cli, struct session *s)
{
	struct rec	*ids = rec_new(), *images = NULL, *image;
	size_t		 it = 0;

	for (int i = 0; i < cli->argc; i++)
		(void)rec_add(ids, KEY(id), cli->argv[i]);
	if (!opt_flag(cli->opts, "all", false))
		return (ids);
	if ((images = store_images(&s->client)) == NULL) {
		rec_free(ids);
		return (NULL);
	}
	while ((image = rec_sub(images, KEY_IN(images, image), &it)) != NULL) {
		(void)rec_add(ids, KEY(id), rec_str(image, KEY(id), ""));
		rec_free(image);
	}
	rec_free(images);
	return (ids);
}

/* podman's exit codes: 1 for a missing image, 2 for one in use. */
static int
remove_all(struct cli *cli, struct session *s, const struct rec *ids)
{
	bool		 force = opt_flag(cli->opts, "force", false);
	bool		 ignore = force || opt_flag(cli->opts, "ignore",
			    false);
	struct rec	*result;
	const char	*id;
	size_t		 it = 0;
	int		 code = 0;

	while (rec_next(ids, KEY(id), &it, &id)) {
		if ((result = image_remove(s, id, force)) != NULL)
			print_results(result);
		else if (errno != ENOENT || !ignore) {
			code = errno == EBUSY ? 2 : errno == ENOENT &&
			    code == 0 ? 1 : EXIT_ENGINE;
			(void)session_error(s);
		}
		rec_free(result);
	}
	return (code);
}

static int
run(struct cli *cli)
{
	struct session	*s = cli->session;
	struct rec	*ids = NULL;
	int		 code;

	/* Layers hold files of every owner: root of the ids deletes them. */
	if (storage_userns(s) == -1 || (ids = wanted(cli, s)) == NULL)
		code = session_error(s);
	else
		code = remove_all(cli, s, ids);
	rec_free(ids);
	return (code);
}

const struct command command_image_rm = {
	.noun = "image", .verb = "rm", .at_top = "rmi",
	.brief = "Removes one or more images from local storage",
	.operands = "IMAGE [IMAGE...]", .operand = "image",
	.options = { options }, .max_args = -1,
	.args_error = "image name or ID must be specified",
	.description = "Removes one or more previously pulled or locally "
	    "created images.",
	.examples = "image rm imageID\nimage rm --force alpine",
	.top_examples = "rmi imageID\nrmi --force alpine\n"
	    "rmi c4dfb1609ee2 93fd78260bd1 c0ed59d05ff7",
	.all_error = "when using the --all switch, you may not pass any images "
	    "names or IDs",
	.need = NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | NEED_WRITE |
	    NEED_RUN_ROOT,
	.run = run,
};
