#include "slot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "keys.h"

#define BOOT_KEY	"s:slots"

static void
slot_key(char *out, size_t size, uint32_t slot)
{
	(void)snprintf(out, size, KEY_SLOT ":%05u", slot);
}

/* The first slot that is in use; 0 if none is. */
static uint32_t
first_taken(struct db *db)
{
	struct db_cursor	*c = db_walk(db, KEY_SLOT ":");
	const char		*key;
	const void		*data;
	size_t			 len;
	uint32_t		 slot = 0;

	if (c != NULL && db_next(c, &key, &data, &len))
		slot = (uint32_t)strtoul(key + 2, NULL, 10);
	db_walk_end(c);
	return (slot);
}

int
slot_boot(struct db *db, const char *boot_id)
{
	char		 text[72], key[16];
	uint32_t	 slot;

	if (db_get_text(db, BOOT_KEY, text, sizeof(text)) &&
	    strcmp(text, boot_id) == 0)
		return (0);
	while ((slot = first_taken(db)) != 0) {
		slot_key(key, sizeof(key), slot);
		if (db_del(db, key) == -1)
			return (-1);
	}
	return (db_put_text(db, BOOT_KEY, boot_id));
}

uint32_t
slot_take(struct db *db, const char *id)
{
	struct db_cursor	*c = db_walk(db, KEY_SLOT ":");
	const char		*key;
	const void		*data;
	char			 name[16];
	size_t			 len;
	uint32_t		 slot = 1;

	if (c == NULL)
		return (0);
	while (db_next(c, &key, &data, &len) &&
	    strtoul(key + 2, NULL, 10) == slot)
		slot++;
	db_walk_end(c);
	if (slot > SLOT_MAX) {
		errno = ENOSPC;
		return (0);
	}
	slot_key(name, sizeof(name), slot);
	return (db_put_text(db, name, id) == -1 ? 0 : slot);
}

int
slot_keep(struct db *db, uint32_t slot, const char *id)
{
	char	 key[16];

	slot_key(key, sizeof(key), slot);
	return (db_put_text(db, key, id));
}

int
slot_give(struct db *db, uint32_t slot, const char *id)
{
	char	 key[16], owner[72];

	slot_key(key, sizeof(key), slot);
	if (slot == 0 || !db_get_text(db, key, owner, sizeof(owner)) ||
	    strcmp(owner, id) != 0)
		return (0);
	return (db_del(db, key));
}
