#include "starting.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "command.h"
#include "command_session.h"
#include "error.h"
#include "exit.h"
#include "grant.h"
#include "load.h"
#include "locks.h"
#include "reaper.h"
#include "reconcile.h"
#include "record.h"
#include "restart.h"
#include "running.h"
#include "say.h"
#include "session.h"
#include "start.h"
#include "state.h"
#include "waitchild.h"

struct starting {
	struct cli	*cli;
	struct session	 s;
	struct start	 go;
	struct rec	*row;		/* the one to start */
	const char	*ref;
	int64_t		 due;		/* by policy: its restart_due */
	bool		 attach;
	char		 id[65];
};

/* While still root: what is to be mounted again has to be opened by root. */
static int
find_and_grant(struct session *s)
{
	struct starting	*st = s->arg;
	struct rec	*row, *def;
	size_t		 it = 0;
	int		 rc = -1;

	if (!s->system)
		return (0);
	/* Nothing is done about it by root but this. */
	if ((row = container_load(s, st->ref)) == NULL)
		return (-1);
	if ((def = rec_sub(row, KEY(def), &it)) != NULL)
		rc = grant_again(s, rec_str(row, KEY(id), ""), def);
	rec_free(def);
	rec_free(row);
	return (rc);
}

/*
 * Of two commands that start it, one finds it in a state that cannot be
 * started; and a decision of a restart policy is carried out once, unless a
 * command has changed it.
 */
static int
claim(struct starting *st, struct rec *def)
{
	struct session	*s = &st->s;
	const char	*id = st->id;
	struct rec	*keys;
	uint32_t	 slot;
	int		 rc;

	/*
	 * While this process lives, no command takes the start for an
	 * interrupted one.
	 */
	if (locks_take(s, "ctr", id, 10000) == -1)
		return (-1);
	if (running_is_alive(s, id))
		return (error_set(&s->client.error, EBUSY, "container %s still "
		    "runs, whatever its record says; stop it first", id));
	keys = rec_new();
	if (st->due != 0) {
		(void)rec_add_num(keys, KEY_AS(is_restart_due), st->due);
		restart_again(st->row, keys);
	} else
		restart_begin(st->row, keys);
	if (rec_num(st->row, KEY(migrating), 0) != 0)	/* cmd_migrate.c */
		(void)rec_clear(keys, KEY(migrating));
	rc = state_container_set(&s->client, id, 1u << CTR_CREATED |
	    1u << CTR_EXITED, CTR_STARTING, keys, s->system ? &slot : NULL);
	rec_free(keys);
	return (rc == 0 && s->system ? rec_set_num(def, KEY(slot), slot) : rc);
}

static int
start_ready(struct starting *st)
{
	const struct rec	*opts = st->cli->opts;
	struct start		*go = &st->go;
	struct rec		*def = go->def;
	unsigned int		 was;

	(void)rec_set(def, KEY(name), rec_str(st->row, KEY(name), ""));
	go->attach_out = go->attach_err = st->attach;
	go->attach_in = st->attach && (opt_flag(opts, "interactive", false) ||
	    rec_num(def, KEY(stdin_open), 0) != 0);
	go->sig_proxy = opt_flag(opts, "sig-proxy", st->attach);
	if (opt_given(opts, "detach-keys"))
		(void)rec_set(def, KEY(detach_keys),
		    opt_str(opts, "detach-keys", ""));
	if (claim(st, def) == -1)
		return (session_error(&st->s));
	if (start_container(go) == -1) {
		(void)session_error(&st->s);
		/* One that never ran is as it was. */
		was = (unsigned int)rec_num(st->row, KEY(state), CTR_EXITED);
		(void)start_failed(go, CTR_STARTING, go->recorded ||
		    was != CTR_CREATED ? CTR_EXITED : CTR_CREATED);
		return (go->code);
	}
	return (0);
}

/* Whose end is recorded must be named: see exit_record. */
static void
record_end(struct starting *st)
{
	(void)rec_set_num(st->row, KEY(pid), st->go.pid);
	(void)rec_set_num(st->row, KEY(pid_start), (int64_t)st->go.pid_start);
	if (exit_record(&st->s, st->row, st->go.wait_status,
	    st->go.finished) == -1)
		(void)session_error(&st->s);
}

static int
start_with_reaper(struct starting *st)
{
	struct start	*go = &st->go;
	int		 code;

	session_confine(&st->s);
	code = start_ready(st);
	if (code == 0 && go->ended) {
		record_end(st);
		code = exit_code_of(go->wait_status);
	} else if (code == 0 && !st->attach)
		printf("%s\n", st->ref);
	if (code == 0 && go->left)
		return (go->code);
	/* To start it again is its reaper's, who learns that we left. */
	if (go->ended && restart_wanted(st->row))
		return (code);
	if (code != 0 || go->ended)
		reaper_done(&st->s.client);
	return (code);
}

static int
start_opened(struct starting *st)
{
	char		*cleanup[COMMAND_CLEANUP];
	int64_t		 state = rec_num(st->row, KEY(state), 0);
	size_t		 it = 0;

	(void)strlcpy(st->id, rec_str(st->row, KEY(id), ""), sizeof(st->id));
	command_cleanup(cleanup, st->id, restart_wanted(st->row));
	if (state == CTR_RUNNING && st->due == 0) {
		printf("%s\n", st->ref);
		return (0);
	}
	if (state != CTR_CREATED && state != CTR_EXITED) {
		(void)say_error("unable to start container \"%s\": "
		    "container must be in Created or Stopped state to be "
		    "started: container state improper", st->id);
		say_code(ERR_CTR_STATE);
		return (EXIT_ENGINE);
	}
	if ((st->go.def = rec_sub(st->row, KEY(def), &it)) == NULL)
		return (say_error("the definition of %s is damaged",
		    st->ref));
	if (start_compiler(&st->go) == -1 ||
	    client_start_reaper(&st->s.client, cleanup) == -1)
		return (session_error(&st->s));
	return (start_with_reaper(st));
}

/* One session for each: a reaper is the parent of one container. */
static int
start_in_session(struct starting *st)
{
	int	 code = EXIT_ENGINE;

	st->go.s = &st->s;
	st->go.id = st->id;
	st->s.arg = st;
	if (command_open(&st->s, st->cli, NEED_END | NEED_WRITE | NEED_MORE,
	    NULL) == 0) {
		st->row = container_reconciled(&st->s, st->ref);
		code = st->row == NULL ? session_error(&st->s) :
		    start_opened(st);
		session_close(&st->s);
	}
	rec_free(st->go.def);
	rec_free(st->row);
	return (code);
}

int
start_one(struct cli *cli, const char *ref, bool attach)
{
	struct starting	 st = { .cli = cli, .ref = ref, .attach = attach,
			    .s = { .privileged = find_and_grant } };

	return (start_in_session(&st));
}

int
start_by_policy(struct cli *cli, const char *id, int64_t due)
{
	struct starting	 st = { .cli = cli, .ref = id, .due = due,
			    .s = { .inherit = true } };

	return (start_in_session(&st));
}

/*
 * A session gives up what it was started with: as root it becomes the
 * engine's account, and then it is confined. So where there will be several,
 * each has a process, and this one has none.
 */
int
start_exit_code(pid_t pid)
{
	int	 status = waitchild(pid);

	return (status == -1 ? say_error("wait: %s", strerror(errno)) :
	    exit_code_of(status));
}

int
start_apart(struct cli *cli, const char *ref)
{
	pid_t	 pid;
	int	 code;

	switch (pid = fork()) {
	case -1:
		return (say_error("fork: %s", strerror(errno)));
	case 0:
		code = start_one(cli, ref, false);
		(void)fflush(stdout);
		_exit(code);
	}
	return (start_exit_code(pid));
}
