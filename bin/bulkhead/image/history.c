/*
 * bulkhead history: of a container, what happened to it and who did that; of
 * an image, as podman's, how it was made.
 */
#include <errno.h>
#include <string.h>

#include <bsd/string.h>

#include "calls.h"
#include "command_session.h"
#include "error.h"
#include "lists.h"
#include "record.h"
#include "say.h"

static const struct opt options[] = {
	OPT("format", 0, STRING, "Change the output to JSON or a Go template",
	    .complete = "json"),
	OPT_HELP,
	OPT("human", 'H', FLAG,
	    "Display sizes and dates in human readable format", .def = "true"),
	OPT("no-trunc", 0, FLAG, "Do not truncate the output"),
	OPT("quiet", 'q', FLAG, "Display the numeric IDs only"),
	{ 0 }
};

/* Of an image, or of a container (NULL) the entries. */
static int
print(struct cli *cli, const struct rec *image, const struct rec *entries)
{
	scoped_rec struct rec	*all = image == NULL ? NULL :
				    store_images(&cli->session->client);
	struct list		 l;
	int			 code = EXIT_ENGINE;

	if (list_open(&l, image == NULL ? &list_of_entries : &list_of_steps,
	    cli->opts) == 0) {
		l.shown.as_date = !opt_flag(cli->opts, "human", true);
		code = image == NULL ? list_rows(&l, entries, NULL) :
		    list_steps(&l, image, all);
	}
	return (list_close(&l, code));
}

/*
 * A container that is there, then an image, then a container that was there:
 * so what podman's users ask for is what they get.
 */
static int
run(struct cli *cli)
{
	struct session		*s = cli->session;
	scoped_rec struct rec	*image = NULL, *entries = NULL;
	const char		*ref = cli->argv[0];
	char			 id[ID_TEXT], why[sizeof(s->client.error.text)];
	bool			 there = state_container_find(&s->client, ref,
				    id) == 0;

	if (!there && (image = store_image_get(&s->client, ref)) != NULL)
		return (print(cli, image, NULL));
	(void)strlcpy(why, s->client.error.text, sizeof(why));
	if (*ref == '\0')
		return (session_error(s));
	entries = state_history(&s->client, there ? id : ref);
	if (entries == NULL && (there || errno != ENOENT))
		return (session_error(s));
	if (!there && rec_count(entries, KEY(entry)) == 0)
		return (say_error(ERR_NO_SUCH_IMAGE, "%s", why));
	return (print(cli, NULL, entries));
}

const struct command command_image_history = {
	.noun = "image", .verb = "history", .at_top = "history",
	.brief = "Show what happened to a container, or how an image was "
	    "made",
	.operands = "{CONTAINER|IMAGE}", .operand = "object",
	.options = { options }, .min_args = 1, .max_args = 1,
	.description = "Displays the history of a container: each change of "
	    "its state, when, by whom, with which command, and why. The "
	    "history of a container that was removed is still there, until "
	    "newer ones need the room.\n\n"
	    "For an image, displays the steps in which it was made.",
	.examples = "history myCtr\nhistory --human=false --no-trunc myCtr\n"
	    "history fedora\nhistory --format json fedora",
	.need = NEED_STATE | NEED_STORE,
	.run = run,
};
