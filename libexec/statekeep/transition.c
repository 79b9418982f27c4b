#include "transition.h"

#include "db.h"
#include "events.h"
#include "history.h"
#include "keep.h"

static int
commit(struct keep *k, const struct transition *t)
{
	if (t->boot && db_ready(k->boot) == -1)
		return (keep_fail_db(k, k->boot));
	if (t->durable && db_commit(k->durable, t->hard) == -1)
		return (keep_fail_db(k, k->durable));
	if (t->boot && db_commit(k->boot, false) == -1) {
		(void)keep_fail_db(k, k->boot);
		if (t->durable)
			db_undo(k->durable);
		return (-1);
	}
	return (0);
}

int
commit_transition(struct keep *k, const struct transition *t)
{
	struct hist	 h;
	int		 rc = history_put(k, t, &h);

	if (rc == 0 && (rc = commit(k, t)) == 0)
		events_emit(k, &h);
	history_done(&h);
	return (rc);
}
