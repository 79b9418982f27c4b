/*
 * The commands, and what each is given.
 */
#ifndef BULKHEAD_CMD_H
#define BULKHEAD_CMD_H

#include <stdbool.h>

#include "opt.h"

struct rec;
struct command;

/* What a command is started with. All of it is borrowed by the command. */
struct globals {
	const char		*self;		/* argv[0] */
	const struct command	*cmd;
	struct rec		*global;	/* --root, --runroot, ... */
	struct rec		*opts;		/* the command's own options */
	struct rec		*line;		/* every word as typed: `arg` */
	unsigned int		 trace;		/* --trace */
	unsigned int		 verbose;	/* 1: info, 2: debug */
};

/* Positionals in argv[0..argc); options in g->opts. Returns the exit code. */
typedef int cmd_fn(struct globals *, int argc, char **argv);

struct command {
	const char	*name;
	const char	*aliases;	/* "list ls", or NULL */
	cmd_fn		*run;		/* NULL: a group */
	const char	*summary;
	const char	*operands;	/* "IMAGE [COMMAND [ARG...]]" */
	const char	*operand;	/* what completes it: image, file */
	struct opt_set	 opts;
	int		 min_args;
	int		 max_args;	/* -1: any number */
	const char	*args_error;	/* what is said when nothing is named,
					 * by operand or --all, --latest, ... */
	const char	*description;
	const char	*examples;	/* lines without the program's name */
	const struct command *const *group;	/* members; NULL at the end */
	bool		 hidden;
};

cmd_fn	cmd_run, cmd_create, cmd_start, cmd_stop, cmd_kill, cmd_rm, cmd_wait,
	cmd_pause, cmd_unpause, cmd_load, cmd_import, cmd_rmi, cmd_cleanup,
	cmd_refresh;	/* the flows */
cmd_fn	cmd_config_show, cmd_config_explain, cmd_config_check;
cmd_fn	cmd_locks, cmd_renumber;
cmd_fn	cmd_ps, cmd_images, cmd_inspect, cmd_container_inspect,
	cmd_image_inspect, cmd_info, cmd_migrate, cmd_shutdown, cmd_version,
	cmd_logs,
	cmd_events, cmd_history;
cmd_fn	cmd_volume_create, cmd_volume_exists, cmd_volume_inspect,
	cmd_volume_ls, cmd_volume_prune, cmd_volume_rm;
cmd_fn	cmd_pod_create, cmd_pod_exists, cmd_pod_inspect, cmd_pod_ps,
	cmd_pod_rm;

/* In commands_obj.c. */
extern const struct command c_pod, c_volume;

/* The top level commands; NULL at the end. */
extern const struct command *const commands[];

/* Run the command that argv names (argv[0] is the program). Exit code. */
int	commands_run(struct globals *, int argc, char **argv);

/* The options of `bulkhead` itself, before any command. */
extern const struct opt opts_root[];
/* podman's help for a command under the path given ("container run"). */
void	help_command(const struct command *, const char *);
/* The help of the program. */
void	help_program(void);
/* podman has this command and we do not. */
bool	help_is_podmans(const char *group, const char *name);
/* "Did you mean this?", if some name is near. */
void	help_suggest(const struct command *const *, const char *);
/* Every command and option, one to a line, for completions and tests. */
void	help_dump(void);
/*
 * The manual page of one ("run", "container cleanup"), with lines "@@" where
 * its own words and its exit status go. 0, or -1: there is none.
 */
int	page_print(const char *);
/* The names of all commands that have a page, one to a line. */
void	page_list(void);

#endif
