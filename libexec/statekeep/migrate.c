#include "migrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "state.h"
#include "keys.h"
#include "log.h"
#include "name.h"
#include "record.h"
#include "registry.h"

#define SCHEMA_KEY	KEY_SELF ":schema"

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

int
migrate_schema(struct state *sk)
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

int
migrate_run(struct state *sk, int from)
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
