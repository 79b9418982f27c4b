/*
 * bulkhead load: load images from an archive.
 */
#include <stdio.h>

#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "event.h"
#include "loading.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	OPT_HELP,
	{ "input", 'i', OPT_STRING, NULL,
	  "Read from specified archive file (default: stdin)", NULL, "file" },
	LOAD_LIMITS,
	{ "quiet", 'q', OPT_FLAG, NULL, "Suppress the output", NULL, NULL },
	{ 0 }
};

static void
loaded(const char *name)
{
	printf("Loaded image: %s\n", name);
}

static int
run(struct cli *cli)
{
	const char	*path = opt_str(cli->opts, "input", cli->argc > 0 ?
			    cli->argv[0] : "-");
	scoped_fd int	 fd = load_open(path);
	struct limits	 l = load_limits(cli);
	struct session	 s = { 0 };
	struct rec	*archive;
	int		 code = 0;

	if (fd == -1 || load_session(&s, cli) == -1)
		return (EXIT_ENGINE);
	archive = fetch_archive(&s.client, fd, "auto");
	if (archive == NULL || archive_load(&s, archive, &l,
	    load_progress(cli), loaded) == -1)
		code = session_error(&s);
	else
		event_tell(&s, "image", "loadfromarchive", NULL, path);
	rec_free(archive);
	session_close(&s);
	return (code);
}

const struct command command_image_load = {
	.noun = "image", .verb = "load", .at_top = "load",
	.brief = "Load image(s) from a tar archive",
	.options = { options },
	.description = "Loads an image from a locally stored archive (tar "
	    "file) into container storage.",
	.examples = "load -i image.tar\nload < image.tar.gz",
	.run = run,
};
