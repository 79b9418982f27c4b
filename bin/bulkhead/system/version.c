/*
 * bulkhead version: which bulkhead this is.
 */
#include "version.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "format.h"
#include "say.h"

static const struct opt options[] = {
	OPT("format", 'f', STRING,
	    "Change the output format to JSON or a Go template",
	    .complete = "json"),
	OPT_HELP,
	{ 0 }
};

static const struct tmpl_about	about = { "version", "*define.Version", NULL,
				    false, false };

static int
formatted(const char *text)
{
	struct format	 f;
	json_t		*v = json_pack("{s:o}", "Client", version_json());
	int		 r;

	if (v == NULL || format_open(&f, &about, text, 0) == -1) {
		json_decref(v);
		return (EXIT_ENGINE);
	}
	/* No template: podman prints such a text as it is. */
	if (f.kind == FORMAT_PLAIN) {
		puts(text);
		json_decref(v);
		return (0);
	}
	if (f.kind == FORMAT_JSON) {
		char	*s = tmpl_json(v);

		puts(s == NULL ? "" : s);
		free(s);
		json_decref(v);
		return (0);
	}
	/* podman takes the client's fields as .Server's and bare, too. */
	json_object_update_missing(v, json_object_get(v, "Client"));
	json_object_set(v, "Server", json_object_get(v, "Client"));
	r = format_row(&f, v);
	return (format_close(&f) == -1 || r == -1 ? EXIT_ENGINE : 0);
}

static int
run(struct cli *cli)
{
	const char	*text = opt_str(cli->opts, "format", NULL);

	if (text != NULL)
		return (formatted(text));
	printf("Client:       Bulkhead Engine\n"
	    "Version:      %s\nAPI Version:  %s\nOS/Arch:      linux/%s\n",
	    BULKHEAD_VERSION, BULKHEAD_VERSION, parse_machine());
	return (0);
}

const struct command command_system_version = {
	.noun = "system", .verb = "version", .at_top = "version",
	.top_only = true,
	.brief = "Display the Bulkhead version information",
	.description = "Display the Bulkhead version information",
	.examples = "version\nversion --format '{{.Client.Version}}'",
	.options = { options },
	.run = run,
};
