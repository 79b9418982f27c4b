#include "pause.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "freeze.h"
#include "locks.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "states.h"

/* A container whose cgroup is ready, or the error that it met. */
struct pause {
	struct pause	*next;
	char		 id[ID_TEXT];
	struct cgroup	 cgroup;
	char		*why;
};

int
pause_prepare(struct pause **all, struct session *s, const struct rec *row)
{
	struct pause	*p;

	/*
	 * Else container_pause refuses it; but root's rows are as they were
	 * left, and of one that was let go the state may not say so yet.
	 */
	if (!CTR_IN(rec_num(row, KEY(state), 0), 1u << CTR_RUNNING |
	    (s->system ? 1u << CTR_PAUSED : 0)))
		return (0);
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (-1);
	p->cgroup = (struct cgroup)CGROUP_EMPTY;
	(void)strlcpy(p->id, rec_str(row, KEY(id), ""), sizeof(p->id));
	if (cgroup_make(session_run_env(s), row, &p->cgroup) == -1) {
		cgroup_clear(&p->cgroup);
		p->why = strdup(s->client.error.text);
	}
	p->next = *all;
	*all = p;
	return (0);
}

void
pause_clear(struct pause *all)
{
	struct pause	*p;

	while ((p = all) != NULL) {
		all = p->next;
		cgroup_clear(&p->cgroup);
		free(p->why);
		free(p);
	}
}

static int
refuse(struct session *s, const char *what, const char *why)
{
	return (error_set(&s->client.error, EBUSY, "\"%s\" is %s: container "
	    "state improper", what, why));
}

/* Of two that pause one container at the same time, the second waits. */
static int
freeze(struct session *s, const struct rec *row, const struct pause *p)
{
	struct error	 failed;
	int		 rc;

	if (locks_take(s, "ctr", p->id, LOCK_WAIT_MS) == -1)
		return (-1);
	rc = cgroup_freeze(session_run_env(s), row, &p->cgroup);
	if (rc == 0 && (rc = container_set(s, p->id, 1u << CTR_RUNNING,
	    CTR_PAUSED, NULL)) == -1) {
		error_save(&s->client.error, &failed);
		(void)cgroup_thaw(session_run_env(s), p->id);
		error_restore(&s->client.error, &failed);
	}
	locks_drop(s, "ctr", p->id);
	return (rc);
}

int
container_pause(struct session *s, const struct rec *row,
    const struct pause *p)
{
	const char	*id = rec_str(row, KEY(id), "");

	while (p != NULL && strcmp(p->id, id) != 0)
		p = p->next;
	switch (rec_num(row, KEY(state), 0)) {
	case CTR_PAUSED:
		return (refuse(s, id, "already paused"));
	case CTR_RUNNING:
		break;
	default:
		return (refuse(s, rec_str(row, KEY(state_name), "unknown"),
		    "not running, can't pause"));
	}
	if (p == NULL)
		return (refuse(s, id, "started just now, try again"));
	if (p->why == NULL)
		return (freeze(s, row, p));
	return (error_set_code(&s->client.error, ERR_NO_CGROUPS, EACCES,
	    "%s", p->why));
}

int
container_unpause(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, KEY(id), "");
	int		 rc;

	if (rec_num(row, KEY(state), 0) != CTR_PAUSED)
		return (refuse(s, id, "not paused, can't unpause"));
	if (locks_take(s, "ctr", id, LOCK_WAIT_MS) == -1)
		return (-1);
	rc = cgroup_thaw(session_run_env(s), id);
	if (rc == 0)
		rc = container_set(s, id, 1u << CTR_PAUSED, CTR_RUNNING, NULL);
	locks_drop(s, "ctr", id);
	return (rc);
}
