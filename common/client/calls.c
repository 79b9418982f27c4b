#include "calls.h"

#include <bsd/string.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "cleanup.h"
#include "deadline.h"
#include "nitems.h"

struct request {
	enum helper_id	 who;
	enum msg_type	 type;
	union msg	 m;
	int		 fds[PROTO_FDS];	/* lent */
	unsigned int	 nfds;
	int		 memfd;		/* with a record, ours; or -1 */
	bool		 bad;		/* a field failed: the error is set */
};

static int
transmit(struct client *c, const struct request *q)
{
	const enum helper_id	 who = q->who;

	/* Only messages about objects have a kind; of others it is ignored. */
	c->asked[++c->seq % CALL_ASKED] = (struct asked){ q->type,
	    q->m.obj_get.kind, q->type == MSG_lock_take ?
	    q->m.lock_take.wait_ms : 0 };
	if (!client_has(c, who))
		return (error_set_code(&c->error, ERR_STOPPED, EPIPE, "the "
		    "helper %s is not running", client_name(who)));
	if (chan_send(&c->helper[who].chan, q->type, c->seq, &q->m, q->fds,
	    q->nfds) == 0)
		return (0);
	if (errno == EPIPE || errno == ECONNRESET)
		return (client_lost(c, who));
	if (errno == EAGAIN)
		return (client_late(c, who, CLIENT_SEND_MS));
	return (error_set(&c->error, errno, "cannot ask the helper %s: %s",
	    client_name(who), strerror(errno)));
}

/* From now on the time that the table has for a request. */
static void
start_deadline(struct deadline *d, const struct client *c, enum helper_id who,
    uint32_t seq)
{
	const struct asked	*a = &c->asked[seq % CALL_ASKED];
	int64_t			 ms = proto_find((uint16_t)a->type)->wait_s *
				    (int64_t)1000;

	if (c->deadline_ms != 0 && ms != 0)
		ms = ms < 0 ? -c->deadline_ms : c->deadline_ms;
	deadline_start(d, ms > 0 ? ms + a->wait_ms : -ms,
	    ms < 0 ? c->helper[who].pid : 0);
}

/* The answer of a helper that comes before it is waited for. */
static void
take_early(struct client *c, int i)
{
	int	 rc = chan_recv(&c->helper[i].chan, &c->answer[i]);

	c->answer_state[i] = rc == 1 ? ANSWER_HERE : ANSWER_NEVER;
	if (rc == -1 && errno == EPROTONOSUPPORT)
		c->answer_state[i] = ANSWER_OTHER;
}

/*
 * Wait for a packet, passing on meanwhile what helpers say. As chan_recv; or
 * -1 with ETIME, and the helper killed, where none has come in time.
 *
 * An answer that comes before it is waited for is taken at once: the
 * descriptors in it count as on their way until then, and a user may only have
 * so many, over all commands.
 */
static int
await(struct client *c, enum helper_id who, uint32_t seq, struct packet *p)
{
	struct pollfd	 pfd[H_COUNT + 1];
	struct deadline	 d;

	if (c->answer_state[who] == ANSWER_HERE && c->answer[who].seq == seq) {
		*p = c->answer[who];
		c->answer_state[who] = ANSWER_NONE;
		return (1);
	}
	for (int i = 0; i < H_COUNT; i++)
		pfd[i] = (struct pollfd){ i == (int)who ||
		    (c->answer_state[i] == ANSWER_WANTED &&
		    c->nposted[i] == 0) ? c->helper[i].chan.fd : -1, POLLIN,
		    0 };
	pfd[H_COUNT] = (struct pollfd){ c->err_read, POLLIN, 0 };
	start_deadline(&d, c, who, seq);
	for (;;) {
		if (poll(pfd, H_COUNT + 1, deadline_left_ms(&d)) == -1) {
			if (errno != EINTR)
				return (-1);
			continue;
		}
		if (pfd[H_COUNT].revents != 0)
			client_drain(c);
		for (int i = 0; i < H_COUNT; i++)
			if (i != (int)who && pfd[i].revents != 0) {
				take_early(c, i);
				pfd[i].fd = -1;
				pfd[i].revents = 0;
			}
		if (pfd[who].revents != 0) {
			if (seq == c->sent[who] &&
			    c->answer_state[who] != ANSWER_OTHER)
				c->answer_state[who] = ANSWER_NONE;
			return (chan_recv(&c->helper[who].chan, p));
		}
		if (deadline_missed(&d)) {
			(void)client_late(c, who, d.allowed_ms);
			errno = ETIME;
			return (-1);
		}
	}
}

/*
 * Halves of a call, so that several helpers work at once. A helper has one
 * call that has begun and not ended; to begin another discards its answer.
 */
static int
call_begin(struct client *c, const struct request *q)
{
	const enum helper_id	 who = q->who;
	scoped_fd int		 memfd = q->memfd;
	int			 rc;

	if (q->bad)
		return (-1);
	/* Discard the answer to a call that was abandoned. */
	if (c->answer_state[who] == ANSWER_HERE)
		packet_clear(&c->answer[who]);
	else if (c->answer_state[who] == ANSWER_WANTED)
		c->abandoned[who] = c->sent[who];
	if (c->answer_state[who] != ANSWER_OTHER)
		c->answer_state[who] = ANSWER_NONE;
	rc = transmit(c, q);
	c->sent[who] = c->seq;
	if (rc == 0)
		c->answer_state[who] = ANSWER_WANTED;
	return (rc);
}

/*
 * The helper has ended, or was too late, but it may have done what it was
 * asked: add that to the error of a request that changes something.
 */
static int
may_be_done(struct client *c, enum msg_type type)
{
	static const enum msg_type	 changes[] = { MSG_ctr_create,
					    MSG_ctr_set, MSG_ctr_remove,
					    MSG_ctr_rewrite, MSG_obj_put,
					    MSG_obj_remove, MSG_image_commit,
					    MSG_image_remove, MSG_volume_make,
					    MSG_volume_remove };

	for (size_t i = 0; i < NITEMS(changes); i++)
		if (changes[i] == type)
			return (error_set_code(&c->error, c->error.code, EPIPE,
			    "%.900s; it may have done what was asked: look "
			    "before you try again", c->error.text));
	errno = EPIPE;
	return (-1);
}

/*
 * Wait for the reply with this sequence number; discard that to a request that
 * was abandoned. 0, or -1 with an error and errno.
 */
static int
wait_for(struct client *c, enum helper_id who, uint32_t seq, struct packet *p)
{
	const struct msg_reply	*r = &p->body.reply;
	enum error_code		 code;
	int			 rc;

	if (!client_has(c, who))
		return (client_gone(c, who));
	while ((rc = await(c, who, seq, p)) == 1 && p->seq != seq &&
	    p->seq == c->abandoned[who])
		packet_clear(p);
	if (rc == -1 && errno == EPROTONOSUPPORT)
		c->answer_state[who] = ANSWER_OTHER;
	/* Of a request that was not understood nothing is done. */
	if (rc != 1 && c->answer_state[who] == ANSWER_OTHER)
		return (client_lost(c, who));
	if (rc == 0)
		(void)client_lost(c, who);
	if (rc == 0 || (rc == -1 && errno == ETIME))
		return (may_be_done(c, c->asked[seq % CALL_ASKED].type));
	if (rc == -1)
		return (error_set(&c->error, errno, "the answer of the helper "
		    "%s cannot be read: %s", client_name(who),
		    strerror(errno)));
	if (p->seq != seq) {
		packet_clear(p);
		return (error_set(&c->error, EPROTO, "the helper %s sent a "
		    "reply with an unexpected sequence number",
		    client_name(who)));
	}
	if (p->info->type != MSG_reply || r->error == 0)
		return (0);
	code = error_of_answer(c->asked[seq % CALL_ASKED].type,
	    c->asked[seq % CALL_ASKED].kind, (int)r->error);
	if (r->text[0] != '\0')
		(void)error_set_code(&c->error, code, (int)r->error, "%s",
		    r->text);
	else
		(void)error_set_code(&c->error, code, (int)r->error, "%s: %s",
		    client_name(who), strerror((int)r->error));
	packet_clear(p);
	errno = (int)r->error;
	return (-1);
}

/*
 * A request whose answer is read before the next call to this helper ends,
 * which fails with the first of these that failed; or by client_sync.
 */
static int
call_async(struct client *c, const struct request *q)
{
	const enum helper_id	 who = q->who;
	scoped_fd int		 memfd = q->memfd;

	if (q->bad || (c->nposted[who] == CALL_ASYNC &&
	    client_sync(c, who) == -1) || transmit(c, q) == -1)
		return (-1);
	c->posted[who][c->nposted[who]++] = c->seq;
	return (0);
}

/* Read all answers, also after a failure; the first failure is the error. */
int
client_sync(struct client *c, enum helper_id who)
{
	unsigned int		 n = c->nposted[who];
	struct error		 first = { .number = 0 };
	struct packet		 p;

	c->nposted[who] = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (wait_for(c, who, c->posted[who][i], &p) == 0) {
			c->value[who] = p.body.reply.value;
			packet_clear(&p);
		} else if (first.number == 0)
			error_save(&c->error, &first);
	}
	if (first.number == 0)
		return (0);
	error_restore(&c->error, &first);
	return (-1);
}

/* The answer, which the caller clears. */
static int
call_end(struct client *c, enum helper_id who, struct packet *p)
{
	struct error	 first;

	if (client_sync(c, who) == 0)
		return (wait_for(c, who, c->sent[who], p));
	/* An earlier request failed: discard this answer. */
	error_save(&c->error, &first);
	if (client_has(c, who) && wait_for(c, who, c->sent[who], p) == 0)
		packet_clear(p);
	error_restore(&c->error, &first);
	return (-1);
}

static int64_t
call_end_text(struct client *c, enum helper_id who, char *text, size_t size)
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	packet_clear(&p);
	if (text != NULL)
		(void)strlcpy(text, p.body.reply.text, size);
	if (p.body.reply.value <= INT64_MAX)
		return ((int64_t)p.body.reply.value);
	return (error_set(&c->error, EPROTO, "the helper %s answered with a "
	    "number that is too large", client_name(who)));
}

static int64_t
call_end_value(struct client *c, enum helper_id who)
{
	return (call_end_text(c, who, NULL, 0));
}

static int
call_end_done(struct client *c, enum helper_id who)
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	packet_clear(&p);
	return (0);
}

/* The record in an answer, which is cleared. */
static struct rec *
call_take_rec(struct client *c, enum helper_id who, struct packet *p,
    enum record_type type)
{
	struct rec	*r = NULL;
	const char	*key = NULL;

	errno = EBADMSG;
	if (p->nfds == 1)
		r = rec_from_fd(p->fds[0], type, &key);
	packet_clear(p);
	c->value[who] = p->body.reply_fd.value;
	if (key != NULL)
		(void)error_set(&c->error, EBADMSG, "the helper %s answered "
		    "with a \"%s\" that is too long or out of range in a %s",
		    client_name(who), key, record_name(type));
	else if (r == NULL)
		(void)error_set(&c->error, errno, "the %s that the helper %s "
		    "answered with cannot be read: %s", record_name(type),
		    client_name(who), strerror(errno));
	return (r);
}

static struct rec *
call_end_rec(struct client *c, enum helper_id who, enum record_type type)
{
	struct packet	 p;

	return (call_end(c, who, &p) == -1 ? NULL : call_take_rec(c, who,
	    &p, type));
}

static int
call_end_fd(struct client *c, enum helper_id who, char *text, size_t size)
{
	struct packet	 p;
	int		 fd;

	if (call_end(c, who, &p) == -1)
		return (-1);
	if (text != NULL)
		(void)strlcpy(text, p.body.reply_fd.text, size);
	fd = packet_take_fd(&p, 0);
	packet_clear(&p);
	return (fd != -1 ? fd : error_set(&c->error, EPROTO, "the helper %s "
	    "answered without a descriptor", client_name(who)));
}

static int64_t
call_end_fds(struct client *c, enum helper_id who, int fds[3])
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	for (unsigned int i = 0; i < 3; i++)
		fds[i] = packet_take_fd(&p, i);
	packet_clear(&p);
	return ((int64_t)p.body.reply_fd3.value);
}

/*
 * An object whose name is longer than its field cannot exist: it is reported
 * as not found, with the messages that statekeep and store have for that.
 */
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
	for (size_t i = 0; i < NITEMS(unknown); i++)
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

/* The type of the answer that lists objects of a kind: see calls.h. */
static enum record_type
record_of_objects(uint32_t kind)
{
	switch (kind) {
	case OBJ_POD:
		return (RECORD(pods));
	case OBJ_VOLUME:
		return (RECORD(volumes));
	default:
		return (RECORD(any));
	}
}

/*
 * Declare `q`, each of its fields set from the variable of the same name: a
 * parameter, or a local variable (as in ids_mount_begin).
 */
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
#define END_value_text(size)		call_end_text(c, at, text, size)
#define END_fd			call_end_fd(c, at, NULL, 0)
#define END_fd_text(size)	call_end_fd(c, at, text, size)
#define END_fds			call_end_fds(c, at, fds)
#define END_rec(type)		call_end_rec(c, at, type)

#define FAILED_done		-1
#define FAILED_value		-1
#define FAILED_text(size)	-1
#define FAILED_value_text(size)	-1
#define FAILED_fd		-1
#define FAILED_fd_text(size)	-1
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
#define BODY_unread(message, who, answer)				\
	BODY_begin(message, who, answer)
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

#define DEFINE(how, name, message, who, answer)				\
	CALL_HEAD_##how(name, message, answer) BODY_##how(message, who, answer)
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
