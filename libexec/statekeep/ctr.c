#include "ctr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "db.h"
#include "state.h"
#include "keys.h"
#include "name.h"
#include "obj.h"
#include "record.h"
#include "registry.h"
#include "row.h"
#include "slot.h"

int
ctr_no_such(struct state *sk, const char *ref)
{
	return (state_fail(sk, ENOENT, "no container with name or ID \"%s\" "
	    "found: no such container", ref));
}

/* The caller has seen it under this id. */
static int
removed(struct state *sk, const char *id)
{
	return (state_fail(sk, ENOENT, "container %s has been removed "
	    "meanwhile: container has already been removed", id));
}

int
ctr_take_slot(struct state *sk, const char *id, uint32_t *slot)
{
	if (slot_boot(sk->boot, sk->boot_id) == -1)
		return (state_fail_db(sk, sk->boot));
	if ((*slot = slot_take(sk->boot, id)) != 0)
		return (0);
	if (errno == ENOSPC)
		return (state_fail(sk, ENOSPC, "all %d id ranges are in use by "
		    "running containers; stop some", SLOT_MAX));
	return (state_fail_db(sk, sk->boot));
}

static int
damaged(struct state *sk, const char *id)
{
	if (errno == ENOMEM)
		return (state_fail(sk, ENOMEM, "out of memory"));
	return (state_fail(sk, EUCLEAN, "the record of container %s is "
	    "damaged; remove it with rm --force", id));
}

struct rec *
ctr_load(struct state *sk, const char *id, bool *ephemeral)
{
	char		 key[KEY_SIZE];
	struct rec	*stored, *over = NULL, *row;

	key_make(key, KEY_ROW, id);
	*ephemeral = db_has(sk->boot, key);
	stored = db_get(*ephemeral ? sk->boot : sk->durable, key);
	if (stored == NULL) {
		if (errno == ENOENT)
			(void)removed(sk, id);
		else
			(void)damaged(sk, id);
		return (NULL);
	}
	if (*ephemeral)
		row = row_merge_ephemeral(stored, sk->boot_id);
	else {
		over = db_get(sk->boot, key_make(key, KEY_OVER, id));
		row = row_merge(stored, over, sk->boot_id);
	}
	rec_free(stored);
	rec_free(over);
	if (row == NULL)
		(void)state_fail(sk, ENOMEM, "out of memory");
	else if (!state_sees(sk, row)) {
		(void)state_not_ours(sk, "container", id, row);
		rec_free(row);
		row = NULL;
	}
	return (row);
}

static int
get(struct state *sk, const char *id, struct rec **out)
{
	struct rec	*row, *def;
	char		 key[KEY_SIZE];
	bool		 ephemeral;
	int		 rc = -1;

	if ((row = ctr_load(sk, id, &ephemeral)) == NULL)
		return (-1);
	def = db_get(ephemeral ? sk->boot : sk->durable,
	    key_make(key, KEY_DEF, id));
	if (def == NULL || (rc = rec_add_rec(row, KEY(def), def)) == -1) {
		(void)damaged(sk, id);
		rec_free(row);
		row = NULL;
	}
	rec_free(def);
	*out = row;
	return (rc);
}

struct rec *
state_get(struct state *sk, const char *id)
{
	struct rec	*row;
	int		 rc;

	if (!name_is_id(id, 64)) {
		(void)ctr_no_such(sk, id);
		return (NULL);
	}
	for (int tries = 0;; tries++) {
		row = NULL;
		rc = state_begin(sk, true, true, false);
		if (rc == 0)
			rc = state_end(sk, get(sk, id, &row));
		if (rc == 0)
			return (row);
		rec_free(row);
		if (!state_again(sk, rc, tries))
			return (NULL);
	}
}

/*
 * Begin to write in the database that has the container. A container never
 * changes its database, so what was read before the lock is still valid.
 */
static int
begin_write(struct state *sk, const char *id)
{
	char	 key[KEY_SIZE];
	bool	 ephemeral;

	if (!name_is_id(id, 64))
		return (ctr_no_such(sk, id));
	if (strcmp(id, sk->own_id) == 0)
		return (state_begin(sk, false, true, true));
	if (state_begin(sk, false, true, false) == -1)
		return (-1);
	ephemeral = db_has(sk->boot, key_make(key, KEY_ROW, id));
	(void)db_end(sk->boot);
	return (state_begin(sk, !ephemeral, true, true));
}

static int
check_from(struct state *sk, const struct rec *row, unsigned int from)
{
	unsigned int	 state = row_state(row);
	char		 text[128] = "";
	size_t		 n = 0;

	if (from == 0 || (from & 1u << state) != 0)
		return (0);
	for (unsigned int s = 1; s <= CTR_PAUSED; s++)
		if ((from & 1u << s) != 0 && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n == 0 ? "" : " or ", ctr_state_name(s));
	/*
	 * EBUSY: another command works on it. ESTALE: it has another state at
	 * rest.
	 */
	return (state_fail(sk, state == CTR_CREATING || state == CTR_STARTING ||
	    state == CTR_STOPPING || state == CTR_REMOVING ? EBUSY : ESTALE,
	    "container %s is %s and must be %s for this: container state "
	    "improper", rec_str(row, KEY(name), rec_str(row, KEY(id), "?")),
	    ctr_state_name(state), text));
}

/* Is this a change whose loss in a power cut a user would notice? */
static bool
wants_sync(unsigned int before, unsigned int after)
{
	return (before != after &&
	    (after == CTR_EXITED || before == CTR_CREATING));
}

/* Take or release the id range as the new state requires. */
static int
change_slot(struct state *sk, struct state_change *c, struct rec *row)
{
	unsigned int	 state = row_state(row);
	uint32_t	 slot = (uint32_t)rec_num(row, KEY(slot), 0);

	if (state == CTR_EXITED || state == CTR_CREATED) {
		if (slot_give(sk->boot, slot, c->id) == -1)
			return (state_fail_db(sk, sk->boot));
		rec_del(row, KEY(slot));
		rec_del(row, KEY(pid));
		rec_del(row, KEY(pid_start));
		rec_del(row, KEY(monitor_pid));
		slot = 0;
	} else if (c->want_slot && slot == 0) {
		if (ctr_take_slot(sk, c->id, &slot) == -1 ||
		    rec_set_num(row, KEY(slot), slot) == -1)
			return (-1);
	}
	c->slot = slot;
	return (0);
}

static int
put_ephemeral(struct state *sk, struct transition *t, struct rec *row)
{
	char	 key[KEY_SIZE];

	t->ephemeral = t->boot = true;
	if (rec_set(row, KEY(boot_id), sk->boot_id) == -1)
		return (state_fail(sk, errno, "out of memory"));
	if (db_put(sk->boot, key_make(key, KEY_ROW, t->id), row) == -1)
		return (state_fail_db(sk, sk->boot));
	return (state_commit(sk, t));
}

/* Write the durable database only if the change alters its part. */
static int
put_both(struct state *sk, struct transition *t, const struct rec *row)
{
	struct rec	*stored = NULL, *over = NULL, *old;
	char		 key[KEY_SIZE];
	bool		 rests;
	int		 rc = -1;

	key_make(key, KEY_ROW, t->id);
	old = db_get(sk->durable, key);
	if (row_split(row, sk->boot_id, &stored, &over) == -1) {
		(void)state_fail(sk, ENOMEM, "out of memory");
		goto out;
	}
	t->durable = old == NULL || !row_same(old, stored);
	t->boot = true;
	if (t->durable && db_put(sk->durable, key, stored) == -1) {
		(void)state_fail_db(sk, sk->durable);
		goto out;
	}
	rests = !CTR_IN(row_state(row), CTR_LIVE) && !row_has_volatile(over);
	key_make(key, KEY_OVER, t->id);
	if ((rests ? db_del(sk->boot, key) :
	    db_put(sk->boot, key, over)) == -1) {
		(void)state_fail_db(sk, sk->boot);
		goto out;
	}
	rc = state_commit(sk, t);
 out:
	rec_free(old);
	rec_free(stored);
	rec_free(over);
	return (rc);
}

static int
set(struct state *sk, struct state_change *c, const struct rec *changes)
{
	struct transition	 t = { .type = "container", .id = c->id };
	struct rec		*row, *old = NULL;
	unsigned int		 before;
	bool			 ephemeral;
	int			 rc = -1;

	if ((row = ctr_load(sk, c->id, &ephemeral)) == NULL)
		return (-1);
	before = row_state(row);
	if (check_from(sk, row, c->from) == -1)
		goto out;
	if (!row_expected(row, changes)) {
		(void)state_fail(sk, ESTALE, "container %s has changed "
		    "meanwhile", rec_str(row, KEY(name), c->id));
		goto out;
	}
	if ((old = rec_new()) == NULL || rec_add_all(old, row) == -1 ||
	    row_change(row, changes) == -1 || event_take(sk, row) == -1 ||
	    rec_set_num(row, KEY(state), c->to == 0 ? before : c->to) == -1 ||
	    rec_set(row, KEY(state_name),
	    ctr_state_name(row_state(row))) == -1) {
		(void)state_fail(sk, errno, "out of memory");
		goto out;
	}
	if (!CTR_IN(before, CTR_LIVE) && CTR_IN(row_state(row), CTR_LIVE) &&
	    db_room(sk->boot, DB_STARTS) == -1) {
		(void)state_fail_db(sk, sk->boot);
		goto out;
	}
	if (change_slot(sk, c, row) == -1)
		goto out;
	t.before = old;
	t.after = row;
	t.hard = !ephemeral && wants_sync(before, row_state(row));
	rc = ephemeral ? put_ephemeral(sk, &t, row) : put_both(sk, &t, row);
 out:
	rec_free(old);
	rec_free(row);
	return (rc);
}

int
state_set(struct state *sk, struct state_change *c, const struct rec *changes)
{
	int	 rc;

	c->slot = 0;
	if (c->to > CTR_PAUSED)
		return (state_fail(sk, EINVAL, "%u is not a state", c->to));
	if (rec_get(changes, KEY(id)) != NULL || rec_get(changes,
	    KEY(name)) != NULL)
		return (state_fail(sk, EINVAL, "the ID and the name of a "
		    "container cannot be changed"));
	for (int tries = 0;; tries++) {
		rc = begin_write(sk, c->id);
		if (rc == 0)
			rc = state_end(sk, set(sk, c, changes));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}

/*
 * Store the merged row, and pass the stored one to history. It need not be
 * durable: after a power cut the next boot repeats it.
 */
static int
record_exit(struct state *sk, const char *id)
{
	struct transition	 t = { .type = "container", .id = id };
	struct rec		*row, *stored = NULL;
	char			 key[KEY_SIZE];
	bool			 ephemeral;
	int			 rc = 0;

	if ((row = ctr_load(sk, id, &ephemeral)) == NULL)
		return (-1);
	stored = db_get(sk->durable, key_make(key, KEY_ROW, id));
	if (!ephemeral && stored != NULL && CTR_IN(row_state(stored),
	    CTR_LIVE) &&
	    row_state(row) == CTR_EXITED) {
		t.before = stored;
		t.after = row;
		rc = put_both(sk, &t, row);
	}
	rec_free(stored);
	rec_free(row);
	return (rc);
}

int
ctr_record_exit(struct state *sk, const char *id)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = begin_write(sk, id);
		if (rc == 0)
			rc = state_end(sk, record_exit(sk, id));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}

static int
drop(struct state *sk, struct db *db, const char *id, const char *name)
{
	char	 key[KEY_SIZE];

	if (db_del(db, key_make(key, KEY_ROW, id)) == -1 ||
	    db_del(db, key_make(key, KEY_DEF, id)) == -1 ||
	    (name == NULL ? registry_drop_of(db, id) :
	    registry_drop(db, name)) == -1)
		return (state_fail_db(sk, db));
	return (0);
}

static int
remove_row(struct state *sk, const char *id, const struct rec *row,
    bool ephemeral)
{
	struct transition	 t = { .type = "container", .id = id,
				    .before = row, .ephemeral = ephemeral,
				    .durable = !ephemeral, .boot = true };
	char			 key[KEY_SIZE];

	/*
	 * A --rm container is removed in one step, by the command that has seen
	 * it end.
	 */
	if (row != NULL && !ephemeral && CTR_IN(row_state(row), CTR_LIVE))
		return (state_fail(sk, EBUSY, "container %s is %s; stop it "
		    "first, or use --force", rec_str(row, KEY(name), id),
		    ctr_state_name(row_state(row))));
	if ((!ephemeral && obj_required(sk, id) == -1) ||
	    obj_release(sk, ephemeral ? sk->boot : sk->durable, id, row) == -1)
		return (-1);
	if (drop(sk, ephemeral ? sk->boot : sk->durable, id,
	    row == NULL ? NULL : rec_get(row, KEY(name))) == -1)
		return (-1);
	if (slot_give(sk->boot, (uint32_t)rec_num(row, KEY(slot), 0),
	    id) == -1 ||
	    db_del(sk->boot, key_make(key, KEY_OVER, id)) == -1)
		return (state_fail_db(sk, sk->boot));
	/*
	 * A container that is still being created has not been reported: not
	 * hard.
	 */
	t.hard = !ephemeral &&
	    (row == NULL || row_state(row) != CTR_CREATING);
	return (state_commit(sk, &t));
}

static int
try_remove(struct state *sk, const char *id)
{
	scoped_rec struct rec	*row = NULL;
	bool			 ephemeral;
	int			 rc = -1;

	if (begin_write(sk, id) == -1)
		return (-1);
	/*
	 * A damaged container can be removed; one that does not exist cannot.
	 */
	row = ctr_load(sk, id, &ephemeral);
	if (row != NULL || errno == EUCLEAN)
		rc = remove_row(sk, id, row, ephemeral);
	return (state_end(sk, rc));
}

int
state_remove(struct state *sk, const char *id)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = try_remove(sk, id);
		if (!state_again(sk, rc, tries))
			break;
	}
	if (rc == 0 && strcmp(id, sk->own_id) == 0)
		sk->own_id[0] = '\0';
	return (rc);
}
