#include "transition.h"

#include "db.h"
#include "keep.h"

int
commit_transition(struct keep *k, const struct transition *t)
{
	if (t->durable && db_commit(k->durable, t->hard) == -1)
		return (keep_fail_db(k, k->durable));
	if (t->boot && db_commit(k->boot, false) == -1)
		return (keep_fail_db(k, k->boot));
	return (0);
}
