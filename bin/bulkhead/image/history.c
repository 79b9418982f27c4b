/*
 * bulkhead history: of a container, what happened to it and who did that; of
 * an image, as podman's, how it was made.
 */
#include <string.h>

#include <bsd/string.h>

#include "calls.h"
#include "command.h"
#include "command_session.h"
#include "error.h"
#include "lists.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	{ "format", 0, OPT_STRING, NULL,
	  "Change the output to JSON or a Go template", NULL, "json" },
	OPT_HELP,
	{ "human", 'H', OPT_FLAG, NULL,
	  "Display sizes and dates in human readable format", "true", NULL },
	{ "no-trunc", 0, OPT_FLAG, NULL, "Do not truncate the output", NULL,
	  NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Display the numeric IDs only", NULL,
	  NULL },
	{ 0 }
};

static int
of_image(struct session *s, const struct rec *o, const struct rec *image)
{
	scoped_rec struct rec	*all = store_images(&s->client);
	struct list		 l;
	int			 code = EXIT_ENGINE;

	if (list_open(&l, &list_of_steps, o) == 0) {
		l.shown.as_date = !opt_flag(o, "human", true);
		code = list_steps(&l, image, all);
	}
	return (list_close(&l, code));
}

static int
of_container(const struct rec *o, const struct rec *entries)
{
	struct list	 l;
	int		 code = EXIT_ENGINE;

	if (list_open(&l, &list_of_entries, o) == 0) {
		l.shown.as_date = !opt_flag(o, "human", true);
		code = list_rows(&l, entries, NULL);
	}
	return (list_close(&l, code));
}

/*
 * A container that is there, then an image, then a container that was there:
 * so what podman's users ask for is what they get.
 */
static int
history_of(struct session *s, const struct rec *o, const char *ref)
{
	struct rec	*image = NULL, *entries;
	char		 id[65], why[sizeof(s->client.error.text)];
	bool		 there = state_container_find(&s->client, ref, id) == 0;
	int		 code;

	if (!there && (image = store_image_get(&s->client, ref)) != NULL) {
		code = of_image(s, o, image);
		rec_free(image);
		return (code);
	}
	(void)strlcpy(why, s->client.error.text, sizeof(why));
	if ((entries = state_history(&s->client, there ? id : ref)) == NULL)
		return (session_error(s));
	code = !there && rec_count(entries, KEY(entry)) == 0 ?
	    say_error("%s", why) : of_container(o, entries);
	rec_free(entries);
	return (code);
}

static int
run(struct cli *cli)
{
	return (history_of(cli->session, cli->opts, cli->argv[0]));
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
