/*
 * system migrate: the same keys set in the definition of every container.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "state.h"
#include "keys.h"
#include "record.h"
#include "row.h"

/* Keys that only migrate may change; a definition is fixed otherwise. */
static const char *const	 allowed[] = { "runtime" };

static int
check(struct state *sk, const struct rec *changes)
{
	struct rec_item	 item;
	size_t		 it = 0, n = 0;
	bool		 known;

	for (; rec_walk(changes, &it, &item); n++) {
		known = false;
		for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
			known |= strcmp(item.key, allowed[i]) == 0;
		if (!known || item.text == NULL)
			return (state_fail(sk, EINVAL, "\"%s\" of a container "
			    "cannot be rewritten", item.key));
	}
	return (n > 0 ? 0 : state_fail(sk, EINVAL, "nothing to rewrite"));
}

static bool
differs(const struct rec *def, const struct rec *changes)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(changes, &it, &item))
		if (strcmp(rec_str(def, KEY_FROM(item.key), ""),
		    item.text) != 0)
			return (true);
	return (false);
}

/*
 * Collect the keys of the definitions that would change, as `key`. Skip
 * definitions that do not decode, so that one damaged record does not stop the
 * rest.
 */
static struct rec *
old_ones(struct db *db, const struct rec *changes)
{
	struct db_cursor	*c = db_walk(db, KEY_DEF ":");
	struct rec		*keys = rec_new(), *def;
	const char		*key;
	const void		*data;
	size_t			 len;

	while (c != NULL && keys != NULL && db_next(c, &key, &data, &len)) {
		if ((def = rec_decode(data, len, key_type(key), NULL)) == NULL)
			continue;
		if (differs(def, changes))
			(void)rec_add(keys, KEY(key), key);
		rec_free(def);
	}
	db_walk_end(c);
	return (keys);
}

static int
rewrite_one(struct db *db, const char *key, const struct rec *changes)
{
	scoped_rec struct rec	*def = db_get(db, key);
	int			 rc = -1;

	if (def != NULL && row_change(def, changes) == 0)
		rc = db_put(db, key, def);
	return (rc);
}

/* Their number; -1 with a message. */
static int
rewrite_db(struct state *sk, struct db *db, const struct rec *changes)
{
	scoped_rec struct rec	*keys = old_ones(db, changes);
	const char		*key;
	size_t			 it = 0;
	int			 n = 0;

	if (keys == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	while (n != -1 && rec_next(keys, KEY(key), &it, &key))
		n = rewrite_one(db, key, changes) == -1 ?
		    state_fail_db(sk, db) : n + 1;
	return (n);
}

static int
rewrite(struct state *sk, const struct rec *changes, uint64_t *count)
{
	int	 durable, boot;

	if ((durable = rewrite_db(sk, sk->durable, changes)) < 0 ||
	    (boot = rewrite_db(sk, sk->boot, changes)) < 0)
		return (-1);
	*count = (uint64_t)(durable + boot);
	return (state_commit_both(sk, durable > 0, boot > 0));
}

int
state_rewrite(struct state *sk, const struct rec *changes, uint64_t *count)
{
	int	 rc;

	if (check(sk, changes) == -1)
		return (-1);
	for (int tries = 0;; tries++) {
		*count = 0;
		rc = state_begin(sk, true, true, true);
		if (rc == 0)
			rc = state_end(sk, rewrite(sk, changes, count));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}
