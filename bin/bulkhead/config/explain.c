/*
 * bulkhead config explain: where the value of a key comes from.
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "command.h"
#include "record.h"
#include "say.h"
#include "settings.h"
#include "settings_show.h"

static const struct opt options[] = {
	OPT("format", 'f', STRING, "How it is printed", .def = "text",
	    .complete = "text|json"),
	OPT_HELP,
	{ 0 }
};

/* Each value of a key, on a line that begins like this. */
static void
print_list(const struct rec *config, const char *key, const char *begin)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(config, KEY_FROM(key), &it, &v)) {
		fputs(begin, stdout);
		say_out(v);
		putchar('\n');
	}
}

static void
print_values(const struct rec *config, const char *key)
{
	size_t	 n = rec_count(config, KEY_FROM(key));

	printf("%s = ", key);
	if (n != 1)
		puts(n == 0 ? "(nothing)" : "");
	print_list(config, key, n == 1 ? "" : "    ");
}

static void
print_origin(const struct rec *config, const char *key)
{
	const char	*pinned = setting_about(config, "pinned", key);
	char		 name[320];

	fputs("  set by:   ", stdout);
	say_out(pinned == NULL ? setting_origin(config, key) : "the database");
	putchar('\n');
	(void)snprintf(name, sizeof(name), "overrode:%s", key);
	print_list(config, name, "  overrode: ");
	if (pinned != NULL) {
		fputs("  overrode: ", stdout);
		say_out(setting_origin(config, key));
		putchar(' ');
		say_out(pinned);
		putchar('\n');
	}
	printf("  pinned:   %s\n", pinned == NULL ? "no" : "by the database");
	if (setting_about(config, "unsupported", key) != NULL)
		puts("  effect:   none: not supported");
	(void)snprintf(name, sizeof(name), "unused:%s", key);
	print_list(config, name, "  effect:   none for root's containers: ");
}

/* The profile of a container that names none. */
static void
print_seccomp(const struct rec *config)
{
	const char	*profile = rec_str(config, KEY_AS(seccomp_profile),
			    "default");

	fputs("  used:     ", stdout);
	say_out(profile);
	puts(strcmp(profile, "unconfined") == 0 ?
	    ": containers have no filter" : strcmp(profile, "default") == 0 ?
	    ", which is built in" : "; the system calls that bulkhead refuses "
	    "to all containers are refused as well");
}

static int
explain(const struct rec *config, const char *word, json_t *out)
{
	struct parse_err	 e;
	scoped_rec struct rec	*found = settings_find(config, word, &e);
	const char		*key;
	size_t			 it = 0;

	if (found == NULL)
		return (say_parse(&e));
	while (rec_next(found, KEY(key), &it, &key)) {
		if (out != NULL) {
			json_object_set_new(out, key, setting_json(config,
			    key));
			continue;
		}
		print_values(config, key);
		print_origin(config, key);
		if (strcmp(key, "containers.seccomp_profile") == 0)
			print_seccomp(config);
	}
	return (0);
}

static int
explain_all(const struct cli *cli, const struct rec *config, json_t **json)
{
	json_t	*out = json == NULL ? NULL : (*json = json_object());
	int	 code = 0;

	for (int i = 0; i < cli->argc; i++)
		if (explain(config, cli->argv[i], out) != 0)
			code = EXIT_ENGINE;
	return (code);
}

static int
run(struct cli *cli)
{
	return (settings_show(cli, "text", explain_all));
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
	    "pinned another. Some keys of podman's are read and not "
	    "supported: their value has no effect, and it says so; and "
	    "of some, root's containers take no paths of the host and no "
	    "variables of root's.\n\n"
	    "The last word of a name is enough where it is the only one; the "
	    "name of a table stands for all its keys.",
	.examples = "config explain engine.num_locks\n"
	    "config explain graphroot\n"
	    "config explain --format json registries",
	.run = run,
};
