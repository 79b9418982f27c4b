#include "load.h"

#include "session.h"
#include "state.h"

struct rec *
container_load(struct session *s, const char *ref)
{
	char	 id[65];

	return (state_container_find(&s->client, ref, id) == -1 ? NULL :
	    state_container_get(&s->client, id));
}
