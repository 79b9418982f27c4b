#include "command_session.h"

#include <errno.h>
#include <string.h>

#include "command.h"
#include "confined.h"
#include "error.h"
#include "random.h"
#include "say.h"
#include "session.h"

static void
warn(const char *text)
{
	say_warning("%s", text);
}

static void
notice(const char *text)
{
	(void)say_error("%s", text);
}

static struct session_options
options_of(const struct cli *g)
{
	const struct command	*c = g->command;

	return ((struct session_options){
	    .settings = g->global, .line = g->line,
	    .command = c == NULL ? "" : c->verb,
	    .private_args = c == NULL || c->stop_early,
	    .starts = c != NULL && c->starts,
	    .trace = g->trace, .verbose = g->verbose,
	    .warn = warn, .notice = notice, .helpers = say_helpers,
	    .confine = confined_enter });
}

int
command_open(struct session *s, const struct cli *g, unsigned int need,
    char *const *cleanup)
{
	struct session_options	 o = options_of(g);

	if (session_open(s, &o, need, cleanup) == -1)
		return (session_error(s), -1);
	session_enter(s);
	if ((need & NEED_MORE) == 0)
		session_confine(s);
	return (0);
}

int
command_open_resolve(struct session *s, const struct cli *g)
{
	struct session_options	 o = options_of(g);

	if (session_open_resolve(s, &o) == 0)
		return (0);
	(void)session_error(s);
	return (-1);
}

void
command_cleanup(char *words[COMMAND_CLEANUP], char *id, bool restart)
{
	static char	 noun[] = "container", verb[] = "cleanup",
			 option[] = "--restart";

	words[0] = noun;
	words[1] = verb;
	words[2] = id;
	words[3] = restart ? option : NULL;
	words[4] = NULL;
}

int
command_error(const struct error *e)
{
	(void)say_error("%s", error_message(e));
	say_code(error_code(e));
	return (EXIT_ENGINE);
}

int
command_new_id(char *id)
{
	if (random_hex(id, 32) == 0)
		return (0);
	(void)say_error("cannot make an ID: %s", strerror(errno));
	return (-1);
}
