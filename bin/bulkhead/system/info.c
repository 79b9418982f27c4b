/*
 * bulkhead info: what this host is and has. Each part is found out in a process
 * of its own, so that whatever is wrong with one, the others are shown.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "command_session.h"
#include "config.h"
#include "format.h"
#include "info.h"
#include "info_ask.h"
#include "part.h"
#include "record.h"
#include "root.h"
#include "say.h"
#include "yaml.h"

#define PATIENCE_MS	10000	/* for a lock that is held */

static const struct opt options[] = {
	{ "format", 'f', OPT_STRING, NULL,
	  "Change the output format to JSON or a Go template", NULL, "json" },
	OPT_HELP,
	{ "debug", 'D', OPT_IGNORED_FLAG, NULL, NULL, NULL, NULL },
	{ 0 }
};

static const char *const	maps[] = { "GraphOptions", "GraphStatus",
				    "registries", NULL };
static const struct tmpl_about	about = { "info", "*define.Info", maps,
				    true, false };

/* Whatever the configuration says of the rest needs a configuration. */
static void
without_config(struct part *parts)
{
	for (size_t i = P_CONFIG + 1; i < P_COUNT; i++)
		(void)snprintf(parts[i].why, sizeof(parts[i].why), "%s",
		    parts[P_CONFIG].why);
}

/* Was it an option of the command line? Then it would do without them. */
static bool
options_are_wrong(struct cli *cli)
{
	struct cli	 bare = *cli;
	struct part	 p = { .run = info_config, .quiet = true };
	bool		 fine;

	if (rec_len(cli->global) == 0 ||
	    (bare.global = rec_new()) == NULL)
		return (false);
	part_start(&p, &bare, NULL);
	part_wait(&p, clock_mono_ms() + PATIENCE_MS);
	fine = p.answer != NULL;
	part_clear(&p);
	rec_free(bare.global);
	return (fine);
}

/* 0, or the exit code when it is the command line that is wrong. */
static int
gather(struct part *parts, struct cli *cli)
{
	const struct rec	*config;
	int64_t			 deadline;

	part_start(&parts[P_CONFIG], cli, NULL);
	part_wait(&parts[P_CONFIG], clock_mono_ms() + PATIENCE_MS);
	if ((config = parts[P_CONFIG].answer) == NULL) {
		if (options_are_wrong(cli))
			return (say_error("%s", parts[P_CONFIG].why));
		without_config(parts);
		return (0);
	}
	deadline = clock_mono_ms() + PATIENCE_MS;
	for (size_t i = P_CONFIG + 1; i < P_COUNT; i++)
		if (i != P_DISK && i != P_STORE)
			part_start(&parts[i], cli, config);
	/* Where the storage is may stand in the state. */
	part_wait(&parts[P_STATE], deadline);
	if (parts[P_STATE].answer != NULL)
		config_copy_merged(parts[P_CONFIG].answer,
		    parts[P_STATE].answer);
	part_start(&parts[P_DISK], cli, config);
	part_start(&parts[P_STORE], cli, config);
	deadline = clock_mono_ms() + PATIENCE_MS;
	for (size_t i = P_CONFIG + 1; i < P_COUNT; i++)
		part_wait(&parts[i], deadline);
	return (0);
}

/* The rest reads and prints, which needs no root. */
static void
leave_root(void)
{
	root_drop();
	confined_enter(false);
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
	if (f->kind == FORMAT_JSON) {
		format_json(stdout, j, 2, 0);
		putchar('\n');
	} else {
		yaml_print(stdout, j);
		putchar('\n');
	}
	json_decref(j);
	f->kind = FORMAT_PLAIN;
	return (format_close(f) == -1 ? EXIT_ENGINE : 0);
}

static int
run(struct cli *cli)
{
	struct part	 parts[P_COUNT] = {
			    [P_CONFIG].run = info_config,
			    [P_STATE].run = info_state,
			    [P_STORE].run = info_store,
			    [P_DISK].run = info_disk,
			    [P_IDS].run = info_ids,
			    [P_LOCKS].run = info_locks,
			    [P_PROGRAMS].run = info_programs,
			    [P_REGISTRIES].run = info_registries };
	struct info	 in;
	struct format	 f;
	json_t		*j;
	int		 code;

	for (size_t i = 0; i < P_COUNT; i++)
		parts[i].out = parts[i].err = parts[i].pidfd = -1;
	if (format_open(&f, &about, opt_str(cli->opts, "format", NULL),
	    0) == -1)
		return (EXIT_ENGINE);
	/* It reads the same files again, with the same to say of them. */
	parts[P_REGISTRIES].quiet = cli->trace == 0;
	if ((code = gather(parts, cli)) == 0) {
		leave_root();
		for (size_t i = 0; i < P_COUNT; i++)
			in.part[i] = (struct info_part){ parts[i].answer,
			    parts[i].why };
		j = info_document(&in);
		code = j == NULL ? say_error("out of memory") : print(&f, j);
	}
	for (size_t i = 0; i < P_COUNT; i++)
		part_clear(&parts[i]);
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
