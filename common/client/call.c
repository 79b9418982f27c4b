#include "call.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "cleanup.h"
#include "deadline.h"
#include "record.h"

/* What a request is about: for the code of its failure, and its deadline. */
static void
remember(struct client *c, enum msg_type type, const union msg *m)
{
	uint32_t	 kind = 0;

	if (m != NULL && (type == MSG_obj_get || type == MSG_obj_put ||
	    type == MSG_obj_remove))
		kind = type == MSG_obj_get ? m->obj_get.kind :
		    type == MSG_obj_put ? m->obj_put.kind :
		    m->obj_remove.kind;
	c->asked[c->seq % CALL_ASKED].type = type;
	c->asked[c->seq % CALL_ASKED].kind = kind;
	c->asked[c->seq % CALL_ASKED].wait_ms = type == MSG_lock_take ?
	    m->lock_take.wait_ms : 0;
}

static int
transmit(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	static const union msg	 empty;

	++c->seq;
	remember(c, type, m);
	if (!client_has(c, who))
		return (error_set_code(&c->error, ERR_STOPPED, EPIPE, "the "
		    "helper %s is not running", client_name(who)));
	if (chan_send(&c->helper[who].chan, type, c->seq,
	    m == NULL ? &empty : m, fds, nfds) == 0)
		return (0);
	if (errno == EPIPE || errno == ECONNRESET)
		return (client_lost(c, who));
	if (errno == EAGAIN)
		return (client_late(c, who, CLIENT_SEND_MS));
	return (error_set(&c->error, errno, "cannot ask the helper %s: %s",
	    client_name(who), strerror(errno)));
}

/*
 * An answer that comes before it is waited for is taken at once: the
 * descriptors in it count as on their way until then, and a user may only have
 * so many, over all commands.
 */
static void
take_early(struct client *c, enum helper_id who)
{
	c->early[who] = chan_recv(&c->helper[who].chan, &c->kept[who]) == 1 ?
	    EARLY_HERE : EARLY_NEVER;
}

static void
start_deadline(const struct client *c, enum helper_id who, uint32_t seq,
    struct deadline *d)
{
	const struct proto_info	*info = proto_find((uint16_t)
				    c->asked[seq % CALL_ASKED].type);
	int64_t			 ms = (int64_t)info->wait_s * 1000;

	if (c->deadline_ms != 0 && ms != 0)
		ms = ms < 0 ? -c->deadline_ms : c->deadline_ms;
	if (ms < 0)
		deadline_start(d, -ms, c->helper[who].pid);
	else
		deadline_start(d, ms == 0 ? 0 : ms +
		    c->asked[seq % CALL_ASKED].wait_ms, 0);
}

/*
 * Wait for a packet, passing on meanwhile what helpers say. As chan_recv; or
 * -1 with ETIME, and the helper killed, where none has come in time.
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
	start_deadline(c, who, seq, &d);
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
				take_early(c, (enum helper_id)i);
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
call_begin(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	int	 rc;

	/* Discard the answer to a call that was abandoned. */
	if (c->early[who] == EARLY_HERE)
		packet_clear(&c->kept[who]);
	else if (c->early[who] == EARLY_WANTED)
		c->abandoned[who] = c->sent[who];
	c->early[who] = EARLY_NONE;
	rc = transmit(c, who, type, m, fds, nfds);
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
		errno = c->error.number;
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
call_async(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	if (c->nposted[who] == CALL_ASYNC && client_sync(c, who) == -1)
		return (-1);
	if (transmit(c, who, type, m, fds, nfds) == -1)
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

int
call(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds, struct packet *p)
{
	if (call_begin(c, who, type, m, fds, nfds) == -1)
		return (-1);
	return (call_end(c, who, p));
}

int
call_end_void(struct client *c, enum helper_id who)
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	packet_clear(&p);
	return (0);
}

int
call_void(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	return (call_begin(c, who, type, m, fds, nfds) == -1 ? -1 :
	    call_end_void(c, who));
}

void
call_quiet(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m)
{
	struct error	 f;

	error_save(&c->error, &f);
	(void)call_void(c, who, type, m, NULL, 0);
	error_restore(&c->error, &f);
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

struct rec *
call_rec(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds,
    enum record_type record)
{
	if (call_begin(c, who, type, m, fds, nfds) == -1)
		return (NULL);
	return (call_end_rec(c, who, record));
}

int
call_end_value(struct client *c, enum helper_id who, uint64_t *value)
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	*value = p.body.reply.value;
	packet_clear(&p);
	return (0);
}

int
call_value(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, uint64_t *value)
{
	return (call_begin(c, who, type, m, NULL, 0) == -1 ? -1 :
	    call_end_value(c, who, value));
}

int
call_end_fd(struct client *c, enum helper_id who)
{
	struct packet	 p;
	int		 fd;

	if (call_end(c, who, &p) == -1)
		return (-1);
	fd = packet_take_fd(&p, 0);
	packet_clear(&p);
	return (fd != -1 ? fd : error_set(&c->error, EPROTO, "the helper %s "
	    "answered without a descriptor", client_name(who)));
}

int
call_memfd(struct client *c, const struct rec *r, enum helper_id who)
{
	int	 fd = rec_memfd(r, "record");

	return (fd != -1 ? fd : error_set(&c->error, errno, "cannot make a "
	    "record for the helper %s: %s", client_name(who),
	    strerror(errno)));
}

int
call_put(struct client *c, enum helper_id who, enum msg_type type,
    const union msg *m, const struct rec *r)
{
	scoped_fd int	 fd = call_memfd(c, r, who);

	return (fd == -1 ? -1 : call_void(c, who, type, m, &fd, 1));
}
