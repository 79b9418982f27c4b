/*
 * bulkhead config check: look for mistakes in configuration files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "given.h"
#include "record.h"
#include "say.h"
#include "session.h"

#define FILE_MAX	(1u << 20)
#define FILES_MAX	64
#define FINDINGS_MAX	1000		/* resolve gives no more */

static const struct opt options[] = {
	OPT_HELP,
	OPT("type", 't', STRING,
	    "What kind of file it is, where its name does not tell",
	    .complete = ""
	    "containers|storage|registries|libpod|policy|mounts|seccomp"),
	{ 0 }
};

/* What resolve is asked: path, kind and text. NULL: it has been said why. */
static struct rec *
question(const char *path, const char *kind)
{
	struct parse_err	 e;
	size_t			 len;
	scoped_free char	*text = given_read(strcmp(path, "-") == 0 ?
				    "/dev/stdin" : path, &len, &e);
	struct rec		*r = rec_new();

	if (text != NULL && len > FILE_MAX)
		errno = EFBIG;
	if (r == NULL || text == NULL || len > FILE_MAX) {
		(void)say_error(error_of_errno(errno), "cannot read %s: %s",
		    path, strerror(errno));
		rec_free(r);
		return (NULL);
	}
	(void)rec_add(r, KEY(path), path);
	(void)rec_add(r, KEY(kind), kind);
	(void)rec_add_bytes(r, KEY_IN(question, text), text, len + 1);
	return (r);
}

static void
print_finding(const struct rec *f, const char *path)
{
	const char	*near = rec_str(f, KEY(near), "");

	say_out(path);
	if (rec_num(f, KEY(line), 0) > 0)
		printf(":%u:%u", (unsigned int)rec_num(f, KEY(line), 0),
		    (unsigned int)rec_num(f, KEY(col), 0));
	fputs(strcmp(rec_str(f, KEY(kind), ""), "error") == 0 ? ": error: " :
	    ": ", stdout);
	say_out(rec_str(f, KEY(what), ""));
	if (*near != '\0') {
		fputs(": ", stdout);
		say_out(near);
	}
	putchar('\n');
}

static int
by_place(const void *a, const void *b)
{
	const struct rec *const	*x = a, *const *y = b;
	int64_t			 lines = rec_num(*x, KEY(line), 0) -
				    rec_num(*y, KEY(line), 0);

	if (lines != 0)
		return (lines < 0 ? -1 : 1);
	return ((int)(rec_num(*x, KEY(col), 0) - rec_num(*y, KEY(col), 0)));
}

/* 0: nothing is wrong with it. */
static int
print_findings(struct rec *answer, const char *path)
{
	struct rec	*all[FINDINGS_MAX], *f;
	size_t		 it = 0, n = 0;

	while (n < FINDINGS_MAX &&
	    (f = rec_sub(answer, KEY(finding), &it)) != NULL)
		all[n++] = f;
	qsort(all, n, sizeof(all[0]), by_place);
	for (size_t i = 0; i < n; i++) {
		print_finding(all[i], path);
		rec_free(all[i]);
	}
	if (rec_get(answer, KEY_IN(findings, more)) != NULL) {
		say_out(path);
		puts(": and more");
	}
	return (n > 0 ? 1 : 0);
}

static int
check_file(struct session *s, struct rec *rq)
{
	scoped_rec struct rec	*answer = resolve_check(&s->client, rq);

	return (answer == NULL ? session_error(s) :
	    print_findings(answer, rec_str(rq, KEY(path), "")));
}

static int
run(struct cli *cli)
{
	struct session	*s = cli->session;
	struct rec	*rq[FILES_MAX];
	bool		 asks;
	int		 code = 0, one;

	if (cli->argc > FILES_MAX)
		return (say_error(ERR_INVALID_ARG, "more than %d files at once",
		    FILES_MAX));
	/* As root some can be read that the engine's account cannot. */
	for (int i = 0; i < cli->argc; i++)
		rq[i] = question(cli->argv[i], opt_str(cli->opts, "type", ""));
	asks = command_open(s, cli, NEED_RESOLVE | NEED_MORE, NULL) == 0;
	for (int i = 0; i < cli->argc; i++) {
		one = rq[i] == NULL || !asks ? EXIT_ENGINE :
		    check_file(s, rq[i]);
		code = one > code ? one : code;
		rec_free(rq[i]);
	}
	return (code);
}

const struct command command_config_check = {
	.noun = "config", .verb = "check",
	.brief = "Look for mistakes in configuration files",
	.operands = "FILE [FILE...]", .operand = "file",
	.options = { options }, .min_args = 1,
	.max_args = -1,
	.description = "Prints each mistake and each unknown key with file, "
	    "line, column and what stands there. The file need not be where "
	    "it would count; - is the standard input.",
	.examples = "config check /etc/containers/containers.conf\n"
	    "config check --type registries new.conf",
	.run = run,
};
