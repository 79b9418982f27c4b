#include "call.h"

#include <bsd/string.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "process.h"
#include "record.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define ANY		0	/* in a row: any errno */
#define LATE_MS		2000	/* poll returns sooner, if we are running */

/* By kind of object, in the order of enum obj_kind. */
struct by_kind {
	enum error_code	 code[OBJ_SECRET + 1];
};

static const struct by_kind	 no_such = { { ERR_INTERNAL, ERR_NO_SUCH_POD,
	ERR_NO_SUCH_VOLUME, ERR_NO_SUCH_EXEC, ERR_NO_SUCH_NETWORK,
	ERR_NO_SUCH_SECRET } };
static const struct by_kind	 removed = { { ERR_INTERNAL, ERR_POD_REMOVED,
	ERR_VOLUME_REMOVED, ERR_OBJECT_REMOVED, ERR_OBJECT_REMOVED,
	ERR_OBJECT_REMOVED } };
static const struct by_kind	 exists = { { ERR_INTERNAL, ERR_POD_EXISTS,
	ERR_VOLUME_EXISTS, ERR_EXISTS, ERR_EXISTS, ERR_EXISTS } };
static const struct by_kind	 in_use = { { ERR_INTERNAL, ERR_POD_IN_USE,
	ERR_VOLUME_IN_USE, ERR_IN_USE, ERR_IN_USE, ERR_IN_USE } };

/*
 * The first row that fits. An id that was found by one request and is not
 * there for the next has been removed in between.
 */
static const struct {
	enum msg_type		 type;
	int			 error;
	enum error_code		 code;
	const struct by_kind	*by_kind;
} rows[] = {
	{ MSG_config_resolve, ANY, ERR_INVALID_ARG, NULL },
	{ MSG_config_check, ANY, ERR_INVALID_ARG, NULL },
	{ MSG_state_open, EBUSY, ERR_FINALIZED, NULL },
	{ MSG_state_open, ANY, ERR_DB_CONFIG, NULL },
	{ MSG_ctr_create, EINVAL, ERR_INVALID_ARG, NULL },
	{ MSG_ctr_create, EEXIST, ERR_CTR_EXISTS, NULL },
	{ MSG_ctr_create, ENOENT, ERR_NO_SUCH_CTR, NULL },
	{ MSG_ctr_create, EBUSY, ERR_OBJECT_REMOVED, NULL },
	{ MSG_ctr_find, ENOENT, ERR_NO_SUCH_CTR, NULL },
	{ MSG_ctr_find, EEXIST, ERR_CTR_EXISTS, NULL },
	{ MSG_ctr_find, EINVAL, ERR_EMPTY_ID, NULL },
	{ MSG_ctr_get, ENOENT, ERR_CTR_REMOVED, NULL },
	{ MSG_ctr_set, ENOENT, ERR_CTR_REMOVED, NULL },
	{ MSG_ctr_set, EBUSY, ERR_CTR_STATE, NULL },
	{ MSG_ctr_set, ESTALE, ERR_CTR_STATE, NULL },
	{ MSG_ctr_remove, ENOENT, ERR_CTR_REMOVED, NULL },
	{ MSG_ctr_remove, EBUSY, ERR_CTR_STATE, NULL },
	{ MSG_ctr_remove, EEXIST, ERR_CTR_EXISTS, NULL },
	{ MSG_obj_get, ENOENT, ERR_NONE, &no_such },
	{ MSG_obj_get, EEXIST, ERR_NONE, &exists },
	{ MSG_obj_get, EINVAL, ERR_EMPTY_ID, NULL },
	{ MSG_obj_put, EEXIST, ERR_NONE, &exists },
	{ MSG_obj_put, ENOENT, ERR_NONE, &removed },
	{ MSG_obj_remove, ENOENT, ERR_NONE, &removed },
	{ MSG_obj_remove, EBUSY, ERR_NONE, &in_use },
	{ MSG_lock_open, EINVAL, ERR_INVALID_ARG, NULL },
	{ MSG_lock_alloc, EEXIST, ERR_WILL_DEADLOCK, NULL },
	{ MSG_image_find, ENOENT, ERR_NO_SUCH_IMAGE, NULL },
	{ MSG_image_remove, ENOENT, ERR_NO_SUCH_IMAGE, NULL },
	{ MSG_image_remove, EBUSY, ERR_IMAGE_IN_USE, NULL },
	{ MSG_launch_exec, ENOENT, ERR_EXEC_NOT_FOUND, NULL },
	{ MSG_launch_exec, EPIPE, ERR_STOPPED, NULL },
	{ MSG_launch_exec, ANY, ERR_EXEC_DENIED, NULL },
};

enum error_code
error_of_answer(enum msg_type type, uint32_t kind, int error)
{
	for (size_t i = 0; i < NITEMS(rows); i++) {
		if (rows[i].type != type ||
		    (rows[i].error != ANY && rows[i].error != error))
			continue;
		return (rows[i].by_kind == NULL ? rows[i].code :
		    rows[i].by_kind->code[kind <= OBJ_SECRET ? kind : 0]);
	}
	return (error_of_errno(error));
}

/* How long a helper may take for an answer. */
struct deadline {
	int64_t		 allowed_ms;	/* 0: any time */
	int64_t		 at_ms;		/* of CLOCK_MONOTONIC */
	pid_t		 pid;		/* whose progress counts; 0: none's */
	uint64_t	 cpu;		/* the processor time that it had used
					 * when that was last looked at */
};

/* From now on the time that the table has for this request. */
static void
deadline_start(struct deadline *d, const struct client *c, enum helper_id who,
    uint32_t seq)
{
	const struct asked	*a = &c->asked[seq % CALL_ASKED];
	int64_t			 ms = proto_find((uint16_t)a->type)->wait_s *
				    (int64_t)1000;

	if (c->deadline_ms != 0 && ms != 0)
		ms = ms < 0 ? -c->deadline_ms : c->deadline_ms;
	d->allowed_ms = ms > 0 ? ms + a->wait_ms : -ms;
	d->at_ms = clock_mono_ms() + d->allowed_ms;
	d->pid = ms < 0 ? c->helper[who].pid : 0;
	d->cpu = 0;
}

/* What is left of it, for poll(2). */
static int
deadline_left_ms(const struct deadline *d)
{
	int64_t	 left = d->at_ms - clock_mono_ms();

	if (d->allowed_ms == 0)
		return (-1);
	return (left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
}

/*
 * What the process has used is read only when its time is over, and not where
 * answers come at once: the first time, whatever it has used counts.
 */
static bool
has_progressed(struct deadline *d)
{
	uint64_t	 was = d->cpu;

	if (d->pid == 0)
		return (false);
	d->cpu = process_cpu_time(d->pid);
	return (d->cpu != was);
}

/*
 * Is it over? Progress that was made since it was started starts it anew, as
 * does finding that we were stopped ourselves meanwhile.
 */
static bool
deadline_missed(struct deadline *d)
{
	int64_t	 now = clock_mono_ms(), over = now - d->at_ms;

	if (d->allowed_ms == 0 || over < 0)
		return (false);
	if (over < LATE_MS && !has_progressed(d))
		return (true);
	d->at_ms = now + d->allowed_ms;
	return (false);
}

static int
transmit(struct client *c, const struct request *q)
{
	const enum helper_id	 who = q->who;

	/* The messages about objects begin with the kind. */
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

	if (c->early[who] == EARLY_HERE && c->kept[who].seq == seq) {
		*p = c->kept[who];
		c->early[who] = EARLY_NONE;
		return (1);
	}
	for (int i = 0; i < H_COUNT; i++)
		pfd[i] = (struct pollfd){ i == (int)who ||
		    (c->early[i] == EARLY_WANTED && c->nposted[i] == 0) ?
		    c->helper[i].chan.fd : -1, POLLIN, 0 };
	pfd[H_COUNT] = (struct pollfd){ c->err_read, POLLIN, 0 };
	deadline_start(&d, c, who, seq);
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
				c->early[i] = chan_recv(&c->helper[i].chan,
				    &c->kept[i]) == 1 ? EARLY_HERE :
				    EARLY_NEVER;
				pfd[i].fd = -1;
				pfd[i].revents = 0;
			}
		if (pfd[who].revents != 0) {
			if (seq == c->sent[who])
				c->early[who] = EARLY_NONE;
			return (chan_recv(&c->helper[who].chan, p));
		}
		if (deadline_missed(&d)) {
			(void)client_late(c, who, d.allowed_ms);
			errno = ETIME;
			return (-1);
		}
	}
}

int
call_begin(struct client *c, const struct request *q)
{
	const enum helper_id	 who = q->who;
	scoped_fd int		 memfd = q->memfd;
	int			 rc;

	if (q->bad)
		return (-1);
	/* Discard the answer to a call that was abandoned. */
	if (c->early[who] == EARLY_HERE)
		packet_clear(&c->kept[who]);
	else if (c->early[who] == EARLY_WANTED)
		c->abandoned[who] = c->sent[who];
	c->early[who] = EARLY_NONE;
	rc = transmit(c, q);
	c->sent[who] = c->seq;
	if (rc == 0)
		c->early[who] = EARLY_WANTED;
	return (rc);
}

/* The reply with this number, which must be the next. */
static int
wait_for(struct client *c, enum helper_id who, uint32_t seq, struct packet *p)
{
	const struct msg_reply	*r = &p->body.reply;
	enum error_code		 code;
	int			 rc;

	if (!client_has(c, who))
		return (-1);
	while ((rc = await(c, who, seq, p)) == 1 && p->seq != seq &&
	    p->seq == c->abandoned[who])
		packet_clear(p);
	if (rc == 0)
		return (client_lost(c, who));
	if (rc == -1 && errno == ETIME) {
		errno = EPIPE;
		return (-1);
	}
	if (rc == -1)
		return (error_set(&c->error, errno, "the answer of the helper "
		    "%s cannot be read: %s", client_name(who),
		    strerror(errno)));
	if (p->seq != seq) {
		packet_clear(p);
		return (error_set(&c->error, EPROTO, "the helper %s answered "
		    "another question", client_name(who)));
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

int
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

/* All answers are read, also after one that failed: that is the error. */
int
client_sync(struct client *c, enum helper_id who)
{
	unsigned int		 n = c->nposted[who];
	struct error		 first = { .number = 0 };
	struct packet		 p;

	c->nposted[who] = 0;
	for (unsigned int i = 0; i < n && client_has(c, who); i++) {
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

int
call_end(struct client *c, enum helper_id who, struct packet *p)
{
	struct error	 first;

	if (client_sync(c, who) == 0)
		return (wait_for(c, who, c->sent[who], p));
	/* What was asked after it failed is of no use any more. */
	error_save(&c->error, &first);
	if (client_has(c, who) && wait_for(c, who, c->sent[who], p) == 0)
		packet_clear(p);
	error_restore(&c->error, &first);
	return (-1);
}

int64_t
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

int64_t
call_end_value(struct client *c, enum helper_id who)
{
	return (call_end_text(c, who, NULL, 0));
}

int
call_end_done(struct client *c, enum helper_id who)
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	packet_clear(&p);
	return (0);
}

struct rec *
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
		    "with a bad value of \"%s\" in a record of %s",
		    client_name(who), key, record_name(type));
	else if (r == NULL)
		(void)error_set(&c->error, errno, "the helper %s answered with "
		    "a damaged record: %s", client_name(who), strerror(errno));
	return (r);
}

struct rec *
call_end_rec(struct client *c, enum helper_id who, enum record_type type)
{
	struct packet	 p;

	return (call_end(c, who, &p) == -1 ? NULL : call_take_rec(c, who,
	    &p, type));
}

int
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

int64_t
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
