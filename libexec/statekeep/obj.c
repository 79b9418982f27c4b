#include "obj.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "db.h"
#include "state.h"
#include "name.h"
#include "messages.h"
#include "record.h"
#include "registry.h"
#include "row.h"

#define PAYLOAD_MAX	512000		/* podman's bound */

/* Open both databases, for writing the one that has objects of this kind. */
static int
begin(struct state *sk, const struct objkind *kind, bool write)
{
	bool	 durable = write && !kind->boot, boot = write && kind->boot;

	if (db_begin(sk->durable, durable ? DB_WRITE : DB_READ) == -1)
		return (state_fail_db(sk, sk->durable));
	if (db_begin(sk->boot, boot ? DB_WRITE : DB_READ) == 0)
		return (0);
	(void)state_fail_db(sk, sk->boot);
	return (state_end(sk, -1));
}

static int
commit(struct state *sk, const struct objkind *kind, const char *id,
    const struct rec *before, const struct rec *after, bool hard)
{
	struct transition	 t = { .type = kind->noun, .id = id,
				    .before = before, .after = after,
				    .ephemeral = kind->boot,
				    .durable = !kind->boot,
				    .boot = kind->boot,
				    .hard = hard && !kind->boot };

	return (state_commit(sk, &t));
}

static int
put_row(struct state *sk, const struct objkind *kind, const char *id,
    const struct rec *r)
{
	char	 key[KEY_SIZE];

	if (db_put(objkind_db(sk, kind), key_make(key, kind->rows, id),
	    r) == -1)
		return (state_fail_db(sk, objkind_db(sk, kind)));
	return (0);
}

/* A copy of the request without a secret's data, with a version. */
static struct rec *
stored_form(struct state *sk, const struct rec *asked, const char *id,
    const char *name)
{
	struct rec	*r = rec_new();

	if (r == NULL || rec_add_all(r, asked) == -1)
		goto fail;
	rec_del(r, KEY(data));
	if (rec_set_num(r, KEY(v), OBJ_SCHEMA) == -1 ||
	    rec_set(r, KEY(id), id) == -1 || rec_set(r, KEY(name),
	    name) == -1 ||
	    (*sk->ns != '\0' && rec_set(r, KEY(namespace), sk->ns) == -1))
		goto fail;
	return (r);
 fail:
	(void)state_fail(sk, errno, "cannot make a record: %s",
	    strerror(errno));
	rec_free(r);
	return (NULL);
}

static int
put_payload(struct state *sk, const char *id, const struct rec *asked)
{
	const void		*data;
	scoped_rec struct rec	*r = NULL;
	size_t			 len;
	char			 key[KEY_SIZE];
	int			 rc = -1;

	data = rec_bytes(asked, KEY(data), &len);
	if (data == NULL || len == 0 || len > PAYLOAD_MAX)
		return (state_fail(sk, EINVAL, "secret data must be larger "
		    "than 0 and less than %d bytes", PAYLOAD_MAX));
	if ((r = rec_new()) == NULL || rec_add_bytes(r, KEY(data), data,
	    len) == -1)
		(void)state_fail(sk, errno, "out of memory");
	else if (db_put(sk->durable, key_make(key, KEY_PAYLOAD, id), r) == -1)
		(void)state_fail_db(sk, sk->durable);
	else
		rc = 0;
	return (rc);
}

/* Store what belongs to a new object: its name, its container, its data. */
static int
put_rest(struct state *sk, const struct objkind *kind, const char *id,
    const char *name, const struct rec *asked)
{
	struct db	*db = objkind_db(sk, kind);
	const char	*ctr = rec_str(asked, KEY_IN(session, ctr), "");
	char		 key[KEY_SIZE];
	int		 rc = 0;

	if (kind->shared)
		rc = registry_put(db, HOLDER_POD, name, id);
	else if (kind->named)
		rc = db_put_text(db, objfind_alias(key, kind, name), id);
	if (rc == 0 && strcmp(kind->rows, KEY_EXEC) == 0)
		rc = db_put_text(db, objuse_session(key, ctr, id), "");
	if (rc == -1)
		return (state_fail_db(sk, db));
	return (strcmp(kind->rows, KEY_SECRET) == 0 ?
	    put_payload(sk, id, asked) : 0);
}

static int
exists(struct state *sk, const struct objkind *kind, const char *name)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return (state_fail(sk, EEXIST, kind->exists, name));
#pragma GCC diagnostic pop
}

/* Check or make up the name, and check the id. */
static int
choose(struct state *sk, const struct objkind *kind, const char *id,
    const char *wanted, char *name, size_t size)
{
	char	 key[KEY_SIZE], holder[OBJ_ID];

	(void)snprintf(name, size, "%s", wanted);
	if (kind->shared)
		return (registry_check_id(sk, HOLDER_POD, id) == -1 ? -1 :
		    registry_choose(sk, HOLDER_POD, wanted, name, size));
	if (db_has(objkind_db(sk, kind), key_make(key, kind->rows, id)) ||
	    (kind->named && db_get_text(objkind_db(sk, kind),
	    objfind_alias(key, kind, name), holder, sizeof(holder))))
		return (exists(sk, kind, kind->named ? name : id));
	return (0);
}

static int
put_new(struct state *sk, const struct objkind *kind, struct obj_new *n,
    const char *id, const struct rec *asked)
{
	const char	*wanted = rec_str(asked, KEY(name), "");
	struct rec	*r;
	int		 rc;

	if (choose(sk, kind, id, wanted, n->name, sizeof(n->name)) == -1)
		return (-1);
	if (db_room(objkind_db(sk, kind), DB_BEGINS) == -1)
		return (state_fail_db(sk, objkind_db(sk, kind)));
	if ((r = stored_form(sk, asked, id, n->name)) == NULL)
		return (-1);
	rc = put_row(sk, kind, id, r);
	if (rc == 0)
		rc = put_rest(sk, kind, id, n->name, asked);
	if (rc == 0 && !kind->boot)
		rc = state_put_settings(sk);
	if (rc == 0)
		rc = commit(sk, kind, id, NULL, r, true);
	rec_free(r);
	n->made = rc == 0;
	return (rc);
}

/* Replace keys of an existing object; its name does not change. */
static int
update(struct state *sk, const struct objkind *kind, struct obj_new *n,
    const char *id, const struct rec *asked)
{
	struct rec	*before = objfind_load(sk, kind, id), *after = NULL;
	int		 rc = -1;

	if (before == NULL)
		return (errno == ENOENT ? objfind_removed(sk, kind, id) : -1);
	(void)snprintf(n->name, sizeof(n->name), "%s",
	    rec_str(before, KEY(name), ""));
	if ((after = rec_new()) == NULL || rec_add_all(after, before) == -1 ||
	    row_change(after, asked) == -1 ||
	    rec_set(after, KEY(id), id) == -1 ||
	    rec_set(after, KEY(name), n->name) == -1 ||
	    rec_set_num(after, KEY(v), OBJ_SCHEMA) == -1)
		(void)state_fail(sk, errno, "out of memory");
	else {
		rec_del(after, KEY(data));
		rc = put_row(sk, kind, id, after);
	}
	if (rc == 0 && strcmp(kind->rows, KEY_SECRET) == 0 &&
	    rec_bytes(asked, KEY(data), &(size_t){ 0 }) != NULL)
		rc = put_payload(sk, id, asked);
	if (rc == 0)
		rc = commit(sk, kind, id, before, after, true);
	rec_free(before);
	rec_free(after);
	return (rc);
}

static int
put(struct state *sk, const struct objkind *kind, struct obj_new *n,
    const char *id, const struct rec *asked)
{
	struct rec	*have;

	if ((n->flags & OBJ_UPDATE) != 0)
		return (update(sk, kind, n, id, asked));
	if ((n->flags & OBJ_KEEP) != 0 &&
	    (have = objfind_load(sk, kind, id)) != NULL) {
		(void)snprintf(n->name, sizeof(n->name), "%s",
		    rec_str(have, KEY(name), ""));
		rec_free(have);
		return (0);
	}
	return (put_new(sk, kind, n, id, asked));
}

static int
check_asked(struct state *sk, const struct objkind *kind,
    const struct obj_new *n, const struct rec *asked)
{
	const char	*id = rec_str(asked, KEY(id), "");
	const char	*name = rec_str(asked, KEY(name), "");

	if (kind->id_len > 0 && !name_is_id(id, kind->id_len))
		return (state_fail(sk, EINVAL, "\"%s\" is not the ID of a %s",
		    id, kind->noun));
	/* Only a pod gets a made-up name; an update has no name. */
	if ((*name == '\0' && (kind->shared || strcmp(kind->rows,
	    KEY_EXEC) == 0)) || (n->flags & OBJ_UPDATE) != 0)
		return (0);
	if (!name_valid(name) || strlen(name) > 255)
		return (state_fail(sk, EINVAL, "names must match "
		    "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"));
	return (0);
}

int
obj_put(struct state *sk, struct obj_new *n, const struct rec *asked)
{
	const struct objkind	*kind = objkind_get(sk, n->kind);
	const char		*id;
	int			 rc;

	if (kind == NULL || check_asked(sk, kind, n, asked) == -1)
		return (-1);
	id = rec_str(asked, kind->id_len > 0 ? KEY(id) : KEY(name), "");
	for (int tries = 0;; tries++) {
		n->made = false;
		rc = begin(sk, kind, true);
		if (rc == 0)
			rc = state_end(sk, put(sk, kind, n, id, asked));
		if (!state_again(sk, rc, tries))
			break;
	}
	if (rc == 0 && n->made && !kind->boot)
		state_recorded(sk);
	return (rc);
}

/* Add the users of an object. */
static int
add_users(struct state *sk, const struct objkind *kind, struct rec *r)
{
	return (objuse_list(sk, kind, rec_str(r, KEY(id), ""), "", r));
}

static int
add_payload(struct state *sk, const char *id, struct rec *r)
{
	char			 key[KEY_SIZE];
	scoped_rec struct rec	*hidden = db_get(sk->durable, key_make(key,
			    KEY_PAYLOAD, id));
	int			 rc;

	if (hidden == NULL && errno == ENOMEM)
		return (state_fail(sk, ENOMEM, "out of memory"));
	if (hidden == NULL)
		return (state_fail(sk, EUCLEAN, "the data of secret %s is "
		    "damaged; remove it and make it again", id));
	rc = rec_add_all(r, hidden);
	return (rc == -1 ? state_fail(sk, errno, "out of memory") : 0);
}

/* What is left of an object that does not decode: its id and its name. */
static struct rec *
damaged(struct state *sk, const struct objkind *kind, const char *id)
{
	struct rec	*r = rec_new();
	char		 name[OBJ_ID];

	if (!kind->shared || !registry_name_of(sk->durable, id, name,
	    sizeof(name)))
		(void)snprintf(name, sizeof(name), "%s", id);
	if (r != NULL && rec_add(r, KEY(id), id) == 0 &&
	    rec_add(r, KEY(name), name) == 0 &&
	    rec_add(r, KEY(error), "its record is damaged") == 0)
		return (r);
	rec_free(r);
	return (NULL);
}

static int
get(struct state *sk, const struct objkind *kind, const char *ref,
    uint32_t flags, struct rec **out)
{
	struct rec	*r;
	char		 id[OBJ_ID];

	if (objfind(sk, kind, ref, id) == -1)
		return (-1);
	r = objfind_load(sk, kind, id);
	if (r == NULL && errno == EUCLEAN && (flags & OBJ_REMAINS) != 0 &&
	    (r = damaged(sk, kind, id)) == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	if (r == NULL)
		return (-1);
	if (add_users(sk, kind, r) == -1 ||
	    ((flags & OBJ_PAYLOAD) != 0 && strcmp(kind->rows, KEY_SECRET) == 0
	    && add_payload(sk, id, r) == -1)) {
		rec_free(r);
		return (-1);
	}
	*out = r;
	return (0);
}

struct rec *
obj_get(struct state *sk, uint32_t kind_no, const char *ref, uint32_t flags)
{
	const struct objkind	*kind = objkind_get(sk, kind_no);
	struct rec		*r;
	int			 rc;

	for (int tries = 0; kind != NULL; tries++) {
		r = NULL;
		rc = begin(sk, kind, false);
		if (rc == 0)
			rc = state_end(sk, get(sk, kind, ref, flags, &r));
		if (rc == 0)
			return (r);
		rec_free(r);
		if (!state_again(sk, rc, tries))
			break;
	}
	return (NULL);
}

static int
list_one(struct state *sk, const struct objkind *kind, struct rec_stream *out,
    const char *id, const void *data, size_t len)
{
	struct rec	*r = rec_decode(data, len,
			    key_type(kind->rows), NULL);
	int		 rc = 0;

	if (r == NULL && (errno == ENOMEM || (r = damaged(sk, kind, id)) ==
	    NULL))
		rc = -1;
	else if (state_sees(sk, r)) {
		if (add_users(sk, kind, r) == -1)
			rc = -1;
		else
			rc = rec_stream_rec(out, KEY(obj), r);
	}
	rec_free(r);
	return (rc);
}

static int
list(struct state *sk, const struct objkind *kind, struct rec_stream *out)
{
	struct db_cursor	*c;
	const char		*key;
	const void		*data;
	char			 prefix[KEY_SIZE];
	size_t			 len, skip = strlen(kind->rows) + 1;
	int			 rc = 0;

	c = db_walk(objkind_db(sk, kind), key_make(prefix, kind->rows, ""));
	if (c == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	while (rc == 0 && db_next(c, &key, &data, &len))
		rc = list_one(sk, kind, out, key + skip, data, len);
	db_walk_end(c);
	return (rc == 0 ? 0 : state_fail(sk, errno == 0 ? ENOMEM : errno,
	    "cannot list the objects of kind %s: %s", kind->noun,
	    strerror(errno)));
}

static int
try_list(struct state *sk, const struct objkind *kind)
{
	struct rec_stream	*out;
	int			 rc, fd;

	if (begin(sk, kind, false) == -1)
		return (-1);
	if ((out = rec_stream_new("objects")) == NULL)
		return (state_end(sk, state_fail(sk, errno, "out of memory")));
	rc = state_end(sk, list(sk, kind, out));
	fd = rec_stream_end(out);
	if (rc == 0 && fd == -1)
		return (state_fail(sk, errno, "cannot list the objects: %s",
		    strerror(errno)));
	if (rc == 0)
		return (fd);
	scope_close(&fd);
	return (-1);
}

int
obj_list(struct state *sk, uint32_t kind_no)
{
	const struct objkind	*kind = objkind_get(sk, kind_no);
	int			 fd = -1;

	for (int tries = 0; kind != NULL; tries++) {
		fd = try_list(sk, kind);
		if (!state_again(sk, fd, tries))
			break;
	}
	return (fd);
}

/* podman's messages for objects that are in use. */
static int
refuse_used(struct state *sk, const struct objkind *kind, const char *name,
    const struct rec *users)
{
	const char	*v;
	char		 ids[700] = "";
	size_t		 it = 0, at = 0;

	while (at < sizeof(ids) && rec_next(users, KEY(user), &it, &v))
		at += (size_t)snprintf(ids + at, sizeof(ids) - at, "%s%s",
		    at == 0 ? "" : ", ", v);
	if (strcmp(kind->rows, KEY_POD) == 0)
		return (state_fail(sk, EBUSY, "pod %s contains containers and "
		    "cannot be removed: %s: container already exists", name,
		    ids));
	return (state_fail(sk, EBUSY, "%s %s is being used by the following "
	    "container(s): %s: %s is being used", kind->noun, name, ids,
	    kind->noun));
}

static int
check_unused(struct state *sk, const struct objkind *kind,
    const struct obj_gone *g, const struct rec *r)
{
	scoped_rec struct rec	*users = rec_new();
	int			 n;

	if (users == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	n = objuse_list(sk, kind, g->id, g->by, users);
	if (n > 0)
		n = refuse_used(sk, kind, rec_str(r, KEY(name), g->id), users);
	return (n);
}

static int
mark(struct state *sk, const struct objkind *kind, const char *id,
    struct rec *r)
{
	scoped_rec struct rec	*after = rec_new();
	int			 rc = -1;

	if (after == NULL || rec_add_all(after, r) == -1 ||
	    rec_set_num(after, KEY(removing), 1) == -1)
		(void)state_fail(sk, ENOMEM, "out of memory");
	else if (put_row(sk, kind, id, after) == 0)
		rc = commit(sk, kind, id, r, after, true);
	return (rc);
}

static int
drop(struct state *sk, const struct objkind *kind, const char *id,
    const struct rec *r, bool hard)
{
	struct db	*db = objkind_db(sk, kind);
	const char	*name = r == NULL ? "" : rec_str(r, KEY(name), "");
	char		 key[KEY_SIZE];
	int		 rc = db_del(db, key_make(key, kind->rows, id));

	if (rc == 0 && kind->shared)
		rc = *name == '\0' ? registry_drop_of(db, id) :
		    registry_drop(db, name);
	else if (rc == 0 && kind->named && *name != '\0')
		rc = db_del(db, objfind_alias(key, kind, name));
	if (rc == 0 && strcmp(kind->rows, KEY_SECRET) == 0)
		rc = db_del(db, key_make(key, KEY_PAYLOAD, id));
	if (rc == 0 && strcmp(kind->rows, KEY_EXEC) == 0 && r != NULL)
		rc = db_del(db, objuse_session(key, rec_str(r, KEY_IN(session,
		    ctr), ""),
		    id));
	if (rc == -1)
		return (state_fail_db(sk, db));
	/*
	 * Uses in the other database refer to no object then, and are ignored.
	 */
	if (objuse_forget(sk, db, kind, id) == -1)
		return (-1);
	return (commit(sk, kind, id, r, NULL, hard));
}

/*
 * A record in place of one that is damaged, for its removal in two steps. NULL
 * with a message.
 */
static struct rec *
replacement(struct state *sk, const struct objkind *kind, const char *id)
{
	struct rec	*r = damaged(sk, kind, id);

	if (r != NULL && rec_set_num(r, KEY(v), OBJ_SCHEMA) == 0 &&
	    (*sk->ns == '\0' || rec_set(r, KEY(namespace), sk->ns) == 0)) {
		rec_del(r, KEY(error));
		return (r);
	}
	(void)state_fail(sk, ENOMEM, "out of memory");
	rec_free(r);
	return (NULL);
}

/*
 * Two commits, each with a sync: the mark must be durable before the data is
 * removed; if a power cut comes between, the next boot completes the removal.
 */
static int
remove_one(struct state *sk, const struct objkind *kind,
    const struct obj_gone *g)
{
	scoped_rec struct rec	*r = objfind_load(sk, kind, g->id);
	int			 rc;

	/* A damaged object can be removed. */
	if (r == NULL && errno == ENOENT)
		return (objfind_removed(sk, kind, g->id));
	if (r == NULL && errno != EUCLEAN)
		return (-1);
	rc = check_unused(sk, kind, g, r);
	if (rc == 0 && g->step == OBJ_MARK && r == NULL &&
	    (r = replacement(sk, kind, g->id)) == NULL)
		return (-1);
	if (rc == 0)
		rc = g->step == OBJ_MARK ? mark(sk, kind, g->id, r) :
		    drop(sk, kind, g->id, r, g->step != OBJ_FINISH);
	return (rc);
}

int
obj_remove(struct state *sk, const struct obj_gone *g)
{
	const struct objkind	*kind = objkind_get(sk, g->kind);
	int			 rc;

	if (kind == NULL)
		return (-1);
	for (int tries = 0;; tries++) {
		rc = begin(sk, kind, true);
		if (rc == 0)
			rc = state_end(sk, remove_one(sk, kind, g));
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}
