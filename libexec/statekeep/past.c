/* Reading the history: its entries, and the rows at an earlier moment. */
#include "history.h"

#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "db.h"
#include "state.h"
#include "keys.h"
#include "record.h"
#include "row.h"

/* The history entries of both databases, merged by time. */
struct both {
	struct db	*db[2];
	uint64_t	 first[2];
	uint64_t	 next[2];	/* behind the last */
	struct rec	*at[2];		/* the next entry, if it was read */
	uint64_t	 seq[2];	/* its number */
	bool		 back;		/* newest first */
};

static void
both_begin(struct both *b, struct state *sk, bool back)
{
	*b = (struct both){ .db = { sk->durable, sk->boot }, .back = back };
	for (int i = 0; i < 2; i++) {
		history_range(b->db[i], &b->first[i], &b->next[i]);
		b->seq[i] = back ? b->next[i] - 1 : b->first[i];
	}
}

/* Read ahead to the next readable entry of one database. */
static void
both_fill(struct both *b, int i)
{
	while (b->at[i] == NULL && b->seq[i] >= b->first[i] &&
	    b->seq[i] < b->next[i]) {
		b->at[i] = history_entry(b->db[i], b->seq[i]);
		b->seq[i] += b->back ? UINT64_MAX : 1;
	}
}

/* The next entry, which the caller frees; NULL at the end. */
static struct rec *
both_next(struct both *b)
{
	struct rec	*e;
	int64_t		 t[2];
	int		 i;

	both_fill(b, 0);
	both_fill(b, 1);
	for (i = 0; i < 2; i++)
		t[i] = b->at[i] == NULL ? 0 : rec_num(b->at[i], KEY(t), 0);
	if (b->at[0] == NULL || b->at[1] == NULL)
		i = b->at[0] == NULL;
	else
		i = b->back ? t[1] >= t[0] : t[1] < t[0];
	e = b->at[i];
	b->at[i] = NULL;
	return (e);
}

static void
both_end(struct both *b)
{
	rec_free(b->at[0]);
	rec_free(b->at[1]);
}

static bool
is_about(const struct rec *e, const char *ref)
{
	const char	*id = rec_str(e, KEY(id), "");
	size_t		 n = strlen(ref);

	if (strcmp(rec_str(e, KEY(type), ""), "event") == 0)
		return (false);
	return (n == 0 || strcmp(rec_str(e, KEY(name), ""), ref) == 0 ||
	    (strspn(ref, "0123456789abcdef") == n &&
	    strncmp(id, ref, n) == 0));
}

/*
 * Is an entry of the namespace in use? Entries of older versions do not name
 * their namespace: then that of the object counts, if it still exists.
 */
static bool
sees_entry(struct state *sk, const struct rec *e)
{
	scoped_rec struct rec	*row = NULL;
	char			 key[KEY_SIZE];

	if (*sk->ns == '\0' || rec_get(e, KEY(namespace)) != NULL)
		return (state_sees(sk, e));
	key_make(key, KEY_ROW, rec_str(e, KEY(id), ""));
	if ((row = db_get(sk->durable, key)) == NULL)
		row = db_get(sk->boot, key);
	return (row != NULL && state_sees(sk, row));
}

static int
history(struct state *sk, const char *ref, struct rec_stream *out)
{
	scoped_rec struct rec	*hidden = NULL;
	struct both		 b;
	struct rec		*e;
	unsigned int		 seen = 0;
	int			 rc = 0;

	both_begin(&b, sk, false);
	while (rc == 0 && (e = both_next(&b)) != NULL) {
		if (is_about(e, ref) && !sees_entry(sk, e)) {
			rec_free(hidden);
			hidden = e;
			continue;
		}
		if (is_about(e, ref)) {
			rec_del(e, KEY(old));
			rec_del(e, KEY(row));
			rc = rec_stream_rec(out, KEY(entry), e);
			seen++;
		}
		rec_free(e);
	}
	both_end(&b);
	if (rc == 0 && seen == 0 && *ref != '\0' && hidden != NULL)
		return (state_not_ours(sk, rec_str(hidden, KEY(type), ""),
		    rec_str(hidden, KEY(id), ""), hidden));
	return (rc == -1 ? state_fail(sk, errno == 0 ? ENOMEM : errno,
	    "cannot list the history: %s", strerror(errno)) : 0);
}

static int
streamed(struct state *sk, struct rec_stream *out, int rc)
{
	int	 fd = rec_stream_end(out);

	if (rc == 0 && fd != -1)
		return (fd);
	if (fd != -1)
		close(fd);
	/* Set a message for out of memory; other failures have set one. */
	return (rc == 0 ? state_fail(sk, ENOMEM, "cannot make the list: %s",
	    strerror(errno)) : -1);
}

static int
try_history(struct state *sk, const char *ref)
{
	struct rec_stream	*out;

	if (state_begin(sk, true, true, false) == -1)
		return (-1);
	if ((out = rec_stream_new("history")) == NULL)
		return (state_end(sk, state_fail(sk, errno, "out of memory")));
	return (streamed(sk, out, state_end(sk, history(sk, ref, out))));
}

int
state_history(struct state *sk, const char *ref)
{
	int	 fd;

	for (int tries = 0;; tries++) {
		fd = try_history(sk, ref);
		if (!state_again(sk, fd, tries))
			return (fd);
	}
}

/* A container while its row is put back to an earlier moment. */
struct past {
	char		 id[65];
	struct rec	*row;		/* NULL: it does not exist */
};

/* All containers, indexed by id, in their order. */
struct pasts {
	void		*tree;
	struct past	**list;
	size_t		 n;
	size_t		 cap;
};

static int
by_id(const void *a, const void *b)
{
	const struct past	*x = a, *y = b;

	return (strcmp(x->id, y->id));
}

static void
no_free(void *p)
{
	(void)p;
}

static void
pasts_clear(struct pasts *p)
{
	tdestroy(p->tree, no_free);
	for (size_t i = 0; i < p->n; i++) {
		rec_free(p->list[i]->row);
		free(p->list[i]);
	}
	free(p->list);
}

static struct past *
pasts_find(struct pasts *p, const char *id)
{
	struct past	 key, **found;

	(void)snprintf(key.id, sizeof(key.id), "%s", id);
	found = tfind(&key, &p->tree, by_id);
	return (found == NULL ? NULL : *found);
}

/* Find the container with this id, or add it. NULL: no memory. */
static struct past *
pasts_get(struct pasts *p, const char *id)
{
	struct past	*e = pasts_find(p, id);
	size_t		 cap = p->cap == 0 ? 64 : p->cap * 2;
	void		*list;

	if (e != NULL)
		return (e);
	if (p->n == p->cap) {
		list = reallocarray(p->list, cap, sizeof(struct past *));
		if (list == NULL)
			return (NULL);
		p->list = list;
		p->cap = cap;
	}
	if ((e = calloc(1, sizeof(*e))) == NULL)
		return (NULL);
	(void)snprintf(e->id, sizeof(e->id), "%s", id);
	if (tsearch(e, &p->tree, by_id) == NULL) {
		free(e);
		return (NULL);
	}
	p->list[p->n++] = e;
	return (e);
}

static struct rec *
copy_of(const struct rec *r)
{
	struct rec	*out = rec_new();

	if (out == NULL || rec_add_all(out, r) == 0)
		return (out);
	rec_free(out);
	return (NULL);
}

/* Add the current rows of one database. */
static int
load_rows(struct state *sk, struct db *db, bool ephemeral, struct pasts *out)
{
	struct db_cursor	*c = db_walk(db, KEY_ROW ":");
	struct rec		*stored, *over;
	struct past		*p;
	const char		*key;
	const void		*data;
	char			 name[KEY_SIZE];
	size_t			 len;
	int			 rc = c == NULL ? -1 : 0;

	while (rc == 0 && db_next(c, &key, &data, &len)) {
		if ((stored = rec_decode(data, len, key_type(key),
		    NULL)) == NULL) {
			rc = errno == ENOMEM ? -1 : 0;
			continue;
		}
		over = ephemeral ? NULL :
		    db_get(sk->boot, key_make(name, KEY_OVER, key + 2));
		if ((p = pasts_get(out, key + 2)) != NULL)
			p->row = ephemeral ?
			    row_merge_ephemeral(stored, sk->boot_id) :
			    row_merge(stored, over, sk->boot_id);
		rc = p == NULL || p->row == NULL ? -1 : 0;
		rec_free(over);
		rec_free(stored);
	}
	db_walk_end(c);
	return (rc);
}

/* Undo the change of an entry. */
static int
put_back(struct past *p, const struct rec *old)
{
	struct rec_item	 item;
	const char	*key;
	size_t		 it = 0;

	while (rec_next(old, KEY_AS(absent), &it, &key))
		rec_del(p->row, KEY_FROM(key));
	it = 0;
	while (rec_walk(old, &it, &item))
		if (strcmp(item.key, "-") != 0)
			rec_del(p->row, KEY_FROM(item.key));
	it = 0;
	while (rec_walk(old, &it, &item))
		if (strcmp(item.key, "-") != 0 && item.text != NULL &&
		    rec_add(p->row, KEY_FROM(item.key), item.text) == -1)
			return (-1);
	return (0);
}

static int
undo(struct pasts *all, const struct rec *e)
{
	struct past	*p;
	struct rec	*sub;
	size_t		 row_it = 0, old_it = 0;
	int		 rc = 0;

	if (strcmp(rec_str(e, KEY(type), ""), "container") != 0)
		return (0);
	if ((p = pasts_get(all, rec_str(e, KEY(id), ""))) == NULL)
		return (-1);
	if ((sub = rec_sub(e, KEY(row), &row_it)) != NULL) {
		rec_free(p->row);
		p->row = copy_of(sub);
		rc = p->row == NULL ? -1 : 0;
	} else if ((sub = rec_sub(e, KEY(old), &old_it)) != NULL) {
		if (p->row != NULL)
			rc = put_back(p, sub);
	} else {		/* the entry of its creation */
		rec_free(p->row);
		p->row = NULL;
	}
	rec_free(sub);
	return (rc);
}

static int64_t
booted_ns(void)
{
	struct timespec	 now, up;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	return ((now.tv_sec - up.tv_sec) * 1000000000L +
	    now.tv_nsec - up.tv_nsec);
}

/*
 * Adjust the row to the moment. A reboot ends a running container without an
 * entry: until that boot the container is taken to have run.
 */
static int
apply_last(struct state *sk, struct past *p, const struct rec *e, int64_t when)
{
	unsigned int	 to = (unsigned int)rec_num(e, KEY(to), 0);

	if (p->row == NULL || row_state(p->row) == to || !CTR_IN(to, CTR_LIVE))
		return (0);
	if (strncmp(rec_str(e, KEY(boot), ""), sk->boot_id, 8) != 0 &&
	    when >= booted_ns())
		return (0);
	if (rec_has(e, KEY(pid)) &&
	    rec_set_num(p->row, KEY(pid), rec_num(e, KEY(pid), 0)) == -1)
		return (-1);
	if (rec_set_num(p->row, KEY(state), to) == -1)
		return (-1);
	return (rec_set(p->row, KEY(state_name), ctr_state_name(to)));
}

/*
 * Undo the entries after the moment; an earlier entry gives the container's
 * last change.
 */
static int
go_back(struct state *sk, struct pasts *all, int64_t when)
{
	struct both	 b;
	struct pasts	 seen = { 0 };
	struct past	*p;
	struct rec	*e;
	const char	*id;
	int		 rc = 0;

	both_begin(&b, sk, true);
	while (rc == 0 && (e = both_next(&b)) != NULL) {
		id = rec_str(e, KEY(id), "");
		if (rec_num(e, KEY(t), 0) > when)
			rc = undo(all, e);
		else if (pasts_find(&seen, id) == NULL &&
		    (p = pasts_find(all, id)) != NULL)
			rc = pasts_get(&seen, id) == NULL ? -1 :
			    apply_last(sk, p, e, when);
		rec_free(e);
	}
	both_end(&b);
	pasts_clear(&seen);
	return (rc);
}

/* Before the first entry that was not dropped, nothing is known. */
static int
check_reach(struct state *sk, struct db *db, int64_t when)
{
	uint64_t	 first, next;
	struct rec	*e;
	time_t		 sec;
	struct tm	 tm;
	char		 text[64] = "";
	int64_t		 t;

	history_range(db, &first, &next);
	if (first <= 1 || (e = history_entry(db, first)) == NULL)
		return (0);
	t = rec_num(e, KEY(t), 0);
	rec_free(e);
	if (when >= t)
		return (0);
	sec = (time_t)(t / 1000000000 + 1);
	if (gmtime_r(&sec, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return (state_fail(sk, ERANGE, "the history that is kept begins at %s; "
	    "ask for that moment or a later one", text));
}

static int
write_past(struct state *sk, const struct pasts *all, int64_t when,
    struct rec_stream *out)
{
	const struct rec	*row;
	int			 rc = 0;

	for (size_t i = 0; rc == 0 && i < all->n; i++) {
		row = all->list[i]->row;
		/* Created before history began, but not before this moment. */
		if (row == NULL || rec_num(row, KEY(created), 0) > when ||
		    row_state(row) == CTR_CREATING || !state_sees(sk, row))
			continue;
		rc = rec_stream_rec(out, KEY(ctr), row);
	}
	return (rc);
}

static int
list_at(struct state *sk, int64_t when, struct rec_stream *out)
{
	struct pasts	 all = { 0 };
	int		 rc;

	if (check_reach(sk, sk->durable, when) == -1 ||
	    check_reach(sk, sk->boot, when) == -1)
		return (-1);
	rc = load_rows(sk, sk->durable, false, &all);
	if (rc == 0)
		rc = load_rows(sk, sk->boot, true, &all);
	if (rc == 0)
		rc = go_back(sk, &all, when);
	if (rc == 0)
		rc = write_past(sk, &all, when, out);
	pasts_clear(&all);
	return (rc == 0 ? 0 : state_fail(sk, errno == 0 ? ENOMEM : errno,
	    "cannot list the containers of then: %s", strerror(errno)));
}

static int
try_list_at(struct state *sk, int64_t when)
{
	struct rec_stream	*out;

	if (state_begin(sk, true, true, false) == -1)
		return (-1);
	if ((out = rec_stream_new("containers")) == NULL)
		return (state_end(sk, state_fail(sk, errno, "out of memory")));
	return (streamed(sk, out, state_end(sk, list_at(sk, when, out))));
}

int
state_list_at(struct state *sk, int64_t when)
{
	int	 fd;

	for (int tries = 0;; tries++) {
		fd = try_list_at(sk, when);
		if (!state_again(sk, fd, tries))
			return (fd);
	}
}
