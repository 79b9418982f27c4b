/*
 * From words to a command, with a program that exists only here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "harness.h"
#include "record.h"
#include "say.h"

static const struct opt	globals[] = {
	{ "log-level", 0, OPT_STRING, NULL, "Level", NULL, NULL },
	{ "trace", 0, OPT_FLAG, NULL, "Trace", NULL, NULL },
	{ 0 }
};
static const struct opt	before[] = {
	{ "module", 0, OPT_STRING, NULL, "Module", NULL, NULL },
	{ 0 }
};
static const struct opt	own[] = {
	{ "help", 0, OPT_FLAG, NULL, "Help", NULL, NULL },
	{ "version", 'v', OPT_FLAG, NULL, "Version", NULL, NULL },
	{ 0 }
};
static const struct opt	rows[] = {
	{ "all", 'a', OPT_FLAG, NULL, "All", NULL, NULL },
	{ "latest", 'l', OPT_FLAG, NULL, "Latest", NULL, NULL },
	{ "filter", 'f', OPT_STRING, NULL, "Filter", NULL, NULL },
	{ "wide", 0, OPT_FLAG, NULL, "Wide", NULL, NULL },
	OPT_HELP,
	{ 0 }
};

static const struct command	paint = {
	.noun = "wall", .verb = "paint", .aliases = "colour tint",
	.at_top = "paint", .brief = "Paint walls", .description = "Paints",
	.examples = "wall paint x", .top_examples = "paint y",
	.operands = "WALL [WALL...]",
	.options = { rows }, .max_args = -1, .args_error = "name a wall",
}, show = {
	.noun = "wall", .verb = "show", .brief = "Show", .description = "Shows",
	.options = { rows }, .min_args = 1, .max_args = 2,
}, list = {
	.noun = "wall", .verb = "list", .same_as = &show,
	.examples = "wall list",
}, each = {
	.noun = "roof", .verb = "each", .at_top = "each", .top_only = true,
	.brief = "Each", .description = "Each", .options = { rows },
	.stop_early = true, .min_args = 1, .max_args = -1,
};

static const struct command	*ran;
static struct cli		 was;
static char			 said[4096], printed[8192];

static int
run(struct cli *cli)
{
	ran = cli->command;
	was = *cli;
	return (7);
}

static const struct command *const	commands[] = {
	&show, &paint, &list, &each, NULL
};
static const struct noun		nouns[] = {
	{ "wall", "Walls", "About walls", "scrape" },
	{ "roof", "Roofs", "About roofs", NULL },
	{ 0 }
};
static const struct program		toy = {
	.name = "toy", .version = "1.2", .brief = "Toys", .global = globals,
	.before = before, .own = own, .nouns = nouns, .commands = commands,
	.later = "glue saw", .run = run,
};

static void
read_back(int fd, char *buf, size_t size)
{
	ssize_t	 n = pread(fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	close(fd);
}

/* Dispatch words with blanks between; what comes out goes to the buffers. */
static int
toys(const char *line)
{
	static char	 copy[1024];
	static struct rec *opts, *global;
	struct cli	 cli = { .program = &toy };
	char		*argv[16], *s = copy, *w;
	int		 argc = 0, out, err, save[2], code;

	rec_free(opts);
	rec_free(global);
	cli.opts = opts = rec_new();
	cli.global = global = rec_new();
	ran = NULL;
	argv[argc++] = copy;
	(void)snprintf(copy, sizeof(copy), "%s", line);
	while ((w = strsep(&s, " ")) != NULL)
		argv[argc++] = w;
	fflush(stdout);
	save[0] = dup(STDOUT_FILENO);
	save[1] = dup(STDERR_FILENO);
	out = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	err = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	code = dispatch(&cli, *line == '\0' ? 1 : argc, argv);
	fflush(stdout);
	dup2(save[0], STDOUT_FILENO);
	dup2(save[1], STDERR_FILENO);
	close(save[0]);
	close(save[1]);
	read_back(out, printed, sizeof(printed));
	read_back(err, said, sizeof(said));
	return (code);
}

static void
refused(const char *line, const char *words)
{
	int	 code = toys(line);
	bool	 ok = code == EXIT_ENGINE && ran == NULL &&
		    strstr(said, words) != NULL;

	if (!ok)
		printf("# %s -> %d\n#  said <%s>\n#  want <%s>\n", line, code,
		    said, words);
	check(ok, line, __LINE__);
}

static void
found(void)
{
	CHECK(toys("wall paint a b") == 7 && ran == &paint && was.argc == 2 &&
	    strcmp(was.argv[1], "b") == 0);
	CHECK(toys("paint --all") == 7 && ran == &paint && was.argc == 0 &&
	    opt_flag(was.opts, "all", false));
	CHECK(toys("wall tint a") == 7 && ran == &paint);
	refused("tint a", "unrecognized command `toy tint`");
	CHECK(toys("wall list a") == 7 && ran == &list);
	CHECK(toys("each --wide x --all") == 7 && ran == &each &&
	    was.argc == 2 && !opt_given(was.opts, "all"));
	CHECK(toys("--module m --trace wall show a") == 7 &&
	    strcmp(opt_str(was.global, "module", ""), "m") == 0 &&
	    was.trace == 1 && was.verbose == 0);
	CHECK(toys("wall --log-level debug show a") == 7 && was.verbose == 2);
	CHECK(toys("wall show a --log-level info") == 7 && was.verbose == 1);
}

static void
not_found(void)
{
	refused("", "missing command 'toy COMMAND'");
	refused("wall", "missing command 'toy wall COMMAND'");
	refused("glue", "`toy glue` is not supported by toy yet");
	refused("wall scrape", "`toy wall scrape` is not supported by toy yet");
	refused("roof each x", "unrecognized command `toy roof each`");
	refused("pain", "Did you mean this?\n\tpaint\n");
	refused("--nope", "unknown flag: --nope\nSee 'toy --help'\n");
	refused("wall --nope", "See 'toy wall --help'\n");
	refused("wall show --module m a", "unknown flag: --module\n"
	    "See 'toy wall show --help'\n");
	refused("wall show a --log-level loud", "log level \"loud\"");
	refused("help nope", "Unknown help topic [`nope`]");
}

static void
arguments(void)
{
	refused("wall show", "accepts between 1 and 2 arg(s), received 0");
	refused("wall list a b c", "accepts between 1 and 2 arg(s), received");
	refused("each", "requires at least 1 arg(s), only received 0");
	refused("paint", "name a wall");
	refused("paint --all a", "no arguments are needed with --all");
	refused("paint --all --latest", "--all and --latest cannot be used");
	refused("paint --latest a", "--latest and containers cannot be used");
	refused("paint --filter x a", "--filter takes no arguments");
	CHECK(toys("paint --filter x") == 7);
}

static bool
prints(const char *line, const char *words)
{
	if (toys(line) == 0 && ran == NULL && strstr(printed, words) != NULL)
		return (true);
	printf("# %s printed <%s>\n# want <%s>\n", line, printed, words);
	return (false);
}

static void
help(void)
{
	CHECK(prints("--version", "toy version 1.2\n"));
	CHECK(prints("--help", "  each        Each\n  paint       Paint walls\n"
	    "  roof        Roofs\n  wall        Walls\n"));
	CHECK(prints("wall --help", "  list        Show\n  paint       Paint "
	    "walls\n  show        Show\n"));
	CHECK(prints("help wall paint", "Aliases:\n  paint, colour tint\n"));
	CHECK(prints("wall paint --help", "Examples:\n  toy wall paint x\n"));
	CHECK(prints("paint --help", "Examples:\n  toy paint y\n") &&
	    strstr(printed, "Aliases") == NULL);
	CHECK(prints("help wall list", "Usage:\n  toy wall list [options]\n"));
}

static void
pages(void)
{
	CHECK(page_print(&toy, "wall") == -1 && page_print(&toy, "saw") == -1 &&
	    page_print(&toy, "wall show more") == -1);
}

int
main(void)
{
	found();
	not_found();
	arguments();
	help();
	pages();
	return (finish());
}
