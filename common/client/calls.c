#include "calls.h"

#include <bsd/string.h>

#include <errno.h>

#include "call.h"
#include "cleanup.h"
#include "record.h"

/* No name is as long as a string that these fields have no room for. */
static const struct {
	enum msg_type	 type;
	uint32_t	 kind;
	const char	*before;
	const char	*after;
} unknown[] = {
	{ MSG_ctr_find, 0, "no container with name or ID \"",
	    "...\" found: no such container" },
	{ MSG_obj_get, OBJ_POD, "no pod with name or ID ",
	    "... found: no such pod" },
	{ MSG_obj_get, OBJ_VOLUME, "no volume with name \"",
	    "...\" found: no such volume" },
	{ MSG_image_find, 0, "", "...: image not known" },
	{ MSG_history_get, 0, "", "...: no such object" },
};

static void
too_long(struct client *c, const struct request *q, const char *value)
{
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (unknown[i].type == q->type && (unknown[i].kind == 0 ||
		    unknown[i].kind == q->m.obj_get.kind)) {
			(void)error_set_code(&c->error, error_of_answer(q->type,
			    unknown[i].kind, ENOENT), ENOENT, "%s%.64s%s",
			    unknown[i].before, value, unknown[i].after);
			return;
		}
	(void)error_set(&c->error, ENAMETOOLONG, "\"%.64s...\" is too long",
	    value);
}

static void
put_text(struct client *c, struct request *q, char *field, size_t size,
    const char *value)
{
	if (!q->bad && strlcpy(field, value, size) >= size) {
		too_long(c, q, value);
		q->bad = true;
	}
}

static void
put_record(struct client *c, struct request *q, const struct rec *r)
{
	q->memfd = rec_memfd(r, "record");
	q->fds[q->nfds++] = q->memfd;
	if (q->memfd != -1)
		return;
	(void)error_set(&c->error, errno, "cannot make a record for the helper "
	    "%s: %s", client_name(q->who), strerror(errno));
	q->bad = true;
}

/* A request `q`, with the parameters of its fields' names in it. */
#define REQUEST(message, to)						\
	struct request		 q = { .who = (to),			\
				    .type = MSG_##message, .memfd = -1 }; \
	struct msg_##message	*m = &q.m.message;			\
	(void)m;							\
	FIELDS_##message(PUT)
#define PUT(kind, name, max)	PUT_##kind(name)
#define PUT_str(name)	put_text(c, &q, m->name, sizeof(m->name), name);
#define PUT_u32(name)	m->name = name;
#define PUT_u64(name)	m->name = name;
#define PUT_flag(name)	m->name = name;
#define PUT_zero(name)
#define PUT_fd(name)	q.fds[q.nfds++] = name;
#define PUT_rec(name)	put_record(c, &q, name);

/* The end of a call to the helper `at`; FAILED: what it returns as an error. */
#define END_done		call_end_done(c, at)
#define END_value		call_end_value(c, at)
#define END_text(size)							\
	(call_end_text(c, at, text, size) == -1 ? -1 : 0)
#define END_named(size)		call_end_text(c, at, text, size)
#define END_fd			call_end_fd(c, at, NULL, 0)
#define END_staged(size)	call_end_fd(c, at, text, size)
#define END_fds			call_end_fds(c, at, fds)
#define END_rec(type)		call_end_rec(c, at, type)

#define FAILED_done		-1
#define FAILED_value		-1
#define FAILED_text(size)	-1
#define FAILED_named(size)	-1
#define FAILED_fd		-1
#define FAILED_staged(size)	-1
#define FAILED_fds		-1
#define FAILED_rec(type)	NULL

#define BODY_whole(message, who, answer) {				\
	const enum helper_id	 at = who;				\
	REQUEST(message, at)						\
	return (call_begin(c, &q) == -1 ? FAILED_##answer : END_##answer); \
}
#define BODY_begin(message, who, answer) {				\
	REQUEST(message, who)						\
	return (call_begin(c, &q));					\
}
#define BODY_end(message, who, answer) {				\
	const enum helper_id	 at = who;				\
	return (END_##answer);						\
}
#define BODY_sent(message, who, answer) {				\
	REQUEST(message, who)						\
	return (call_async(c, &q));					\
}
#define BODY_quiet(message, who, answer) {				\
	struct error		 saved;					\
	error_save(&c->error, &saved);					\
	REQUEST(message, who)						\
	if (call_begin(c, &q) == 0)					\
		(void)call_end_done(c, who);				\
	error_restore(&c->error, &saved);				\
}

/* The type of the answer that lists objects of a kind. */
static enum record_type
record_of_objects(uint32_t kind)
{
	return (kind == OBJ_POD ? RECORD(pods) : kind == OBJ_VOLUME ?
	    RECORD(volumes) : RECORD(any));
}

#define DEFINE(how, name, message, who, answer)				\
	HEAD_##how(name, message, answer) BODY_##how(message, who, answer)
CALLS(DEFINE)

int
state_open_begin(struct client *c, const struct msg_state_open *o, int dir,
    int run_dir, int settings)
{
	const struct request	 q = { .who = H_STATE, .type = MSG_state_open,
				    .m = { .state_open = *o }, .memfd = -1,
				    .fds = { dir, run_dir, settings },
				    .nfds = 3 };

	return (call_begin(c, &q));
}

int
state_open_end(struct client *c, unsigned int *flags, struct rec **made_with)
{
	struct packet	 p;

	if (call_end(c, H_STATE, &p) == -1)
		return (-1);
	if (p.nfds == 1)
		return ((*made_with = call_take_rec(c, H_STATE, &p,
		    RECORD(settings))) == NULL ? -1 : 1);
	*flags = (unsigned int)p.body.reply.value;
	packet_clear(&p);
	return (0);
}

int
ids_mount_begin(struct client *c, unsigned int grant, uint32_t slot,
    uint32_t flags)
{
	const bool	 recursive = (flags & GRANT_DEEP) != 0;
	const bool	 nosuid = (flags & GRANT_NOSUID) != 0;
	const bool	 nodev = (flags & GRANT_NODEV) != 0;
	const bool	 readonly = (flags & GRANT_RDONLY) != 0;

	REQUEST(ids_mount, H_REFRESH)
	return (call_begin(c, &q));
}

int
ids_mount(struct client *c, unsigned int grant, uint32_t slot, uint32_t flags)
{
	return (ids_mount_begin(c, grant, slot, flags) == -1 ? -1 :
	    ids_mount_end(c));
}

/* The user namespace that a helper has made, the caller's. Or -1. */
static int
make_userns(struct client *c, enum helper_id who, bool single)
{
	REQUEST(userns_make, who)
	return (call_begin(c, &q) == -1 ? -1 : call_end_fd(c, who, NULL, 0));
}

int
ids_give_userns(struct client *c, enum helper_id who, bool single)
{
	scoped_fd int	 userns = make_userns(c, who, single);

	if (userns == -1 ||
	    (!single && ids_write(c, 0, userns) == -1))
		return (-1);
	REQUEST(userns_ready, who)
	return (call_begin(c, &q) == -1 ? -1 : call_end_done(c, who));
}

int
ids_join_userns(struct client *c, enum helper_id who, int userns, bool single)
{
	REQUEST(userns_join, who)
	return (call_begin(c, &q) == -1 ? -1 : call_end_done(c, who));
}

int
digest_begin(struct client *c, enum helper_id who, int from, int to,
    uint64_t max_bytes)
{
	if (to == -1) {
		REQUEST(digest_sum, who)
		return (call_begin(c, &q));
	}
	REQUEST(digest_copy, who)
	return (call_begin(c, &q));
}

int64_t
digest_end(struct client *c, enum helper_id who, char digest[DIGEST_TEXT])
{
	return (call_end_text(c, who, digest, DIGEST_TEXT));
}
