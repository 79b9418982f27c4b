#include "starting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "command_session.h"
#include "existing.h"
#include "exit.h"
#include "say.h"
#include "session.h"
#include "waitchild.h"

static int
start_found(struct existing *e)
{
	char	*cleanup[COMMAND_CLEANUP];

	command_cleanup(cleanup, e->id, existing_restarts(e));
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

static int
start(struct cli *cli, struct existing *e)
{
	struct session	 s = { 0 };
	int		 code = EXIT_ENGINE;

	e->s = &s;
	e->detach_keys = opt_str(cli->opts, "detach-keys", NULL);
	e->attach_in = opt_flag(cli->opts, "interactive", false);
	e->sig_proxy = opt_flag(cli->opts, "sig-proxy", e->attach);
	existing_prepare(e);
	if (command_open(&s, cli, NEED_EXISTING, NULL) == -1)
		return (EXIT_ENGINE);
	switch (existing_find(e)) {
	case -1:
		(void)session_error(&s);
		break;
	case 0:
		code = start_found(e);
		break;
	default:
		printf("%s\n", e->ref);
		code = 0;
	}
	session_close(&s);
	existing_clear(e);
	return (code);
}

int
start_one(struct cli *cli, const char *ref, bool attach)
{
	struct existing	 e = { .ref = ref, .attach = attach };

	return (start(cli, &e));
}

int
start_by_policy(struct cli *cli, const char *id, int64_t due)
{
	struct existing	 e = { .ref = id, .due = due };

	return (start(cli, &e));
}

int
start_exit_code(pid_t pid)
{
	int	 status = waitchild(pid);

	return (status == -1 ? say_error("wait: %s", strerror(errno)) :
	    exit_code_of(status));
}

/*
 * A session gives up what it was started with: as root it becomes the
 * engine's account, and then it is confined. So where there will be several,
 * each has a process, and this one has none.
 */
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
