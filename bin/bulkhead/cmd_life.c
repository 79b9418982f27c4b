/*
 * The commands that end containers: stop, kill, wait, rm.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cmd.h"
#include "end.h"
#include "event.h"
#include "monitor.h"
#include "parse.h"
#include "record.h"
#include "remove.h"
#include "restart.h"
#include "say.h"
#include "select.h"
#include "session.h"

#define NEED_END	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS)

struct stopping {
	int64_t	 timeout;
	bool	 until_boot;
};

static int
stop_one(struct session *s, const struct rec *row, void *ctx)
{
	const struct stopping	*st = ctx;
	int64_t			 state = rec_num(row, "state", 0);

	if (state == CTR_CREATED) {
		/* podman: stopping what never ran is no error. */
		return (0);
	}
	if (state == CTR_PAUSED)
		return (error_set(&s->client.error, EBUSY, "can only stop "
		    "created or running containers. %s is in state paused: "
		    "container state improper", rec_str(row, "id", "")));
	if (state == CTR_RUNNING)
		event_tell(s, "container", "stop", rec_str(row, "id", ""),
		    NULL);
	return (st->until_boot ? stop_until_boot(s, row, st->timeout) :
	    stop_container(s, row, st->timeout));
}

int
cmd_stop(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct stopping	 st = { opt_num(g->opts, "time", -1),
			    opt_flag(g->opts, "until-boot", false) };
	struct select	 sel = { .g = g, .argc = argc, .argv = argv,
			    .all_states = 1u << CTR_RUNNING |
			    1u << CTR_STOPPING | 1u << CTR_STARTING,
			    .due = true, .say_ref = true,
			    .missing = EXIT_ENGINE, .failed = EXIT_ENGINE };
	int		 code;

	if (select_files(g) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	code = select_each(&s, &sel, stop_one, &st);
	session_close(&s);
	return (code);
}

/* What `stop` would send. */
static int
stop_signal(const struct rec *row)
{
	size_t		 it = 0;
	struct rec	*def = rec_sub(row, "def", &it);
	int		 signo = def == NULL ? SIGTERM :
			    (int)rec_num(def, "stop_signal", SIGTERM);

	rec_free(def);
	return (signo);
}

static int
kill_one(struct session *s, const struct rec *row, void *ctx)
{
	const int	*signo = ctx;

	if (rec_num(row, "state", 0) != CTR_RUNNING &&
	    rec_num(row, "state", 0) != CTR_STOPPING &&
	    rec_num(row, "state", 0) != CTR_PAUSED)
		return (error_set(&s->client.error, EBUSY, "can only kill "
		    "running containers. %s is in state %s: container state "
		    "improper", rec_str(row, "id", ""), rec_str(row,
		    "state_name", "unknown")));
	/* What ends it on purpose is no reason to start it again. */
	if ((*signo == SIGKILL || *signo == SIGTERM ||
	    *signo == stop_signal(row)) && restart_forbid(s, row, false) == -1)
		return (-1);
	/* Told before what it may lead to. */
	event_tell(s, "container", "kill", rec_str(row, "id", ""), NULL);
	if (monitor_signal(&s->client, s->run_dir, row, *signo) == 0)
		return (*signo == SIGKILL ? cgroup_thaw(s, rec_str(row, "id",
		    "")) : 0);
	return (error_set(&s->client.error, errno, "cannot signal container "
	    "%s: %s", rec_str(row, "id", ""), strerror(errno)));
}

int
cmd_kill(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	int		 signo = (int)opt_num(g->opts, "signal", SIGKILL);
	struct select	 sel = { .g = g, .argc = argc, .argv = argv,
			    .all_states = 1u << CTR_RUNNING | 1u << CTR_STOPPING,
			    .say_ref = true,
			    .missing = EXIT_ENGINE, .failed = EXIT_ENGINE };
	int		 code;

	if (select_files(g) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	code = select_each(&s, &sel, kill_one, &signo);
	session_close(&s);
	return (code);
}

struct removal {
	bool	 force;
	int64_t	 timeout;
};

static int
rm_one(struct session *s, const struct rec *row, void *ctx)
{
	const struct removal	*r = ctx;

	return (remove_container(s, row, r->force, r->timeout));
}

int
cmd_rm(struct cli *g, int argc, char **argv)
{
	struct session	 s = { .rm_volumes = opt_flag(g->opts, "volumes",
			    false) };
	struct removal	 r = { opt_flag(g->opts, "force", false),
			    opt_num(g->opts, "time", -1) };
	struct select	 sel = { .g = g, .argc = argc, .argv = argv,
			    .all_states = ~0u, .say_ref = true,
			    .damaged = r.force,
			    .missing = 1, .failed = 2 };
	int		 code;

	if (select_files(g) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	code = select_each(&s, &sel, rm_one, &r);
	session_close(&s);
	return (code);
}

/* When a container has gone by itself (--rm) while we waited: its status. */
static int
wait_one(struct session *s, const struct rec *row, void *ctx)
{
	const char	*id = rec_str(row, "id", "");
	struct rec	*now;
	int64_t		 code = rec_num(row, "exit", 0), when = 0;
	int		 status;

	(void)ctx;
	if (rec_num(row, "state", 0) == CTR_RUNNING ||
	    rec_num(row, "state", 0) == CTR_PAUSED ||
	    rec_num(row, "state", 0) == CTR_STOPPING) {
		if (monitor_wait(&s->client, s->run_dir, id, &status) == 0) {
			code = end_code(status);
			/* `wait && rm` must not find it running. */
			(void)end_read_exit(s, id, &status, &when);
			(void)end_record(s, row, status, when);
			printf("%lld\n", (long long)code);
			return (0);
		}
		(void)monitor_wait_row(&s->client, s->run_dir, row, INT64_MAX);
		if ((now = session_container(s, id)) != NULL) {
			code = rec_num(now, "exit", code);
			rec_free(now);
		}
	}
	printf("%lld\n", (long long)code);
	return (0);
}

static int
state_number(const char *name)
{
	static const struct {
		const char	*name;
		int		 state;
	} names[] = {
		{ "configured", CTR_CREATED },	{ "created", CTR_CREATED },
		{ "running", CTR_RUNNING },	{ "stopped", CTR_EXITED },
		{ "exited", CTR_EXITED },	{ "paused", CTR_PAUSED },
		{ "removing", CTR_REMOVING },	{ "stopping", CTR_STOPPING },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i].name, name) == 0)
			return (names[i].state);
	return (-1);
}

/* --condition: look again after each interval until one holds. */
static int
wait_condition(struct session *s, const struct rec *first, void *ctx)
{
	struct cli	*g = ctx;
	struct rec	*row = NULL;
	const char	*id = rec_str(first, "id", ""), *v;
	int64_t		 ns = 250000000, state = rec_num(first, "state", 0);
	struct parse_err e;
	size_t		 it;

	if (opt_given(g->opts, "interval") && parse_duration(opt_str(g->opts,
	    "interval", ""), &ns, &e) == -1)
		return (error_set(&s->client.error, errno, "%s", e.text));
	for (;;) {
		for (it = 0; rec_next(g->opts, "condition", &it, &v);)
			if (state_number(v) == state) {
				printf("%lld\n", (long long)rec_num(row ==
				    NULL ? first : row, "exit", -1));
				rec_free(row);
				return (0);
			}
		(void)usleep((useconds_t)(ns / 1000));
		rec_free(row);
		if ((row = session_container(s, id)) == NULL)
			return (-1);
		state = rec_num(row, "state", 0);
	}
}

static int
check_conditions(const struct rec *opts)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(opts, "condition", &it, &v))
		if (state_number(v) == -1)
			return (say_error("unknown container state: %s: "
			    "invalid argument", v), -1);
	return (0);
}

int
cmd_wait(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct select	 sel = { .g = g, .argc = argc, .argv = argv,
			    .missing = EXIT_ENGINE, .failed = EXIT_ENGINE };
	bool		 condition = opt_given(g->opts, "condition");
	int		 code;

	if (check_conditions(g->opts) == -1 || select_files(g) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	code = select_each(&s, &sel, condition ? wait_condition : wait_one, g);
	session_close(&s);
	return (code);
}
