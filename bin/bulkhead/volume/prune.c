/*
 * bulkhead volume prune: remove volumes that no container uses.
 */
#include <errno.h>
#include <stdio.h>

#include "command_session.h"
#include "event.h"
#include "lists.h"
#include "record.h"
#include "say.h"
#include "storage.h"
#include "volumes.h"

static const struct opt options[] = {
	OPT("filter", 0, ARRAY,
	    "Provide filter values (e.g. 'label=<key>=<value>')"),
	OPT("force", 'f', FLAG, "Do not prompt for confirmation"),
	OPT_HELP,
	{ 0 }
};

/* A damaged volume is left: only volume rm with its name removes it. */
static bool
is_meant(const struct rec *v, const struct filter *f)
{
	return (rec_get(v, KEY(user)) == NULL && rec_get(v, KEY(error)) ==
	    NULL && filter_passes(f, v));
}

static bool
confirmed(const struct rec *all, const struct filter *f)
{
	char		 answer[16];
	struct rec	*v;
	size_t		 n = 0;

	puts("WARNING! This will remove all volumes not used by at least one "
	    "container. The following volumes will be removed:");
	rec_each(v, all, KEY(obj))
		if (is_meant(v, f) && rec_num(v, KEY(removing), 0) == 0 &&
		    ++n > 0)
			puts(rec_str(v, KEY(name), ""));
	if (n == 0) {
		puts("No dangling volumes found");
		return (false);
	}
	printf("Are you sure you want to continue? [y/N] ");
	(void)fflush(stdout);
	return (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (*answer == 'y' || *answer == 'Y'));
}

/* A volume that has gone, or that is used now, is no failure. */
static int
prune(struct session *s, const struct rec *all, const struct filter *f)
{
	struct rec	*v;
	const char	*name;
	int		 code = 0;

	rec_each(v, all, KEY(obj)) {
		if (!is_meant(v, f))
			continue;
		name = rec_str(v, KEY(id), "");
		if (volumes_remove(s, name, "") == 0) {
			puts(name);
			event_send_one(s, "volume", "prune", NULL, name);
		} else if (errno != ENOENT && errno != EBUSY)
			code = session_error(s);
	}
	storage_tidy(s);
	return (code);
}

static int
prune_listed(struct cli *cli, const struct filter *f)
{
	struct session		*s = cli->session;
	scoped_rec struct rec	*all = NULL;

	if (command_open(s, cli, NEED_END | NEED_WRITE, NULL) == -1)
		return (EXIT_ENGINE);
	if ((all = volumes_list(s)) == NULL)
		return (session_error(s));
	return (opt_flag(cli->opts, "force", false) || confirmed(all, f) ?
	    prune(s, all, f) : 0);
}

static int
run(struct cli *cli)
{
	struct filter		 f;
	struct parse_err	 e;
	int			 code;

	if (filter_open(&f, &volume_filters, cli->opts, NULL, &e) == -1)
		code = say_parse(&e);
	else
		code = prune_listed(cli, &f);
	filter_close(&f);
	return (code);
}

const struct command command_volume_prune = {
	.noun = "volume", .verb = "prune",
	.brief = "Remove all unused volumes",
	.options = { options },
	.description = "Volumes that are not currently owned by a container "
	    "will be removed.\n\nThe command prompts for confirmation which "
	    "can be overridden with the --force flag. Note all data will be "
	    "destroyed.",
	.examples = "volume prune\nvolume prune --force --filter label=old",
	.run = run,
};
