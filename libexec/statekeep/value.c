/*
 * The keys and values of a database: read, put, delete, walk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "inside.h"
#include "keys.h"
#include "nitems.h"
#include "record.h"

#define TEXT_MAX	512		/* bytes of a plain value */

struct db_cursor {
	struct db	*db;
	KCCUR		*cur;
	char		*key;		/* Kyoto Cabinet's, with the value
					 * behind */
	char		 name[1100];
	char		 prefix[512];
};

const char *
key_make(char *out, const char *kind, const char *name)
{
	(void)snprintf(out, KEY_SIZE, "%s:%s", kind, name);
	return (out);
}

enum record_type
key_type(const char *key)
{
	static const struct {
		const char		*kind;
		enum record_type	 type;
	} kinds[] = {
		{ KEY_ROW, RECORD(row) }, { KEY_OVER, RECORD(row) },
		{ KEY_DEF, RECORD(definition) }, { KEY_POD, RECORD(pod) },
		{ KEY_VOLUME, RECORD(volume) }, { KEY_EXEC, RECORD(session) },
		{ KEY_NETWORK, RECORD(network) },
		{ KEY_SECRET, RECORD(secret) },
		{ KEY_PAYLOAD, RECORD(secret) },
		{ KEY_HISTORY, RECORD(entry) },
	};
	size_t	 n = strcspn(key, ":");

	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strlen(kinds[i].kind) == n &&
		    memcmp(kinds[i].kind, key, n) == 0)
			return (kinds[i].type);
	return (RECORD(any));
}

/* Like FNV, a word at a time: a change of one word changes the sum. */
static uint32_t
sum(uint64_t h, const void *data, size_t len)
{
	const uint8_t	*p = data;
	uint64_t	 w;

	for (; len > 0; p += sizeof(w), len -= sizeof(w)) {
		w = len;
		memcpy(&w, p, len < sizeof(w) ? len : sizeof(w));
		h = (h ^ w) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
		if (len < sizeof(w))
			break;
	}
	return ((uint32_t)h);
}

static uint32_t
seal(const char *key, size_t key_len, const void *data, size_t len)
{
	return (sum(sum(len + 1, key, key_len), data, len));
}

int
db_store(struct db *db, const char *key, size_t key_len, const void *data,
    size_t len, bool damaged)
{
	uint32_t	 h = seal(key, key_len, data, len);
	char		*room;

	if (damaged)
		return (kcdbset(db->kc, key, key_len, "", 0) ? 0 : -1);
	if (len + sizeof(h) > db->room) {
		if ((room = realloc(db->value, len + sizeof(h))) == NULL)
			return (-1);
		db->value = room;
		db->room = len + sizeof(h);
	}
	if (len > 0)
		memcpy(db->value, data, len);
	memcpy(db->value + len, &h, sizeof(h));
	return (kcdbset(db->kc, key, key_len, db->value, len + sizeof(h)) ?
	    0 : -1);
}

int
db_mark_end(struct db *db)
{
	char	 text[32];
	int	 n = snprintf(text, sizeof(text), "%" PRId64, db->journal_len);

	return (db_store(db, DB_END, strlen(DB_END), text, (size_t)n, false));
}

enum sealed
db_unseal(const char *key, size_t key_len, const void *data, size_t *len)
{
	uint32_t	 h;

	if (*len == 0)
		return (SEALED_DAMAGED);
	if (*len < sizeof(h))
		return (SEALED_BROKEN);
	*len -= sizeof(h);
	memcpy(&h, (const char *)data + *len, sizeof(h));
	return (h == seal(key, key_len, data, *len) ? SEALED_GOOD :
	    SEALED_BROKEN);
}

/* A value has a wrong checksum: the index must be made again. */
static void
fail_damaged(struct db *db, const char *key)
{
	db->failed = db->broken = db->damaged = true;
	errno = EUCLEAN;
	(void)db_fail(db, "the state database %s/%s is damaged at %s; try "
	    "again, it is made anew from its journal", db->where, db->kct,
	    key);
}

/* Kyoto Cabinet returned nothing: ENOENT, or its failure. */
static void
set_miss(struct db *db)
{
	errno = 0;
	if (kcdbecode(db->kc) != KCENOREC)
		(void)db_fail_kc(db, db->kct);
	else
		errno = ENOENT;
}

struct rec *
db_get(struct db *db, const char *key)
{
	size_t		 len = 0;
	char		*p;
	struct rec	*r;
	enum sealed	 s;

	errno = ENOENT;
	if (db->kc == NULL)
		return (NULL);
	if ((p = kcdbget(db->kc, key, strlen(key), &len)) == NULL) {
		set_miss(db);
		return (NULL);
	}
	s = db_unseal(key, strlen(key), p, &len);
	r = s == SEALED_GOOD ? rec_decode(p, len, key_type(key),
	    NULL) : NULL;
	kcfree(p);
	if (s == SEALED_DAMAGED)
		errno = EBADMSG;
	else if (s == SEALED_BROKEN)
		fail_damaged(db, key);
	return (r);
}

bool
db_get_text(struct db *db, const char *key, char *out, size_t size)
{
	char		 text[TEXT_MAX + sizeof(uint32_t)];
	int32_t		 n;
	size_t		 len;
	enum sealed	 s;

	errno = ENOENT;
	if (db->kc == NULL)
		return (false);
	n = kcdbgetbuf(db->kc, key, strlen(key), text, sizeof(text));
	if (n < 0) {
		set_miss(db);
		return (false);
	}
	len = (size_t)n;
	errno = EBADMSG;
	if (len >= sizeof(text))
		return (false);
	if ((s = db_unseal(key, strlen(key), text, &len)) == SEALED_BROKEN)
		fail_damaged(db, key);
	if (s != SEALED_GOOD || len >= size || memchr(text, '\0', len) != NULL)
		return (false);
	memcpy(out, text, len);
	out[len] = '\0';
	return (true);
}

bool
db_has(struct db *db, const char *key)
{
	if (db->kc == NULL)
		return (false);
	if (kcdbcheck(db->kc, key, strlen(key)) >= 0)
		return (true);
	set_miss(db);
	return (false);
}

static int
put_bytes(struct db *db, const char *key, const void *data, size_t len)
{
	size_t	 n = strlen(key);

	errno = 0;
	if (jbuf_add(&db->changes, key, data, len) == -1) {
		db->failed = true;
		return (db_fail(db, "out of memory"));
	}
	if (data == NULL ? kcdbremove(db->kc, key, n) != 0 :
	    db_store(db, key, n, data, len, false) == 0)
		return (0);
	db->failed = true;
	return (db_fail_kc(db, db->kct));
}

int
db_put(struct db *db, const char *key, const struct rec *r)
{
	scoped_free void	*p = NULL;
	size_t			 len;

	if (r == NULL || rec_encode(r, &p, &len) == -1) {
		db->failed = true;
		errno = r == NULL ? ENOMEM : errno;
		return (db_fail(db, "cannot encode the record %s: %s", key,
		    strerror(errno)));
	}
	return (put_bytes(db, key, p, len));
}

int
db_put_text(struct db *db, const char *key, const char *text)
{
	return (put_bytes(db, key, text, strlen(text)));
}

int
db_del(struct db *db, const char *key)
{
	if (!db_has(db, key))
		return (0);
	return (put_bytes(db, key, NULL, 0));
}

struct db_cursor *
db_walk(struct db *db, const char *prefix)
{
	struct db_cursor	*c = calloc(1, sizeof(*c));

	if (c == NULL)
		return (NULL);
	c->db = db;
	(void)snprintf(c->prefix, sizeof(c->prefix), "%s", prefix);
	if (db->kc != NULL) {
		c->cur = kcdbcursor(db->kc);
		if (!kccurjumpkey(c->cur, prefix, strlen(prefix)))
			set_miss(db);
	}
	return (c);
}

bool
db_next(struct db_cursor *c, const char **key, const void **data, size_t *len)
{
	const char	*value;
	size_t		 key_len;

	if (c->cur == NULL)
		return (false);
	if (c->key != NULL)
		kcfree(c->key);
	c->key = kccurget(c->cur, &key_len, &value, len, 1);
	if (c->key == NULL)
		set_miss(c->db);
	if (c->key == NULL)
		return (false);
	(void)snprintf(c->name, sizeof(c->name), "%.*s", (int)key_len,
	    c->key);
	*key = c->name;
	*data = value;
	/* The key behind the last is checked too: its bits may have turned. */
	if (db_unseal(c->key, key_len, value, len) == SEALED_BROKEN) {
		fail_damaged(c->db, c->name);
		return (false);
	}
	return (strncmp(c->name, c->prefix, strlen(c->prefix)) == 0);
}

void
db_walk_end(struct db_cursor *c)
{
	if (c == NULL)
		return;
	if (c->key != NULL)
		kcfree(c->key);
	if (c->cur != NULL)
		kccurdel(c->cur);
	free(c);
}

bool
db_first_key(struct db *db, const char *prefix, char *out, size_t size)
{
	struct db_cursor	*c = db_walk(db, prefix);
	const char		*key;
	const void		*data;
	size_t			 len;
	bool			 found;

	found = c != NULL && db_next(c, &key, &data, &len);
	if (found)
		(void)snprintf(out, size, "%s", key);
	db_walk_end(c);
	return (found);
}
