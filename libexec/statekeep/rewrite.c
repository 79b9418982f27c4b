/*
 * Changes of many records in one transaction of the durable database: for
 * `system migrate`, the same keys in the definition of every container; for
 * `system renumber`, the numbers of locks. A failure to write the per-boot
 * database loses no number, because the table of locks has them too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "nitems.h"
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
		for (size_t i = 0; i < NITEMS(allowed); i++)
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

/* Is the container of this definition in the namespace in use? */
static bool
is_ours(const struct state *sk, struct db *db, const char *id)
{
	char			 key[KEY_SIZE];
	scoped_rec struct rec	*row = db_get(db, key_make(key, KEY_ROW, id));

	return (row == NULL || state_sees(sk, row));
}

/*
 * Collect the keys of the definitions that would change, as `key`. Skip
 * definitions that do not decode, so that one damaged record does not stop the
 * rest.
 */
static struct rec *
old_ones(const struct state *sk, struct db *db, const struct rec *changes)
{
	struct db_cursor	*c = db_walk(db, KEY_DEF ":");
	struct rec		*keys = rec_new(), *def;
	const char		*key;
	const void		*data;
	size_t			 len;

	while (c != NULL && keys != NULL && db_next(c, &key, &data, &len)) {
		if ((def = rec_decode(data, len, key_type(key), NULL)) == NULL)
			continue;
		if (differs(def, changes) && is_ours(sk, db,
		    key + strlen(KEY_DEF ":")))
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
	scoped_rec struct rec	*keys = old_ones(sk, db, changes);
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

/* --- the numbers of locks --- */

/* The key of the row for a lock's name: "ctr:<id>", "vol:<name>". */
static const char *
row_key(char *out, const char *name)
{
	static const struct {
		const char	*lock;
		const char	*rows;
	} kinds[] = {
		{ "ctr:", KEY_ROW }, { "pod:", KEY_POD },
		{ "vol:", KEY_VOLUME },
	};

	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strncmp(name, kinds[i].lock, 4) == 0)
			return (key_make(out, kinds[i].rows, name + 4));
	return (NULL);
}

/*
 * 1: the number was recorded. 0: the object is missing, damaged, or had this
 * number.
 */
static int
renumber_one(struct db *db, const char *key, int64_t number)
{
	scoped_rec struct rec	*row = db_get(db, key);
	int			 rc = 0;

	if (row == NULL)
		return (0);
	if (rec_num(row, KEY(lock), -1) != number)
		rc = rec_set_num(row, KEY(lock), number) == -1 ||
		    db_put(db, key, row) == -1 ? -1 : 1;
	return (rc);
}

static int
renumber_db(struct state *sk, struct db *db, const struct rec *locks)
{
	struct rec	*lock;
	const char	*key;
	char		 buf[KEY_SIZE];
	size_t		 it = 0;
	int		 n = 0, rc = 0;

	while (rc != -1 && (lock = rec_sub(locks, KEY_IN(locks, lock),
	    &it)) != NULL) {
		key = row_key(buf, rec_str(lock, KEY(name), ""));
		rc = key == NULL ? 0 : renumber_one(db, key,
		    rec_num(lock, KEY(number), 0));
		n += rc == 1;
		rec_free(lock);
	}
	return (rc == -1 ? state_fail_db(sk, db) : n);
}

/* --- either, in both databases --- */

typedef int (*change_fn)(struct state *, struct db *, const struct rec *);

static int
change_both(struct state *sk, change_fn change, const struct rec *r,
    uint64_t *count)
{
	int	 durable, boot;

	if ((durable = change(sk, sk->durable, r)) == -1 ||
	    (boot = change(sk, sk->boot, r)) == -1)
		return (-1);
	*count = (uint64_t)(durable + boot);
	return (state_commit_both(sk, durable > 0, boot > 0));
}

static int
change_all(struct state *sk, change_fn change, const struct rec *r,
    uint64_t *count)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		*count = 0;
		rc = state_begin(sk, true, true, true);
		if (rc == 0)
			rc = state_end(sk, change_both(sk, change, r, count));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}

int
state_rewrite(struct state *sk, const struct rec *changes, uint64_t *count)
{
	return (check(sk, changes) == -1 ? -1 :
	    change_all(sk, rewrite_db, changes, count));
}

int
state_renumber(struct state *sk, const struct rec *locks, uint64_t *count)
{
	return (change_all(sk, renumber_db, locks, count));
}
