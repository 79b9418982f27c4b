/*
 * bulkhead refresh: plan, or do, what the first command of a boot does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "boot.h"
#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "layout.h"
#include "nitems.h"
#include "path.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	OPT("apply", 0, FLAG, "Do it, and print what was done"),
	OPT("boot-id", 0, STRING, "Plan as if the machine were in this boot"),
	OPT_HELP,
	OPT("plan", 0, FLAG,
	    "Print what would be done, a line for each object, and do nothing"),
	OPT("state", 0, STRING,
	    "Plan for a copy of a state directory, which is only read",
	    .complete = "file"),
	{ 0 }
};

#define JOURNAL_MAX	(1u << 30)

static const char *const journals[] = {
	LAYOUT_STATE_JOURNAL, LAYOUT_BOOT_JOURNAL };

#define NJOURNALS	NITEMS(journals)

/* One line for each object. */
static void
print_items(const struct rec *items)
{
	struct rec	*item;
	const char	*was, *name;

	rec_each(item, items, KEY(item)) {
		name = rec_str(item, KEY(name), "");
		was = rec_str(item, KEY(was), "");
		printf("%s %.12s%s%s: %s%s%s (%s)\n",
		    rec_str(item, KEY(kind), "?"), rec_str(item, KEY(id), "?"),
		    *name != '\0' ? " " : "", name, was,
		    *was != '\0' ? " -> " : "", rec_str(item, KEY(then), "?"),
		    rec_str(item, KEY(why), ""));
	}
}

/*
 * A state that is not this command's own, or that is looked at as in another
 * boot, is read from a copy of its journals (an index is made again from them):
 * opening it would write to it.
 */
struct copy {
	char	*text[NJOURNALS];
	size_t	 len[NJOURNALS];
	char	 dir[40];
};

static void
copy_free(struct copy *c)
{
	for (size_t i = 0; i < NJOURNALS; i++)
		free(c->text[i]);
	if (c->dir[0] != '\0')
		(void)path_remove(AT_FDCWD, c->dir);
}

/* A journal that is not there is one with nothing in it. */
static int
copy_read(struct copy *c, int state, int run)
{
	for (size_t i = 0; i < NJOURNALS; i++) {
		c->text[i] = path_slurp(i == 0 ? state : run, journals[i],
		    JOURNAL_MAX, &c->len[i]);
		if (c->text[i] == NULL && errno != ENOENT)
			return (-1);
	}
	return (0);
}

/* 0, or -1 after an error. */
static int
copy_read_path(struct copy *c, const char *path)
{
	scoped_fd int	 dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir == -1 || copy_read(c, dir, dir) == -1)
		(void)say_error(error_of_errno(errno), "cannot read the state "
		    "in %s: %s", path, strerror(errno));
	else if (c->text[0] == NULL && c->text[1] == NULL)
		(void)say_error(ERR_INVALID_ARG, "%s holds no state: neither "
		    "%s nor %s", path, journals[0], journals[1]);
	else
		return (0);
	return (-1);
}

/* Write it, and have it opened in place of the session's state. */
static int
copy_open(struct copy *c, struct session *s)
{
	scoped_fd int		 dir = -1, settings = -1;
	scoped_rec struct rec	*none = rec_new();
	struct rec		*made_with;
	struct msg_state_open	 o = { .ns = "" };
	unsigned int		 flags;
	int			 rc;

	(void)strlcpy(c->dir, "/tmp/bulkhead-plan.XXXXXX", sizeof(c->dir));
	if (mkdtemp(c->dir) == NULL) {
		c->dir[0] = '\0';
		return (-1);
	}
	if ((dir = open(c->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1 ||
	    (settings = rec_memfd(none, "settings")) == -1)
		return (-1);
	for (size_t i = 0; i < NJOURNALS; i++)
		if (c->text[i] != NULL && path_replace(dir, journals[i],
		    c->text[i], c->len[i], 0600, false) == -1)
			return (-1);
	(void)client_stop(&s->client, H_STATE);
	(void)strlcpy(o.boot_id, s->boot_id, sizeof(o.boot_id));
	if (client_start(&s->client, H_STATE) == -1 ||
	    state_open_begin(&s->client, &o, dir, dir, settings) == -1 ||
	    (rc = state_open_end(&s->client, &flags, &made_with)) == -1)
		return (-1);
	if (rc == 1) {
		rec_free(made_with);
		return (error_set(&s->client.error, ESTALE, "the copy of the "
		    "state cannot be opened without settings"));
	}
	s->stale = (flags & STATE_STALE) != 0;
	session_confine(s);
	return (0);
}

#define NEED_ALL	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | \
			NEED_AS_IS)

/* From a copy: of the state at a path, or of our own, as in this boot. */
static int
plan_copy(struct copy *c, struct cli *cli, const char *path,
    const char *boot_id, struct rec *out)
{
	struct session	*s = cli->session;
	int		 rc;

	/* With the rights of the person, before the session gives them up. */
	if ((path != NULL && copy_read_path(c, path) == -1) ||
	    command_open(s, cli, (path != NULL ? NEED_CONFIG : NEED_ALL) |
	    NEED_MORE, NULL) == -1)
		return (EXIT_ENGINE);
	rc = path != NULL ? 0 : copy_read(c, s->state_dir, s->run_dir);
	if (rc == 0 && boot_id != NULL && strlcpy(s->boot_id, boot_id,
	    sizeof(s->boot_id)) >= sizeof(s->boot_id)) {
		errno = EINVAL;
		rc = -1;
	}
	if (rc == 0 && (session_boot_id(s) == -1 || copy_open(c, s) == -1 ||
	    boot_plan(s, out) == -1))
		rc = -1;
	if (rc == -1)
		rc = session_error(s);
	(void)client_stop(&s->client, H_STATE);
	return (rc);
}

/*
 * In a boot whose refresh is done, what that could not remove is tried again:
 * nothing else is touched, not even the lock.
 */
static int
refresh(struct cli *cli, bool plan, struct rec *out)
{
	struct session	*s = cli->session;
	int		 rc;

	if (command_open(s, cli, NEED_ALL | (plan ? NEED_IF_THERE :
	    NEED_WRITE), NULL) == -1)
		return (EXIT_ENGINE);
	rc = plan ? boot_plan(s, out) : s->stale ? boot_refresh(s, out) :
	    boot_sweep(s, out);
	if (rc == -1 && (plan || s->client.error.text[0] != '\0'))
		(void)session_error(s);
	return (rc == -1 ? EXIT_ENGINE : 0);
}

static int
run(struct cli *cli)
{
	const char		*path = opt_str(cli->opts, "state", NULL);
	const char		*boot_id = opt_str(cli->opts, "boot-id", NULL);
	bool			 plan = opt_flag(cli->opts, "plan", false);
	scoped_rec struct rec	*out = NULL;
	struct copy		 c = { .dir = "" };
	int			 code;

	if (plan == opt_flag(cli->opts, "apply", false))
		return (say_error(ERR_INVALID_ARG, "choose one: --plan prints "
		    "what a refresh would do, --apply does it"));
	if (!plan && (path != NULL || boot_id != NULL))
		return (say_error(ERR_INVALID_ARG, "--state and --boot-id are "
		    "for --plan"));
	out = rec_new();
	code = path != NULL || boot_id != NULL ?
	    plan_copy(&c, cli, path, boot_id, out) : refresh(cli, plan, out);
	copy_free(&c);
	print_items(out);
	return (code);
}

const struct command command_system_refresh = {
	.noun = "system", .verb = "refresh", .at_top = "refresh",
	.top_only = true,
	.brief = "Put in order what the last boot left",
	.options = { options },
	.description = "Writes down that what ran in an earlier boot has "
	    "ended, and removes what it left: run directories, containers that "
	    "were to go at their end, layers and images half made. The first "
	    "command of a boot that changes anything does this by itself; "
	    "here it can be planned, or done at once. What cannot be removed "
	    "is said, and tried again by the next refresh. Doing it twice in "
	    "a boot changes nothing else.",
	.examples = "refresh --plan\nrefresh --apply\n"
	    "refresh --plan --state /backup/bulkhead",
	.run = run,
};
