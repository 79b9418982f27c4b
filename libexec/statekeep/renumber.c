/*
 * system renumber: record the locks of all objects. The durable database is
 * written in one transaction. A failure to write the per-boot database loses
 * nothing, because the table of locks has these numbers too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "state.h"
#include "keys.h"
#include "record.h"

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

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
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

static int
renumber(struct state *sk, const struct rec *locks, uint64_t *count)
{
	int	 durable, boot;

	if ((durable = renumber_db(sk, sk->durable, locks)) == -1 ||
	    (boot = renumber_db(sk, sk->boot, locks)) == -1)
		return (-1);
	*count = (uint64_t)(durable + boot);
	return (state_commit_both(sk, durable > 0, boot > 0));
}

int
state_renumber(struct state *sk, const struct rec *locks, uint64_t *count)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		*count = 0;
		rc = state_begin(sk, true, true, true);
		if (rc == 0)
			rc = state_end(sk, renumber(sk, locks, count));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}
