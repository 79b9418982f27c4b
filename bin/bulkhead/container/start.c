/*
 * bulkhead start: start containers that exist; one also for container cleanup
 * --restart and system migrate.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "command_session.h"
#include "each.h"
#include "existing.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "say.h"
#include "states.h"

static const struct opt options[] = {
	OPT("all", 0, FLAG,
	    "Start all containers regardless of their state or configuration"),
	OPT("attach", 'a', FLAG, "Attach container's STDOUT and STDERR"),
	OPT("detach-keys", 0, STRING,
	    "Select the key sequence for detaching a container",
	    .metavar = "[a-Z]", .def = "ctrl-p,ctrl-q"),
	EACH_FILTER('f'), OPT_HELP,
	OPT("interactive", 'i', FLAG, "Keep STDIN open even if not attached"),
	EACH_LATEST,
	OPT("sig-proxy", 0, FLAG, "Proxy received signals to the process",
	    .def = "true if attaching, false otherwise"),
	{ 0 }
};

static int
start_found(struct existing *e)
{
	char	*cleanup[COMMAND_CLEANUP];

	command_cleanup(cleanup, e->id, restart_wanted(e->row));
	if (existing_start(e, cleanup) == -1) {
		(void)session_error(e->s);
		return (e->start.code);
	}
	if (e->start.ended)
		return (exit_code_of(e->start.wait_status));
	if (!e->attach)
		printf("%s\n", e->ref);
	return (e->start.left ? e->start.code : 0);
}

int
start_one(struct cli *cli, const char *ref, bool attach, int64_t due)
{
	struct session	*s = cli->session;
	struct existing	 e = { .s = s, .ref = ref, .attach = attach,
			    .due = due };
	int		 found, code = 0;

	e.detach_keys = opt_str(cli->opts, "detach-keys", NULL);
	e.attach_in = opt_flag(cli->opts, "interactive", false);
	e.sig_proxy = opt_flag(cli->opts, "sig-proxy", attach);
	existing_prepare(&e);
	if (command_open(s, cli, NEED_EXISTING, NULL) == -1)
		return (EXIT_ENGINE);
	if ((found = existing_find(&e)) == -1)
		code = session_error(s);
	else if (found == 0)
		code = start_found(&e);
	else
		printf("%s\n", ref);
	session_close(s);
	existing_clear(&e);
	return (code);
}

static int
start_named(struct cli *cli, const void *ref, int report)
{
	(void)report;
	return (start_one(cli, ref, false, 0));
}

int
start_apart(struct cli *cli, const char *ref)
{
	pid_t	 pid = apart_begin(start_named, cli, ref, NULL);

	return (pid == -1 ? EXIT_ENGINE : apart_end(pid));
}

int
start_selection(struct cli *cli, apart_fn *select, struct rec *refs)
{
	char	 id[ID_TEXT];
	FILE	*f;
	int	 fd, code;
	pid_t	 pid = apart_begin(select, cli, NULL, &fd);

	if (pid == -1)
		return (EXIT_ENGINE);
	if ((f = fdopen(fd, "r")) == NULL) {
		code = say_error(error_of_errno(errno), "%s", strerror(errno));
		close(fd);
		(void)apart_end(pid);
		return (code);
	}
	while (fscanf(f, "%64s", id) == 1)
		(void)rec_add(refs, KEY(ref), id);
	(void)fclose(f);
	return (apart_end(pid));
}

static int
collect(struct cli *cli, const struct rec *row)
{
	const int	*fd = cli->session->arg;

	if (dprintf(*fd, "%s\n", rec_str(row, KEY(id), "")) > 0)
		return (0);
	return (error_set(&cli->session->client.error, errno, "pipe: %s",
	    strerror(errno)));
}

/* --all, --latest and --filter name containers that exist now. */
static int
select_to(struct cli *cli, const void *arg, int fd)
{
	static const struct each	 each = { .fn = collect,
					    .all_states = 1u << CTR_CREATED |
					    1u << CTR_EXITED };
	int				 code;

	(void)arg;
	if (command_open(cli->session, cli, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	cli->session->arg = &fd;
	code = each_container(cli, &each);
	session_close(cli->session);
	return (code);
}

static int
run(struct cli *cli)
{
	bool			 attach = opt_flag(cli->opts, "attach",
				    false) || opt_flag(cli->opts,
				    "interactive", false);
	scoped_rec struct rec	*refs = NULL;
	const char		*ref;
	int			 code = 0, one;

	if (cli->argc == 1)
		return (start_one(cli, cli->argv[0], attach, 0));
	refs = each_named(cli);
	if (cli->argc == 0)
		code = start_selection(cli, select_to, refs);
	if (attach && rec_count(refs, KEY(ref)) > 1)
		code = say_error(ERR_INVALID_ARG, "you cannot start and attach "
		    "multiple containers at once");
	else
		rec_each_text(ref, refs, KEY(ref))
			if ((one = attach ? start_one(cli, ref, true, 0) :
			    start_apart(cli, ref)) != 0 || attach)
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
