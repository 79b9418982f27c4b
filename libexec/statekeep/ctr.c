#include "keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "name.h"
#include "record.h"
#include "row.h"
#include "scope.h"
#include "slot.h"
#include "transition.h"

/*
 * Keys: r:<id> row, d:<id> definition, n:<name> id, v:<id> overlay (per-boot
 * database only). Rows lie together, so that a list reads nothing else.
 */
#define KEY_SIZE	320

static const char *
make_key(char *out, const char *kind, const char *name)
{
	(void)snprintf(out, KEY_SIZE, "%s:%s", kind, name);
	return (out);
}

static int
no_such(struct keep *k, const char *ref)
{
	return (keep_fail(k, ENOENT, "no container with name or ID \"%s\" "
	    "found: no such container", ref));
}

static int
damaged(struct keep *k, const char *id)
{
	return (keep_fail(k, EUCLEAN, "the record of container %s is damaged; "
	    "remove it with rm --force", id));
}

/* Who holds a name, in either database. False if nobody. */
static bool
name_holder(struct keep *k, const char *name, char *id, size_t size)
{
	char	 key[KEY_SIZE];

	make_key(key, "n", name);
	return (db_get_text(k->durable, key, id, size) ||
	    db_get_text(k->boot, key, id, size));
}

static int
choose_name(struct keep *k, struct keep_new *n)
{
	char	 id[72];

	if (*n->name != '\0') {
		(void)snprintf(n->got_name, sizeof(n->got_name), "%s",
		    n->name);
		if (!name_holder(k, n->name, id, sizeof(id)))
			return (0);
		return (keep_fail(k, EEXIST, "the container name \"%s\" is "
		    "already in use by %s. You have to remove that container "
		    "to be able to reuse that name: that name is already in "
		    "use", n->name, id));
	}
	for (unsigned int i = 0; i < 64; i++) {
		name_make(n->got_name, sizeof(n->got_name), i);
		if (!name_holder(k, n->got_name, id, sizeof(id)))
			return (0);
	}
	return (keep_fail(k, EEXIST, "no free container name was found; give "
	    "one with --name"));
}

static int
check_new(struct keep *k, const struct keep_new *n)
{
	char	 key[KEY_SIZE];

	make_key(key, "r", n->id);
	if (!db_has(k->durable, key) && !db_has(k->boot, key))
		return (0);
	return (keep_fail(k, EEXIST, "the container ID %s is already in use",
	    n->id));
}

static int
take_slot(struct keep *k, const char *id, uint32_t *slot)
{
	if (slot_boot(k->boot, k->boot_id) == -1)
		return (keep_fail_db(k, k->boot));
	if ((*slot = slot_take(k->boot, id)) != 0)
		return (0);
	if (errno == ENOSPC)
		return (keep_fail(k, ENOSPC, "all %d id ranges are in use by "
		    "running containers; stop some", SLOT_MAX));
	return (keep_fail_db(k, k->boot));
}

/*
 * Row and definition under their final names, where they belong. The row is
 * the caller's, also when this fails; NULL if there was no memory for one.
 */
static int
put_new(struct keep *k, struct keep_new *n, const struct rec *def,
    struct rec **out)
{
	struct db	*db = n->ephemeral ? k->boot : k->durable;
	struct rec	*full = rec_new(), *row;
	char		 key[KEY_SIZE];
	int		 rc = -1;

	row = *out = row_new(def, n->id, n->got_name);
	if (full == NULL || row == NULL || rec_add_all(full, def) == -1 ||
	    rec_set(full, "id", n->id) == -1 ||
	    rec_set(full, "name", n->got_name) == -1 ||
	    rec_set(row, "boot_id", k->boot_id) == -1 ||
	    (n->ephemeral && n->slot != 0 &&
	    rec_set_num(row, "slot", n->slot) == -1))
		(void)keep_fail(k, errno, "cannot make the record of "
		    "container %s: %s", n->id, strerror(errno));
	else if (db_put(db, make_key(key, "r", n->id), row) == -1 ||
	    db_put(db, make_key(key, "d", n->id), full) == -1 ||
	    db_put_text(db, make_key(key, "n", n->got_name), n->id) == -1)
		(void)keep_fail_db(k, db);
	else
		rc = 0;
	rec_free(full);
	return (rc);
}

/* A durable container's slot lives in its overlay. */
static int
put_slot(struct keep *k, const char *id, uint32_t slot)
{
	struct rec	*over = rec_new();
	char		 key[KEY_SIZE];
	int		 rc = -1;

	if (over != NULL && rec_set(over, "boot_id", k->boot_id) == 0 &&
	    rec_set_num(over, "state", ST_CREATING) == 0 &&
	    rec_set_num(over, "slot", slot) == 0)
		rc = db_put(k->boot, make_key(key, "v", id), over);
	rec_free(over);
	return (rc == -1 ? keep_fail_db(k, k->boot) : 0);
}

static int
create(struct keep *k, struct keep_new *n, const struct rec *def)
{
	struct transition	 t = { .type = "container", .id = n->id,
				    .ephemeral = n->ephemeral,
				    .durable = !n->ephemeral,
				    .boot = n->ephemeral || n->want_slot };
	struct rec		*row = NULL;
	int			 rc;

	if (check_new(k, n) == -1 || choose_name(k, n) == -1)
		return (-1);
	if (!n->ephemeral && db_room(k->durable) == -1)
		return (keep_fail_db(k, k->durable));
	if (n->want_slot && take_slot(k, n->id, &n->slot) == -1)
		return (-1);
	rc = put_new(k, n, def, &row);
	if (rc == 0 && n->want_slot && !n->ephemeral)
		rc = put_slot(k, n->id, n->slot);
	/*
	 * Not hard: nobody has been told yet. The step that ends `creating`
	 * is, and a journal is durable up to its last hard commit.
	 */
	t.after = row;
	if (rc == 0)
		rc = commit_transition(k, &t);
	rec_free(row);
	return (rc);
}

/* An ephemeral one only reads the other: no durable commit for --rm. */
static int
try_create(struct keep *k, struct keep_new *n, const struct rec *def)
{
	n->slot = 0;
	if (db_begin(k->durable, n->ephemeral ? DB_READ : DB_WRITE) == -1)
		return (keep_fail_db(k, k->durable));
	if (db_begin(k->boot, n->ephemeral || n->want_slot ? DB_WRITE :
	    DB_READ) == -1) {
		(void)keep_fail_db(k, k->boot);
		return (keep_end(k, -1));
	}
	return (keep_end(k, create(k, n, def)));
}

int
keep_create(struct keep *k, struct keep_new *n, const struct rec *def)
{
	int	 rc;

	if (!name_is_id(n->id, 64))
		return (keep_fail(k, EINVAL, "\"%s\" is not a container ID",
		    n->id));
	if (*n->name != '\0' && !name_valid(n->name))
		return (keep_fail(k, EINVAL, "names must match "
		    "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"));
	for (int tries = 0;; tries++) {
		rc = try_create(k, n, def);
		if (!keep_again(k, rc, tries))
			break;
	}
	if (rc == 0 && n->ephemeral)
		(void)snprintf(k->own_id, sizeof(k->own_id), "%s", n->id);
	return (rc);
}

/* How many ids in a database begin like this; the first goes to id. */
static unsigned int
count_prefix(struct db *db, const char *ref, char id[65])
{
	struct db_cursor	*c;
	const char		*key;
	const void		*data;
	char			 prefix[KEY_SIZE];
	size_t			 len;
	unsigned int		 n = 0;

	if ((c = db_walk(db, make_key(prefix, "r", ref))) == NULL)
		return (0);
	while (n < 2 && db_next(c, &key, &data, &len))
		if (n++ == 0)
			(void)snprintf(id, 65, "%s", key + 2);
	db_walk_end(c);
	return (n);
}

static int
find(struct keep *k, const char *ref, char id[65])
{
	char		 key[KEY_SIZE], a[65], b[65];
	unsigned int	 na, nb;

	make_key(key, "r", ref);
	if (name_is_id(ref, 64) && (db_has(k->durable, key) ||
	    db_has(k->boot, key))) {
		(void)snprintf(id, 65, "%s", ref);
		return (0);
	}
	if (name_holder(k, ref, id, 65))
		return (0);
	if (strlen(ref) > 64 || !name_is_id(ref, strlen(ref)))
		return (no_such(k, ref));
	na = count_prefix(k->durable, ref, a);
	nb = count_prefix(k->boot, ref, b);
	if (na + nb == 0)
		return (no_such(k, ref));
	if (na + nb > 1)
		return (keep_fail(k, EEXIST, "more than one result for "
		    "container name or ID \"%s\": container already exists; "
		    "give more of the ID", ref));
	(void)snprintf(id, 65, "%s", na == 1 ? a : b);
	return (0);
}

int
keep_find(struct keep *k, const char *ref, char id[65])
{
	int	 rc;

	if (*ref == '\0')
		return (keep_fail(k, EINVAL, "name or ID cannot be empty: "
		    "invalid argument"));
	for (int tries = 0;; tries++) {
		rc = keep_begin(k, true, true, false);
		if (rc == 0)
			rc = keep_end(k, find(k, ref, id));
		if (!keep_again(k, rc, tries))
			return (rc);
	}
}

/*
 * The row of a container as it is now, from whichever database has it.
 * NULL with ENOENT, or EUCLEAN when it is damaged.
 */
static struct rec *
load(struct keep *k, const char *id, bool *ephemeral)
{
	char		 key[KEY_SIZE];
	struct rec	*stored, *over = NULL, *row;

	make_key(key, "r", id);
	*ephemeral = db_has(k->boot, key);
	stored = db_get(*ephemeral ? k->boot : k->durable, key);
	if (stored == NULL) {
		if (errno == ENOENT)
			(void)no_such(k, id);
		else
			(void)damaged(k, id);
		return (NULL);
	}
	if (*ephemeral)
		row = row_merge_ephemeral(stored, k->boot_id);
	else {
		over = db_get(k->boot, make_key(key, "v", id));
		row = row_merge(stored, over, k->boot_id);
	}
	rec_free(stored);
	rec_free(over);
	if (row == NULL)
		(void)keep_fail(k, ENOMEM, "out of memory");
	return (row);
}

static int
get(struct keep *k, const char *id, struct rec **out)
{
	struct rec	*row, *def;
	char		 key[KEY_SIZE];
	bool		 ephemeral;
	int		 rc = -1;

	if ((row = load(k, id, &ephemeral)) == NULL)
		return (-1);
	def = db_get(ephemeral ? k->boot : k->durable, make_key(key, "d", id));
	if (def == NULL || (rc = rec_add_rec(row, "def", def)) == -1) {
		(void)damaged(k, id);
		rec_free(row);
		row = NULL;
	}
	rec_free(def);
	*out = row;
	return (rc);
}

struct rec *
keep_get(struct keep *k, const char *id)
{
	struct rec	*row;
	int		 rc;

	if (!name_is_id(id, 64)) {
		(void)no_such(k, id);
		return (NULL);
	}
	for (int tries = 0;; tries++) {
		row = NULL;
		rc = keep_begin(k, true, true, false);
		if (rc == 0)
			rc = keep_end(k, get(k, id, &row));
		if (rc == 0)
			return (row);
		rec_free(row);
		if (!keep_again(k, rc, tries))
			return (NULL);
	}
}

/*
 * Begin to write where the container is. It cannot change its database, so
 * what was seen before the turn is still so after it.
 */
static int
begin_write(struct keep *k, const char *id)
{
	char	 key[KEY_SIZE];
	bool	 ephemeral;

	if (!name_is_id(id, 64))
		return (no_such(k, id));
	if (strcmp(id, k->own_id) == 0)
		return (keep_begin(k, false, true, true));
	if (keep_begin(k, false, true, false) == -1)
		return (-1);
	ephemeral = db_has(k->boot, make_key(key, "r", id));
	(void)db_end(k->boot);
	return (keep_begin(k, !ephemeral, true, true));
}

static int
check_from(struct keep *k, const struct rec *row, unsigned int from)
{
	unsigned int	 state = row_state(row);
	char		 text[128] = "";
	size_t		 n = 0;

	if (from == 0 || (from & 1u << state) != 0)
		return (0);
	for (unsigned int s = 1; s <= ST_PAUSED; s++)
		if ((from & 1u << s) != 0 && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n == 0 ? "" : " or ", state_name(s));
	/* Busy: another command is at it. Stale: it is at rest elsewhere. */
	return (keep_fail(k, state == ST_CREATING || state == ST_STARTING ||
	    state == ST_STOPPING || state == ST_REMOVING ? EBUSY : ESTALE,
	    "container %s is %s and must be %s for this: container state "
	    "improper", rec_str(row, "name", rec_str(row, "id", "?")),
	    state_name(state), text));
}

/* Is this a step whose loss in a power cut somebody would notice? */
static bool
wants_sync(unsigned int before, unsigned int after)
{
	return (before != after &&
	    (after == ST_EXITED || before == ST_CREATING));
}

/* Give or take the id range as the new state needs it. */
static int
change_slot(struct keep *k, struct keep_change *c, struct rec *row)
{
	unsigned int	 state = row_state(row);
	uint32_t	 slot = (uint32_t)rec_num(row, "slot", 0);

	if (state == ST_EXITED || state == ST_CREATED) {
		if (slot_give(k->boot, slot, c->id) == -1)
			return (keep_fail_db(k, k->boot));
		rec_del(row, "slot");
		rec_del(row, "pid");
		rec_del(row, "pid_start");
		rec_del(row, "monitor_pid");
		slot = 0;
	} else if (c->want_slot && slot == 0) {
		if (take_slot(k, c->id, &slot) == -1 ||
		    rec_set_num(row, "slot", slot) == -1)
			return (-1);
	}
	c->slot = slot;
	return (0);
}

static int
put_ephemeral(struct keep *k, struct transition *t, struct rec *row)
{
	char	 key[KEY_SIZE];

	t->ephemeral = t->boot = true;
	if (rec_set(row, "boot_id", k->boot_id) == -1)
		return (keep_fail(k, errno, "out of memory"));
	if (db_put(k->boot, make_key(key, "r", t->id), row) == -1)
		return (keep_fail_db(k, k->boot));
	return (commit_transition(k, t));
}

/* The durable side is written only if this changes what it says. */
static int
put_both(struct keep *k, struct transition *t, const struct rec *row)
{
	struct rec	*stored = NULL, *over = NULL, *old;
	char		 key[KEY_SIZE];
	bool		 rests;
	int		 rc = -1;

	make_key(key, "r", t->id);
	old = db_get(k->durable, key);
	if (row_split(row, k->boot_id, &stored, &over) == -1) {
		(void)keep_fail(k, ENOMEM, "out of memory");
		goto out;
	}
	t->durable = old == NULL || !row_same(old, stored);
	t->boot = true;
	if (t->durable && db_put(k->durable, key, stored) == -1) {
		(void)keep_fail_db(k, k->durable);
		goto out;
	}
	rests = !state_live(row_state(row)) && rec_get(over, "slot") == NULL;
	make_key(key, "v", t->id);
	if ((rests ? db_del(k->boot, key) : db_put(k->boot, key, over)) == -1) {
		(void)keep_fail_db(k, k->boot);
		goto out;
	}
	rc = commit_transition(k, t);
 out:
	rec_free(old);
	rec_free(stored);
	rec_free(over);
	return (rc);
}

static int
set(struct keep *k, struct keep_change *c, const struct rec *changes)
{
	struct transition	 t = { .type = "container", .id = c->id };
	struct rec		*row, *old = NULL;
	unsigned int		 before;
	bool			 ephemeral;
	int			 rc = -1;

	if ((row = load(k, c->id, &ephemeral)) == NULL)
		return (-1);
	before = row_state(row);
	if (check_from(k, row, c->from) == -1)
		goto out;
	if ((old = rec_new()) == NULL || rec_add_all(old, row) == -1 ||
	    row_change(row, changes) == -1 ||
	    rec_set_num(row, "state", c->to == 0 ? before : c->to) == -1 ||
	    rec_set(row, "state_name", state_name(row_state(row))) == -1) {
		(void)keep_fail(k, errno, "out of memory");
		goto out;
	}
	if (change_slot(k, c, row) == -1)
		goto out;
	t.before = old;
	t.after = row;
	t.hard = !ephemeral && wants_sync(before, row_state(row));
	rc = ephemeral ? put_ephemeral(k, &t, row) : put_both(k, &t, row);
 out:
	rec_free(old);
	rec_free(row);
	return (rc);
}

int
keep_set(struct keep *k, struct keep_change *c, const struct rec *changes)
{
	int	 rc;

	c->slot = 0;
	if (c->to > ST_PAUSED)
		return (keep_fail(k, EINVAL, "%u is not a state", c->to));
	if (rec_get(changes, "id") != NULL || rec_get(changes, "name") != NULL)
		return (keep_fail(k, EINVAL, "the ID and the name of a "
		    "container cannot be changed"));
	for (int tries = 0;; tries++) {
		rc = begin_write(k, c->id);
		if (rc == 0)
			rc = keep_end(k, set(k, c, changes));
		if (!keep_again(k, rc, tries))
			return (rc);
	}
}

/* The name that leads to an id, when its record cannot say so any more. */
static int
drop_names_of(struct db *db, const char *id)
{
	struct db_cursor	*c = db_walk(db, "n:");
	const char		*key;
	const void		*data;
	char			 found[KEY_SIZE] = "";
	size_t			 len;

	while (c != NULL && *found == '\0' && db_next(c, &key, &data, &len))
		if (len == strlen(id) && memcmp(data, id, len) == 0)
			(void)snprintf(found, sizeof(found), "%s", key);
	db_walk_end(c);
	return (*found == '\0' ? 0 : db_del(db, found));
}

static int
drop(struct keep *k, struct db *db, const char *id, const char *name)
{
	char	 key[KEY_SIZE];

	if (db_del(db, make_key(key, "r", id)) == -1 ||
	    db_del(db, make_key(key, "d", id)) == -1 ||
	    (name == NULL ? drop_names_of(db, id) :
	    db_del(db, make_key(key, "n", name))) == -1)
		return (keep_fail_db(k, db));
	return (0);
}

static int
remove_row(struct keep *k, const char *id, const struct rec *row,
    bool ephemeral)
{
	struct transition	 t = { .type = "container", .id = id,
				    .before = row, .ephemeral = ephemeral,
				    .durable = !ephemeral, .boot = true };
	char			 key[KEY_SIZE];

	/* A --rm container goes in one step, by whoever has seen it end. */
	if (row != NULL && !ephemeral && state_live(row_state(row)))
		return (keep_fail(k, EBUSY, "container %s is %s; stop it "
		    "first, or use --force", rec_str(row, "name", id),
		    state_name(row_state(row))));
	if (drop(k, ephemeral ? k->boot : k->durable, id,
	    row == NULL ? NULL : rec_get(row, "name")) == -1)
		return (-1);
	if (slot_give(k->boot, (uint32_t)rec_num(row, "slot", 0), id) == -1 ||
	    db_del(k->boot, make_key(key, "v", id)) == -1)
		return (keep_fail_db(k, k->boot));
	/* Something that is half made has been promised to nobody. */
	t.hard = !ephemeral &&
	    (row == NULL || row_state(row) != ST_CREATING);
	return (commit_transition(k, &t));
}

static int
try_remove(struct keep *k, const char *id)
{
	struct rec	*row;
	bool		 ephemeral;
	int		 rc = -1;

	if (begin_write(k, id) == -1)
		return (-1);
	/* A damaged one can go; one that is not there cannot. */
	row = load(k, id, &ephemeral);
	if (row != NULL || errno == EUCLEAN)
		rc = remove_row(k, id, row, ephemeral);
	rec_free(row);
	return (keep_end(k, rc));
}

int
keep_remove(struct keep *k, const char *id)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = try_remove(k, id);
		if (!keep_again(k, rc, tries))
			break;
	}
	if (rc == 0 && strcmp(id, k->own_id) == 0)
		k->own_id[0] = '\0';
	return (rc);
}
