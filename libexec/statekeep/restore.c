#include "keep.h"

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

/* What both kinds have: that it runs, and as which process. */
static const char *const	 kept[] = { "pid", "pid_start" };

static int
add_running(struct keep *k, struct rec *row, const struct rec *ran)
{
	uint32_t	 slot = (uint32_t)rec_num(ran, "slot", 0);
	int		 rc;

	rc = rec_set(row, "boot_id", k->boot_id);
	if (rc == 0)
		rc = rec_set_num(row, "state", ST_RUNNING);
	for (size_t i = 0; rc == 0 && i < sizeof(kept) / sizeof(kept[0]); i++)
		rc = rec_set(row, kept[i], rec_str(ran, kept[i], "0"));
	if (rc == 0 && slot != 0)
		rc = rec_set_num(row, "slot", slot);
	if (rc == -1)
		return (keep_fail(k, errno, "out of memory"));
	if (slot != 0 && (slot_boot(k->boot, k->boot_id) == -1 ||
	    slot_keep(k->boot, slot, rec_str(ran, "id", "")) == -1))
		return (keep_fail_db(k, k->boot));
	return (0);
}

/* The durable side says that it ran in this boot: so it still does. */
static int
restore_durable(struct keep *k, const char *id, const struct rec *stored,
    const struct rec *ran)
{
	struct rec	*over;
	char		 key[KEY_SIZE];
	int		 rc;

	if (!state_live(row_state(stored)) ||
	    strcmp(rec_str(stored, "boot_id", ""), k->boot_id) != 0 ||
	    db_has(k->boot, key_make(key, KEY_OVER, id)))
		return (0);
	if ((over = rec_new()) == NULL)
		return (keep_fail(k, errno, "out of memory"));
	rc = add_running(k, over, ran);
	if (rc == 0 && db_put(k->boot, key, over) == -1)
		rc = keep_fail_db(k, k->boot);
	rec_free(over);
	return (rc);
}

/* Its name may be another's by now: then it gets a new one. */
static int
choose_name(struct keep *k, const struct rec *def, char *name, size_t len)
{
	if (registry_choose(k, HOLDER_CTR, rec_str(def, "name", ""), name,
	    len) == 0)
		return (0);
	return (registry_choose(k, HOLDER_CTR, "", name, len));
}

/* All that was known of it is lost, but for its definition. */
static int
restore_ephemeral(struct keep *k, const char *id, const struct rec *def,
    const struct rec *ran)
{
	char		 key[KEY_SIZE], name[256];
	struct rec	*row = NULL;
	int		 rc = -1;

	if (db_has(k->boot, key_make(key, KEY_ROW, id)))
		return (0);
	if (choose_name(k, def, name, sizeof(name)) == -1 ||
	    (row = row_new(def, id, name)) == NULL ||
	    add_running(k, row, ran) == -1)
		goto out;
	if (rec_set(row, "state_name", state_name(ST_RUNNING)) == -1 ||
	    (*k->ns != '\0' && rec_set(row, "namespace", k->ns) == -1))
		(void)keep_fail(k, errno, "out of memory");
	else if (db_put(k->boot, key, row) == -1 ||
	    db_put(k->boot, key_make(key, KEY_DEF, id), def) == -1 ||
	    registry_put(k->boot, HOLDER_CTR, name, id) == -1)
		(void)keep_fail_db(k, k->boot);
	else {
		/* What it requires may not be there any more: it runs. */
		(void)obj_claim(k, k->boot, id, def);
		rc = 0;
	}
 out:
	rec_free(row);
	return (rc);
}

/* Without a definition, one that the durable side does not know has gone. */
static int
restore_one(struct keep *k, const struct rec *ran)
{
	const char	*id = rec_str(ran, "id", "");
	struct rec	*stored, *def;
	char		 key[KEY_SIZE];
	size_t		 it = 0;
	int		 rc = 0;

	if (!name_is_id(id, 64) ||
	    strcmp(rec_str(ran, "boot_id", ""), k->boot_id) != 0)
		return (keep_fail(k, EINVAL, "\"%s\" is not a container of "
		    "this boot", id));
	stored = db_get(k->durable, key_make(key, KEY_ROW, id));
	if (stored != NULL)
		rc = restore_durable(k, id, stored, ran);
	else if ((def = rec_sub(ran, "def", &it)) != NULL) {
		rc = restore_ephemeral(k, id, def, ran);
		rec_free(def);
	}
	rec_free(stored);
	return (rc);
}

static int
restore(struct keep *k, const struct rec *all)
{
	struct rec	*ran;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (ran = rec_sub(all, "ctr", &it)) != NULL) {
		rc = restore_one(k, ran);
		rec_free(ran);
	}
	if (rc == 0 && db_commit(k->boot, false) == -1)
		rc = keep_fail_db(k, k->boot);
	return (rc);
}

int
keep_restore(struct keep *k, const struct rec *all)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = db_begin(k->durable, DB_READ) == -1 ?
		    keep_fail_db(k, k->durable) : 0;
		if (rc == 0 && db_begin(k->boot, DB_WRITE) == -1)
			rc = keep_fail_db(k, k->boot);
		if (rc == 0)
			rc = restore(k, all);
		rc = keep_end(k, rc);
		if (!keep_again(k, rc, tries))
			return (rc);
	}
}
