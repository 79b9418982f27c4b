/* Which events a log does not have yet, by its mark (eventlog.h). */
#include "eventlog.h"

#include <sys/stat.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db.h"
#include "history.h"
#include "journald.h"
#include "state.h"
#include "keys.h"
#include "record.h"

static uint32_t
hash(uint32_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return (h);
}

/* The ids of the databases: a log may have events of others. */
static struct mark
own_mark(const struct state *sk)
{
	struct mark	 m = { 0 };

	m.durable.id = hash(2166136261u, db_where(sk->durable)) | 1;
	m.boot.id = hash(hash(2166136261u, db_where(sk->boot)), sk->boot_id) |
	    1;
	return (m);
}

uint32_t
events_log(const struct state *sk)
{
	const struct events	*ev = &sk->events;
	char			 place[64];
	struct stat		 st;

	if (ev->backend != EVENTS_FILE || ev->dir_fd == -1 ||
	    fstat(ev->dir_fd, &st) == -1)
		return (own_mark(sk).boot.id + (uint32_t)ev->backend * 2);
	(void)snprintf(place, sizeof(place), "%jx.%jx", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return (hash(hash(2166136261u, place), ev->file) | 1);
}

bool
events_known(struct state *sk, const struct db *db)
{
	struct mark	 own = own_mark(sk), m = { 0 };
	bool		 any;

	any = sk->events.backend == EVENTS_FILE ? eventlog_mark(sk, &m) :
	    sk->events.backend == EVENTS_JOURNALD && journald_mark(sk, &m);
	return (any && (db == sk->durable ? m.durable.id == own.durable.id :
	    m.boot.id == own.boot.id));
}

bool
mark_read(const char *text, size_t len, struct mark *m)
{
	static const char	 word[] = ",\"Seq\":";
	char			 tail[MARK_MAX + 1], *at = NULL, *next;

	if (len == 0 || text[len - 1] != '\n')
		return (false);
	if (len > MARK_MAX) {
		text += len - MARK_MAX;
		len = MARK_MAX;
	}
	memcpy(tail, text, len);
	tail[len] = '\0';
	/* Find the last mark: user text in a line has its quotes escaped. */
	for (next = tail; (next = strstr(next, word)) != NULL; next++)
		at = next;
	return (at != NULL && sscanf(at + sizeof(word) - 1, "%" SCNu64
	    ",\"Mark\":\"d%8" SCNx32 ".%" SCNu64 "+%u b%8" SCNx32 ".%" SCNu64
	    "+%u\"}", &m->seq, &m->durable.id, &m->durable.whole,
	    &m->durable.part, &m->boot.id, &m->boot.whole,
	    &m->boot.part) == 7);
}

int
mark_print(char *out, size_t size, const struct mark *m)
{
	return (snprintf(out, size, ",\"Seq\":%" PRIu64 ",\"Mark\":\"d%08"
	    PRIx32 ".%" PRIu64 "+%u b%08" PRIx32 ".%" PRIu64 "+%u\"}\n",
	    m->seq, m->durable.id, m->durable.whole, m->durable.part,
	    m->boot.id, m->boot.whole, m->boot.part));
}

void
event_time(int64_t ns, char *out, size_t size)
{
	time_t		 sec = (time_t)(ns / 1000000000);
	struct tm	 tm;
	size_t		 n;

	if (gmtime_r(&sec, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	n = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
	if (ns % 1000000000 != 0) {
		n += (size_t)snprintf(out + n, size - n, ".%09" PRId64,
		    ns % 1000000000);
		while (out[n - 1] == '0')
			n--;
	}
	(void)snprintf(out + n, size - n, "Z");
}

/*
 * The properties of an object for an entry whose events were not written: those
 * of the current row, or of the row when it was removed.
 */
static struct rec *
row_of(struct state *sk, struct db *db, const struct rec *entry, uint64_t seq,
    uint64_t next)
{
	char		 key[KEY_SIZE];
	const char	*id = rec_str(entry, KEY(id), "");
	struct rec	*row, *e, *sub, *copy;
	size_t		 it;

	key_make(key, KEY_ROW, id);
	if ((row = db_get(sk->durable, key)) != NULL ||
	    (row = db_get(sk->boot, key)) != NULL)
		return (row);
	for (; row == NULL && seq < next; seq++) {
		if ((e = history_entry(db, seq)) == NULL)
			continue;
		it = 0;
		if (strcmp(rec_str(e, KEY(id), ""), id) == 0 &&
		    (sub = rec_sub(e, KEY(row), &it)) != NULL) {
			if ((copy = rec_new()) != NULL &&
			    rec_add_all(copy, sub) == 0)
				row = copy;
			else
				rec_free(copy);
			rec_free(sub);
		}
		rec_free(e);
	}
	return (row);
}

/* The state while events are passed to the function. */
struct pending {
	int		(*fn)(void *, const struct emitted *);
	void		*ctx;
	struct mark	 mark;
	struct place	*place;		/* in the mark, of its database */
	uint64_t	 seq;		/* the entry's number */
	unsigned int	 done;		/* events of it that were passed on, or
					 * are in the log */
	unsigned int	 skip;		/* events of it that the log has */
	unsigned int	 total;
};

static int
emit(struct pending *p, struct emitted *e)
{
	if (++p->done <= p->skip)
		return (0);
	p->mark.seq++;
	p->place->part = p->done;
	if (p->done == p->total) {
		p->place->whole = p->seq;
		p->place->part = 0;
	}
	e->mark = p->mark;
	return (p->fn(p->ctx, e));
}

static int
emit_notes(struct pending *p, const struct rec *entry, int64_t t)
{
	struct rec	*n;
	struct emitted	 e;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (n = rec_sub(entry, KEY(note), &it)) != NULL) {
		e = (struct emitted){ .t = t, .type = rec_str(n, KEY(type), ""),
		    .status = rec_str(n, KEY(status), ""),
		    .id = rec_str(n, KEY(id), ""), .name = rec_str(n, KEY(name),
		    ""),
		    .image = rec_str(n, KEY(image), ""),
		    .ns = rec_str(n, KEY(namespace), ""), .labels = n };
		rc = emit(p, &e);
		rec_free(n);
	}
	return (rc);
}

static int
emit_own(struct pending *p, const struct rec *entry, const struct rec *row,
    int64_t t)
{
	const char	*status;
	struct emitted	 e;
	size_t		 it = 0;

	while (rec_next(entry, KEY(ev), &it, &status)) {
		e = (struct emitted){ .t = t, .type = rec_str(entry, KEY(type),
		    ""),
		    .status = status, .id = rec_str(entry, KEY(id), ""),
		    .name = rec_str(entry, KEY(name), ""), .image = "",
		    .ns = rec_str(entry, KEY(namespace), ""), .labels = row };
		if (row != NULL)
			e.image = rec_str(row, KEY(image_name), "");
		/* podman identifies a volume by its name. */
		if (strcmp(e.type, "volume") == 0)
			e.id = "";
		if (strcmp(status, "died") == 0)
			e.exit_code = (int)rec_num(entry, KEY(exit), 0);
		if (emit(p, &e) == -1)
			return (-1);
	}
	return (0);
}

static int
emit_entry(struct pending *p, const struct rec *entry, const struct rec *row)
{
	int64_t	 t = rec_num(entry, KEY(t), 0);

	p->done = 0;
	p->total = (unsigned int)(rec_count(entry, KEY(note)) +
	    rec_count(entry, KEY(ev)));
	if (emit_notes(p, entry, t) == -1 ||
	    emit_own(p, entry, row, t) == -1)
		return (-1);
	p->place->whole = p->seq;
	p->place->part = 0;
	p->skip = 0;
	return (0);
}

/* The entry of this commit is in memory, with its row. */
static int
emit_number(struct state *sk, struct pending *p, struct db *db, uint64_t next,
    const struct hist *h)
{
	struct rec	*entry, *row;
	int		 rc;

	if (db == h->db && p->seq == h->seq)
		return (emit_entry(p, h->entry, h->row));
	if ((entry = history_entry(db, p->seq)) == NULL)
		return (0);
	/* Its events were for another log, or for none. */
	if (rec_num(entry, KEY(be), 0) != (int64_t)sk->events.backend ||
	    rec_num(entry, KEY(log), events_log(sk)) != events_log(sk)) {
		p->place->whole = p->seq;
		rec_free(entry);
		return (0);
	}
	row = row_of(sk, db, entry, p->seq, next);
	rc = emit_entry(p, entry, row);
	rec_free(row);
	rec_free(entry);
	return (rc);
}

static bool
is_for_log(const struct state *sk, struct db *db, uint64_t seq)
{
	scoped_rec struct rec	*e = history_entry(db, seq);
	bool			 is = e != NULL && rec_num(e, KEY(log), 0) ==
			    events_log(sk);

	return (is);
}

/*
 * Set the position in a database that the log has no mark of: at the first
 * entry that was meant for this log, or, if the log had events of the database
 * before, behind the last entry. The position in a database that is not open is
 * kept.
 */
static void
start_place(struct state *sk, struct db *db, const struct hist *h,
    const struct place *last, struct place *place)
{
	uint64_t	 first, next;

	if (last != NULL && last->id == place->id) {
		*place = *last;
		return;
	}
	if (!db_begun(db)) {
		*place = last != NULL ? *last : (struct place){ 0 };
		return;
	}
	history_range(db, &first, &next);
	place->whole = db == h->db ? h->seq - 1 : next - 1;
	if (history_log(db) == events_log(sk))
		return;
	while (place->whole >= first && is_for_log(sk, db, place->whole))
		place->whole--;
}

/* Pass on the events of a database behind this position. */
static int
emit_from(struct state *sk, struct pending *p, struct db *db,
    const struct hist *h, const struct place *last)
{
	uint64_t	 first, next;
	int		 rc = 0;

	start_place(sk, db, h, last, p->place);
	if (!db_begun(db))
		return (0);
	history_range(db, &first, &next);
	/*
	 * A position behind the last entry belongs to a database that was lost.
	 */
	if (p->place->whole >= next) {
		p->place->whole = db == h->db ? h->seq - 1 : next - 1;
		p->place->part = 0;
	}
	p->skip = p->place->part;
	p->seq = p->place->whole + 1;
	if (p->seq < first) {
		p->seq = first;
		p->skip = 0;
	}
	for (; rc == 0 && p->seq < next; p->seq++)
		rc = emit_number(sk, p, db, next, h);
	return (rc);
}

/*
 * History in memory ends with this process, so pass its events on now; the
 * positions of other databases are kept.
 */
static int
tell_now(struct pending *p, const struct hist *h, const struct mark *last)
{
	struct place	 nowhere = { 0 };

	if (last != NULL) {
		p->mark.durable = last->durable;
		p->mark.boot = last->boot;
	}
	p->place = &nowhere;
	return (emit_entry(p, h->entry, h->row));
}

int
events_pending(struct state *sk, const struct hist *h, const struct mark *last,
    int (*fn)(void *, const struct emitted *), void *ctx)
{
	struct pending	 p = { .fn = fn, .ctx = ctx, .mark = own_mark(sk) };

	p.mark.seq = last == NULL ? 0 : last->seq;
	if (db_in_memory(h->db))
		return (tell_now(&p, h, last));
	/* Set both positions before the first event: each line has both. */
	p.place = &p.mark.boot;
	start_place(sk, sk->boot, h, last == NULL ? NULL : &last->boot,
	    p.place);
	p.place = &p.mark.durable;
	if (emit_from(sk, &p, sk->durable, h, last == NULL ? NULL :
	    &last->durable) == -1)
		return (-1);
	p.mark.boot.id = own_mark(sk).boot.id;
	p.place = &p.mark.boot;
	return (emit_from(sk, &p, sk->boot, h, last == NULL ? NULL :
	    &last->boot));
}
