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
#include <sys/stat.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_session.h"
#include "log.h"
#include "record.h"
#include "say.h"
#include "streams.h"

/* What we make is ours to read and write, whatever the person masks. */
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
	/* A sentence is one write: those of several commands stay apart. */
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
	/* What was printed must have arrived, or a script would believe us. */
	if (fflush(stdout) == EOF || ferror(stdout))
		r = say_error("cannot write to the standard output");
	rec_free(cli.line);
	rec_free(cli.opts);
	rec_free(cli.global);
	return (r);
}
