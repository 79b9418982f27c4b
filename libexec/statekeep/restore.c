/* Putting back what a lost per-boot database knew of running containers. */
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
#include "slot.h"

/* Keys of durable and ephemeral containers: state and process. */

static int
add_running(struct state *sk, struct rec *row, const struct rec *ran)
{
	uint32_t	 slot = (uint32_t)rec_num(ran, KEY(slot), 0);
	unsigned int	 state = row_state(ran);
	int		 rc;

	rc = rec_set(row, KEY(boot_id), sk->boot_id);
	if (rc == 0)
		rc = rec_set_num(row, KEY(state), state == CTR_PAUSED ?
		    CTR_PAUSED : CTR_RUNNING);
	if (rc == 0)
		rc = rec_set_num(row, KEY(pid), rec_num(ran, KEY(pid), 0));
	if (rc == 0)
		rc = rec_set_num(row, KEY(pid_start),
		    rec_num(ran, KEY(pid_start), 0));
	if (rc == 0 && slot != 0)
		rc = rec_set_num(row, KEY(slot), slot);
	if (rc == -1)
		return (state_fail(sk, errno, "out of memory"));
	if (slot != 0 && (slot_boot(sk->boot, sk->boot_id) == -1 ||
	    slot_keep(sk->boot, slot, rec_str(ran, KEY(id), "")) == -1))
		return (state_fail_db(sk, sk->boot));
	return (0);
}

/*
 * Has the per-boot database an overlay of the run that was recorded last? One
 * of an earlier run, or from before a pause, is as old as when commands began
 * to use another run directory.
 */
static bool
knows_run(struct state *sk, const char *key, const struct rec *ran)
{
	scoped_rec struct rec	*over = db_get(sk->boot, key);

	return (over != NULL && (row_state(over) == CTR_STARTING ||
	    ((row_state(over) == CTR_PAUSED) == (row_state(ran) ==
	    CTR_PAUSED) &&
	    rec_num(over, KEY(pid), 0) == rec_num(ran, KEY(pid), 0) &&
	    rec_num(over, KEY(pid_start), 0) == rec_num(ran, KEY(pid_start),
	    0))));
}

/* The durable row says that it ran in this boot: it still does. */
static int
restore_durable(struct state *sk, const char *id, const struct rec *stored,
    const struct rec *ran)
{
	scoped_rec struct rec	*over = NULL;
	char			 key[KEY_SIZE];
	int			 rc;

	if (!CTR_IN(row_state(stored), CTR_LIVE) ||
	    strcmp(rec_str(stored, KEY(boot_id), ""), sk->boot_id) != 0 ||
	    knows_run(sk, key_make(key, KEY_OVER, id), ran))
		return (0);
	if ((over = rec_new()) == NULL)
		return (state_fail(sk, errno, "out of memory"));
	rc = add_running(sk, over, ran);
	if (rc == 0 && db_put(sk->boot, key, over) == -1)
		rc = state_fail_db(sk, sk->boot);
	return (rc);
}

/* Another container may have its name: then it gets a new one. */
static int
choose_name(struct state *sk, const struct rec *def, char *name, size_t len)
{
	if (registry_choose(sk, HOLDER_CTR, rec_str(def, KEY(name), ""), name,
	    len) == 0)
		return (0);
	return (registry_choose(sk, HOLDER_CTR, "", name, len));
}

/* The row is lost: make it again from the definition. */
static int
restore_ephemeral(struct state *sk, const char *id, const struct rec *def,
    const struct rec *ran)
{
	const char	*ns = rec_str(def, KEY(namespace), "");
	char		 key[KEY_SIZE], name[256];
	struct rec	*row = NULL;
	int		 rc = -1;

	if (db_has(sk->boot, key_make(key, KEY_ROW, id)))
		return (0);
	if (choose_name(sk, def, name, sizeof(name)) == -1 ||
	    (row = row_new(def, id, name)) == NULL ||
	    add_running(sk, row, ran) == -1)
		goto out;
	if (rec_set(row, KEY(state_name),
	    ctr_state_name(row_state(row))) == -1 ||
	    (*ns != '\0' && rec_set(row, KEY(namespace), ns) == -1))
		(void)state_fail(sk, errno, "out of memory");
	else if (db_put(sk->boot, key, row) == -1 ||
	    db_put(sk->boot, key_make(key, KEY_DEF, id), def) == -1 ||
	    registry_put(sk->boot, HOLDER_CTR, name, id) == -1)
		(void)state_fail_db(sk, sk->boot);
	else {
		/*
		 * Required objects may be missing: the container runs all the
		 * same.
		 */
		(void)obj_claim(sk, sk->boot, id, def);
		rc = 0;
	}
 out:
	rec_free(row);
	return (rc);
}

/*
 * A container that only the per-boot database had needs a definition to be
 * restored.
 */
static int
restore_one(struct state *sk, const struct rec *ran)
{
	const char	*id = rec_str(ran, KEY(id), "");
	struct rec	*stored, *def;
	char		 key[KEY_SIZE];
	size_t		 it = 0;
	int		 rc = 0;

	if (!name_is_id(id, 64) ||
	    strcmp(rec_str(ran, KEY(boot_id), ""), sk->boot_id) != 0)
		return (state_fail(sk, EINVAL, "\"%s\" is not a container of "
		    "this boot", id));
	stored = db_get(sk->durable, key_make(key, KEY_ROW, id));
	if (stored != NULL)
		rc = restore_durable(sk, id, stored, ran);
	else if ((def = rec_sub(ran, KEY(def), &it)) != NULL) {
		rc = restore_ephemeral(sk, id, def, ran);
		rec_free(def);
	}
	rec_free(stored);
	return (rc);
}

static int
restore(struct state *sk, const struct rec *all)
{
	struct rec	*ran;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (ran = rec_sub(all, KEY(ctr), &it)) != NULL) {
		rc = restore_one(sk, ran);
		rec_free(ran);
	}
	if (rc == 0 && db_commit(sk->boot, false) == -1)
		rc = state_fail_db(sk, sk->boot);
	return (rc);
}

int
state_restore(struct state *sk, const struct rec *all)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = state_begin_boot(sk);
		if (rc == 0)
			rc = state_end(sk, restore(sk, all));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}
