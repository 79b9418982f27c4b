#include "transition.h"

#include "db.h"
#include "events.h"
#include "history.h"
#include "state.h"

static int
commit(struct state *sk, const struct transition *t)
{
	if (t->boot && db_ready(sk->boot) == -1)
		return (state_fail_db(sk, sk->boot));
	if (t->durable && db_commit(sk->durable, t->hard) == -1)
		return (state_fail_db(sk, sk->durable));
	if (t->boot && db_commit(sk->boot, false) == -1) {
		(void)state_fail_db(sk, sk->boot);
		if (t->durable)
			db_undo(sk->durable);
		return (-1);
	}
	return (0);
}

int
commit_transition(struct state *sk, const struct transition *t)
{
	struct hist	 h;
	int		 rc = history_put(sk, t, &h);

	if (rc == 0 && (rc = commit(sk, t)) == 0)
		events_emit(sk, &h);
	history_done(&h);
	return (rc);
}
