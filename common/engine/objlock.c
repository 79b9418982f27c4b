#include "objlock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "locks.h"
#include "record.h"
#include "session.h"

/* Ask for a number: 0, or -1. */
static int
ask(struct session *s, enum msg_type type, const union msg *m, struct rec *r)
{
	struct packet	 p;
	int		 rc;

	if (call(&s->client, H_LOCK, type, m, NULL, 0, &p) == -1)
		return (-1);
	rc = rec_set_num(r, "lock", (int64_t)p.body.reply.value - 1);
	packet_clear(&p);
	return (rc);
}

int
objlock_alloc(struct session *s, const char *kind, const char *id,
    struct rec *r)
{
	union msg	 m;
	char		 name[81];

	(void)snprintf(name, sizeof(name), "%s:%.72s", kind, id);
	if (session_locks(s) == -1)
		return (-1);
	memset(&m, 0, sizeof(m));
	memcpy(m.lock_alloc.name, name, sizeof(m.lock_alloc.name));
	if (ask(s, MSG_lock_alloc, &m, r) == 0)
		return (0);
	if (errno != EEXIST)
		return (-1);
	memset(&m, 0, sizeof(m));
	memcpy(m.lock_find.name, name, sizeof(m.lock_find.name));
	return (ask(s, MSG_lock_find, &m, r));
}

void
objlock_free(struct session *s, const char *kind, const char *id)
{
	struct rec	*row = rec_new();

	if (row != NULL && rec_add(row, "id", id) == 0 &&
	    rec_add(row, "lock", "0") == 0)
		locks_free(s, row, kind);
	rec_free(row);
}
