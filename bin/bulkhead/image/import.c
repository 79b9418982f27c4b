/*
 * bulkhead import: make an image of an archive of files.
 */
#include <stdio.h>

#include "calls.h"
#include "command.h"
#include "event.h"
#include "loading.h"

static const struct opt options[] = {
	OPT("arch", 0, STRING, "Set the architecture of the imported image"),
	OPT("change", 'c', ARRAY,
	    "Apply the following possible instructions to the created image: "
	    "CMD | ENTRYPOINT | ENV | EXPOSE | LABEL | ONBUILD | STOPSIGNAL | "
	    "USER | VOLUME | WORKDIR", .def = "[]",
	    .complete = "CMD=|ENTRYPOINT=|ENV=|EXPOSE=|LABEL=|STOPSIGNAL=|"
	    "USER=|VOLUME=|WORKDIR="),
	OPT_HELP,
	LOAD_LIMITS,
	OPT("message", 'm', STRING, "Set commit message for imported image"),
	OPT("os", 0, STRING, "Set the OS of the imported image"),
	OPT("quiet", 'q', FLAG, "Suppress output"),
	OPT("variant", 0, STRING, "Set the variant of the imported image"),
	{ 0 }
};

static int
import(struct cli *cli, struct rec *archive, struct loading *l)
{
	const char	*name = cli->argc > 1 ? cli->argv[1] : NULL;
	struct import	 im = { cli->opts, l->path, name };
	char		 id[ID_TEXT];

	if (archive_import(cli->session, archive, &im, &l->limits, l->progress,
	    id) == -1)
		return (-1);
	printf("sha256:%s\n", id);
	event_send_one(cli->session, "image", "import", id,
	    name != NULL ? name : l->path);
	return (0);
}

static int
run(struct cli *cli)
{
	return (load_run(cli, cli->argv[0], "tar", import));
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
