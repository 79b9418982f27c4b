#include "objlock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lock.h"
#include "locks.h"
#include "record.h"
#include "session.h"

int
objlock_alloc(struct session *s, const char *kind, const char *id,
    struct rec *r)
{
	char	 name[LOCKS_NAME];
	int64_t	 number;

	(void)snprintf(name, sizeof(name), "%s:%.72s", kind, id);
	if (locks_ready(s) == -1)
		return (-1);
	/* It may have one, from a command that was killed. */
	if (lock_alloc(&s->client, name, &number) == -1 &&
	    (errno != EEXIST || lock_find(&s->client, name, &number) == -1))
		return (-1);
	return (rec_set_num(r, KEY(lock), number));
}

void
objlock_free(struct session *s, const char *kind, const char *id)
{
	struct rec	*row = rec_new();

	if (row != NULL && rec_add(row, KEY(id), id) == 0 &&
	    rec_add(row, KEY_IN(shown, lock), "0") == 0)
		locks_free(s, row, kind);
	rec_free(row);
}
