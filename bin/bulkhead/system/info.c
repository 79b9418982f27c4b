/*
 * bulkhead info: what this host is and has. Whatever is wrong with one part of
 * it, the others are shown.
 */
#include "info.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "command_session.h"
#include "format.h"
#include "hostroot.h"
#include "record.h"
#include "root.h"
#include "say.h"
#include "session.h"
#include "yaml.h"

#define NEED_ALL	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS)

static const struct opt options[] = {
	OPT("format", 'f', STRING,
	    "Change the output format to JSON or a Go template",
	    .complete = "json"),
	OPT_HELP,
	OPT("debug", 'D', IGNORED_FLAG, NULL),
	{ 0 }
};

static const char *const	maps[] = { "GraphOptions", "GraphStatus",
				    "registries", NULL };
static const struct tmpl_about	about = { "info", "*define.Info", maps,
				    true, false };

/* Open it; or an error, which has a text. */
static bool
is_open(struct session *s, const struct cli *cli, struct info *in,
    unsigned int flags, unsigned int need)
{
	*s = (struct session){ .config_flags = flags, .failed = in->failed,
	    .privileged = need == NEED_ALL ? info_look_at_disk : NULL,
	    .arg = in };
	if (command_open(s, cli, need, NULL) == 0)
		return (true);
	if (s->client.error.text[0] == '\0')
		(void)error_set(&s->client.error, errno, "%s",
		    strerror(errno));
	return (false);
}

/* Was it an option of the command line? Then it opens without them. */
static bool
options_are_wrong(const struct cli *cli, struct info *in)
{
	struct session	 s;
	struct cli	 bare = *cli;
	bool		 fine;

	if (rec_len(cli->global) == 0 || (bare.global = rec_new()) == NULL)
		return (false);
	fine = is_open(&s, &bare, in, 0, NEED_CONFIG);
	session_close(&s);
	rec_free(bare.global);
	return (fine);
}

/*
 * The session, in which parts may be missing; without a configuration, all of
 * it. 0, or the exit code when it is the command line that is wrong.
 */
static int
open_session(struct session *s, const struct cli *cli, struct info *in)
{
	const uid_t	 we = geteuid();
	struct error	 e;

	in->rootless = !host_root();
	/* An error in registries.conf is reported in its own section only. */
	if (!is_open(s, cli, in, CONFIG_REGISTRIES, NEED_ALL) &&
	    geteuid() == we) {
		e = s->client.error;
		if (is_open(s, cli, in, 0, NEED_ALL))
			in->failed[INFO_REGISTRIES] = e;
	}
	if ((in->config = s->config) != NULL)
		return (0);
	e = s->client.error;
	if (geteuid() == we && options_are_wrong(cli, in))
		return (session_error(s));
	for (size_t i = 0; i < INFO_PARTS; i++)
		in->failed[i] = e;
	return (0);
}

static int
print(struct format *f, json_t *j)
{
	int	 r;

	if (f->kind == FORMAT_TEMPLATE) {
		info_add_names(f->tmpl, j);
		r = format_row(f, j);
		return (format_close(f) == -1 || r == -1 ?
		    EXIT_ENGINE : 0);
	}
	if (f->kind == FORMAT_JSON)
		format_json(stdout, j, 2, 0);
	else
		yaml_print(stdout, j);
	putchar('\n');
	json_decref(j);
	f->kind = FORMAT_PLAIN;
	return (format_close(f) == -1 ? EXIT_ENGINE : 0);
}

static int
run(struct cli *cli)
{
	struct session	*s = cli->session;
	struct info	 in = { 0 };
	struct format	 f;
	json_t		*j;
	int		 code;

	if (format_open(&f, &about, opt_str(cli->opts, "format", NULL),
	    0) == -1)
		return (EXIT_ENGINE);
	if ((code = open_session(s, cli, &in)) == 0) {
		/* What could not be opened may have left us root. */
		root_drop();
		if (in.config != NULL && in.d_type == NULL &&
		    !info_misses(&in, INFO_DISK))
			(void)info_look_at_disk(s);
		info_find_programs(&in, s);
		confined_enter(s->containers);
		info_ask(&in, s);
		j = info_document(&in);
		code = j == NULL ? say_error(ERR_NO_MEMORY, "out of memory") :
		    print(&f, j);
	}
	json_decref(in.programs);
	return (code);
}

const struct command command_system_info = {
	.noun = "system", .verb = "info", .at_top = "info",
	.brief = "Display bulkhead system information",
	.options = { options },
	.description = "Display information pertaining to the host, current "
	    "storage stats, and build of bulkhead.\n\n"
	    "Useful for the user and when reporting issues.",
	.examples = "info",
	.run = run,
};
