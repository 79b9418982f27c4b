/*
 * bulkhead: the command line. It parses arguments, starts the helpers that a
 * command needs, carries messages and descriptors between them, and prints.
 *
 * Trusts: the person who started it; of the helpers, that they are ours, but
 *         not the texts that they pass on.
 * Holds:  nothing but what that person has; as root, only until the engine's
 *         account has taken over.
 * Dies:   when the command is done. What runs on belongs to its reaper.
 */
#include "command_session.h"

#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bulkhead-connect.policy.h"
#include "bulkhead.policy.h"
#include "confine.h"
#include "hostroot.h"
#include "log.h"
#include "random.h"
#include "record.h"
#include "root.h"
#include "say.h"
#include "sigsys.h"
#include "streams.h"

void
confined_enter(bool connects)
{
	const struct policy	*p = connects ? &bulkhead_connect_policy :
				    &bulkhead_policy;

	sigsys_exit(EXIT_ENGINE);
	confine_drop(p);
	confine_sandbox(p, NULL, 0);
}

static void
confined_print(void)
{
	printf("%s:\n%s\n%s:\n%s", bulkhead_policy.name, bulkhead_policy.words,
	    bulkhead_connect_policy.name, bulkhead_connect_policy.words);
}

static void
warn(const char *text)
{
	say_warning("%s", text);
}

static void
notice(enum error_code code, const char *text)
{
	(void)say_error(code, "%s", text);
}

static struct session_options
options_of(const struct cli *cli)
{
	const struct command	*c = cli->command;

	return ((struct session_options){
	    .settings = cli->global, .line = cli->line,
	    .before = cli->before,
	    .command = c == NULL ? "" : c->verb,
	    .private_args = c == NULL || c->stop_early,
	    .starts = c != NULL && c->starts,
	    .trace = cli->trace, .verbose = cli->verbose,
	    .warn = warn, .notice = notice, .helpers = say_helpers,
	    .confine = confined_enter });
}

int
session_error(struct session *s)
{
	const int	 saved = errno;

	client_drain(&s->client);
	errno = saved;
	return (say_failure(&s->client.error));
}

int
command_open(struct session *s, const struct cli *cli, unsigned int need,
    char *const *cleanup)
{
	struct session_options	 o = options_of(cli);
	int			 rc = session_open(s, &o, need, cleanup);

	if (s->failed != NULL)
		return (rc);
	if (rc == -1) {
		(void)session_error(s);
		return (-1);
	}
	session_enter(s);
	if ((need & NEED_MORE) == 0)
		session_confine(s);
	return (0);
}

int
command_run(struct cli *cli)
{
	const struct command	*c = command_body(cli->command);
	struct session		 s = { 0 };
	int			 code = 0;

	if (host_root())
		root_open_log(&s, cli->opts);
	cli->session = &s;
	if (c->before != NULL)
		code = c->before(cli);
	if (code == 0 && c->need != 0 &&
	    command_open(&s, cli, c->need, NULL) == -1)
		code = EXIT_ENGINE;
	if (code == 0)
		code = c->run(cli);
	if (code == 0 && s.open && session_record(&s) == -1)
		code = session_error(&s);
	if (s.open)
		session_close(&s);
	return (code);
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
command_new_id(char *id)
{
	if (random_hex(id, 32) == 0)
		return (0);
	(void)say_error(error_of_errno(errno), "cannot make an ID: %s",
	    strerror(errno));
	return (-1);
}

/* Remove the owner bits from the umask. */
static void
keep_owner_bits(void)
{
	mode_t	 mask = umask(0);

	(void)umask(mask & 077);
}

int
main(int argc, char **argv)
{
	static char	 line[4096];
	struct cli	 cli = { .program = &program };
	int		 r;

	streams_fill(EXIT_ENGINE);
	keep_owner_bits();
	/* A message is one write: those of several commands stay apart. */
	(void)setvbuf(stderr, line, _IOLBF, sizeof(line));
	if (argc == 2 && strcmp(argv[1], "-P") == 0) {
		confined_print();
		return (fflush(stdout) == EOF ? EXIT_ENGINE : 0);
	}
	log_init("bulkhead", 0, 0);
	/* A file that would become too large is an error, which is told. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if ((cli.global = rec_new()) == NULL ||
	    (cli.opts = rec_new()) == NULL ||
	    (cli.line = rec_new()) == NULL)
		fatal("records");
	for (int i = 0; i < argc; i++)
		(void)rec_add(cli.line, KEY(arg), argv[i]);
	r = dispatch(&cli, argc, argv);
	/* Report a failed write to stdout. */
	if (fflush(stdout) == EOF || ferror(stdout))
		r = say_error(ERR_FILE, "cannot write to the standard "
		    "output");
	rec_free(cli.line);
	rec_free(cli.opts);
	rec_free(cli.global);
	return (r);
}
