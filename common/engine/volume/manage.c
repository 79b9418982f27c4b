#include "manage.h"

#include <errno.h>

#include "calls.h"
#include "locks.h"
#include "reconcile.h"
#include "record.h"
#include "remove.h"
#include "session.h"
#include "volumes.h"

struct rec *
volumes_list(struct session *s)
{
	return (state_objects(&s->client, OBJ_VOLUME));
}

struct rec *
volumes_find_one(struct session *s, const char *ref)
{
	return (state_object_get(&s->client, OBJ_VOLUME, 0, ref));
}

/*
 * Allocate the lock of a new volume. Before that, finish the removal of a
 * volume of that name, if a killed command has begun it.
 */
static int
prepare(struct session *s, struct rec *r, const char *name)
{
	scoped_rec struct rec	*have = volumes_get(s, name);
	bool			 half = have != NULL &&
			    rec_num(have, KEY(removing), 0) != 0;
	int			 rc = half ? volumes_remove(s, name, "") : 0;

	if (rc == 0 && (have == NULL || half))
		rc = locks_alloc(s, "vol", name, r);
	return (rc);
}

int
volumes_create(struct session *s, const char *name, const struct rec *keys,
    bool keep, char *made)
{
	scoped_rec struct rec	*r = volumes_record(s, name, false);
	int			 rc = -1;

	if (r != NULL && rec_add_all(r, keys) == 0 &&
	    prepare(s, r, name) == 0 && state_object_put(&s->client,
	    OBJ_VOLUME, keep ? OBJ_KEEP : 0, r, made) == 0)
		rc = rec_get(r, KEY(device)) != NULL || store_volume_make(
		    &s->client, made, false) != -1 ? 0 : -1;
	return (rc);
}

int
volumes_remove_users(struct session *s, const struct rec *v, int64_t timeout)
{
	const char	*id;
	struct rec	*row;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && rec_next(v, KEY(user), &it, &id)) {
		if ((row = container_reconciled(s, id)) == NULL) {
			rc = errno == ENOENT ? 0 : -1;
			continue;
		}
		rc = remove_container(s, row, true, timeout);
		rec_free(row);
	}
	return (rc);
}
