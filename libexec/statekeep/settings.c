#include "keep.h"

#include <errno.h>
#include <string.h>

#include "db.h"
#include "keys.h"
#include "log.h"
#include "migrate.h"
#include "record.h"
#include "refresh.h"

#define SETTINGS_KEY	KEY_SELF ":settings"

/* The store's settings against ours. */
struct comparison {
	struct rec	*have;		/* NULL: none yet */
	int		 schema;
	bool		 missing;	/* it does not know one of ours */
	bool		 differs;	/* it was made with another value */
};

static int
read_settings(struct keep *k, struct comparison *c)
{
	*c = (struct comparison){ 0 };
	if ((c->schema = migrate_schema(k)) == -1)
		return (-1);
	c->have = db_get(k->durable, SETTINGS_KEY);
	/* They are the ones that it is used with now, then. */
	if (c->have == NULL && errno == EBADMSG)
		log_warnx("the settings in the state database are damaged "
		    "and are written anew");
	return (0);
}

/* An empty value says nothing, on either side. */
static void
compare(struct comparison *c, const struct rec *want)
{
	struct rec_item	 item;
	const char	*old;
	size_t		 it = 0;

	while (rec_walk(want, NULL, &it, &item)) {
		if (item.text == NULL || *item.text == '\0')
			continue;
		old = c->have == NULL ? "" : rec_str(c->have, item.key, "");
		if (*old == '\0')
			c->missing = true;
		else if (strcmp(old, item.text) != 0)
			c->differs = true;
	}
}

static int
put_missing(struct keep *k, struct comparison *c, const struct rec *want)
{
	struct rec_item	 item;
	size_t		 it = 0;

	if (c->have == NULL && (c->have = rec_new()) == NULL)
		return (keep_fail(k, ENOMEM, "out of memory"));
	while (rec_walk(want, NULL, &it, &item))
		if (item.text != NULL && *item.text != '\0' &&
		    *rec_str(c->have, item.key, "") == '\0')
			(void)rec_set(c->have, item.key, item.text);
	if (db_put(k->durable, SETTINGS_KEY, c->have) == -1)
		return (keep_fail_db(k, k->durable));
	return (0);
}

/*
 * In a write transaction. A store that is used with other settings than its
 * own is only brought up to date: what it lacks, somebody else may know.
 */
static int
complete(struct keep *k, struct comparison *c, const struct rec *want)
{
	bool	 migrated;

	if (read_settings(k, c) == -1)
		return (-1);
	compare(c, want);
	migrated = c->schema > 0 && c->schema < KEEP_SCHEMA;
	if (migrate_run(k, c->schema) == -1)
		return (-1);
	if (!c->differs && c->missing && put_missing(k, c, want) == -1)
		return (-1);
	if (db_commit(k->durable, migrated) == -1)
		return (keep_fail_db(k, k->durable));
	return (0);
}

/* Reading is enough, unless it is new, old, or lacks something. */
static int
settings(struct keep *k, struct comparison *c, const struct rec *want)
{
	int	 rc;

	if (keep_begin(k, true, false, false) == -1)
		return (-1);
	if ((rc = read_settings(k, c)) == 0) {
		k->stale = refresh_due(k);
		compare(c, want);
	}
	rc = keep_end(k, rc);
	if (rc == -1 || (c->schema == KEEP_SCHEMA && (c->differs ||
	    !c->missing)))
		return (rc);
	rec_free(c->have);
	if (keep_begin(k, true, false, true) == -1) {
		c->have = NULL;
		return (-1);
	}
	return (keep_end(k, complete(k, c, want)));
}

int
keep_settings(struct keep *k, const struct rec *want, struct rec **made_with)
{
	struct comparison	 c = { 0 };
	int			 rc;

	*made_with = NULL;
	/* In memory there is nothing that could have been made with others. */
	if (db_in_memory(k->durable))
		return (0);
	for (int tries = 0;; tries++) {
		rc = settings(k, &c, want);
		*made_with = NULL;
		if (rc == 0 && c.differs) {
			*made_with = c.have;
			c.have = NULL;
		}
		rec_free(c.have);
		if (!keep_again(k, rc, tries))
			return (rc);
	}
}
