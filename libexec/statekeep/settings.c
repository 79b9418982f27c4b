/*
 * What the store was made with: its settings, and its schema, the version of
 * the keys and values in the durable database. A command that succeeds records
 * the settings that are missing: one that fails must not choose for the next.
 * The per-boot database has no version, because this statekeep understands what
 * an older one has written in the same boot.
 */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "keys.h"
#include "log.h"
#include "name.h"
#include "nitems.h"
#include "record.h"
#include "refresh.h"
#include "registry.h"

#define SCHEMA_KEY	KEY_SELF ":schema"
#define SETTINGS_KEY	KEY_SELF ":settings"

/*
 * If a per-boot directory cannot be used, another one takes its place until the
 * next boot: "now:" and the key has its path, and NOW_BOOT the boot.
 */
#define NOW		"now:"
#define NOW_BOOT	"now:boot"
#define GRANT		"grant:"	/* of a value: root's signature */
#define CHECK		"check:"	/* a value that is not to be stored */

/* The settings of the store compared with those in use. */
struct comparison {
	struct rec	*have;		/* NULL: none yet */
	int		 schema;
	bool		 missing;	/* the store lacks one of ours */
	bool		 differs;	/* a value differs */
};

/* Convert the names whose value is only an id. */
static struct rec *
bare_names(struct db *db)
{
	struct db_cursor	*c = db_walk(db, KEY_NAME ":");
	struct rec		*r = rec_new();
	const char		*key;
	const void		*data;
	char			 id[65];
	size_t			 len;

	while (c != NULL && r != NULL && db_next(c, &key, &data, &len)) {
		(void)snprintf(id, sizeof(id), "%.*s",
		    len > 64 ? 64 : (int)len, (const char *)data);
		if (len == 64 && name_is_id(id, 64))
			(void)rec_add(r, KEY_FROM(key + strlen(KEY_NAME ":")),
			    id);
	}
	db_walk_end(c);
	return (r);
}

/* Version 2: the value of a name has the kind of the object. */
static int
to_2(struct state *sk)
{
	scoped_rec struct rec	*names = bare_names(sk->durable);
	struct rec_item		 item;
	size_t			 it = 0;
	int			 rc = names == NULL ? -1 : 0;

	while (rc == 0 && rec_walk(names, &it, &item))
		rc = registry_put(sk->durable, HOLDER_CTR, item.key,
		    item.text);
	return (rc == -1 ? state_fail_db(sk, sk->durable) : 0);
}

/* Each converts from the version before. */
static int (*const	 steps[])(struct state *) = { NULL, NULL, to_2 };

/*
 * The version of the open durable database; 0 if it is new. -1 with a message
 * if this statekeep cannot work with it.
 */
static int
read_schema(struct state *sk)
{
	char	 text[32];
	long	 schema;

	if (!db_get_text(sk->durable, SCHEMA_KEY, text, sizeof(text))) {
		/* Work without a known version rather than fail. */
		return (errno == EBADMSG ? 1 : 0);
	}
	schema = strtol(text, NULL, 10);
	if (schema > STATE_SCHEMA)
		return (state_fail(sk, EPROTONOSUPPORT, "the state database "
		    "was written by a newer bulkhead (schema %ld, this one "
		    "knows %d); install that version again", schema,
		    STATE_SCHEMA));
	if (schema < 1)
		return (state_fail(sk, EUCLEAN, "the state database has an "
		    "unknown schema \"%s\"; restore it from a backup", text));
	return ((int)schema);
}

/*
 * In a write transaction: convert the database from this version to ours, and
 * set the new number. 0 or -1.
 */
static int
migrate(struct state *sk, int from)
{
	char	 text[16];

	if (from == STATE_SCHEMA)
		return (0);
	for (int v = from + 1; from > 0 && v <= STATE_SCHEMA; v++)
		if (steps[v](sk) == -1)
			return (-1);
	(void)snprintf(text, sizeof(text), "%d", STATE_SCHEMA);
	if (db_put_text(sk->durable, SCHEMA_KEY, text) == -1)
		return (state_fail_db(sk, sk->durable));
	if (from > 0)
		log_info("the state database is brought from schema %d to %d",
		    from, STATE_SCHEMA);
	return (0);
}

static int
read_settings(struct state *sk, struct comparison *c)
{
	*c = (struct comparison){ 0 };
	if ((c->schema = read_schema(sk)) == -1)
		return (-1);
	c->have = db_get(sk->durable, SETTINGS_KEY);
	if (c->have == NULL && errno == ENOMEM)
		return (state_fail(sk, ENOMEM, "out of memory"));
	/* Other directories of this boot replace the settings. */
	if (c->have == NULL && errno == EBADMSG)
		log_warnx("the settings in the state database are damaged "
		    "and are written anew");
	return (0);
}

static bool
is_now(const struct state *sk, const struct rec *have)
{
	return (strcmp(rec_str(have, KEY_AS(now_boot), ""), sk->boot_id) == 0);
}

/* The store's value for a key in this boot; "" for none. */
static const char *
value_of(const struct state *sk, const struct rec *have, const char *key)
{
	char		 now[64];
	const char	*v = NULL;

	if (have == NULL)
		return ("");
	(void)snprintf(now, sizeof(now), NOW "%s", key);
	if (is_now(sk, have))
		v = rec_get(have, KEY_FROM(now));
	else if (strncmp(key, NOW, strlen(NOW)) == 0)
		return ("");
	return (v != NULL ? v : rec_str(have, KEY_FROM(key), ""));
}

/*
 * With a new key of root's, store the new signature of the same value. A
 * directory of this boot is named by a command that cannot use the recorded
 * one.
 */
static bool
may_change(const char *key)
{
	return (strncmp(key, NOW, strlen(NOW)) == 0 ||
	    strncmp(key, GRANT, strlen(GRANT)) == 0);
}

/* Is it there for the comparison alone? */
static bool
is_check(const char *key)
{
	return (strncmp(key, CHECK, strlen(CHECK)) == 0);
}

/* An empty value on either side matches. */
static void
compare(const struct state *sk, struct comparison *c, const struct rec *want)
{
	struct rec_item	 item;
	const char	*old;
	size_t		 it = 0;

	while (rec_walk(want, &it, &item)) {
		if (item.text == NULL || *item.text == '\0')
			continue;
		old = value_of(sk, c->have, is_check(item.key) ? item.key +
		    strlen(CHECK) : item.key);
		if (strcmp(old, item.text) == 0 ||
		    (*old == '\0' && is_check(item.key)))
			continue;
		if (*old == '\0' || may_change(item.key))
			c->missing = true;
		else
			c->differs = true;
	}
}

static int
put_missing(struct state *sk, struct comparison *c, const struct rec *want)
{
	struct rec_item	 item;
	size_t		 it = 0;
	bool		 now = false;

	if (c->have == NULL && (c->have = rec_new()) == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	while (rec_walk(want, &it, &item))
		if (item.text != NULL && *item.text != '\0' &&
		    !is_check(item.key) && (may_change(item.key) ||
		    *value_of(sk, c->have, item.key) == '\0')) {
			(void)rec_set(c->have, KEY_FROM(item.key), item.text);
			now |= strncmp(item.key, NOW, strlen(NOW)) == 0;
		}
	if (now)
		(void)rec_set(c->have, KEY_AS(now_boot), sk->boot_id);
	if (db_put(sk->durable, SETTINGS_KEY, c->have) == -1)
		return (state_fail_db(sk, sk->durable));
	return (0);
}

/* A store with an older schema is converted at once: all reads need it. */
static int
convert(struct state *sk, struct comparison *c, const struct rec *want)
{
	if (read_settings(sk, c) == -1)
		return (-1);
	compare(sk, c, want);
	if (migrate(sk, c->schema) == -1)
		return (-1);
	if (db_commit(sk->durable, true) == -1)
		return (state_fail_db(sk, sk->durable));
	return (0);
}

static int
settings(struct state *sk, struct comparison *c, const struct rec *want)
{
	int	 rc;

	if (state_begin(sk, true, false, false) == -1)
		return (-1);
	if ((rc = read_settings(sk, c)) == 0) {
		sk->stale = refresh_due(sk);
		compare(sk, c, want);
	}
	rc = state_end(sk, rc);
	if (rc == -1 || c->schema == 0 || c->schema == STATE_SCHEMA)
		return (rc);
	rec_free(c->have);
	c->have = NULL;
	if (state_begin(sk, true, false, true) == -1)
		return (-1);
	return (state_end(sk, convert(sk, c, want)));
}

/*
 * The settings in this boot, without the keys of the replacement. Takes the
 * record.
 */
static struct rec *
of_this_boot(const struct state *sk, struct rec *have)
{
	static const char *const	 keys[] = { "path.run",
					    "path.run_storage",
					    GRANT "path.run",
					    GRANT "path.run_storage" };
	char				 now[64];

	for (size_t i = 0; i < NITEMS(keys); i++) {
		(void)snprintf(now, sizeof(now), NOW "%s", keys[i]);
		if (is_now(sk, have) && rec_get(have, KEY_FROM(now)) != NULL)
			(void)rec_set(have, KEY_FROM(keys[i]), rec_get(have,
			    KEY_FROM(now)));
		rec_del(have, KEY_FROM(now));
	}
	rec_del(have, KEY_AS(now_boot));
	return (have);
}

int
state_settings(struct state *sk, const struct rec *want, struct rec **made_with)
{
	struct comparison	 c = { 0 };
	int			 rc;

	*made_with = NULL;
	/* A state in memory has no settings of its own. */
	if (db_in_memory(sk->durable))
		return (0);
	for (int tries = 0;; tries++) {
		rc = settings(sk, &c, want);
		*made_with = NULL;
		if (rc == 0 && c.differs) {
			*made_with = of_this_boot(sk, c.have);
			c.have = NULL;
		}
		rec_free(c.have);
		if (!state_again(sk, rc, tries))
			break;
	}
	if (rc == -1 || c.differs || (!c.missing && c.schema != 0))
		return (rc);
	if ((sk->unrecorded = rec_new()) == NULL ||
	    rec_add_all(sk->unrecorded, want) == -1)
		return (state_fail(sk, ENOMEM, "out of memory"));
	return (0);
}

int
state_put_settings(struct state *sk)
{
	struct comparison	 c = { 0 };
	int			 rc;

	if (sk->unrecorded == NULL)
		return (0);
	if ((rc = read_settings(sk, &c)) == 0) {
		compare(sk, &c, sk->unrecorded);
		if (c.differs)
			rc = state_fail(sk, ESTALE, "another command has just "
			    "used this store with other settings; try again");
		else if ((rc = migrate(sk, c.schema)) == 0 && c.missing)
			rc = put_missing(sk, &c, sk->unrecorded);
	}
	rec_free(c.have);
	return (rc);
}

/* Without a sync: the next commit that needs one makes this durable, too. */
static int
record(struct state *sk)
{
	int	 rc;

	if (state_begin(sk, true, false, true) == -1)
		return (-1);
	rc = state_put_settings(sk);
	if (rc == 0 && db_commit(sk->durable, false) == -1)
		rc = state_fail_db(sk, sk->durable);
	return (state_end(sk, rc));
}

int
state_record(struct state *sk)
{
	int	 rc = 0;

	for (int tries = 0; sk->unrecorded != NULL; tries++) {
		rc = record(sk);
		if (rc == 0)
			state_recorded(sk);
		if (!state_again(sk, rc, tries))
			break;
	}
	return (rc);
}

void
state_recorded(struct state *sk)
{
	rec_free(sk->unrecorded);
	sk->unrecorded = NULL;
}
