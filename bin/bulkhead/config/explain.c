/*
 * bulkhead config explain: where the value of a key comes from.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "settings_ask.h"
#include "record.h"
#include "say.h"
#include "settings.h"

static const struct opt options[] = {
	{ "format", 'f', OPT_STRING, NULL, "How it is printed", "text",
	  "text|json" },
	OPT_HELP,
	{ 0 }
};

static void
print_values(const struct rec *config, const char *key)
{
	const char	*v;
	size_t		 it = 0, n = rec_count(config, KEY_FROM(key));

	if (n == 1) {
		printf("%s = ", key);
		say_out(rec_str(config, KEY_FROM(key), ""));
		putchar('\n');
		return;
	}
	printf("%s = %s\n", key, n == 0 ? "(nothing)" : "");
	while (rec_next(config, KEY_FROM(key), &it, &v)) {
		fputs("    ", stdout);
		say_out(v);
		putchar('\n');
	}
}

static void
print_origin(const struct rec *config, const char *key)
{
	const char	*pinned = setting_about(config, "pinned", key), *v;
	char		 name[320];
	size_t		 it = 0;

	fputs("  set by:   ", stdout);
	say_out(pinned == NULL ? setting_origin(config, key) : "the database");
	(void)snprintf(name, sizeof(name), "overrode:%s", key);
	while (rec_next(config, KEY_FROM(name), &it, &v)) {
		fputs("\n  overrode: ", stdout);
		say_out(v);
	}
	if (pinned != NULL) {
		fputs("\n  overrode: ", stdout);
		say_out(setting_origin(config, key));
		putchar(' ');
		say_out(pinned);
	}
	printf("\n  pinned:   %s\n", pinned == NULL ? "no" : "by the database");
}

/* The profile of a container that names none. */
static void
print_seccomp(const struct rec *config)
{
	const char	*profile = rec_str(config, KEY_AS(seccomp_profile),
			    "default");

	fputs("  used:     ", stdout);
	if (strcmp(profile, "unconfined") == 0)
		printf("unconfined: containers have no filter\n");
	else if (strcmp(profile, "default") == 0)
		printf("default, which is built in\n");
	else {
		say_out(profile);
		printf(", under what is refused with every profile\n");
	}
}

static int
explain(const struct rec *config, const char *word, json_t *out)
{
	struct parse_err	 e;
	scoped_rec struct rec	*found = settings_find(config, word, &e);
	const char		*key;
	size_t			 it = 0;

	if (found == NULL)
		return (say_error("%s", e.text));
	while (rec_next(found, KEY(key), &it, &key))
		if (out != NULL)
			json_object_set_new(out, key, setting_json(config,
			    key));
		else {
			print_values(config, key);
			print_origin(config, key);
			if (strcmp(key, "containers.seccomp_profile") == 0)
				print_seccomp(config);
		}
	return (0);
}

static int
run(struct cli *cli)
{
	scoped_rec struct rec	*config = NULL;
	json_t			*out;
	int			 json = settings_wants_json(cli, "text"),
	    code = 0;

	if (json == -1 || (config = settings_ask(cli)) == NULL)
		return (EXIT_ENGINE);
	out = json ? json_object() : NULL;
	for (int i = 0; i < cli->argc; i++)
		if (explain(config, cli->argv[i], out) != 0)
			code = EXIT_ENGINE;
	if (out != NULL && code == 0)
		code = settings_print_json(out);
	else
		json_decref(out);
	return (code);
}

const struct command command_config_explain = {
	.noun = "config", .verb = "explain",
	.brief = "Say where the value of a key comes from",
	.operands = "KEY [KEY...]",
	.options = { options }, .min_args = 1,
	.max_args = -1,
	.description = "Prints the value of a key such as engine.num_locks, "
	    "the file and line, variable or option that set it, what that "
	    "overrode, oldest first, and whether the state's database has "
	    "pinned another.\n\nThe last word of a name is enough where it "
	    "is the only one; the name of a table stands for all its keys.",
	.examples = "config explain engine.num_locks\n"
	    "config explain graphroot\n"
	    "config explain --format json registries",
	.run = run,
};
