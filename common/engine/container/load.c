#include "load.h"

#include "calls.h"
#include "record.h"
#include "session.h"
#include "states.h"

struct rec *
container_load(struct session *s, const char *ref)
{
	char	 id[65];

	return (state_container_find(&s->client, ref, id) == -1 ? NULL :
	    state_container_get(&s->client, id));
}

bool
container_is_running(const struct rec *row)
{
	return CTR_IN(rec_num(row, KEY(state), 0), CTR_STARTED);
}
