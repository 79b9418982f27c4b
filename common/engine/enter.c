#include "enter.h"

#include "boot.h"
#include "lock_numbers.h"
#include "session.h"
#include "sweep.h"

#define NEED_SWEEP	(NEED_STATE | NEED_STORE | NEED_IDS)

static void
retrieve_locks(struct session *s)
{
	if (locks_retrieve(s, LOCKS_WAIT_MS) == -1)
		session_warn(s, "the numbers of locks could not be retrieved: "
		    "%s; bulkhead system renumber gives new ones",
		    s->client.error.text);
}

void
session_enter(struct session *s, unsigned int need)
{
	if (s->locks_stale && (need & NEED_STATE) != 0 && !s->locks_any)
		retrieve_locks(s);
	if ((need & NEED_SWEEP) != NEED_SWEEP || (need & NEED_AS_IS) != 0)
		return;
	if (s->stale && boot_refresh(s, NULL) == -1 &&
	    s->client.error.text[0] != '\0')
		session_warn(s, "this boot's refresh is not done: %s",
		    s->client.error.text);
	sweep_containers(s);
	sweep_store(s);
}
