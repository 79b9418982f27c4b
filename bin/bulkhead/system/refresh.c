/*
 * bulkhead refresh: plan, or do, what the first command of a boot does.
 */
#include <sys/stat.h>

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

#define NJOURNALS	(sizeof(journals) / sizeof(journals[0]))

/* One line for each object. */
static void
print_items(const struct rec *items)
{
	struct rec	*item;
	const char	*was, *name;
	size_t		 it = 0;

	while ((item = rec_sub(items, KEY(item), &it)) != NULL) {
		name = rec_str(item, KEY(name), "");
		was = rec_str(item, KEY(was), "");
		printf("%s %.12s%s%s: %s%s%s (%s)\n",
		    rec_str(item, KEY(kind), "?"), rec_str(item, KEY(id), "?"),
		    *name != '\0' ? " " : "", name, was,
		    *was != '\0' ? " -> " : "", rec_str(item, KEY(then), "?"),
		    rec_str(item, KEY(why), ""));
		rec_free(item);
	}
}

/*
 * A state that is not this command's own is read from a copy of its journals
 * (an index is made again from them): opening it would write to it.
 */
struct copy {
	struct session	*s;
	char		*text[NJOURNALS];
	size_t		 len[NJOURNALS];
	char		 dir[40];
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
copy_read(struct copy *c, int dir, size_t i)
{
	c->text[i] = path_slurp(dir, journals[i], JOURNAL_MAX, &c->len[i]);
	return (c->text[i] == NULL && errno != ENOENT ? -1 : 0);
}

static int
copy_write(struct copy *c)
{
	scoped_fd int	 dir = -1;

	(void)strlcpy(c->dir, "/tmp/bulkhead-plan.XXXXXX", sizeof(c->dir));
	if (mkdtemp(c->dir) == NULL) {
		c->dir[0] = '\0';
		return (-1);
	}
	if ((dir = open(c->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	for (size_t i = 0; i < NJOURNALS; i++)
		if (c->text[i] != NULL && path_replace(dir, journals[i],
		    c->text[i], c->len[i], 0600, false) == -1)
			return (-1);
	return (0);
}

static int
copy_open(struct copy *c, const char *boot_id)
{
	struct session		*s = c->s;
	scoped_fd int		 dir = open(c->dir, O_RDONLY | O_DIRECTORY |
				    O_CLOEXEC);
	scoped_fd int		 settings = -1;
	struct rec		*none = rec_new(), *made_with;
	struct msg_state_open	 o = { .ns = "" };
	unsigned int		 flags;
	int			 rc;

	settings = rec_memfd(none, "settings");
	rec_free(none);
	if (dir == -1 || settings == -1)
		return (-1);
	(void)client_stop(&s->client, H_STATE);
	if (client_start(&s->client, H_STATE) == -1)
		return (-1);
	if (strlcpy(o.boot_id, boot_id, sizeof(o.boot_id)) >=
	    sizeof(o.boot_id)) {
		errno = EINVAL;
		return (-1);
	}
	if (state_open_begin(&s->client, &o, dir, dir, settings) == -1 ||
	    (rc = state_open_end(&s->client, &flags, &made_with)) == -1)
		return (-1);
	if (rc == 1) {
		rec_free(made_with);
		return (error_set(&s->client.error, ESTALE, "the copy of the "
		    "state cannot be opened without settings"));
	}
	s->stale = (flags & STATE_STALE) != 0;
	return (0);
}

/* From the copy of a state, with the facts of this or another boot. */
static int
plan_copy(struct copy *c, const char *boot_id, struct rec *out)
{
	int	 rc;

	rc = copy_write(c) == -1 ? -1 : copy_open(c, boot_id);
	if (rc == 0) {
		session_confine(c->s);
		rc = boot_plan(c->s, out);
	}
	(void)client_stop(&c->s->client, H_STATE);
	return (rc);
}

static int
plan_elsewhere(struct cli *cli, const char *path, struct rec *out)
{
	struct session	 s = { 0 };
	struct copy	 c = { .s = &s };
	scoped_fd int	 dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int		 rc = -1;

	/* With the rights of the person, before the session gives them up. */
	if (dir == -1 || copy_read(&c, dir, 0) == -1 ||
	    copy_read(&c, dir, 1) == -1)
		(void)say_error("cannot read the state in %s: %s", path,
		    strerror(errno));
	else if (c.text[0] == NULL && c.text[1] == NULL)
		(void)say_error("%s holds no state: neither %s nor %s", path,
		    journals[0], journals[1]);
	else if (command_open(&s, cli, NEED_CONFIG | NEED_MORE, NULL) == 0) {
		rc = session_boot_id(&s) == -1 ? -1 : plan_copy(&c,
		    opt_str(cli->opts, "boot-id", s.boot_id), out);
		if (rc == -1)
			(void)session_error(&s);
		session_close(&s);
	}
	copy_free(&c);
	return (rc);
}

#define NEED_ALL	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | \
			NEED_AS_IS)

static int
plan_as_if(struct session *s, const char *boot_id, struct rec *out)
{
	struct copy	 c = { .s = s };
	int		 rc = -1;

	if (copy_read(&c, s->state_dir, 0) == 0 &&
	    copy_read(&c, s->run_dir, 1) == 0) {
		(void)strlcpy(s->boot_id, boot_id, sizeof(s->boot_id));
		rc = plan_copy(&c, boot_id, out);
	}
	copy_free(&c);
	return (rc);
}

static int
plan_here(struct cli *cli, struct rec *out)
{
	const char	*boot_id = opt_str(cli->opts, "boot-id", NULL);
	struct session	 s = { 0 };
	int		 rc;

	if (command_open(&s, cli, NEED_ALL | (boot_id != NULL ? NEED_MORE :
	    NEED_IF_THERE), NULL) == -1)
		return (-1);
	rc = boot_id != NULL ? plan_as_if(&s, boot_id, out) :
	    boot_plan(&s, out);
	if (rc == -1)
		(void)session_error(&s);
	session_close(&s);
	return (rc);
}

static int
apply(struct cli *cli, struct rec *out)
{
	struct session	 s = { 0 };
	int		 rc;

	if (command_open(&s, cli, NEED_ALL | NEED_WRITE, NULL) == -1)
		return (-1);
	/* Done in this boot: nothing is touched, not even the lock. */
	rc = s.stale ? boot_refresh(&s, out) : 0;
	if (rc == -1 && s.client.error.text[0] != '\0')
		(void)session_error(&s);
	session_close(&s);
	return (rc);
}

static int
run(struct cli *cli)
{
	const char		*dir = opt_str(cli->opts, "state", NULL);
	bool			 plan = opt_flag(cli->opts, "plan", false);
	scoped_rec struct rec	*out = NULL;
	int			 rc;

	if (plan == opt_flag(cli->opts, "apply", false))
		return (say_error("choose one: --plan prints what a refresh "
		    "would do, --apply does it"));
	if (!plan && (dir != NULL || opt_given(cli->opts, "boot-id")))
		return (say_error("--state and --boot-id are for --plan"));
	out = rec_new();
	if (!plan)
		rc = apply(cli, out);
	else
		rc = dir != NULL ? plan_elsewhere(cli, dir, out) :
		    plan_here(cli, out);
	print_items(out);
	return (rc == -1 ? EXIT_ENGINE : 0);
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
	    "here it can be planned, or done at once. Doing it twice in a "
	    "boot changes nothing.",
	.examples = "refresh --plan\nrefresh --apply\n"
	    "refresh --plan --state /backup/bulkhead",
	.run = run,
};
