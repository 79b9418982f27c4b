/*
 * From the words of a command line to the command that runs. Commands are found
 * by name: nouns and their verbs, and at the top the nouns and the commands
 * that need none.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "log.h"
#include "nitems.h"
#include "record.h"
#include "say.h"

const struct command *
command_body(const struct command *c)
{
	return (c->same_as != NULL ? c->same_as : c);
}

const char *
command_examples(const struct command *c, const char *path)
{
	return (strchr(path, ' ') == NULL && c->top_examples != NULL ?
	    c->top_examples : c->examples);
}

/* The name under which a command is a member of the noun; NULL: it is none. */
static const char *
member(const struct command *c, const struct noun *noun)
{
	if (noun == NULL)
		return (c->at_top);
	return (!c->top_only && strcmp(c->noun, noun->name) == 0 ? c->verb :
	    NULL);
}

const struct noun *
noun_find(const struct program *p, const char *name)
{
	for (const struct noun *n = p->nouns; n->name != NULL; n++)
		if (strcmp(n->name, name) == 0)
			return (n);
	return (NULL);
}

bool
command_find(const struct program *p, const struct noun *noun,
    const char *name, struct entry *e)
{
	const char	*is;

	if (noun == NULL && (e->noun = noun_find(p, name)) != NULL) {
		*e = (struct entry){ e->noun->name, e->noun, NULL };
		return (true);
	}
	for (const struct command *const *c = p->commands; *c != NULL; c++)
		if ((is = member(*c, noun)) != NULL && (strcmp(is, name) == 0 ||
		    (noun != NULL && opt_among((*c)->aliases, ' ', name)))) {
			*e = (struct entry){ is, NULL, *c };
			return (true);
		}
	return (false);
}

static int
by_name(const void *a, const void *b)
{
	const struct entry	*x = a, *y = b;

	return (strcmp(x->name, y->name));
}

size_t
command_list(const struct program *p, const struct noun *noun,
    struct entry list[ENTRIES_MAX])
{
	const char	*name;
	size_t		 n = 0;

	if (noun == NULL)
		for (const struct noun *m = p->nouns; m->name != NULL &&
		    n < ENTRIES_MAX; m++)
			list[n++] = (struct entry){ m->name, m, NULL };
	for (const struct command *const *c = p->commands; *c != NULL &&
	    n < ENTRIES_MAX; c++)
		if ((name = member(*c, noun)) != NULL)
			list[n++] = (struct entry){ name, NULL, *c };
	qsort(list, n, sizeof(list[0]), by_name);
	return (n);
}

void
command_walk(const struct program *p, const struct noun *noun,
    void (*fn)(const struct program *, const char *, const struct entry *))
{
	struct entry	 list[ENTRIES_MAX];
	size_t		 n = command_list(p, noun, list);
	char		 path[64];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s%s%s", noun ? noun->name : "",
		    noun ? " " : "", list[i].name);
		fn(p, path, &list[i]);
		if (list[i].noun != NULL)
			command_walk(p, list[i].noun, fn);
	}
}

/* The path to a command as a person types it, and where it leads. */
struct place {
	char		 path[64];
	struct entry	 at;	/* a noun, a command; or nothing: the top */
};

static void
append(struct place *p, const char *word)
{
	size_t	 n = strlen(p->path);

	(void)snprintf(p->path + n, sizeof(p->path) - n, "%s%s",
	    n == 0 ? "" : " ", word);
}

static int
unknown(const struct cli *cli, const struct place *p, const char *name)
{
	const struct program	*prog = cli->program;
	const char		*gap = *p->path ? " " : "";

	if (opt_among(p->at.noun == NULL ? prog->later : p->at.noun->later,
	    ' ', name))
		return (say_error(ERR_NOT_IMPLEMENTED, "`%s %s%s%s` is not "
		    "supported by %s yet", prog->name, p->path, gap, name,
		    prog->name));
	say_error(ERR_INVALID_ARG, "unrecognized command `%s %s%s%s`",
	    prog->name, p->path, gap, name);
	if (p->at.noun == NULL)
		help_suggest(prog, name);
	fprintf(stderr, "Try '%s %s%s--help' for more information\n",
	    prog->name, p->path, gap);
	return (EXIT_ENGINE);
}

/* Which objects are meant must be said once, and only once. */
static int
check_selection(const struct command *c, const struct rec *o, int argc)
{
	bool	 all = opt_flag(o, "all", false);
	bool	 latest = opt_flag(o, "latest", false);
	bool	 file = opt_given(o, "cidfile");

	if (opt_given(o, "filter"))
		return (argc == 0 ? 0 :
		    say_error(ERR_INVALID_ARG, "--filter takes no arguments"));
	if (file && (all || latest))
		return (say_error(ERR_INVALID_ARG, "--all, --latest, and "
		    "--cidfile cannot be used together"));
	if (all && latest)
		return (say_error(ERR_INVALID_ARG, "--all and --latest cannot "
		    "be used together"));
	if (argc > 0 && all)
		return (say_error(ERR_INVALID_ARG, "%s", c->all_error != NULL ?
		    c->all_error : "no arguments are needed with --all"));
	if (argc > 0 && latest)
		return (say_error(ERR_INVALID_ARG, "--latest and %s cannot be "
		    "used together", strcmp(c->noun, "pod") == 0 ? "pods" :
		    "containers"));
	if (argc == 0 && !all && !latest && !file &&
	    !opt_given(o, "pod-id-file"))
		return (say_error(ERR_INVALID_ARG, "%s", c->args_error));
	return (0);
}

static int
check_args(const struct cli *cli, const char *path, int argc)
{
	const struct command	*c = command_body(cli->command);

	if (c->args_error != NULL)
		return (check_selection(c, cli->opts, argc));
	if (c->max_args == 0 && argc > 0)
		return (say_error(ERR_INVALID_ARG, "`%s %s` takes no arguments",
		    cli->program->name, path));
	if (c->max_args == -1 && argc < c->min_args)
		return (say_error(ERR_INVALID_ARG, "requires at least %d "
		    "arg(s), only received %d", c->min_args, argc));
	if (c->min_args == 0 && c->max_args > 0 && argc > c->max_args)
		return (say_error(ERR_INVALID_ARG, "accepts at most %d arg(s), "
		    "received %d", c->max_args, argc));
	if (c->max_args > 0 && (argc < c->min_args || argc > c->max_args))
		return (say_error(ERR_INVALID_ARG, "accepts between %d and %d "
		    "arg(s), received %d", c->min_args, c->max_args, argc));
	return (0);
}

/* --trace and --log-level, which may stand before or behind the command. */
static int
apply_globals(struct cli *cli)
{
	static const char *const	 levels[] = { "panic", "fatal",
					    "error", "warning", "warn", "info",
					    "debug", "trace" };
	const char			*level = opt_str(cli->global,
					    "log-level", "warn");
	size_t				 i = 0;

	cli->trace = opt_flag(cli->global, "trace", false);
	while (i < NITEMS(levels) && strcmp(level, levels[i]) != 0)
		i++;
	if (i == NITEMS(levels))
		return (say_error(ERR_INVALID_ARG, "log level \"%s\" is "
		    "not supported, choose from: trace, debug, info, warn, "
		    "warning, error, fatal, panic", level));
	cli->verbose = i < 5 ? 0 : i == 5 ? 1 : 2;
	log_init(cli->program->name, cli->verbose > 1, 0);
	return (0);
}

/* The options that may stand at this place. */
static struct opt_set
options_of(const struct cli *cli, const struct place *p)
{
	static const struct opt	 of_noun[] = { OPT_HELP, { 0 } };
	const struct program	*prog = cli->program;
	struct opt_set		 set = { .program = prog->name,
				    .command = p->path,
				    .tables = { of_noun },
				    .global = { prog->global },
				    .stop_early = true };

	if (p->at.command != NULL) {
		const struct command	*c = command_body(p->at.command);

		memcpy(set.tables, c->options, sizeof(set.tables));
		set.stop_early = c->stop_early;
	} else if (p->at.noun == NULL) {
		set.tables[0] = prog->own;
		set.global[1] = prog->before;
	}
	return (set);
}

static int
run_command(struct cli *cli, const struct opt_set *set, int argc, char **argv)
{
	int	 r = apply_globals(cli);

	if (r == 0)
		r = check_args(cli, set->command, argc);
	if (r != 0)
		return (r);
	cli->argc = argc;
	cli->argv = argv;
	opt_open_files(set, cli->opts);
	return (cli->program->run(cli));
}

static void
show_help(const struct program *prog, const struct place *p)
{
	if (p->at.command != NULL)
		help_command(prog, p->at.command, p->path);
	else if (p->at.noun != NULL)
		help_noun(prog, p->at.noun);
	else
		help_program(prog);
}

/* `bulkhead help [COMMAND [COMMAND]]` */
static int
help(const struct program *prog, int argc, char **argv)
{
	struct place	 p = { 0 };

	for (int i = 0; i < argc; i++) {
		if (p.at.command != NULL ||
		    !command_find(prog, p.at.noun, argv[i], &p.at)) {
			return (say_error(ERR_INVALID_ARG, "Unknown help topic "
			    "[`%s`]", argv[i]));
		}
		append(&p, p.at.name);
	}
	show_help(prog, &p);
	return (0);
}

/* The options of the program itself. -1: there is more to do. */
static int
own_options(const struct cli *cli)
{
	const struct program	*prog = cli->program;

	if (opt_flag(cli->opts, "version", false)) {
		printf("%s version %s\n", prog->name, prog->version);
		return (0);
	}
	if (opt_flag(cli->opts, "dump-options", false)) {
		help_dump(prog);
		return (0);
	}
	if (opt_given(cli->opts, "dump-page"))
		return (page_print(prog, opt_str(cli->opts, "dump-page",
		    "")) == 0 ? 0 : EXIT_ENGINE);
	return (-1);
}

/* At the top or a noun or command: options; then a member, or operands. */
static int
descend(struct cli *cli, struct place *p, int argc, char **argv)
{
	const struct program	*prog = cli->program;
	const struct noun	*noun = p->at.noun;
	bool			 top = noun == NULL && p->at.command == NULL;
	struct opt_set		 set = options_of(cli, p);
	int			 n, r;

	n = opt_parse(&set, argc, argv, cli->opts, cli->global);
	if (n == -1)
		return (EXIT_ENGINE);
	if (top)
		cli->before = 1 + (size_t)(argc - n);
	if (top && (r = own_options(cli)) != -1)
		return (r);
	if (opt_flag(cli->opts, "help", false) ||
	    (n == 0 && p->at.command == NULL)) {
		show_help(prog, p);
		return (n > 0 || opt_given(cli->opts, "help") ? 0 :
		    say_error(ERR_INVALID_ARG, "missing command '%s "
		    "%s%sCOMMAND'", prog->name, p->path, top ? "" : " "));
	}
	if ((cli->command = p->at.command) != NULL)
		return (run_command(cli, &set, n, argv));
	if (top && strcmp(argv[0], "help") == 0)
		return (help(prog, n - 1, argv + 1));
	if (!command_find(prog, noun, argv[0], &p->at))
		return (unknown(cli, p, argv[0]));
	append(p, argv[0]);
	return (descend(cli, p, n - 1, argv + 1));
}

int
dispatch(struct cli *cli, int argc, char **argv)
{
	struct place	 p = { 0 };

	return (descend(cli, &p, argc - 1, argv + 1));
}
