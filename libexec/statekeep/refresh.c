#include "refresh.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctr.h"
#include "db.h"
#include "events.h"
#include "messages.h"
#include "nitems.h"
#include "obj.h"
#include "state.h"
#include "keys.h"
#include "record.h"
#include "row.h"

#define DONE	KEY_SELF ":refreshed"	/* the boot of the last refresh */

bool
refresh_due(struct state *sk)
{
	char	 boot[72];

	return (!db_get_text(sk->durable, DONE, boot, sizeof(boot)) ||
	    strcmp(boot, sk->boot_id) != 0);
}

static int
add_item(struct rec *out, const char *kind, const struct rec *row,
    const char *id, const char *then, const char *why)
{
	scoped_rec struct rec	*item = rec_new();
	int			 rc = -1;

	if (item != NULL && rec_add(item, KEY(kind), kind) == 0 &&
	    rec_add(item, KEY(id), id) == 0 &&
	    rec_add(item, KEY(name), rec_str(row, KEY(name), "")) == 0 &&
	    (strcmp(kind, "container") != 0 || rec_add(item, KEY(was),
	    ctr_state_name(row_state(row))) == 0) &&
	    rec_add(item, KEY(then), then) == 0 && rec_add(item, KEY(why),
	    why) == 0)
		rc = rec_add_rec(out, KEY(item), item);
	return (rc);
}

/* A container of the durable database. */
static int
plan_durable(struct state *sk, struct rec *out, const struct rec *row,
    const char *id, bool due)
{
	unsigned int	 state = row_state(row);
	bool		 now = strcmp(rec_str(row, KEY(boot_id), ""),
			    sk->boot_id) == 0;

	if (CTR_IN(state, CTR_LIVE) && !now)
		return (add_item(out, "container", row, id,
		    ctr_state_name(CTR_EXITED), "the boot it ran in is over"));
	if (state == CTR_CREATING && !now)
		return (add_item(out, "container", row, id, "removed",
		    "it was not yet made when the machine stopped"));
	if (state == CTR_REMOVING && due)
		return (add_item(out, "container", row, id, "removed",
		    "its removal is not finished"));
	return (0);
}

static int
plan_ephemeral(struct state *sk, struct rec *out, const struct rec *row,
    const char *id)
{
	if (strcmp(rec_str(row, KEY(boot_id), ""), sk->boot_id) == 0)
		return (0);
	return (add_item(out, "container", row, id, "removed",
	    "--rm, and the boot it was made in is over"));
}

static int
plan_rows(struct state *sk, struct db *db, struct rec *out, bool due)
{
	struct db_cursor	*c = db_walk(db, KEY_ROW ":");
	const char		*key;
	const void		*data;
	struct rec		*row;
	size_t			 len;
	int			 rc = c == NULL ? -1 : 0;

	while (rc == 0 && db_next(c, &key, &data, &len)) {
		row = rec_decode(data, len, key_type(key), NULL);
		if (row == NULL && errno == ENOMEM)
			rc = -1;
		else if (row == NULL)
			rc = add_item(out, "container", NULL, key + 2,
			    "damaged", "its record cannot be read; rm --force "
			    "removes it");
		else if (db == sk->boot)
			rc = plan_ephemeral(sk, out, row, key + 2);
		else
			rc = plan_durable(sk, out, row, key + 2, due);
		rec_free(row);
	}
	db_walk_end(c);
	return (rc);
}

/* The pods or volumes that cannot be read. */
static int
plan_objects(struct state *sk, struct rec *out, uint32_t kind_no,
    const char *why)
{
	const struct objkind	*kind = objkind_get(sk, kind_no);
	char			 prefix[KEY_SIZE];
	struct db_cursor	*c = db_walk(sk->durable, key_make(prefix,
				    kind->rows, ""));
	const char		*key;
	const void		*data;
	struct rec		*r;
	size_t			 len, skip = strlen(prefix);
	int			 rc = c == NULL ? -1 : 0;

	while (rc == 0 && db_next(c, &key, &data, &len)) {
		if ((r = rec_decode(data, len, key_type(key), NULL)) == NULL)
			rc = add_item(out, kind->noun, NULL, key + skip,
			    "damaged", why);
		rec_free(r);
	}
	db_walk_end(c);
	return (rc);
}

static struct rec *
plan(struct state *sk)
{
	struct rec	*out = rec_new();
	bool		 due;
	int		 rc;

	if (out == NULL || state_begin(sk, true, true, false) == -1) {
		rec_free(out);
		return (NULL);
	}
	due = refresh_due(sk);
	rc = plan_rows(sk, sk->durable, out, due);
	if (rc == 0)
		rc = plan_rows(sk, sk->boot, out, due);
	if (rc == 0)
		rc = plan_objects(sk, out, OBJ_POD, "its record cannot be "
		    "read; pod rm --force removes it");
	if (rc == 0)
		rc = plan_objects(sk, out, OBJ_VOLUME, "its record cannot be "
		    "read; volume rm --force removes it");
	if (rc == -1)
		rc = state_fail(sk, errno == 0 ? ENOMEM : errno, "cannot look "
		    "through the objects: %s", strerror(errno));
	if (state_end(sk, rc) == 0)
		return (out);
	rec_free(out);
	return (NULL);
}

struct rec *
refresh_plan(struct state *sk)
{
	struct rec	*out;

	for (int tries = 0;; tries++) {
		out = plan(sk);
		if (out != NULL || !state_again(sk, -1, tries))
			return (out);
	}
}

/*
 * One transaction for each container, so that one failure does not affect the
 * others.
 */
static int
apply_one(struct state *sk, const struct rec *item, struct rec *out)
{
	struct rec	*done = rec_new();
	int		 rc;

	if (done == NULL || rec_add_all(done, item) == -1) {
		rec_free(done);
		return (-1);
	}
	rc = 0;
	if (strcmp(rec_str(item, KEY(then), ""),
	    ctr_state_name(CTR_EXITED)) == 0 &&
	    ctr_record_exit(sk, rec_str(item, KEY(id), "")) == -1)
		rc = rec_add(done, KEY(error), sk->error);
	if (rc == 0)
		rc = rec_add_rec(out, KEY(item), done);
	rec_free(done);
	return (rc);
}

/* The per-boot database is of an earlier boot: remove its exec sessions. */
static int
drop_sessions(struct state *sk)
{
	static const char *const prefixes[] = { KEY_EXEC ":",
				    KEY_USER ":" KEY_EXEC ":" };
	char			 key[KEY_SIZE];
	bool			 any = false;

	if (!refresh_due(sk))
		return (0);
	for (size_t i = 0; i < NITEMS(prefixes); i++)
		while (db_first_key(sk->boot, prefixes[i], key,
		    sizeof(key))) {
			if (db_del(sk->boot, key) == -1)
				return (state_fail_db(sk, sk->boot));
			any = true;
		}
	if (any && db_commit(sk->boot, false) == -1)
		return (state_fail_db(sk, sk->boot));
	return (0);
}

static int
apply_sessions(struct state *sk)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = state_begin_boot(sk);
		if (rc == 0)
			rc = state_end(sk, drop_sessions(sk));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}

struct rec *
refresh_apply(struct state *sk)
{
	struct rec	*items = refresh_plan(sk), *out, *item;
	size_t		 it = 0;
	int		 rc = 0;

	if (items == NULL)
		return (NULL);
	if ((out = rec_new()) == NULL)
		rc = -1;
	while (rc == 0 && (item = rec_sub(items, KEY(item), &it)) != NULL) {
		rc = apply_one(sk, item, out);
		rec_free(item);
	}
	rec_free(items);
	if (rc == -1)
		(void)state_fail(sk, errno, "out of memory");
	else if ((rc = apply_sessions(sk)) == 0)
		return (out);
	rec_free(out);
	return (NULL);
}

/* With the event, which is so written once in each boot. */
static int
done(struct state *sk)
{
	struct transition	 t = { .type = "system", .id = "",
				    .durable = true };
	struct event		 e = { .type = "system",
				    .status = "refresh" };

	if (!refresh_due(sk))
		return (0);
	if (db_put_text(sk->durable, DONE, sk->boot_id) == -1)
		return (state_fail_db(sk, sk->durable));
	if (event_note(sk, &e) == -1)
		return (-1);
	return (state_commit(sk, &t));
}

int
refresh_done(struct state *sk)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = state_begin(sk, true, false, true);
		if (rc == 0)
			rc = state_end(sk, done(sk));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}
