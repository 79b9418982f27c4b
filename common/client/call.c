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
remember(struct client *s, enum msg_type type, const union msg *m)
{
	uint32_t	 kind = 0;

	if (m != NULL && (type == MSG_obj_get || type == MSG_obj_put ||
	    type == MSG_obj_remove))
		kind = type == MSG_obj_get ? m->obj_get.kind :
		    type == MSG_obj_put ? m->obj_put.kind :
		    m->obj_remove.kind;
	s->asked[s->seq % CALL_ASKED].type = type;
	s->asked[s->seq % CALL_ASKED].kind = kind;
	s->asked[s->seq % CALL_ASKED].wait_ms = type == MSG_lock_take ?
	    m->lock_take.wait_ms : 0;
}

static int
transmit(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	static const union msg	 empty;

	++s->seq;
	remember(s, type, m);
	if (!client_has(s, who))
		return (error_set_code(&s->error, ERR_STOPPED, EPIPE, "the "
		    "helper %s is not running", client_name(who)));
	if (chan_send(&s->helper[who].chan, type, s->seq,
	    m == NULL ? &empty : m, fds, nfds) == 0)
		return (0);
	if (errno == EPIPE || errno == ECONNRESET)
		return (client_lost(s, who));
	if (errno == EAGAIN)
		return (client_late(s, who, CLIENT_SEND_MS));
	return (error_set(&s->error, errno, "cannot ask the helper %s: %s",
	    client_name(who), strerror(errno)));
}

/*
 * An answer that comes before it is waited for is taken at once: the
 * descriptors in it count as on their way until then, and a user may only have
 * so many, over all commands.
 */
static void
take_early(struct client *s, enum helper_id who)
{
	s->early[who] = chan_recv(&s->helper[who].chan, &s->kept[who]) == 1 ?
	    EARLY_HERE : EARLY_NEVER;
}

static void
start_deadline(const struct client *s, enum helper_id who, uint32_t seq,
    struct deadline *d)
{
	const struct proto_info	*info = proto_find((uint16_t)
				    s->asked[seq % CALL_ASKED].type);
	int64_t			 ms = (int64_t)info->wait_s * 1000;

	if (s->deadline_ms != 0 && ms != 0)
		ms = ms < 0 ? -s->deadline_ms : s->deadline_ms;
	if (ms < 0)
		deadline_start(d, -ms, s->helper[who].pid);
	else
		deadline_start(d, ms == 0 ? 0 : ms +
		    s->asked[seq % CALL_ASKED].wait_ms, 0);
}

/*
 * Wait for a packet, passing on meanwhile what helpers say. As chan_recv; or
 * -1 with ETIME, and the helper killed, where none has come in time.
 */
static int
await(struct client *s, enum helper_id who, uint32_t seq, struct packet *p)
{
	struct pollfd	 pfd[H_COUNT + 1];
	struct deadline	 d;

	if (s->early[who] == EARLY_HERE && s->kept[who].seq == seq) {
		*p = s->kept[who];
		s->early[who] = EARLY_NONE;
		return (1);
	}
	for (int i = 0; i < H_COUNT; i++)
		pfd[i] = (struct pollfd){ i == (int)who ||
		    (s->early[i] == EARLY_WANTED && s->nposted[i] == 0) ?
		    s->helper[i].chan.fd : -1, POLLIN, 0 };
	pfd[H_COUNT] = (struct pollfd){ s->err_read, POLLIN, 0 };
	start_deadline(s, who, seq, &d);
	for (;;) {
		if (poll(pfd, H_COUNT + 1, deadline_left_ms(&d)) == -1) {
			if (errno != EINTR)
				return (-1);
			continue;
		}
		if (pfd[H_COUNT].revents != 0)
			client_drain(s);
		for (int i = 0; i < H_COUNT; i++)
			if (i != (int)who && pfd[i].revents != 0) {
				take_early(s, (enum helper_id)i);
				pfd[i].fd = -1;
				pfd[i].revents = 0;
			}
		if (pfd[who].revents != 0) {
			if (seq == s->sent[who])
				s->early[who] = EARLY_NONE;
			return (chan_recv(&s->helper[who].chan, p));
		}
		if (deadline_missed(&d)) {
			(void)client_late(s, who, d.allowed_ms);
			errno = ETIME;
			return (-1);
		}
	}
}

int
call_begin(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	int	 rc;

	/* Discard the answer to a call that was abandoned. */
	if (s->early[who] == EARLY_HERE)
		packet_clear(&s->kept[who]);
	else if (s->early[who] == EARLY_WANTED)
		s->abandoned[who] = s->sent[who];
	s->early[who] = EARLY_NONE;
	rc = transmit(s, who, type, m, fds, nfds);
	s->sent[who] = s->seq;
	if (rc == 0)
		s->early[who] = EARLY_WANTED;
	return (rc);
}

/* The reply with this number, which must be the next. */
static int
wait_for(struct client *s, enum helper_id who, uint32_t seq, struct packet *p)
{
	const struct msg_reply	*r = &p->body.reply;
	enum error_code		 code;
	int			 rc;

	if (!client_has(s, who))
		return (-1);
	while ((rc = await(s, who, seq, p)) == 1 && p->seq != seq &&
	    p->seq == s->abandoned[who])
		packet_clear(p);
	if (rc == 0)
		return (client_lost(s, who));
	if (rc == -1 && errno == ETIME) {
		errno = s->error.number;
		return (-1);
	}
	if (rc == -1)
		return (error_set(&s->error, errno, "the answer of the helper "
		    "%s cannot be read: %s", client_name(who),
		    strerror(errno)));
	if (p->seq != seq) {
		packet_clear(p);
		return (error_set(&s->error, EPROTO, "the helper %s answered "
		    "another question", client_name(who)));
	}
	if (p->info->type != MSG_reply || r->error == 0)
		return (0);
	code = error_of_answer(s->asked[seq % CALL_ASKED].type,
	    s->asked[seq % CALL_ASKED].kind, (int)r->error);
	if (r->text[0] != '\0')
		(void)error_set_code(&s->error, code, (int)r->error, "%s",
		    r->text);
	else
		(void)error_set_code(&s->error, code, (int)r->error, "%s: %s",
		    client_name(who), strerror((int)r->error));
	packet_clear(p);
	errno = (int)r->error;
	return (-1);
}

int
call_async(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	if (s->nposted[who] == CALL_ASYNC && client_sync(s, who) == -1)
		return (-1);
	if (transmit(s, who, type, m, fds, nfds) == -1)
		return (-1);
	s->posted[who][s->nposted[who]++] = s->seq;
	return (0);
}

/* All answers are read, also after one that failed: that is the error. */
int
client_sync(struct client *s, enum helper_id who)
{
	unsigned int		 n = s->nposted[who];
	struct error	 first = { .number = 0 };
	struct packet		 p;

	s->nposted[who] = 0;
	for (unsigned int i = 0; i < n && client_has(s, who); i++) {
		if (wait_for(s, who, s->posted[who][i], &p) == 0) {
			s->value[who] = p.body.reply.value;
			packet_clear(&p);
		} else if (first.number == 0)
			error_save(&s->error, &first);
	}
	if (first.number == 0)
		return (0);
	error_restore(&s->error, &first);
	return (-1);
}

int
call_end(struct client *s, enum helper_id who, struct packet *p)
{
	struct error	 first;

	if (client_sync(s, who) == 0)
		return (wait_for(s, who, s->sent[who], p));
	/* What was asked after it failed is of no use any more. */
	error_save(&s->error, &first);
	if (client_has(s, who) && wait_for(s, who, s->sent[who], p) == 0)
		packet_clear(p);
	error_restore(&s->error, &first);
	return (-1);
}

int
call(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds, struct packet *p)
{
	if (call_begin(s, who, type, m, fds, nfds) == -1)
		return (-1);
	return (call_end(s, who, p));
}

int
call_end_void(struct client *s, enum helper_id who)
{
	struct packet	 p;

	if (call_end(s, who, &p) == -1)
		return (-1);
	packet_clear(&p);
	return (0);
}

int
call_void(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds)
{
	return (call_begin(s, who, type, m, fds, nfds) == -1 ? -1 :
	    call_end_void(s, who));
}

void
call_quiet(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m)
{
	struct error	 f;

	error_save(&s->error, &f);
	(void)call_void(s, who, type, m, NULL, 0);
	error_restore(&s->error, &f);
}

struct rec *
call_take_rec(struct client *s, enum helper_id who, struct packet *p,
    enum record_type type)
{
	struct rec	*r = NULL;
	const char	*key = NULL;

	errno = EBADMSG;
	if (p->nfds == 1)
		r = rec_from_fd(p->fds[0], type, &key);
	packet_clear(p);
	if (key != NULL)
		(void)error_set(&s->error, EBADMSG, "the helper %s answered "
		    "with a bad value of \"%s\" in a record of %s",
		    client_name(who), key, record_name(type));
	else if (r == NULL)
		(void)error_set(&s->error, errno, "the helper %s answered with "
		    "a damaged record: %s", client_name(who), strerror(errno));
	return (r);
}

struct rec *
call_end_rec(struct client *s, enum helper_id who, enum record_type type)
{
	struct packet	 p;

	return (call_end(s, who, &p) == -1 ? NULL : call_take_rec(s, who,
	    &p, type));
}

struct rec *
call_rec(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds,
    enum record_type record)
{
	if (call_begin(s, who, type, m, fds, nfds) == -1)
		return (NULL);
	return (call_end_rec(s, who, record));
}


int
call_end_value(struct client *s, enum helper_id who, uint64_t *value)
{
	struct packet	 p;

	if (call_end(s, who, &p) == -1)
		return (-1);
	*value = p.body.reply.value;
	packet_clear(&p);
	return (0);
}

int
call_value(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, uint64_t *value)
{
	return (call_begin(s, who, type, m, NULL, 0) == -1 ? -1 :
	    call_end_value(s, who, value));
}

int
call_end_fd(struct client *s, enum helper_id who)
{
	struct packet	 p;
	int		 fd;

	if (call_end(s, who, &p) == -1)
		return (-1);
	fd = packet_take_fd(&p, 0);
	packet_clear(&p);
	return (fd != -1 ? fd : error_set(&s->error, EPROTO, "the helper %s "
	    "answered without a descriptor", client_name(who)));
}

int
call_memfd(struct client *s, const struct rec *r, enum helper_id who)
{
	int	 fd = rec_memfd(r, "record");

	return (fd != -1 ? fd : error_set(&s->error, errno, "cannot make a "
	    "record for the helper %s: %s", client_name(who),
	    strerror(errno)));
}

int
call_put(struct client *s, enum helper_id who, enum msg_type type,
    const union msg *m, const struct rec *r)
{
	scoped_fd int	 fd = call_memfd(s, r, who);

	return (fd == -1 ? -1 : call_void(s, who, type, m, &fd, 1));
}
