/*
 * bulkhead config show: what all configuration comes to.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "nitems.h"
#include "record.h"
#include "say.h"
#include "settings.h"
#include "settings_show.h"

static const struct opt options[] = {
	OPT("format", 'f', STRING,
	    "How it is printed: as files (toml) or as JSON, with the origin "
	    "of each value", .def = "toml", .complete = "toml|json"),
	OPT_HELP,
	{ 0 }
};

static int
show_texts(const struct rec *config, const char *which)
{
	static const char *const	 files[] = { "containers", "storage",
					    "registries" };
	char				 key[32];
	bool				 any = false;

	for (size_t i = 0; i < NITEMS(files); i++) {
		if (*which != '\0' && strcmp(which, files[i]) != 0)
			continue;
		any = true;
		if (*which == '\0')
			printf("%s# %s.conf\n", i == 0 ? "" : "\n", files[i]);
		(void)snprintf(key, sizeof(key), "text.%s", files[i]);
		say_out(rec_str(config, KEY_FROM(key), ""));
	}
	return (any ? 0 : say_error(ERR_INVALID_ARG, "there is no \"%s\" "
	    "configuration; use containers, storage or registries", which));
}

static int
show(const struct cli *cli, const struct rec *config, json_t **json)
{
	const char	*which = cli->argc > 0 ? cli->argv[0] : "";
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(config, &it, &item))
		if (strncmp(item.key, "problem:", 8) == 0)
			say_warning("%s", item.text);
	if (json != NULL) {
		*json = settings_json(config);
		return (0);
	}
	if (show_texts(config, which) != 0)
		return (EXIT_ENGINE);
	for (it = 0; *which == '\0' && rec_walk(config, &it, &item);)
		if (strncmp(item.key, "pinned:", 7) == 0) {
			printf("# %s is pinned by the database: ",
			    item.key + 7);
			say_out(rec_str(config, KEY_FROM(item.key + 7), ""));
			putchar('\n');
		}
	return (0);
}

static int
run(struct cli *cli)
{
	return (settings_show(cli, "toml", show));
}

const struct command command_config_show = {
	.noun = "config", .verb = "show",
	.brief = "Display the settled configuration",
	.operands = "[FILE]", .operand = "containers|storage|registries",
	.options = { options }, .max_args = 1,
	.description = "Prints what all configuration files, variables and "
	    "options together come to, each value with its origin. What is "
	    "printed for one FILE (containers, storage or registries) is a "
	    "file that means the same.",
	.examples = "config show\nconfig show storage\n"
	    "--root /srv/images config show --format json",
	.run = run,
};
