#include "history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "db.h"
#include "derive.h"
#include "eventlog.h"
#include "events.h"
#include "state.h"
#include "keys.h"
#include "record.h"
#include "row.h"

#define RANGE		KEY_SELF ":history"
#define KEY_LEN		24
#define WHY_MAX		200		/* of an error's message */
/* Drop an eighth at a time, so that most commits drop nothing. */
#define SLACK		(HISTORY_MAX / 8)

struct range {
	uint64_t	 first;
	uint64_t	 next;
	uint64_t	 bytes;
	uint32_t	 log;		/* history_log */
};

static const char *
make_key(char *out, uint64_t seq)
{
	(void)snprintf(out, KEY_LEN, KEY_HISTORY ":%016" PRIx64, seq);
	return (out);
}

static struct range
get_range(struct db *db)
{
	struct range	 r = { 1, 1, 0, 0 };
	char		 text[80];

	if (db_get_text(db, RANGE, text, sizeof(text)) && sscanf(text,
	    "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNx32, &r.first,
	    &r.next, &r.bytes, &r.log) < 3)
		r = (struct range){ 1, 1, 0, 0 };
	return (r);
}

static int
put_range(struct db *db, const struct range *r)
{
	char	 text[80];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64
	    " %" PRIx32, r->first, r->next, r->bytes, r->log);
	return (db_put_text(db, RANGE, text));
}

void
history_range(struct db *db, uint64_t *first, uint64_t *next)
{
	struct range	 r = get_range(db);

	*first = r.first;
	*next = r.next;
}

uint32_t
history_log(struct db *db)
{
	return (get_range(db).log);
}

struct rec *
history_entry(struct db *db, uint64_t seq)
{
	char	 key[KEY_LEN];

	return (db_get(db, make_key(key, seq)));
}

static uint64_t
encoded_size(const struct rec *r)
{
	scoped_free void	*p = NULL;
	size_t			 len;

	return (r == NULL || rec_encode(r, &p, &len) == -1 ? 0 : len);
}

/* Drop the oldest entries, many at once. */
static int
trim(struct db *db, struct range *r)
{
	struct rec	*old;
	uint64_t	 size;
	char		 key[KEY_LEN];

	if (r->bytes <= HISTORY_MAX + SLACK)
		return (0);
	while (r->bytes > HISTORY_MAX && r->first < r->next) {
		old = history_entry(db, r->first);
		size = encoded_size(old);
		rec_free(old);
		if (db_del(db, make_key(key, r->first)) == -1)
			return (-1);
		r->bytes -= size < r->bytes ? size : r->bytes;
		r->first++;
	}
	return (0);
}

static bool
seen_before(const struct rec *r, const char *key, size_t upto)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (it < upto && rec_walk(r, &it, &item) && it < upto)
		if (strcmp(item.key, key) == 0)
			return (true);
	return (false);
}

static bool
same_values(const struct rec *a, const struct rec *b, struct key_str key)
{
	const char	*x, *y;
	size_t		 i = 0, j = 0;
	bool		 more_a, more_b;

	for (;;) {
		more_a = rec_next(a, key, &i, &x);
		more_b = rec_next(b, key, &j, &y);
		if (!more_a || !more_b)
			return (more_a == more_b);
		if (strcmp(x, y) != 0)
			return (false);
	}
}

/*
 * The values that undo a change: those of the keys before it, and under "-" the
 * keys that did not exist. An empty record: no change.
 */
static struct rec *
undo_of(const struct rec *before, const struct rec *after)
{
	struct rec	*out = rec_new();
	struct rec_item	 item;
	const char	*v;
	size_t		 it = 0, at, vit;

	if (out == NULL)
		return (NULL);
	for (at = it; rec_walk(before, &it, &item); at = it) {
		if (item.text == NULL || seen_before(before, item.key, at) ||
		    same_values(before, after, KEY_FROM(item.key)))
			continue;
		for (vit = 0; rec_next(before, KEY_FROM(item.key), &vit, &v);)
			(void)rec_add(out, KEY_FROM(item.key), v);
	}
	it = 0;
	for (at = it; rec_walk(after, &it, &item); at = it)
		if (item.text != NULL && rec_get(before,
		    KEY_FROM(item.key)) == NULL &&
		    !seen_before(after, item.key, at))
			(void)rec_add(out, KEY_AS(absent), item.key);
	return (out);
}

static int64_t
now_ns(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (ts.tv_sec * 1000000000L + ts.tv_nsec);
}

static void
add_why(struct rec *e, const struct state *sk, const struct transition *t)
{
	const char	*error = t->after == NULL ? NULL :
			    rec_get(t->after, KEY(error));
	unsigned int	 before = t->before == NULL ? 0 :
			    row_state(t->before);

	if (error != NULL && (t->before == NULL || !same_values(t->before,
	    t->after, KEY(error))))
		(void)rec_addf(e, KEY(why), "%.*s", WHY_MAX, error);
	if (!CTR_IN(before, CTR_LIVE))
		return;
	if (t->after == NULL)
		(void)rec_add_num(e, KEY(exit), sk->events.exit_code);
	else if (!CTR_IN(row_state(t->after), CTR_LIVE))
		(void)rec_add_num(e, KEY(exit), rec_num(t->after, KEY(exit),
		    0));
}

/* Make an entry without its events. */
static struct rec *
entry_of(const struct state *sk, const struct transition *t)
{
	const struct rec	*row = t->after != NULL ? t->after : t->before;
	struct rec		*e = rec_new(), *old;

	if (e == NULL)
		return (NULL);
	(void)rec_add_num(e, KEY(t), now_ns());
	(void)rec_add(e, KEY(type), t->type);
	(void)rec_add(e, KEY(id), t->id);
	(void)rec_add_num(e, KEY(uid), sk->who.uid);
	(void)rec_add(e, KEY(cmd), sk->who.command);
	(void)rec_addf(e, KEY(boot), "%.8s", sk->boot_id);
	(void)rec_add_num(e, KEY(be), sk->events.backend);
	if (sk->events.backend != EVENTS_NONE)
		(void)rec_add_num(e, KEY(log), events_log(sk));
	if (row != NULL) {
		(void)rec_add(e, KEY(name), rec_str(row, KEY(name), ""));
		(void)rec_copy(e, row, KEY(namespace));
	}
	if (t->before != NULL)
		(void)rec_add_num(e, KEY(from), row_state(t->before));
	if (t->after != NULL)
		(void)rec_add_num(e, KEY(to), row_state(t->after));
	add_why(e, sk, t);
	if (t->before == NULL)
		return (e);
	if (t->after == NULL) {
		(void)rec_add_rec(e, KEY(row), t->before);
		return (e);
	}
	(void)rec_copy(e, t->after, KEY(pid));
	/* A container that was still being created is not in earlier lists. */
	if (row_state(t->before) != CTR_CREATING) {
		old = undo_of(t->before, t->after);
		(void)rec_add_rec(e, KEY(old), old);
		rec_free(old);
	}
	return (e);
}

static int
put(struct state *sk, struct hist *h)
{
	struct range	 r = get_range(h->db);
	uint64_t	 size = encoded_size(h->entry);
	char		 key[KEY_LEN];

	if (size == 0)
		return (state_fail(sk, ENOMEM, "cannot make an entry of the "
		    "history: %s", strerror(errno)));
	h->seq = r.next++;
	r.bytes += size;
	if (sk->events.backend != EVENTS_NONE && r.log != events_log(sk) &&
	    events_known(sk, h->db))
		r.log = events_log(sk);
	if (db_put(h->db, make_key(key, h->seq), h->entry) == -1 ||
	    trim(h->db, &r) == -1 || put_range(h->db, &r) == -1)
		return (state_fail_db(sk, h->db));
	return (0);
}

int
history_put(struct state *sk, const struct transition *t, struct hist *h)
{
	*h = (struct hist){ 0 };
	if ((!t->durable && !t->boot) ||
	    (derive_silent(t) && sk->events.notes == NULL))
		return (0);
	h->row = t->after != NULL ? t->after : t->before;
	if ((h->entry = entry_of(sk, t)) == NULL ||
	    derive_add(h->entry, t, sk->events.notes) == -1)
		return (state_fail(sk, ENOMEM, "out of memory"));
	h->db = t->durable ? sk->durable : sk->boot;
	return (put(sk, h));
}

void
history_done(struct hist *h)
{
	rec_free(h->entry);
	*h = (struct hist){ 0 };
}
