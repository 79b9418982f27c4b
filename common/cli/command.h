/*
 * What a program offers, declared: its commands, each a verb of a noun, and
 * the options before them. Dispatch, help, manual pages and completions are
 * made from the declarations.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "opt.h"

struct cli;
struct rec;
struct session;

struct command {
	const char	*noun;		/* also the directory of its source */
	const char	*verb;
	const char	*aliases;	/* more names of the verb: "list ls" */
	const char	*at_top;	/* its name without the noun, or NULL */
	bool		 top_only;	/* it is no verb of its noun */
	const char	*brief;		/* one line, for lists */
	const char	*operands;	/* "IMAGE [COMMAND [ARG...]]" */
	const char	*operand;	/* what completes one: image, file */
	const struct opt *options[OPT_TABLES];
	bool		 stop_early;	/* options end at the first operand */
	bool		 starts;	/* containers: checks --runtime */
	int		 min_args;
	int		 max_args;	/* -1: any number */
	/*
	 * Set for a command on objects that are named by operands, --all,
	 * --latest, --cidfile or --filter: the error when none is given.
	 */
	const char	*args_error;
	/* names beside --all; NULL: the usual */
	const char	*all_error;
	const char	*description;
	const char	*examples;	/* lines without the program's name */
	/* the same for at_top; NULL: the same */
	const char	*top_examples;
	/* NULL, or another with the same options, arguments and function. */
	const struct command *same_as;
	/*
	 * The helpers that its session may start (NEED_*): the session is open
	 * when it runs. 0: it opens it itself, or needs none.
	 */
	unsigned int	 need;
	/*
	 * Called before its session is opened, with the rights of the person
	 * who started us; may set fields of cli->session. NULL: nothing to do.
	 * 0, or the exit code.
	 */
	int		 (*before)(struct cli *);
	int		 (*run)(struct cli *);	/* returns the exit code */
	const void	*about;		/* what a `run` of several reads */
};

/* A group of commands. */
struct noun {
	const char	*name;		/* NULL ends a table */
	const char	*brief;
	const char	*description;
	const char	*later;		/* verbs of podman's to come, or NULL */
};

struct program {
	const char		*name;
	const char		*version;
	const char		*brief;
	const struct opt	*global;	/* every command takes them */
	const struct opt	*before;	/* only before a command */
	const struct opt	*own;		/* --help, --version, ... */
	const struct noun	*nouns;
	const struct command *const *commands;	/* NULL at the end */
	const char		*later;		/* podman's commands to come */
	/* Run cli->command, whose options and arguments are checked. */
	int			 (*run)(struct cli *);
};

/* One invocation. A command borrows all of it. */
struct cli {
	const struct program	*program;
	const struct command	*command;
	struct rec		*line;		/* every word as typed: `arg` */
	size_t			 before;	/* its words before the command:
						 * the program, its options */
	struct rec		*global;	/* --root, --runroot, ... */
	struct rec		*opts;		/* the command's own options */
	int			 argc;		/* its operands */
	char			**argv;
	unsigned int		 trace;		/* --trace */
	unsigned int		 verbose;	/* 1: info, 2: debug */
	struct session		*session;	/* with command->need: open */
};

/*
 * Run the command that argv names; argv[0] is the program. The records of
 * the struct are the caller's and empty, but for `line`. The exit code.
 */
int	dispatch(struct cli *, int, char **);

/* A name in a list of commands: a noun, or a command. */
struct entry {
	const char		*name;
	const struct noun	*noun;		/* NULL: a command */
	const struct command	*command;
};

enum { ENTRIES_MAX = 64 };

/* The members of a noun, or of the top (NULL), by name. Their number. */
size_t	command_list(const struct program *, const struct noun *,
	    struct entry [ENTRIES_MAX]);
/*
 * Call a function for each of them with its path ("container run"); after a
 * noun for its members.
 */
void	command_walk(const struct program *, const struct noun *,
	    void (*)(const struct program *, const char *,
	    const struct entry *));
/* The one of this name or alias; false: there is none. */
bool	command_find(const struct program *, const struct noun *, const char *,
	    struct entry *);
/* The command itself, or the one whose options and function it shares. */
const struct command *command_body(const struct command *);
/* The examples of a command under a path, or NULL. */
const char *command_examples(const struct command *, const char *);
/* The row of a noun, or NULL. */
const struct noun *noun_find(const struct program *, const char *);

/* podman's help for a command under the path given ("container run"). */
void	help_command(const struct program *, const struct command *,
	    const char *);
void	help_noun(const struct program *, const struct noun *);
void	help_program(const struct program *);
/* "Did you mean this?", if a name at the top is near. */
void	help_suggest(const struct program *, const char *);
/* Every command and option, one to a line, for completions and tests. */
void	help_dump(const struct program *);

/*
 * The manual page of one ("run", "container cleanup"), with lines "@@" where
 * its own words and its exit status go. For "-" the names of all commands that
 * have a page, one to a line, each with a tab and NOUN/VERB, where its source
 * is. 0, or -1: there is none.
 */
int	page_print(const struct program *, const char *);

#endif
