/*
 * bulkhead start: start containers that exist.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "command_session.h"
#include "each.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "starting.h"
#include "states.h"

static const struct opt options[] = {
	{ "all", 0, OPT_FLAG, NULL,
	  "Start all containers regardless of their state or configuration",
	  NULL, NULL },
	{ "attach", 'a', OPT_FLAG, NULL,
	  "Attach container's STDOUT and STDERR", NULL, NULL },
	{ "detach-keys", 0, OPT_STRING, "[a-Z]",
	  "Select the key sequence for detaching a container",
	  "ctrl-p,ctrl-q", NULL },
	EACH_FILTER('f'), OPT_HELP,
	{ "interactive", 'i', OPT_FLAG, NULL,
	  "Keep STDIN open even if not attached", NULL, NULL },
	EACH_LATEST,
	{ "sig-proxy", 0, OPT_FLAG, NULL,
	  "Proxy received signals to the process",
	  "true if attaching, false otherwise", NULL },
	{ 0 }
};

static int
collect(struct session *s, const struct rec *row, void *ctx)
{
	const int	*fd = ctx;

	if (dprintf(*fd, "%s\n", rec_str(row, KEY(id), "")) > 0)
		return (0);
	return (error_set(&s->client.error, errno, "pipe: %s",
	    strerror(errno)));
}

static int
select_to(struct cli *cli, int fd)
{
	struct session	 s = { 0 };
	struct each	 each = { .fn = collect, .all_states =
			    1u << CTR_CREATED | 1u << CTR_EXITED };
	int		 code;

	if (command_open(&s, cli, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	code = each_container(cli, &s, &each, &fd);
	session_close(&s);
	return (code);
}

/* --all, --latest and --filter name containers that exist now. */
static int
start_selected(struct cli *cli, struct rec *ids)
{
	char		 id[65];
	pid_t		 pid;
	FILE		*f;
	int		 fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return (say_error("%s", strerror(errno)));
	if (pid == 0)
		_exit(select_to(cli, fds[1]));
	close(fds[1]);
	if ((f = fdopen(fds[0], "r")) == NULL)
		return (say_error("%s", strerror(errno)));
	while (fscanf(f, "%64s", id) == 1)
		(void)rec_add(ids, KEY(id), id);
	(void)fclose(f);
	return (start_exit_code(pid));
}

static int
run(struct cli *cli)
{
	bool			 attach = opt_flag(cli->opts, "attach",
	    false) ||
			    opt_flag(cli->opts, "interactive", false);
	scoped_rec struct rec	*ids = NULL;
	const char		*id;
	size_t			 it = 0;
	int			 code = 0, one;

	if (cli->argc == 1)
		return (start_one(cli, cli->argv[0], attach));
	ids = rec_new();
	if (cli->argc == 0)
		code = start_selected(cli, ids);
	for (int i = 0; i < cli->argc; i++)
		(void)rec_add(ids, KEY(id), cli->argv[i]);
	if (attach && rec_count(ids, KEY(id)) > 1)
		code = say_error("you cannot start and attach multiple "
		    "containers at once");
	else if (attach && rec_next(ids, KEY(id), &it, &id))
		code = start_one(cli, id, true);
	else
		while (rec_next(ids, KEY(id), &it, &id))
			if ((one = start_apart(cli, id)) != 0)
				code = one;
	return (code);
}

const struct command command_container_start = {
	.noun = "container", .verb = "start", .at_top = "start", .starts = true,
	.brief = "Start one or more containers",
	.operands = EACH_OPERANDS, .operand = "container",
	.options = { options }, .max_args = -1,
	.args_error = "start requires at least one argument",
	.description = "Starts one or more containers.  The container name or "
	    "ID can be used.",
	.examples = "start --latest\nstart 860a4b231279 5421ab43b45\n"
	    "start --interactive --attach imageID",
	.run = run,
};
