#include "lock_numbers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "cleanup.h"
#include "layout.h"
#include "locks.h"
#include "record.h"
#include "session.h"

/* One row of some kind, if it has a lock or is to have one. */
static int
add_object(struct rec *out, const char *kind, const struct rec *row)
{
	const char		*was = rec_text(row, KEY(lock));
	const char		*id = rec_str(row, KEY(id), "");
	char			 name[LOCKS_NAME];
	scoped_rec struct rec	*r = NULL;
	int			 rc = -1;

	/* One that goes with its command may have been made without. */
	if (*id == '\0' || (was == NULL && rec_num(row, KEY(rm), 0) != 0))
		return (0);
	if ((r = rec_new()) == NULL)
		return (-1);
	(void)snprintf(name, sizeof(name), "%s:%.72s", kind, id);
	if (rec_add(r, KEY(name), name) == 0 && rec_add(r, KEY(kind),
	    kind) == 0 &&
	    rec_add(r, KEY(of), rec_str(row, KEY(name), id)) == 0 &&
	    (was == NULL || rec_add_num(r, KEY_IN(lock, was),
	    rec_num(row, KEY(lock), 0)) == 0))
		rc = rec_add_rec(out, KEY_IN(locks, lock), r);
	return (rc);
}

/* All nested records of a key in a list, which is freed. 0 or -1. */
static int
add_all(struct rec *out, struct rec *rows, struct key_rec key, const char *kind)
{
	struct rec	*row;
	size_t		 it = 0;
	int		 rc = rows == NULL ? -1 : 0;

	while (rc == 0 && (row = rec_sub(rows, key, &it)) != NULL) {
		rc = add_object(out, kind, row);
		rec_free(row);
	}
	rec_free(rows);
	return (rc);
}

struct rec *
locks_objects(struct session *s)
{
	struct client	*c = &s->client;
	struct rec	*out = rec_new();

	if (out != NULL &&
	    add_all(out, state_containers(c), KEY(ctr), "ctr") == 0 &&
	    add_all(out, state_objects(c, OBJ_POD), KEY(obj), "pod") == 0 &&
	    add_all(out, state_objects(c, OBJ_VOLUME), KEY(obj), "vol") == 0)
		return (out);
	rec_free(out);
	return (NULL);
}

static int
add_number(struct rec *out, const struct rec *object, int64_t number)
{
	scoped_rec struct rec	*r = rec_new();
	int			 rc = -1;

	if (r != NULL && rec_add_all(r, object) == 0 &&
	    rec_set_num(r, KEY(number), number) == 0)
		rc = rec_add_rec(out, KEY_IN(locks, lock), r);
	return (rc);
}

/* With its number for each, NULL on ENOMEM. */
static struct rec *
numbered(const struct rec *objects, int64_t (*next)(void *,
    const struct rec *), void *ctx)
{
	struct rec	*out = rec_new(), *o;
	size_t		 it = 0;
	int		 rc = out == NULL ? -1 : 0;
	int64_t		 n;

	while (rc == 0 && (o = rec_sub(objects, KEY_IN(locks, lock),
	    &it)) != NULL) {
		if ((n = next(ctx, o)) >= 0)
			rc = add_number(out, o, n);
		rec_free(o);
	}
	if (rc == 0)
		return (out);
	rec_free(out);
	return (NULL);
}

static int64_t
count_up(void *ctx, const struct rec *object)
{
	int64_t	*n = ctx;

	(void)object;
	return ((*n)++);
}

struct rec *
locks_fresh(const struct rec *objects)
{
	int64_t	 n = 0;

	return (numbered(objects, count_up, &n));
}

/* Which numbers are in use, while they are given out. */
enum use { UNUSED, WANTED, GIVEN };

struct used {
	uint8_t	*taken;		/* enum use */
	size_t	 n;
	size_t	 next;		/* none below it is unused */
};

static void
want_number(struct used *u, const struct rec *object)
{
	int64_t	 was = rec_num(object, KEY_IN(lock, was), -1);

	if (was >= 0 && (size_t)was < u->n)
		u->taken[was] = WANTED;
}

static int64_t
keep_number(void *ctx, const struct rec *object)
{
	struct used	*u = ctx;
	int64_t		 was = rec_num(object, KEY_IN(lock, was), -1);

	/* The first who has it keeps it. */
	if (was >= 0 && (size_t)was < u->n && u->taken[was] == WANTED) {
		u->taken[was] = GIVEN;
		return (was);
	}
	while (u->next < u->n && u->taken[u->next] != UNUSED)
		u->next++;
	if (u->next == u->n)
		return (-1);
	u->taken[u->next] = GIVEN;
	return ((int64_t)u->next);
}

struct rec *
locks_kept(const struct rec *objects)
{
	scoped_free uint8_t	*taken = NULL;
	size_t			 n = rec_count(objects, KEY_IN(locks, lock)),
	    it = 0;
	struct used		 u = { .n = n };
	struct rec		*o;

	/* Up to the highest number in use. */
	while ((o = rec_sub(objects, KEY_IN(locks, lock), &it)) != NULL) {
		int64_t	 was = rec_num(o, KEY_IN(lock, was), -1);

		if (was >= 0 && was < REC_ITEMS && (size_t)was >= u.n)
			u.n = (size_t)was + 1;
		rec_free(o);
	}
	u.n += n;
	if ((u.taken = taken = calloc(u.n + 1, 1)) == NULL)
		return (NULL);
	for (it = 0; (o = rec_sub(objects, KEY_IN(locks, lock),
	    &it)) != NULL;) {
		want_number(&u, o);
		rec_free(o);
	}
	return (numbered(objects, keep_number, &u));
}

int
locks_store(struct session *s, unsigned int wait_ms)
{
	return (lock_take(&s->client, LOCK_STORE, false, wait_ms, false));
}

void
locks_store_drop(struct session *s)
{
	lock_drop(&s->client, LOCK_STORE);
}

int
locks_begin(struct session *s)
{
	scoped_rec struct rec	*none = rec_new();

	return (none == NULL ? -1 : lock_renumber(&s->client, none, true));
}

/*
 * The rows first: if we are cut short, the next command tells the broker
 * what they say.
 */
int
locks_install(struct session *s, const struct rec *locks)
{
	return (state_renumber(&s->client, locks) == -1 ? -1 :
	    lock_renumber(&s->client, locks, false));
}

static int
retrieve(struct session *s)
{
	struct rec	*objects = locks_objects(s), *locks = NULL;
	int		 rc = -1;

	if (objects != NULL && (locks = locks_kept(objects)) != NULL)
		rc = locks_install(s, locks);
	rec_free(locks);
	rec_free(objects);
	return (rc);
}

int
locks_retrieve(struct session *s, unsigned int wait_ms)
{
	int	 rc, saved;

	if (locks_store(s, wait_ms) == -1)
		return (errno == ETIMEDOUT || errno == EBUSY ? 0 : -1);
	rc = retrieve(s);
	saved = errno;
	locks_store_drop(s);
	errno = saved;
	return (rc);
}
