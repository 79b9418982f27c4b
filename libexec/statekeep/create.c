/* Creating a container: its row, its definition, its name, its objects. */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctr.h"
#include "db.h"
#include "keys.h"
#include "name.h"
#include "obj.h"
#include "record.h"
#include "registry.h"
#include "row.h"

/*
 * Store row and definition under their final names. The row is the caller's,
 * also after a failure; NULL if there was no memory for it.
 */
static int
put_new(struct state *sk, struct state_new *n, const struct rec *def,
    struct rec **out)
{
	struct db	*db = n->ephemeral ? sk->boot : sk->durable;
	struct rec	*full = rec_new(), *row;
	char		 key[KEY_SIZE];
	int		 rc = -1;

	row = *out = row_new(def, n->id, n->got_name);
	if (full == NULL || row == NULL || rec_add_all(full, def) == -1 ||
	    rec_set(full, KEY(id), n->id) == -1 ||
	    rec_set(full, KEY(name), n->got_name) == -1 ||
	    rec_set(row, KEY(boot_id), sk->boot_id) == -1 ||
	    (*sk->ns != '\0' && rec_set(row, KEY(namespace), sk->ns) == -1) ||
	    (n->ephemeral && n->slot != 0 &&
	    rec_set_num(row, KEY(slot), n->slot) == -1))
		(void)state_fail(sk, errno, "cannot make the record of "
		    "container %s: %s", n->id, strerror(errno));
	else if (db_put(db, key_make(key, KEY_ROW, n->id), row) == -1 ||
	    db_put(db, key_make(key, KEY_DEF, n->id), full) == -1 ||
	    registry_put(db, HOLDER_CTR, n->got_name, n->id) == -1)
		(void)state_fail_db(sk, db);
	else
		rc = 0;
	rec_free(full);
	return (rc);
}

/* The slot of a durable container is in its overlay. */
static int
put_slot(struct state *sk, const char *id, uint32_t slot)
{
	scoped_rec struct rec	*over = rec_new();
	char			 key[KEY_SIZE];
	int			 rc = -1;

	if (over != NULL && rec_set(over, KEY(boot_id), sk->boot_id) == 0 &&
	    rec_set_num(over, KEY(state), CTR_CREATING) == 0 &&
	    rec_set_num(over, KEY(slot), slot) == 0)
		rc = db_put(sk->boot, key_make(key, KEY_OVER, id), over);
	return (rc == -1 ? state_fail_db(sk, sk->boot) : 0);
}

/*
 * An ephemeral container only reads the durable database: --rm needs no durable
 * commit. The first one of a store records its settings.
 */
static bool
writes_durable(const struct state *sk, const struct state_new *n,
    const struct rec *def)
{
	return (!n->ephemeral || obj_wanted(def) || sk->unrecorded != NULL);
}

static int
create(struct state *sk, struct state_new *n, const struct rec *def)
{
	struct transition	 t = { .type = "container", .id = n->id,
				    .ephemeral = n->ephemeral,
				    .durable = writes_durable(sk, n, def),
				    .boot = n->ephemeral || n->want_slot };
	struct rec		*row = NULL;
	int			 rc;

	if (registry_check_id(sk, HOLDER_CTR, n->id) == -1 ||
	    registry_choose(sk, HOLDER_CTR, n->name, n->got_name,
	    sizeof(n->got_name)) == -1)
		return (-1);
	if (t.durable && db_room(sk->durable, DB_BEGINS) == -1)
		return (state_fail_db(sk, sk->durable));
	if (t.boot && db_room(sk->boot, DB_BEGINS) == -1)
		return (state_fail_db(sk, sk->boot));
	if (n->want_slot && ctr_take_slot(sk, n->id, &n->slot) == -1)
		return (-1);
	rc = put_new(sk, n, def, &row);
	if (rc == 0)
		rc = obj_claim(sk, n->ephemeral ? sk->boot : sk->durable, n->id,
		    def);
	if (rc == 0 && n->want_slot && !n->ephemeral)
		rc = put_slot(sk, n->id, n->slot);
	/*
	 * Not hard: the front end has not reported the container yet. The step
	 * that ends `creating` is hard, and makes all before it durable.
	 */
	t.after = row;
	if (rc == 0)
		rc = state_put_settings(sk);
	if (rc == 0)
		rc = state_commit(sk, &t);
	rec_free(row);
	return (rc);
}

static int
try_create(struct state *sk, struct state_new *n, const struct rec *def)
{
	n->slot = 0;
	if (db_begin(sk->durable, writes_durable(sk, n, def) ? DB_WRITE :
	    DB_READ) == -1)
		return (state_fail_db(sk, sk->durable));
	if (db_begin(sk->boot, n->ephemeral || n->want_slot ? DB_WRITE :
	    DB_READ) == -1) {
		(void)state_fail_db(sk, sk->boot);
		return (state_end(sk, -1));
	}
	return (state_end(sk, create(sk, n, def)));
}

int
state_create(struct state *sk, struct state_new *n, const struct rec *def)
{
	int	 rc;

	if (!name_is_id(n->id, 64))
		return (state_fail(sk, EINVAL, "\"%s\" is not a container ID",
		    n->id));
	if (*n->name != '\0' && !name_valid(n->name))
		return (state_fail(sk, EINVAL, "names must match "
		    "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"));
	for (int tries = 0;; tries++) {
		rc = try_create(sk, n, def);
		if (!state_again(sk, rc, tries))
			break;
	}
	if (rc == 0)
		state_recorded(sk);
	if (rc == 0 && n->ephemeral)
		(void)snprintf(sk->own_id, sizeof(sk->own_id), "%s", n->id);
	return (rc);
}
