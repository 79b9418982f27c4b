#include "volumes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "clock.h"
#include "layout.h"
#include "locks.h"
#include "record.h"
#include "session.h"

#define BASE_MAX	1023		/* as in store_open */

const char *
volumes_base(const struct session *s)
{
	const char	*path = session_text(s, volume_path);
	size_t		 n = strlen(s->graph);

	if (*path == '\0')
		return (LAYOUT_VOLUMES);
	if (n > 0 && strncmp(path, s->graph, n) == 0 && path[n] == '/' &&
	    strstr(path + n, "..") == NULL && strlen(path + n + 1) <= BASE_MAX)
		return (path + n + 1);
	return ("");
}

int
volumes_path(struct session *s, const char *name, bool legacy,
    char path[PATH_MAX])
{
	const char	*base = volumes_base(s);

	if (*base == '\0')
		return (error_set(&s->client.error, ENOTSUP, "volumes outside "
		    "of the storage are not supported by bulkhead yet: the "
		    "volume path %s is not below %s", session_text(s,
		    volume_path), s->graph));
	if (snprintf(path, PATH_MAX, "%s/%s%s/" LAYOUT_VOLUME_DATA, base,
	    legacy ? "" : LAYOUT_VOLUME_OWN, name) < PATH_MAX)
		return (0);
	return (error_set(&s->client.error, ENAMETOOLONG, "the path of volume "
	    "%s is too long", name));
}

bool
volumes_is_legacy(struct session *s, const struct rec *have)
{
	const char	*place = rec_str(have, KEY(mountpoint), "");
	char		 path[PATH_MAX];
	size_t		 n = strlen(s->graph);

	return (volumes_path(s, rec_str(have, KEY(name), ""), true,
	    path) == 0 &&
	    strncmp(place, s->graph, n) == 0 && place[n] == '/' &&
	    strcmp(place + n + 1, path) == 0);
}

struct rec *
volumes_list(struct session *s)
{
	return (state_objects(&s->client, OBJ_VOLUME));
}

struct rec *
volumes_find(struct session *s, const char *ref)
{
	return (state_object_get(&s->client, OBJ_VOLUME, 0, ref));
}

struct rec *
volumes_record(struct session *s, const char *name, bool own)
{
	struct rec	*r;
	char		 path[PATH_MAX];

	if (volumes_path(s, name, false, path) == -1)
		return (NULL);
	r = rec_new();
	(void)rec_add(r, KEY(name), name);
	(void)rec_add(r, KEY(driver), "local");
	(void)rec_addf(r, KEY(mountpoint), "%s/%s", s->graph, path);
	(void)rec_add_num(r, KEY(created), clock_real_ns());
	if (own)
		(void)rec_add_num(r, KEY_IN(volume, anon), 1);
	return (r);
}

struct rec *
volumes_get(struct session *s, const char *name)
{
	struct rec	*r = volumes_find(s, name);

	/* The beginning of a name finds one, too. */
	if (r != NULL && strcmp(rec_str(r, KEY(id), ""), name) == 0)
		return (r);
	if (r != NULL || errno == EEXIST)
		(void)error_set_code(&s->client.error, ERR_NO_SUCH_VOLUME,
		    ENOENT, "no volume with name \"%s\" found: no such "
		    "volume", name);
	rec_free(r);
	return (NULL);
}

bool
volumes_is_fresh(struct session *s, const struct rec *have)
{
	return (rec_get(have, KEY(device)) == NULL &&
	    store_volume_look(&s->client, rec_str(have, KEY(name), ""),
	    volumes_is_legacy(s, have)) == VOLUME_FRESH);
}

/*
 * Move a volume's directory to the trash. One where versions before this one
 * put it may have become a volume of podman: then the store leaves it.
 */
static int
to_trash(struct session *s, const struct rec *have)
{
	const char	*name = rec_str(have, KEY(name), "");
	int64_t		 stays;

	if (rec_get(have, KEY(device)) != NULL)
		return (0);		/* it has no directory of ours */
	stays = store_volume_remove(&s->client, name,
	    volumes_is_legacy(s, have),
	    rec_text(have, KEY_IN(volume, anon)) != NULL);
	if (stays == -1)
		return (-1);
	if (stays != 0)
		session_warn(s, "the data of volume %s stays in %s/%s/%s, "
		    "where podman has its volumes: delete it if podman volume "
		    "ls does not list it", name, s->graph, volumes_base(s),
		    name);
	return (0);
}

/* With its lock, if it has one. Two may have met here: one finds it gone. */
static int
remove_named(struct session *s, const char *name, const char *by, bool lock)
{
	scoped_rec struct rec	*have = NULL;

	if (state_object_remove(&s->client, OBJ_VOLUME, OBJ_MARK, name,
	    by) == -1)
		return (-1);
	if ((have = volumes_get(s, name)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	if (to_trash(s, have) == -1 || (state_object_remove(&s->client,
	    OBJ_VOLUME, OBJ_FINISH, name, by) == -1 && errno != ENOENT))
		return (-1);
	if (lock)
		locks_free_id(s, "vol", name);
	return (0);
}

int
volumes_remove(struct session *s, const char *name, const char *by)
{
	return (remove_named(s, name, by, true));
}

int
volumes_lock_new(struct session *s, const struct rec *have, const char *name,
    struct rec *r)
{
	if (have != NULL && rec_num(have, KEY(removing), 0) == 0)
		return (0);
	if (have != NULL && volumes_remove(s, name, "") == -1)
		return (-1);
	return (locks_alloc(s, "vol", name, r));
}

/*
 * Its directory cannot be made: take the record away again, which no container
 * uses yet. The error is why.
 */
static int
undo_create(struct session *s, const char *name)
{
	struct error	 why;

	error_save(&s->client.error, &why);
	(void)volumes_remove(s, name, "");
	error_restore(&s->client.error, &why);
	return (-1);
}

int
volumes_create(struct session *s, const char *name, const struct rec *keys,
    bool keep, char *made)
{
	scoped_rec struct rec	*r = volumes_record(s, name, false);
	scoped_rec struct rec	*have = NULL;

	if (session_in_memory(s))
		return (error_set(&s->client.error, EINVAL, "the state type "
		    "memory is forgotten when a command ends: volumes can only "
		    "be made by run with it"));
	if (r == NULL || rec_add_all(r, keys) == -1)
		return (-1);
	have = volumes_get(s, name);
	if (have == NULL && errno != ENOENT && errno != EXDEV)
		return (-1);
	if (volumes_lock_new(s, have, name, r) == -1 || state_object_put(
	    &s->client, OBJ_VOLUME, keep ? OBJ_KEEP : 0, r, made) == -1)
		return (-1);
	if (rec_get(r, KEY(device)) != NULL ||
	    store_volume_make(&s->client, made, false) != -1)
		return (0);
	/* With `keep` it may be one that was there before. */
	return (keep ? -1 : undo_create(s, made));
}

static int
drop_one(struct session *s, const char *name, const char *id, bool lock)
{
	if (remove_named(s, name, id, lock) == 0 || errno == ENOENT ||
	    errno == EBUSY)
		return (0);
	return (-1);
}

/* A whole row has a definition; one from a list, the names alone. */
int
volumes_drop_own(struct session *s, const struct rec *row)
{
	const char		*id = rec_str(row, KEY(id), ""), *name;
	bool			 lock = rec_num(row, KEY(rm), 0) == 0;
	bool			 whole = !rec_has(row, KEY_IN(row, anon));
	size_t			 it = 0;
	scoped_rec struct rec	*def = whole ? rec_sub(row, KEY(def), &it) :
				    NULL;
	struct rec		*v;

	rec_each_text(name, row, KEY_IN(row, anon))
		if (drop_one(s, name, id, lock) == -1)
			return (-1);
	rec_each(v, def, KEY(volume))
		if (rec_num(v, KEY_IN(volume, anon), 0) != 0 &&
		    drop_one(s, rec_str(v, KEY(name), ""), id, lock) == -1)
			return (-1);
	return (0);
}

/* Is nothing to use this volume again? */
static bool
is_over(const struct rec *v)
{
	return (rec_get(v, KEY(user)) == NULL &&
	    (rec_num(v, KEY(removing), 0) != 0 ||
	    rec_num(v, KEY(rm), 0) != 0));
}

int
volumes_refresh(struct session *s)
{
	scoped_rec struct rec	*all = volumes_list(s);
	struct rec		*v;
	const char		*name;
	int			 rc = all == NULL ? -1 : 0;

	rec_each(v, all, KEY(obj)) {
		name = rec_str(v, KEY(id), "");
		if (is_over(v) && volumes_remove(s, name, "") == -1 &&
		    errno != ENOENT) {
			session_warn(s, "volume %s could not be refreshed: %s",
			    name, s->client.error.text);
			rc = -1;
		}
	}
	return (rc);
}
