#include "eventlog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db.h"
#include "history.h"
#include "keep.h"
#include "keys.h"
#include "record.h"

static uint32_t
hash(uint32_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return (h);
}

/* Which databases these are: a log may outlive them, or serve several. */
static struct mark
own_mark(const struct keep *k)
{
	struct mark	 m = { 0 };

	m.durable_id = hash(2166136261u, db_where(k->durable));
	m.boot_id = hash(hash(2166136261u, db_where(k->boot)), k->boot_id);
	return (m);
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
	/* The last one: no text of a person's can hold a quote as it is. */
	for (next = tail; (next = strstr(next, word)) != NULL; next++)
		at = next;
	return (at != NULL && sscanf(at + sizeof(word) - 1, "%" SCNu64
	    ",\"Mark\":\"d%8" SCNx32 ".%" SCNu64 " b%8" SCNx32 ".%" SCNu64
	    "\"}", &m->seq, &m->durable_id, &m->durable, &m->boot_id,
	    &m->boot) == 5);
}

int
mark_print(char *out, size_t size, const struct mark *m)
{
	return (snprintf(out, size, ",\"Seq\":%" PRIu64 ",\"Mark\":\"d%08"
	    PRIx32 ".%" PRIu64 " b%08" PRIx32 ".%" PRIu64 "\"}\n", m->seq,
	    m->durable_id, m->durable, m->boot_id, m->boot));
}

void
told_time(int64_t ns, char *out, size_t size)
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
 * What an object was like when an entry was made that nobody told of: as it
 * is now, or as it was when it went.
 */
static struct rec *
row_of(struct keep *k, struct db *db, const struct rec *entry, uint64_t seq,
    uint64_t next)
{
	char		 key[KEY_SIZE];
	const char	*id = rec_str(entry, "id", "");
	struct rec	*row, *e, *sub, *copy;
	size_t		 it;

	key_make(key, KEY_ROW, id);
	if ((row = db_get(k->durable, key)) != NULL ||
	    (row = db_get(k->boot, key)) != NULL)
		return (row);
	for (; row == NULL && seq < next; seq++) {
		if ((e = history_entry(db, seq)) == NULL)
			continue;
		it = 0;
		if (strcmp(rec_str(e, "id", ""), id) == 0 &&
		    (sub = rec_sub(e, "row", &it)) != NULL) {
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

struct pending {
	int		(*fn)(void *, const struct told *);
	void		*ctx;
	struct mark	 mark;
};

static int
tell_notes(struct pending *p, const struct rec *entry, int64_t t)
{
	struct rec	*n;
	struct told	 e;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (n = rec_sub(entry, "note", &it)) != NULL) {
		p->mark.seq++;
		e = (struct told){ .t = t, .type = rec_str(n, "type", ""),
		    .status = rec_str(n, "status", ""),
		    .id = rec_str(n, "id", ""), .name = rec_str(n, "name", ""),
		    .image = rec_str(n, "image", ""), .labels = n,
		    .mark = p->mark };
		rc = p->fn(p->ctx, &e);
		rec_free(n);
	}
	return (rc);
}

static int
tell_entry(struct pending *p, const struct rec *entry, const struct rec *row)
{
	int64_t		 t = rec_num(entry, "t", 0);
	const char	*status;
	struct told	 e;
	size_t		 it = 0;

	if (tell_notes(p, entry, t) == -1)
		return (-1);
	while (rec_next(entry, "ev", &it, &status)) {
		p->mark.seq++;
		e = (struct told){ .t = t, .type = rec_str(entry, "type", ""),
		    .status = status, .id = rec_str(entry, "id", ""),
		    .name = rec_str(entry, "name", ""), .image = "",
		    .labels = row, .mark = p->mark };
		if (row != NULL)
			e.image = rec_str(row, "image_name", "");
		/* A volume's name is what it is known by. */
		if (strcmp(e.type, "volume") == 0)
			e.id = "";
		if (strcmp(status, "died") == 0)
			e.exit_code = (int)rec_num(entry, "exit", 0);
		if (p->fn(p->ctx, &e) == -1)
			return (-1);
	}
	return (0);
}

/*
 * Entries of one database from a number on. The last one, if it is of this
 * commit, is still in memory, as is the row it is about.
 */
static int
tell_from(struct keep *k, struct pending *p, struct db *db, uint64_t seq,
    uint64_t *at, const struct hist *h)
{
	uint64_t	 first, next;
	struct rec	*entry, *row;
	int		 rc = 0;

	history_range(db, &first, &next);
	if (seq < first)
		seq = first;
	for (; rc == 0 && seq < next; seq++) {
		*at = seq;
		if (db == h->db && seq == h->seq) {
			rc = tell_entry(p, h->entry, h->row);
			continue;
		}
		if ((entry = history_entry(db, seq)) == NULL)
			continue;
		row = row_of(k, db, entry, seq, next);
		rc = tell_entry(p, entry, row);
		rec_free(row);
		rec_free(entry);
	}
	return (rc);
}

/* Where to go on: behind the mark, or with this commit if it says nothing. */
static uint64_t
start_of(uint64_t marked, bool known, const struct hist *h, struct db *db)
{
	uint64_t	 own = db == h->db ? h->seq : UINT64_MAX;

	/* A mark that is ahead was made from a database that is no more. */
	return (known && marked < own ? marked + 1 : own);
}

int
events_pending(struct keep *k, const struct hist *h, const struct mark *last,
    int (*fn)(void *, const struct told *), void *ctx)
{
	struct mark	 own = own_mark(k);
	struct pending	 p = { fn, ctx, own };
	bool		 durable = last != NULL &&
			    last->durable_id == own.durable_id;
	bool		 boot = last != NULL && last->boot_id == own.boot_id;

	if (last != NULL)
		p.mark.seq = last->seq;
	/* What is not open now is left as it is to whoever opens it. */
	p.mark.durable = durable ? last->durable : 0;
	p.mark.boot = boot ? last->boot : 0;
	if (tell_from(k, &p, k->durable, start_of(p.mark.durable, durable, h,
	    k->durable), &p.mark.durable, h) == -1)
		return (-1);
	return (tell_from(k, &p, k->boot, start_of(p.mark.boot, boot, h,
	    k->boot), &p.mark.boot, h));
}
