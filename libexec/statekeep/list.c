/* Listing the rows of all containers. */
#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "db.h"
#include "keys.h"
#include "log.h"
#include "record.h"
#include "registry.h"
#include "row.h"

/* The overlays of this boot, in the order of their ids. */
struct overs {
	char		(*ids)[65];
	struct rec	**recs;
	size_t		 n;
	size_t		 cap;
	size_t		 at;		/* next; rows have the same order */
};

/* The list, and the number of containers that can change by themselves. */
struct listing {
	struct rec_stream	*out;
	struct overs		 overs;
	uint64_t		 restless;
};

static void
overs_clear(struct overs *o)
{
	for (size_t i = 0; i < o->n; i++)
		rec_free(o->recs[i]);
	free(o->recs);
	free(o->ids);
}

static int
overs_room(struct overs *o)
{
	size_t	 cap = o->cap == 0 ? 64 : o->cap * 2;
	void	*p;

	if (o->n < o->cap)
		return (0);
	if ((p = reallocarray(o->ids, cap, sizeof(*o->ids))) == NULL)
		return (-1);
	o->ids = p;
	if ((p = reallocarray(o->recs, cap, sizeof(*o->recs))) == NULL)
		return (-1);
	o->recs = p;
	o->cap = cap;
	return (0);
}

static int
overs_load(struct state *sk, struct overs *o)
{
	struct db_cursor	*c = db_walk(sk->boot, "v:");
	const char		*key;
	const void		*data;
	struct rec		*r;
	size_t			 len;
	int			 rc = c == NULL ? -1 : 0;

	while (rc == 0 && db_next(c, &key, &data, &len)) {
		if (strlen(key + 2) != 64)
			continue;
		if ((r = rec_decode(data, len, RECORD(row), NULL)) == NULL) {
			rc = errno == ENOMEM ? -1 : 0;
			continue;
		}
		if ((rc = overs_room(o)) == -1) {
			rec_free(r);
			break;
		}
		memcpy(o->ids[o->n], key + 2, 65);
		o->recs[o->n++] = r;
	}
	db_walk_end(c);
	return (rc);
}

static const struct rec *
overs_find(struct overs *o, const char *id)
{
	while (o->at < o->n && strcmp(o->ids[o->at], id) < 0)
		o->at++;
	if (o->at < o->n && strcmp(o->ids[o->at], id) == 0)
		return (o->recs[o->at]);
	return (NULL);
}

/* A record that cannot be read: its id, its name, and the reason. */
static int
list_damaged(struct rec_stream *out, struct db *db, const char *id, size_t len)
{
	char			 name[256] = "";
	scoped_rec struct rec	*row = NULL;

	(void)registry_name_of(db, id, name, sizeof(name));
	row = row_damaged(id, name, len == 0 ? "its record in the state "
	    "database is damaged" : "its record in the state database does "
	    "not make sense");
	return (row == NULL ? -1 : rec_stream_rec(out, KEY(ctr), row));
}

/* One stored row, copied as it is if it has no overlay, as most have. */
static int
list_row(struct state *sk, struct db *db, struct listing *l, const char *id,
    const void *data, size_t len)
{
	struct rec		*stored = rec_decode(data, len, RECORD(row),
				    NULL), *row;
	const struct rec	*over = NULL;
	int			 rc;

	if (stored == NULL && errno == ENOMEM)
		return (-1);
	if (stored == NULL || strcmp(rec_str(stored, KEY(id), ""), id) != 0) {
		rec_free(stored);
		return (list_damaged(l->out, db, id, len));
	}
	if (!state_sees(sk, stored)) {
		rec_free(stored);
		return (0);
	}
	if (db == sk->boot)
		row = row_merge_ephemeral(stored, sk->boot_id);
	else if ((over = overs_find(&l->overs, id)) == NULL &&
	    row_plain(stored)) {
		l->restless += !CTR_IN(row_state(stored), CTR_RESTS);
		rec_free(stored);
		return (rec_stream_raw(l->out, KEY(ctr), data, len));
	} else
		row = row_merge(stored, over, sk->boot_id);
	rec_free(stored);
	if (row == NULL)
		return (-1);
	l->restless += !CTR_IN(row_state(row), CTR_RESTS);
	rc = rec_stream_rec(l->out, KEY(ctr), row);
	rec_free(row);
	return (rc);
}

static int
list_rows(struct state *sk, struct db *db, struct listing *l)
{
	struct db_cursor	*c = db_walk(db, KEY_ROW ":");
	const char		*key;
	const void		*data;
	size_t			 len;
	int			 rc = c == NULL ? -1 : 0;

	while (rc == 0 && db_next(c, &key, &data, &len))
		rc = list_row(sk, db, l, key + 2, data, len);
	db_walk_end(c);
	return (rc);
}

static int
list(struct state *sk, uint64_t *restless)
{
	struct listing	 l = { .restless = 0 };
	int		 rc, fd;

	if (state_begin(sk, true, true, false) == -1)
		return (-1);
	if ((l.out = rec_stream_new("containers")) == NULL)
		return (state_end(sk, state_fail(sk, errno, "out of memory")));
	rc = overs_load(sk, &l.overs);
	if (rc == 0)
		rc = list_rows(sk, sk->durable, &l);
	if (rc == 0)
		rc = list_rows(sk, sk->boot, &l);
	if (rc == -1)
		rc = state_fail(sk, errno == 0 ? ENOMEM : errno, "cannot list "
		    "the containers: %s", strerror(errno));
	overs_clear(&l.overs);
	*restless = l.restless;
	rc = state_end(sk, rc);
	if ((fd = rec_stream_end(l.out)) == -1 && rc == 0)
		return (state_fail(sk, errno, "cannot list the containers: %s",
		    strerror(errno)));
	if (rc == 0)
		return (fd);
	if (fd != -1)
		close(fd);
	return (-1);
}

int
state_list(struct state *sk, uint64_t *restless)
{
	int	 fd;

	for (int tries = 0;; tries++) {
		fd = list(sk, restless);
		if (!state_again(sk, fd, tries))
			return (fd);
	}
}
