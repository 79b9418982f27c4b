/*
 * bulkhead run: make a container and start it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "calls.h"
#include "command_session.h"
#include "creating.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "say.h"
#include "start.h"

static const struct opt options[] = {
	OPT("detach", 'd', FLAG,
	    "Run container in background and print container ID"),
	OPT("sig-proxy", 0, FLAG, "Proxy received signals to the process",
	    .def = "true"),
	{ 0 }
};

/* --attach names streams; without it, everything that -i and -t allow. */
static int
what_to_attach(const struct rec *opts, struct start *st)
{
	const char	*v;
	bool		 detach = opt_flag(opts, "detach", false);

	if (detach && opt_given(opts, "attach")) {
		(void)say_error(ERR_INVALID_ARG, "invalid combination of "
		    "--detach and --attach");
		return (-1);
	}
	if (detach)
		return (0);
	st->attach_in = opt_flag(opts, "interactive", false);
	st->attach_out = st->attach_err = !opt_given(opts, "attach");
	rec_each_text(v, opts, KEY(attach)) {
		if (strcasecmp(v, "stdin") == 0)
			st->attach_in = true;
		else if (strcasecmp(v, "stdout") == 0)
			st->attach_out = true;
		else if (strcasecmp(v, "stderr") == 0)
			st->attach_err = true;
		else {
			(void)say_error(ERR_INVALID_ARG, "invalid stream "
			    "\"%s\" for --attach - must be one of stdin, "
			    "stdout, or stderr: invalid argument", v);
			return (-1);
		}
	}
	st->sig_proxy = opt_flag(opts, "sig-proxy", true);
	return (0);
}

/*
 * Nothing is left to be done for the container: tell its reaper so, which then
 * executes no clean-up, and end.
 */
static void
finish(struct creating *m)
{
	reaper_done_unread(&m->c.s->client);
	session_leave(m->c.s);
}

static int
run_failed(struct creating *m)
{
	bool	 gone;

	(void)session_error(m->c.s);
	if (create_failed(&m->c, &gone) == 0)
		finish(m);
	if (gone)
		creating_undo(m);
	return (m->c.start->code);
}

/*
 * The first run has ended while we were attached. What could not be recorded or
 * cleaned up is left to the reaper, and so is starting it again.
 */
static int
run_ended(struct creating *m)
{
	int	 code = exit_code_of(m->c.start->wait_status);

	if (create_ended(&m->c) == -1) {
		if (!session_run_dir_gone(m->c.s))
			code = session_error(m->c.s);
	} else if (!restart_wanted(m->c.def))
		finish(m);
	return (code);
}

static int
run_made(struct creating *m)
{
	struct start	*st = m->c.start;

	st->def = m->c.def;
	st->named = opt_given(m->cli->opts, "name");
	st->layer_asked = m->c.layer_asked;
	if (start_container(st) == -1)
		return (run_failed(m));
	creating_write_pid(m, st->pid);
	if (st->ended)
		return (run_ended(m));
	if (!start_attached(st))
		printf("%s\n", m->c.id);
	/* It runs on; its reaper learns from the channel's end that we left. */
	return (st->left ? st->code : 0);
}

static int
run(struct cli *cli)
{
	struct creating	 m;
	struct start	 st = { .id = m.c.id, .s = cli->session };
	int		 code = EXIT_ENGINE;

	if (what_to_attach(cli->opts, &st) == -1)
		return (EXIT_ENGINE);
	if (creating_make(&m, cli, &st) == 0)
		code = run_made(&m);
	else if (cli->session->open)
		finish(&m);
	creating_clear(&m);
	return (code);
}

const struct command command_container_run = {
	.noun = "container", .verb = "run", .at_top = "run", .starts = true,
	.brief = "Run a command in a new container",
	.operands = "IMAGE [COMMAND [ARG...]]", .operand = "image",
	.options = { create_options, options, create_refused },
	.stop_early = true,
	.min_args = 1, .max_args = -1,
	.description = "Runs a command in a new container from the given "
	    "image",
	.examples = "run imageID ls -alF /etc\n"
	    "run --network=host imageID dnf -y install java\n"
	    "run --volume /var/hostdir:/var/ctrdir -i -t fedora /bin/bash",
	.run = run,
};
