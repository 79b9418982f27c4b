/*
 * bulkhead config show: what all configuration comes to.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "settings_ask.h"
#include "format.h"
#include "record.h"
#include "say.h"
#include "settings.h"

static const struct opt options[] = {
	{ "format", 'f', OPT_STRING, NULL,
	  "How it is printed: as files (toml) or as JSON, with the origin of "
	  "each value", "toml", "toml|json" },
	OPT_HELP,
	{ 0 }
};

static const struct {
	const char	*name;
	const char	*key;
} texts[] = {
	{ "containers", "text.containers" },
	{ "storage", "text.storage" },
	{ "registries", "text.registries" },
};

static int
show_texts(const struct rec *config, const char *which)
{
	struct rec_item	 item;
	size_t		 it = 0;
	bool		 any = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (*which != '\0' && strcmp(which, texts[i].name) != 0)
			continue;
		any = true;
		if (*which == '\0')
			printf("%s# %s.conf\n", i == 0 ? "" : "\n",
			    texts[i].name);
		say_out(rec_str(config, KEY_FROM(texts[i].key), ""));
	}
	if (!any)
		return (say_error("there is no \"%s\" configuration; use "
		    "containers, storage or registries", which));
	while (*which == '\0' && rec_walk(config, &it, &item))
		if (strncmp(item.key, "pinned:", 7) == 0) {
			printf("# %s is pinned by the database: ",
			    item.key + 7);
			say_out(rec_str(config, KEY_FROM(item.key + 7),
			    ""));
			putchar('\n');
		}
	return (0);
}

static int
run(struct cli *cli)
{
	scoped_rec struct rec	*config = NULL;
	int			 json = settings_wants_json(cli, "toml"), code;

	if (json == -1 || (config = settings_ask(cli)) == NULL)
		return (EXIT_ENGINE);
	settings_warn(config);
	code = json ? settings_print_json(settings_json(config)) :
	    show_texts(config, cli->argc > 0 ? cli->argv[0] : "");
	return (code);
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
