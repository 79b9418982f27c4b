/* Finding a container by its id, its name, or the beginning of its id. */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctr.h"
#include "db.h"
#include "keys.h"
#include "name.h"
#include "record.h"
#include "registry.h"

struct match {
	char		 id[65];
	unsigned int	 n;
};

/* In a namespace, a name or a prefix finds only objects of this namespace. */
static bool
counts(const struct state *sk, const void *data, size_t len)
{
	scoped_rec struct rec	*row = NULL;
	bool			 seen;

	if (*sk->ns == '\0' || (row = rec_decode(data, len, RECORD(row),
	    NULL)) == NULL)
		return (true);
	seen = state_sees(sk, row);
	return (seen);
}

/* Count the ids in a database with this prefix, up to two. */
static void
match_prefix(struct state *sk, struct db *db, const char *ref, struct match *m)
{
	struct db_cursor	*c;
	const char		*key;
	const void		*data;
	char			 prefix[KEY_SIZE];
	size_t			 len;

	if ((c = db_walk(db, key_make(prefix, KEY_ROW, ref))) == NULL)
		return;
	while (m->n < 2 && db_next(c, &key, &data, &len))
		if (counts(sk, data, len) && m->n++ == 0)
			(void)snprintf(m->id, sizeof(m->id), "%s", key + 2);
	db_walk_end(c);
}

static int
find_prefix(struct state *sk, const char *ref, char id[65])
{
	struct match	 m = { .n = 0 };

	if (strlen(ref) > 64 || !name_is_id(ref, strlen(ref)))
		return (ctr_no_such(sk, ref));
	match_prefix(sk, sk->durable, ref, &m);
	match_prefix(sk, sk->boot, ref, &m);
	if (m.n == 0)
		return (ctr_no_such(sk, ref));
	if (m.n > 1)
		return (state_fail(sk, EEXIST, "more than one result for "
		    "container name or ID \"%s\": container already exists; "
		    "give more of the ID", ref));
	memcpy(id, m.id, sizeof(m.id));
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
