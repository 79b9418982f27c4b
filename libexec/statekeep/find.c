/*
 * Finding a container or another object by its id, its name, or the beginning
 * of its id; and the kinds of the other objects.
 */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctr.h"
#include "db.h"
#include "keys.h"
#include "messages.h"
#include "name.h"
#include "nitems.h"
#include "obj.h"
#include "record.h"
#include "registry.h"

/*
 * In a namespace, a name or a prefix finds only objects of this namespace, and
 * those that cannot be read.
 */
static bool
counts(const struct state *sk, const char *key, const void *data, size_t len)
{
	scoped_rec struct rec	*row = NULL;

	return (*sk->ns == '\0' || sk->all || (row = rec_decode(data, len,
	    key_type(key), NULL)) == NULL || state_sees(sk, row));
}

/*
 * Count the ids of a kind of rows that have this prefix, from n on up to two.
 * The first is copied to the buffer.
 */
static unsigned int
match_prefix(struct state *sk, struct db *db, const char *rows, const char *ref,
    unsigned int n, char *id, size_t size)
{
	struct db_cursor	*c;
	const char		*key;
	const void		*data;
	char			 prefix[KEY_SIZE];
	size_t			 len, skip = strlen(rows) + 1;

	c = db_walk(db, key_make(prefix, rows, ref));
	while (c != NULL && n < 2 && db_next(c, &key, &data, &len))
		if (counts(sk, key, data, len) && n++ == 0)
			(void)snprintf(id, size, "%.*s", (int)size - 1,
			    key + skip);
	db_walk_end(c);
	return (n);
}

static int
find_prefix(struct state *sk, const char *ref, char id[65])
{
	unsigned int	 n;

	if (strlen(ref) > 64 || !name_is_id(ref, strlen(ref)))
		return (ctr_no_such(sk, ref));
	n = match_prefix(sk, sk->durable, KEY_ROW, ref, 0, id, 65);
	n = match_prefix(sk, sk->boot, KEY_ROW, ref, n, id, 65);
	if (n == 0)
		return (ctr_no_such(sk, ref));
	if (n > 1)
		return (state_fail(sk, EEXIST, "more than one result for "
		    "container name or ID \"%s\": container already exists; "
		    "give more of the ID", ref));
	return (0);
}

/*
 * Full id, exact name or unique prefix of an id. The first two may find an
 * object of another namespace; loading it then fails.
 */
static int
find(struct state *sk, const char *ref, char id[65])
{
	struct holder	 h = { .kind = HOLDER_CTR };
	char		 key[KEY_SIZE];

	key_make(key, KEY_ROW, ref);
	if (name_is_id(ref, 64) && (db_has(sk->durable, key) ||
	    db_has(sk->boot, key))) {
		(void)snprintf(id, 65, "%s", ref);
		return (0);
	}
	if (registry_find(sk, ref, &h) && h.kind == HOLDER_CTR) {
		(void)snprintf(id, 65, "%s", h.id);
		return (0);
	}
	if (find_prefix(sk, ref, id) == 0)
		return (0);
	if (errno == ENOENT && h.kind == HOLDER_POD)
		return (state_fail(sk, ENOENT, "\"%s\" is a pod, not a "
		    "container: no such container", ref));
	return (-1);
}

int
state_find(struct state *sk, const char *ref, char id[65])
{
	int	 rc;

	if (*ref == '\0')
		return (state_fail(sk, EINVAL, "name or ID cannot be empty: "
		    "invalid argument"));
	for (int tries = 0;; tries++) {
		rc = state_begin(sk, true, true, false);
		if (rc == 0)
			rc = state_end(sk, find(sk, ref, id));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}

/* --- other objects --- */

static const struct objkind kinds[] = {
	[OBJ_POD] = { "pod", KEY_POD, 64, true, true, false,
	    "no pod with name or ID %s found: no such pod", NULL },
	[OBJ_VOLUME] = { "volume", KEY_VOLUME, 0, false, false, false,
	    "no volume with name \"%s\" found: no such volume",
	    "volume with name %s already exists: volume already exists" },
	[OBJ_EXEC] = { "exec session", KEY_EXEC, 64, false, false, true,
	    "no exec session with ID %s found: no such exec session",
	    "the exec session ID %s is already in use" },
	[OBJ_NETWORK] = { "network", KEY_NETWORK, 64, true, false, false,
	    "unable to find network with name or ID %s: network not found",
	    "network name %s already used: network already exists" },
	[OBJ_SECRET] = { "secret", KEY_SECRET, 25, true, false, false,
	    "no secret with name or id \"%s\": no such secret",
	    "secret name in use: %s" },
};

const struct objkind *
objkind_get(struct state *sk, uint32_t kind)
{
	if (kind > 0 && kind < NITEMS(kinds))
		return (&kinds[kind]);
	(void)state_fail(sk, EINVAL, "%u is not a kind of object",
	    (unsigned int)kind);
	return (NULL);
}

struct db *
objkind_db(struct state *sk, const struct objkind *kind)
{
	return (kind->boot ? sk->boot : sk->durable);
}

int
objfind_missing(struct state *sk, const struct objkind *kind, const char *ref)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return (state_fail(sk, ENOENT, kind->missing, ref));
#pragma GCC diagnostic pop
}

int
objfind_removed(struct state *sk, const struct objkind *kind, const char *id)
{
	return (state_fail(sk, ENOENT, "%s %s has been removed meanwhile: %s "
	    "has already been removed", kind->noun, id, kind->noun));
}

const char *
objfind_alias(char *out, const struct objkind *kind, const char *name)
{
	char	 tail[KEY_SIZE];

	(void)snprintf(tail, sizeof(tail), "%s:%.300s", kind->rows, name);
	return (key_make(out, KEY_ALIAS, tail));
}

struct rec *
objfind_load(struct state *sk, const struct objkind *kind, const char *id)
{
	char		 key[KEY_SIZE], name[OBJ_ID];
	struct rec	*r = db_get(objkind_db(sk, kind),
			    key_make(key, kind->rows, id));
	int64_t		 v;

	if (r == NULL) {
		if (errno == ENOENT)
			(void)objfind_missing(sk, kind, id);
		else if (errno == ENOMEM)
			(void)state_fail(sk, ENOMEM, "out of memory");
		else if (kind->shared && registry_name_of(sk->durable, id,
		    name, sizeof(name)))
			(void)state_fail(sk, EUCLEAN, "the record of %s %s "
			    "(%s) is damaged; remove it with --force",
			    kind->noun, id, name);
		else
			(void)state_fail(sk, EUCLEAN, "the record of %s %s is "
			    "damaged; remove it with --force", kind->noun, id);
		return (NULL);
	}
	v = rec_num(r, KEY(v), 0);
	if (v < 1 || v > OBJ_SCHEMA)
		(void)state_fail(sk, EPROTONOSUPPORT, "%s %s was written by a "
		    "newer bulkhead (version %lld, this one knows %d)",
		    kind->noun, id, (long long)v, OBJ_SCHEMA);
	else if (!state_sees(sk, r))
		(void)state_not_ours(sk, kind->noun, id, r);
	else
		return (r);
	rec_free(r);
	return (NULL);
}

/* A name: look it up in the registry, or as an alias. */
static bool
by_name(struct state *sk, const struct objkind *kind, const char *ref, char *id,
    bool *container)
{
	struct holder	 h;
	char		 key[KEY_SIZE];

	if (!kind->named)
		return (false);
	if (!kind->shared)
		return (db_get_text(objkind_db(sk, kind),
		    objfind_alias(key, kind, ref), id, OBJ_ID));
	if (!registry_find(sk, ref, &h))
		return (false);
	*container = h.kind == HOLDER_CTR;
	(void)snprintf(id, OBJ_ID, "%s", h.id);
	return (!*container);
}

int
objfind(struct state *sk, const struct objkind *kind, const char *ref, char *id)
{
	char		 key[KEY_SIZE];
	bool		 container = false;
	unsigned int	 n;

	if (*ref == '\0')
		return (state_fail(sk, EINVAL, "name or ID cannot be empty: "
		    "invalid argument"));
	if (db_has(objkind_db(sk, kind), key_make(key, kind->rows, ref))) {
		(void)snprintf(id, OBJ_ID, "%.255s", ref);
		return (0);
	}
	if (by_name(sk, kind, ref, id, &container))
		return (0);
	n = !name_valid(ref) ? 0 : match_prefix(sk, objkind_db(sk, kind),
	    kind->rows, ref, 0, id, OBJ_ID);
	if (n == 1)
		return (0);
	if (n > 1)
		return (state_fail(sk, EEXIST, "more than one result for %s "
		    "name or ID \"%s\": %s already exists; give more of it",
		    kind->noun, ref, kind->noun));
	if (container)
		return (state_fail(sk, ENOENT, "%s is a container, not a pod: "
		    "no such pod", ref));
	return (objfind_missing(sk, kind, ref));
}
