#include "lock_numbers.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "calls.h"
#include "cleanup.h"
#include "layout.h"
#include "record.h"
#include "session.h"

/* One row of some kind, if it has a lock or is to have one. */
static int
add_object(const struct session *s, struct rec *out, const char *kind,
    const struct rec *row)
{
	const char		*was = rec_text(row, KEY(lock));
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*r = NULL;

	/* One that goes with its command may have been made without. */
	if (*id == '\0' || (was == NULL && rec_num(row, KEY(rm), 0) != 0))
		return (0);
	if ((r = rec_new()) == NULL ||
	    rec_addf(r, KEY(name), "%s:%.72s", kind, id) == -1 ||
	    rec_add(r, KEY(kind), kind) == -1 ||
	    rec_add(r, KEY(of), rec_str(row, KEY(name), id)) == -1 ||
	    (session_hides(s, row) && rec_add_num(r, KEY(hidden), 1) == -1) ||
	    (was != NULL && rec_add_num(r, KEY_IN(lock, was), rec_num(row,
	    KEY(lock), 0)) == -1))
		return (-1);
	return (rec_add_rec(out, KEY_IN(locks, lock), r));
}

/* All nested records of a key in a list, which is freed. 0 or -1. */
static int
add_all(const struct session *s, struct rec *out, struct rec *list,
    struct key_rec key, const char *kind)
{
	scoped_rec struct rec	*rows = list;
	struct rec		*row;

	rec_each(row, rows, key)
		if (add_object(s, out, kind, row) == -1)
			return (-1);
	return (rows == NULL ? -1 : 0);
}

struct rec *
locks_objects(struct session *s)
{
	struct client		*c = &s->client;
	scoped_rec struct rec	*out = rec_new();
	bool			 all;

	if (out == NULL || session_see_all(s) == -1)
		return (NULL);
	all = add_all(s, out, state_containers(c), KEY(ctr), "ctr") == 0 &&
	    add_all(s, out, state_objects(c, OBJ_POD), KEY(obj), "pod") == 0 &&
	    add_all(s, out, state_objects(c, OBJ_VOLUME), KEY(obj),
	    "vol") == 0;
	session_see_own(s);
	return (all ? take_ptr(&out) : NULL);
}

/* Which numbers are in use, while they are given out. */
enum use { UNUSED, WANTED, GIVEN };

static int64_t
number_of(const struct rec *object)
{
	int64_t	 was = rec_num(object, KEY_IN(lock, was), -1);

	return (was < REC_ITEMS ? was : -1);
}

/*
 * Add an object with the number that it has, or (-1) the lowest that is unused,
 * none of which is below *next.
 */
static int
add_numbered(struct rec *out, const struct rec *object, int64_t n,
    uint8_t *use, size_t *next)
{
	scoped_rec struct rec	*r = rec_new();

	/* The first that has it keeps it. */
	if (n < 0 || use[n] != WANTED) {
		while (use[*next] != UNUSED)
			++*next;
		n = (int64_t)*next;
	}
	use[n] = GIVEN;
	return (r == NULL || rec_add_all(r, object) == -1 ||
	    rec_set_num(r, KEY(number), n) == -1 ? -1 :
	    rec_add_rec(out, KEY_IN(locks, lock), r));
}

struct rec *
locks_numbered(const struct rec *objects, bool keep)
{
	/* As many that are in use as that are not. */
	scoped_free uint8_t	*use = calloc(2 * REC_ITEMS, 1);
	scoped_rec struct rec	*out = rec_new();
	struct rec		*o;
	size_t			 next = 0;

	if (use == NULL || out == NULL)
		return (NULL);
	rec_each(o, objects, KEY_IN(locks, lock))
		if (keep && number_of(o) >= 0)
			use[number_of(o)] = WANTED;
	rec_each(o, objects, KEY_IN(locks, lock))
		if (add_numbered(out, o, keep ? number_of(o) : -1, use,
		    &next) == -1)
			return (NULL);
	return (take_ptr(&out));
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

int
locks_retrieve(struct session *s, unsigned int wait_ms)
{
	scoped_rec struct rec	*objects = NULL, *locks = NULL;
	int			 rc = -1;

	if (lock_take(&s->client, LOCK_STORE, false, wait_ms, false) == -1)
		return (errno == ETIMEDOUT || errno == EBUSY ? 0 : -1);
	if ((objects = locks_objects(s)) != NULL &&
	    (locks = locks_numbered(objects, true)) != NULL)
		rc = locks_install(s, locks);
	lock_drop(&s->client, LOCK_STORE);
	return (rc);
}
