/*
 * Uses of objects by containers. A use is recorded in the database that has the
 * container, in the transaction that makes the container, and removed with it.
 * A use by a container that does not exist, because a reboot removed it, is
 * ignored.
 */
#include "obj.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "events.h"
#include "state.h"
#include "keys.h"
#include "messages.h"
#include "record.h"
#include "registry.h"

/* A required container is recorded like an object that is used. */
static const struct objkind	containers = { .noun = "container",
	.rows = KEY_ROW, .id_len = 64 };

#define CTR_LEN		64

/*
 * u:<kind>:<id>:<container>; with an empty container, the prefix of all uses of
 * the object.
 */
static const char *
use_key(char *out, const struct objkind *kind, const char *id,
    const char *ctr)
{
	(void)snprintf(out, KEY_SIZE, KEY_USER ":%s:%.255s:%.64s", kind->rows,
	    id, ctr);
	return (out);
}

static bool
has_container(struct state *sk, const char *ctr)
{
	char	 key[KEY_SIZE];

	key_make(key, KEY_ROW, ctr);
	return (db_has(sk->durable, key) || db_has(sk->boot, key));
}

static int
list_in(struct state *sk, struct db *db, const char *prefix, const char *but,
    struct rec *out)
{
	struct db_cursor	*c = db_walk(db, prefix);
	const char		*key, *ctr;
	const void		*data;
	size_t			 len;
	int			 n = 0;

	if (c == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	while (db_next(c, &key, &data, &len)) {
		ctr = key + strlen(prefix);
		if (strlen(ctr) != CTR_LEN || strcmp(ctr, but) == 0 ||
		    !has_container(sk, ctr))
			continue;
		if (rec_add(out, KEY(user), ctr) == -1) {
			n = state_fail(sk, errno, "out of memory");
			break;
		}
		n++;
	}
	db_walk_end(c);
	return (n);
}

int
objuse_list(struct state *sk, const struct objkind *kind, const char *id,
    const char *but, struct rec *out)
{
	char	 prefix[KEY_SIZE];
	int	 a, b;

	use_key(prefix, kind, id, "");
	if ((a = list_in(sk, sk->durable, prefix, but, out)) == -1 ||
	    (b = list_in(sk, sk->boot, prefix, but, out)) == -1)
		return (-1);
	return (a + b);
}

int
objuse_forget(struct state *sk, struct db *db, const struct objkind *kind,
    const char *id)
{
	char	 prefix[KEY_SIZE], key[1100];

	use_key(prefix, kind, id, "");
	while (db_first_key(db, prefix, key, sizeof(key)))
		if (db_del(db, key) == -1)
			return (state_fail_db(sk, db));
	return (0);
}

const char *
objuse_session(char *out, const char *ctr, const char *id)
{
	(void)snprintf(out, KEY_SIZE, KEY_EXEC "c:%.64s:%.64s", ctr, id);
	return (out);
}

/* Remove the exec sessions of a container. */
static int
drop_sessions(struct state *sk, const char *ctr)
{
	char	 prefix[KEY_SIZE], index[1100], key[KEY_SIZE];

	objuse_session(prefix, ctr, "");
	while (db_first_key(sk->boot, prefix, index, sizeof(index)))
		if (db_del(sk->boot, key_make(key, KEY_EXEC,
		    index + strlen(prefix))) == -1 ||
		    db_del(sk->boot, index) == -1)
			return (state_fail_db(sk, sk->boot));
	return (0);
}

static int
note(struct state *sk, struct db *db, const struct objkind *kind,
    const char *id, const char *ctr)
{
	char	 key[KEY_SIZE];

	return (db_put_text(db, use_key(key, kind, id, ctr), "") == -1 ?
	    state_fail_db(sk, db) : 0);
}

bool
obj_wanted(const struct rec *def)
{
	return (rec_count(def, KEY(volume)) > 0);
}

/* Make a volume that does not exist from the front end's description. */
static int
make_volume(struct state *sk, const struct objkind *kind, struct rec *v,
    const char *ctr)
{
	const char		*name = rec_str(v, KEY(name), "");
	struct event		 e = { .type = kind->noun, .status = "create",
				    .name = name, .ns = sk->ns, .labels = v };
	char			 key[KEY_SIZE];

	if (rec_set_num(v, KEY(v), OBJ_SCHEMA) == -1 ||
	    rec_set(v, KEY(id), name) == -1 ||
	    (rec_num(v, KEY_IN(volume, anon), 0) != 0 && rec_set(v, KEY(owner),
	    ctr) == -1) ||
	    (*sk->ns != '\0' && rec_set(v, KEY(namespace), sk->ns) == -1))
		return (state_fail(sk, errno, "out of memory"));
	if (db_put(sk->durable, key_make(key, kind->rows, name), v) == -1)
		return (state_fail_db(sk, sk->durable));
	return (event_note(sk, &e));
}

static int
claim_volume(struct state *sk, struct db *db, const char *ctr,
    const struct rec *asked)
{
	const struct objkind	*kind = objkind_get(sk, OBJ_VOLUME);
	const char		*name = rec_str(asked, KEY(name), "");
	struct rec		*have, *copy;
	int			 rc = -1;

	if ((have = objfind_load(sk, kind, name)) != NULL) {
		if (rec_num(have, KEY(removing), 0) == 0)
			rc = 0;
		else
			(void)state_fail(sk, EBUSY, "volume %s is being "
			    "removed: volume has already been removed", name);
		rec_free(have);
	} else if (errno == ENOENT && (copy = rec_new()) != NULL) {
		if (rec_add_all(copy, asked) == 0)
			rc = make_volume(sk, kind, copy, ctr);
		rec_free(copy);
	}
	return (rc == 0 ? note(sk, db, kind, name, ctr) : -1);
}

static int
claim_pod(struct state *sk, struct db *db, const char *ctr, const char *pod)
{
	const struct objkind	*kind = objkind_get(sk, OBJ_POD);
	struct rec		*have = objfind_load(sk, kind, pod);
	bool			 going;

	if (have == NULL)
		return (errno == ENOENT ? objfind_removed(sk, kind, pod) : -1);
	going = rec_num(have, KEY(removing), 0) != 0;
	rec_free(have);
	if (going)
		return (state_fail(sk, EBUSY, "pod %s is being removed: pod "
		    "has already been removed", pod));
	return (note(sk, db, kind, pod, ctr));
}

int
obj_claim(struct state *sk, struct db *db, const char *ctr,
    const struct rec *def)
{
	const char	*v, *pod = rec_get(def, KEY(pod));
	struct rec	*volume;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (volume = rec_sub(def, KEY(volume), &it)) != NULL) {
		rc = claim_volume(sk, db, ctr, volume);
		rec_free(volume);
	}
	if (rc == 0 && pod != NULL)
		rc = claim_pod(sk, db, ctr, pod);
	for (it = 0; rc == 0 && rec_next(def, KEY(requires), &it, &v);) {
		if (!has_container(sk, v))
			return (state_fail(sk, ENOENT, "no container with name "
			    "or ID \"%s\" found: no such container", v));
		rc = note(sk, db, &containers, v, ctr);
	}
	return (rc);
}

/* The row is damaged: read all uses to find those of the container. */
static int
release_all(struct state *sk, struct db *db, const char *ctr)
{
	struct db_cursor	*c = db_walk(db, KEY_USER ":");
	const char		*key;
	const void		*data;
	size_t			 len, n;
	scoped_rec struct rec	*found = rec_new();
	size_t			 it = 0;
	int			 rc = 0;

	while (c != NULL && db_next(c, &key, &data, &len))
		if ((n = strlen(key)) > CTR_LEN &&
		    strcmp(key + n - CTR_LEN, ctr) == 0)
			(void)rec_add(found, KEY(key), key);
	db_walk_end(c);
	while (rc == 0 && rec_next(found, KEY(key), &it, &key))
		rc = db_del(db, key) == -1 ? state_fail_db(sk, db) : 0;
	return (rc);
}

static int
release_one(struct state *sk, struct db *db, const struct objkind *kind,
    const char *id, const char *ctr)
{
	char	 key[KEY_SIZE];

	return (db_del(db, use_key(key, kind, id, ctr)) == -1 ?
	    state_fail_db(sk, db) : 0);
}

int
obj_release(struct state *sk, struct db *db, const char *ctr,
    const struct rec *row)
{
	const char	*v;
	size_t		 it = 0;
	int		 rc = 0;

	if (drop_sessions(sk, ctr) == -1)
		return (-1);
	if (row == NULL)
		return (release_all(sk, db, ctr));
	while (rc == 0 && rec_next(row, KEY_IN(row, volume), &it, &v))
		rc = release_one(sk, db, objkind_get(sk, OBJ_VOLUME), v, ctr);
	for (it = 0; rc == 0 && rec_next(row, KEY(requires), &it, &v);)
		rc = release_one(sk, db, &containers, v, ctr);
	if (rc == 0 && (v = rec_get(row, KEY(pod))) != NULL)
		rc = release_one(sk, db, objkind_get(sk, OBJ_POD), v, ctr);
	return (rc);
}

int
obj_required(struct state *sk, const char *ctr)
{
	struct rec	*users = rec_new();
	const char	*v;
	char		 names[700] = "";
	size_t		 it = 0, at = 0;
	int		 n;

	if (users == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	n = objuse_list(sk, &containers, ctr, "", users);
	while (n > 0 && rec_next(users, KEY(user), &it, &v) &&
	    at < sizeof(names))
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
		    at == 0 ? "" : ", ", v);
	rec_free(users);
	if (n <= 0)
		return (n);
	return (state_fail(sk, EEXIST, "container %s has dependent containers "
	    "which must be removed before it: %s: container already exists",
	    ctr, names));
}
