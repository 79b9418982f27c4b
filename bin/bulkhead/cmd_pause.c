/*
 * pause and unpause.
 *
 * What takes root's rights, or the systemd of a user, is done while the
 * session still has them: the cgroups are made and opened for all containers
 * that are named. Everything after that only needs what has been opened.
 */
#include <sys/resource.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cmd.h"
#include "locks.h"
#include "record.h"
#include "say.h"
#include "select.h"
#include "session.h"
#include "state.h"

#define LOCK_WAIT_MS	10000

/* One container whose cgroup is ready, or what there is to say about it. */
struct ready {
	struct ready	*next;
	char		 id[65];
	struct cgroup	 cgroup;
	char		*why;
};

struct pausing {
	struct select	 sel;
	struct ready	*all;
	int		 code;	/* of looking for them the first time */
};

static int
make_ready(struct session *s, const struct rec *row, void *ctx)
{
	struct pausing	*p = ctx;
	struct ready	*r;

	if (rec_num(row, "state", 0) != CTR_RUNNING)
		return (0);		/* said later, in its turn */
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (-1);
	r->cgroup = (struct cgroup)CGROUP_EMPTY;
	(void)strlcpy(r->id, rec_str(row, "id", ""), sizeof(r->id));
	if (cgroup_make(s, row, &r->cgroup) == -1) {
		cgroup_clear(&r->cgroup);
		r->why = strdup(s->client.error.text);
	}
	r->next = p->all;
	p->all = r;
	return (0);
}

/* The session's `privileged`: what fails is said when its turn comes. */
static int
make_all_ready(struct session *s)
{
	struct pausing	*p = s->arg;
	struct select	 sel = p->sel;

	sel.say_ref = false;
	sel.mute = true;
	p->code = select_each(s, &sel, make_ready, p);
	error_clear(&s->client.error);
	return (0);
}

static const struct ready *
find_ready(const struct pausing *p, const char *id)
{
	const struct ready	*r;

	for (r = p->all; r != NULL; r = r->next)
		if (strcmp(r->id, id) == 0)
			return (r);
	return (NULL);
}

static int
refuse(struct session *s, const char *what, const char *why)
{
	return (error_set(&s->client.error, EBUSY, "\"%s\" is %s: container "
	    "state improper", what, why));
}

static int
change(struct session *s, const char *id, enum ctr_state from,
    enum ctr_state to)
{
	struct rec	*keys = rec_new();
	int		 rc = state_container_set(&s->client, id, 1u << from,
			    to, keys, NULL);

	rec_free(keys);
	return (rc);
}

/*
 * Two that pause one container at the same time take turns. Killed before the
 * state says so, it is undone by the next command that sees it (end.c).
 */
static int
freeze(struct session *s, const struct rec *row, const struct ready *r)
{
	struct error	 f;
	int			 rc;

	if (locks_take(s, "ctr", r->id, LOCK_WAIT_MS) == -1)
		return (-1);
	rc = cgroup_freeze(s, row, &r->cgroup);
	if (rc == 0 && (rc = change(s, r->id, CTR_RUNNING, CTR_PAUSED)) == -1) {
		error_save(&s->client.error, &f);
		(void)cgroup_thaw(s, r->id);
		error_restore(&s->client.error, &f);
	}
	locks_drop(s, "ctr", r->id);
	return (rc);
}

static int
pause_one(struct session *s, const struct rec *row, void *ctx)
{
	const char		*id = rec_str(row, "id", "");
	const struct ready	*r = find_ready(ctx, id);

	switch (rec_num(row, "state", 0)) {
	case CTR_PAUSED:
		return (refuse(s, id, "already paused"));
	case CTR_RUNNING:
		break;
	default:
		return (refuse(s, rec_str(row, "state_name", "unknown"),
		    "not running, can't pause"));
	}
	if (r == NULL)
		return (refuse(s, id, "started just now, try again"));
	if (r->why == NULL)
		return (freeze(s, row, r));
	return (error_set(&s->client.error, EACCES, "%s", r->why));
}

static int
unpause_one(struct session *s, const struct rec *row, void *ctx)
{
	const char	*id = rec_str(row, "id", "");
	int		 rc;

	(void)ctx;
	if (rec_num(row, "state", 0) != CTR_PAUSED)
		return (refuse(s, id, "not paused, can't unpause"));
	if (locks_take(s, "ctr", id, LOCK_WAIT_MS) == -1)
		return (-1);
	rc = cgroup_thaw(s, id);
	if (rc == 0)
		rc = change(s, id, CTR_PAUSED, CTR_RUNNING);
	locks_drop(s, "ctr", id);
	return (rc);
}

/* Two descriptors for each, before anything is confined. */
static void
raise_limit(void)
{
	struct rlimit	 lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1)
		return;
	lim.rlim_cur = lim.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &lim);
}

static void
free_ready(struct pausing *p)
{
	struct ready	*r;

	while ((r = p->all) != NULL) {
		p->all = r->next;
		cgroup_clear(&r->cgroup);
		free(r->why);
		free(r);
	}
}

int
cmd_pause(struct cli *g, int argc, char **argv)
{
	struct pausing	 p = { .sel = { .g = g, .argc = argc, .argv = argv,
			    .all_states = 1u << CTR_RUNNING, .say_ref = true,
			    .missing = EXIT_ENGINE, .failed = EXIT_ENGINE } };
	struct session	 s = { .privileged = make_all_ready, .arg = &p };
	int		 code;

	if (select_files(g) == -1)
		return (EXIT_ENGINE);
	raise_limit();
	if (command_open(&s, g, NEED_STATE | NEED_LOCK | NEED_CGROUP,
	    NULL) == -1) {
		free_ready(&p);
		return (EXIT_ENGINE);
	}
	/* What --filter and --latest have said they need not say again. */
	code = argc == 0 && p.code != 0 ? p.code :
	    select_each(&s, &p.sel, pause_one, &p);
	free_ready(&p);
	session_close(&s);
	return (code);
}

int
cmd_unpause(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct select	 sel = { .g = g, .argc = argc, .argv = argv,
			    .all_states = 1u << CTR_PAUSED, .say_ref = true,
			    .missing = EXIT_ENGINE, .failed = EXIT_ENGINE };
	int		 code;

	if (select_files(g) == -1)
		return (EXIT_ENGINE);
	if (command_open(&s, g, NEED_STATE | NEED_LOCK, NULL) == -1)
		return (EXIT_ENGINE);
	code = select_each(&s, &sel, unpause_one, NULL);
	session_close(&s);
	return (code);
}
