/*
 * bulkhead import: make an image of an archive of files.
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
	{ "arch", 0, OPT_STRING, NULL,
	  "Set the architecture of the imported image", NULL, NULL },
	{ "change", 'c', OPT_ARRAY, NULL,
	  "Apply the following possible instructions to the created image: "
	  "CMD | ENTRYPOINT | ENV | EXPOSE | LABEL | ONBUILD | STOPSIGNAL | "
	  "USER | VOLUME | WORKDIR", "[]",
	  "CMD=|ENTRYPOINT=|ENV=|EXPOSE=|LABEL=|STOPSIGNAL=|USER=|VOLUME=|"
	  "WORKDIR=" },
	OPT_HELP,
	LOAD_LIMITS,
	{ "message", 'm', OPT_STRING, NULL,
	  "Set commit message for imported image", NULL, NULL },
	{ "os", 0, OPT_STRING, NULL, "Set the OS of the imported image", NULL,
	  NULL },
	{ "quiet", 'q', OPT_FLAG, NULL, "Suppress output", NULL, NULL },
	{ "variant", 0, OPT_STRING, NULL,
	  "Set the variant of the imported image", NULL, NULL },
	{ 0 }
};

static int
run(struct cli *cli)
{
	const char	*from = cli->argv[0];
	const char	*name = cli->argc > 1 ? cli->argv[1] : NULL;
	scoped_fd int	 fd = load_open(from);
	struct limits	 l = load_limits(cli);
	struct import	 im = { cli->opts, from, name };
	struct session	 s = { 0 };
	struct rec	*archive;
	char		 id[65];
	int		 code = 0;

	if (fd == -1 || load_session(&s, cli) == -1)
		return (EXIT_ENGINE);
	archive = fetch_archive(&s.client, fd, "tar");
	if (archive == NULL || archive_import(&s, archive, &im, &l,
	    load_progress(cli), id) == -1)
		code = session_error(&s);
	else {
		printf("sha256:%s\n", id);
		event_tell(&s, "image", "import", id, name != NULL ? name :
		    from);
	}
	rec_free(archive);
	session_close(&s);
	return (code);
}

const struct command command_image_import = {
	.noun = "image", .verb = "import", .at_top = "import",
	.brief = "Import a tarball to create a filesystem image",
	.operands = "PATH [REFERENCE]", .operand = "file",
	.options = { options }, .min_args = 1, .max_args = 2,
	.description = "Create a container image from the contents of the "
	    "specified tarball (.tar, .tar.gz, .tgz, .tar.zst).\n\n"
	    "Optionally tag the image. You can specify the instructions using "
	    "the --change option.",
	.examples = "import --message \"my base\" base.tar base:1\n"
	    "import - < ctr.tar",
	.run = run,
};
