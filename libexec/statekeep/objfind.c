/* The kinds of objects, and finding an object of a kind. */
#include "objkind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "state.h"
#include "name.h"
#include "obj.h"
#include "messages.h"
#include "record.h"
#include "registry.h"

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
	if (kind > 0 && kind < sizeof(kinds) / sizeof(kinds[0]))
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
	char		 key[KEY_SIZE];
	struct rec	*r = db_get(objkind_db(sk, kind),
			    key_make(key, kind->rows, id));
	int64_t		 v;

	if (r == NULL) {
		if (errno == ENOENT)
			(void)objfind_missing(sk, kind, id);
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

/* Count the ids with this prefix, up to 2; the first is copied to id. */
static unsigned int
by_prefix(struct state *sk, const struct objkind *kind, const char *ref,
    char *id)
{
	struct db_cursor	*c;
	const char		*key;
	const void		*data;
	char			 prefix[KEY_SIZE];
	size_t			 len, skip = strlen(kind->rows) + 1;
	struct rec		*r;
	unsigned int		 n = 0;

	c = db_walk(objkind_db(sk, kind), key_make(prefix, kind->rows, ref));
	while (c != NULL && n < 2 && db_next(c, &key, &data, &len)) {
		r = rec_decode(data, len, key_type(key), NULL);
		if ((r == NULL || state_sees(sk, r)) && n++ == 0)
			(void)snprintf(id, OBJ_ID, "%.255s", key + skip);
		rec_free(r);
	}
	db_walk_end(c);
	return (n);
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
	n = name_valid(ref) ? by_prefix(sk, kind, ref, id) : 0;
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
