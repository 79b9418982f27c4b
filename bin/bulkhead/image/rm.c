/*
 * bulkhead rmi: remove images.
 */
#include <errno.h>
#include <stdio.h>

#include "calls.h"
#include "command_session.h"
#include "each.h"
#include "image_remove.h"
#include "record.h"
#include "say.h"
#include "storage.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG, "Remove all images"),
	OPT("force", 'f', FLAG, "Force Removal of the image"),
	OPT_HELP,
	OPT("ignore", 'i', FLAG,
	    "Ignore errors if a specified image does not exist"),
	OPT_NO_FLAG("no-prune"),
	{ 0 }
};

static void
print_results(const struct rec *r)
{
	const char	*v;

	rec_each_text(v, r, KEY(untagged))
		printf("Untagged: %s\n", v);
	rec_each_text(v, r, KEY(deleted))
		printf("Deleted: %s\n", v);
}

/* --all: add their `ref` values. 0, or -1 with an error. */
static int
add_all(struct session *s, struct rec *refs)
{
	scoped_rec struct rec	*images = store_images(&s->client);
	struct rec		*image;

	rec_each(image, images, KEY_IN(images, image))
		(void)rec_add(refs, KEY(ref), rec_str(image, KEY(id), ""));
	return (images == NULL ? -1 : 0);
}

/* podman's exit codes: 1 for a missing image, 2 for one in use. */
static int
remove_all(struct cli *cli, const struct rec *refs)
{
	bool			 force = opt_flag(cli->opts, "force", false);
	bool			 ignore = force || opt_flag(cli->opts,
				    "ignore", false);
	const char		*ref;
	int			 code = 0;

	rec_each_text(ref, refs, KEY(ref)) {
		scoped_rec struct rec	*result = image_remove(cli->session,
					    ref, force);

		if (result != NULL)
			print_results(result);
		else if (errno != ENOENT || !ignore) {
			code = errno == EBUSY ? 2 : errno == ENOENT &&
			    code == 0 ? 1 : EXIT_ENGINE;
			(void)session_error(cli->session);
		}
	}
	return (code);
}

static int
run(struct cli *cli)
{
	struct session		*s = cli->session;
	scoped_rec struct rec	*refs = each_named(cli);

	/* Layers hold files of every owner: root of the ids deletes them. */
	if (storage_userns(s) == -1 || (opt_flag(cli->opts, "all", false) &&
	    add_all(s, refs) == -1))
		return (session_error(s));
	return (remove_all(cli, refs));
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
	.need = NEED_END | NEED_WRITE | NEED_RUN_ROOT,
	.run = run,
};
