#include "registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "nitems.h"
#include "state.h"
#include "keys.h"
#include "name.h"

#define TRIES	64

static const struct {
	const char	*word;		/* of the value, before the id */
	const char	*rows;		/* key of its row */
	const char	*noun;
} kinds[] = {
	[HOLDER_CTR] = { "ctr", KEY_ROW, "container" },
	[HOLDER_POD] = { "pod", KEY_POD, "pod" },
};

#define NKINDS	NITEMS(kinds)

/* "ctr <id>"; schema 1 has only the id, in the per-boot database too. */
static bool
parse(const char *text, size_t len, struct holder *h)
{
	size_t	 word;

	h->kind = HOLDER_CTR;
	for (size_t i = 0; i < NKINDS; i++) {
		word = strlen(kinds[i].word);
		if (len == word + 65 && text[word] == ' ' &&
		    memcmp(text, kinds[i].word, word) == 0) {
			h->kind = (enum holder_kind)i;
			text += word + 1;
			len = 64;
			break;
		}
	}
	if (len != 64)
		return (false);
	memcpy(h->id, text, 64);
	h->id[64] = '\0';
	return (name_is_id(h->id, 64));
}

static bool
find_in(struct db *db, const char *name, struct holder *h)
{
	char	 key[KEY_SIZE], text[80];

	if (!db_get_text(db, key_make(key, KEY_NAME, name), text,
	    sizeof(text)) || !parse(text, strlen(text), h))
		return (false);
	return (db_has(db, key_make(key, kinds[h->kind].rows, h->id)));
}

bool
registry_find(struct state *sk, const char *name, struct holder *h)
{
	return (find_in(sk->durable, name, h) || find_in(sk->boot, name, h));
}

static int
in_use(struct state *sk, enum holder_kind kind, const char *name,
    const struct holder *h)
{
	if (h->kind == kind)
		return (state_fail(sk, EEXIST, "the %s name \"%s\" is already "
		    "in use by %s. You have to remove that %s to be able to "
		    "reuse that name: that name is already in use",
		    kinds[kind].noun, name, h->id, kinds[kind].noun));
	return (state_fail(sk, EEXIST, "the name \"%s\" is already in use by "
	    "%s %s. You have to remove that %s to be able to reuse that "
	    "name: that name is already in use", name, kinds[h->kind].noun,
	    h->id, kinds[h->kind].noun));
}

int
registry_choose(struct state *sk, enum holder_kind kind, const char *wanted,
    char *out, size_t size)
{
	struct holder	 h;

	if (*wanted != '\0') {
		(void)snprintf(out, size, "%s", wanted);
		return (registry_find(sk, wanted, &h) ?
		    in_use(sk, kind, wanted, &h) : 0);
	}
	for (unsigned int i = 0; i < TRIES; i++) {
		name_make(out, size, i);
		if (!registry_find(sk, out, &h))
			return (0);
	}
	return (state_fail(sk, EEXIST, "no free %s name was found; give one "
	    "with --name", kinds[kind].noun));
}

int
registry_check_id(struct state *sk, enum holder_kind kind, const char *id)
{
	char	 key[KEY_SIZE];

	for (size_t i = 0; i < NKINDS; i++) {
		key_make(key, kinds[i].rows, id);
		if (db_has(sk->durable, key) || db_has(sk->boot, key))
			return (state_fail(sk, EEXIST, "the %s ID %s is "
			    "already in use", kinds[kind].noun, id));
	}
	return (0);
}

int
registry_put(struct db *db, enum holder_kind kind, const char *name,
    const char *id)
{
	char	 key[KEY_SIZE], text[80];

	(void)snprintf(text, sizeof(text), "%s %s", kinds[kind].word, id);
	return (db_put_text(db, key_make(key, KEY_NAME, name), text));
}

int
registry_drop(struct db *db, const char *name)
{
	char	 key[KEY_SIZE];

	return (db_del(db, key_make(key, KEY_NAME, name)));
}

bool
registry_name_of(struct db *db, const char *id, char *out, size_t size)
{
	struct db_cursor	*c = db_walk(db, KEY_NAME ":");
	const char		*key;
	const void		*data;
	struct holder		 h;
	size_t			 len;
	bool			 found = false;

	while (c != NULL && !found && db_next(c, &key, &data, &len))
		if (parse(data, len, &h) && strcmp(h.id, id) == 0) {
			(void)snprintf(out, size, "%s", key + 2);
			found = true;
		}
	db_walk_end(c);
	return (found);
}

int
registry_drop_of(struct db *db, const char *id)
{
	char	 name[256];

	if (!registry_name_of(db, id, name, sizeof(name)))
		return (0);
	return (registry_drop(db, name));
}
