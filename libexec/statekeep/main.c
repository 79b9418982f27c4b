/*
 * statekeep: names, ids and states of containers; the only program that opens
 * the engine's databases.
 *
 * Trusts: the front end for the user, the command and the directories; not the
 *         contents of the databases' files.
 * Holds:  two directories, for the durable state and for that of this boot.
 *         No network, no children, no other file.
 * Dies:   when its channel closes. The next statekeep undoes a transaction
 *         that was not finished.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "chan.h"
#include "filelock.h"
#include "helper.h"
#include "log.h"
#include "nitems.h"
#include "obj.h"
#include "record.h"
#include "refresh.h"
#include "state.h"
#include "statekeep.policy.h"

enum phase { EMPTY = 1, READY = 2 };

struct server {
	struct helper	 helper;
	struct state	 records;
	unsigned int	 state;
};

/* Answer with the message of the state; errno is preserved. */
static int
refuse(const struct server *s, struct answer *a)
{
	return (answer_text(a, "%s", s->records.error));
}

/* The answer to a request that the state has done, or has refused (-1). */
static int
answer_done(struct server *s, struct answer *a, int rc)
{
	return (rc == -1 ? refuse(s, a) : 0);
}

static int
answer_list(struct server *s, struct answer *a, int fd)	/* takes */
{
	return (answer_done(s, a, answer_fd(a, fd)));
}

/* NULL: it was refused. */
static int
answer_got(struct server *s, struct answer *a, struct rec *r)	/* takes */
{
	int	 rc = r == NULL ? refuse(s, a) : answer_rec(a, r);

	rec_free(r);
	return (rc);
}

/*
 * Events go elsewhere than to the per-boot directory. The front end sends this
 * before state_open, so that the directory is in the sandbox.
 */
static int
on_event_to(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	return (answer_done(s, a, events_to(&s->records,
	    p->body.event_to.backend, packet_take_fd(p, 0))));
}

/* For Landlock: durable state, per-boot state, the log of events. */
static void
directories(const void *ctx, const struct packet *p, int dirs[HELPER_DIRS])
{
	const struct server	*s = ctx;

	if (!p->body.state_open.memory) {
		dirs[0] = p->fds[0];
		dirs[1] = p->fds[1];
	}
	dirs[2] = s->records.events.dir_fd;
}

/* The process is confined from here on: see .sandbox_at in main. */
static int
on_state_open(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_state_open *m = &p->body.state_open;
	struct server	*s = ctx;
	struct rec	*settings, *made_with;
	int		 rc;

	/* After a failure there is no second try: nothing else is served. */
	s->state = 0;
	(void)snprintf(s->records.ns, sizeof(s->records.ns), "%s", m->ns);
	if (state_init(&s->records, m->memory ? -1 : packet_take_fd(p, 0),
	    m->memory ? -1 : packet_take_fd(p, 1), m->boot_id) == -1)
		return (refuse(s, a));
	if (events_open(&s->records, m) == -1)
		return (refuse(s, a));
	if ((settings = request_rec(p, 2, RECORD(settings), a)) == NULL)
		return (-1);
	rc = state_settings(&s->records, settings, &made_with);
	rec_free(settings);
	if (rc == -1)
		return (refuse(s, a));
	/* With other settings than its own, the store is not used. */
	if (made_with != NULL)
		return (answer_got(s, a, made_with));
	if (m->look)
		return (0);
	s->state = READY;
	a->value = (s->records.stale ? STATE_STALE : 0) |
	    (s->records.unrecorded != NULL ? STATE_UNRECORDED : 0);
	return (0);
}

static int
on_state_record(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	(void)p;
	return (answer_done(s, a, state_record(&s->records)));
}

static int
on_state_refresh(void *ctx, struct packet *p, struct answer *a)
{
	uint32_t	 step = p->body.state_refresh.step;
	struct server	*s = ctx;

	if (step == REFRESH_DONE)
		return (answer_done(s, a, refresh_done(&s->records)));
	return (answer_got(s, a, step == REFRESH_PLAN ?
	    refresh_plan(&s->records) : refresh_apply(&s->records)));
}

static int
on_state_scope(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	(void)a;
	s->records.all = p->body.state_scope.all != 0;
	return (0);
}

static int
on_ctr_create(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_ctr_create	*m = &p->body.ctr_create;
	struct server			*s = ctx;
	struct state_new		 n = { .id = m->id, .name = m->name,
					    .ephemeral = m->ephemeral != 0,
					    .want_slot = m->want_slot != 0 };
	scoped_rec struct rec		*def = request_rec(p, 0,
					    RECORD(definition), a);

	if (def == NULL)
		return (-1);
	if (state_create(&s->records, &n, def) == -1)
		return (refuse(s, a));
	a->value = n.slot;
	(void)answer_text(a, "%s", n.got_name);
	return (0);
}

static int
on_ctr_find(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;
	char		 id[65];

	if (state_find(&s->records, p->body.ctr_find.ref, id) == -1)
		return (refuse(s, a));
	(void)answer_text(a, "%s", id);
	return (0);
}

static int
on_ctr_get(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	return (answer_got(s, a, state_get(&s->records,
	    p->body.ctr_get.id)));
}

static int
on_ctr_list(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	(void)p;
	return (answer_list(s, a, state_list(&s->records, &a->value)));
}

static int
on_ctr_set(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_ctr_set	*m = &p->body.ctr_set;
	struct server			*s = ctx;
	struct state_change		 c = { .id = m->id, .from = m->from,
					    .to = m->to,
					    .want_slot = m->want_slot != 0 };
	scoped_rec struct rec		*changes = request_rec(p, 0,
					    RECORD(row), a);

	if (changes == NULL)
		return (-1);
	if (state_set(&s->records, &c, changes) == -1)
		return (refuse(s, a));
	a->value = c.slot;
	return (0);
}

static int
on_ctr_remove(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	s->records.events.exit_code = (int)p->body.ctr_remove.exit_code;
	return (answer_done(s, a, state_remove(&s->records,
	    p->body.ctr_remove.id)));
}

static int
on_ctr_restore(void *ctx, struct packet *p, struct answer *a)
{
	struct server		*s = ctx;
	scoped_rec struct rec	*all = request_rec(p, 0, RECORD(rows), a);

	return (all == NULL ? -1 :
	    answer_done(s, a, state_restore(&s->records, all)));
}

static int
on_obj_put(void *ctx, struct packet *p, struct answer *a)
{
	struct server		*s = ctx;
	struct obj_new		 n = { .kind = p->body.obj_put.kind,
				    .flags = p->body.obj_put.flags };
	scoped_rec struct rec	*asked = request_rec(p, 0,
				    record_of_object(n.kind), a);

	if (asked == NULL)
		return (-1);
	if (obj_put(&s->records, &n, asked) == -1)
		return (refuse(s, a));
	a->value = n.made;
	(void)answer_text(a, "%s", n.name);
	return (0);
}

static int
on_obj_get(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_obj_get	*m = &p->body.obj_get;
	struct server			*s = ctx;

	return (answer_got(s, a, obj_get(&s->records, m->kind, m->ref,
	    m->flags)));
}

static int
on_obj_list(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	return (answer_list(s, a, obj_list(&s->records,
	    p->body.obj_list.kind)));
}

static int
on_obj_remove(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_obj_remove	*m = &p->body.obj_remove;
	struct server			*s = ctx;
	struct obj_gone			 g = { .kind = m->kind,
					    .step = m->step, .id = m->id,
					    .by = m->by };

	return (answer_done(s, a, obj_remove(&s->records, &g)));
}

static int
on_event_add(void *ctx, struct packet *p, struct answer *a)
{
	struct server		*s = ctx;
	scoped_rec struct rec	*given = request_rec(p, 0, RECORD(events), a);

	return (given == NULL ? -1 :
	    answer_done(s, a, state_events(&s->records, given)));
}

static int
on_history_get(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	return (answer_list(s, a, state_history(&s->records,
	    p->body.history_get.ref)));
}

static int
on_ctr_list_at(void *ctx, struct packet *p, struct answer *a)
{
	struct server	*s = ctx;

	return (answer_list(s, a, state_list_at(&s->records,
	    (int64_t)p->body.ctr_list_at.when)));
}

static int
on_ctr_rewrite(void *ctx, struct packet *p, struct answer *a)
{
	struct server		*s = ctx;
	scoped_rec struct rec	*changes = request_rec(p, 0,
				    RECORD(rewriting), a);

	return (changes == NULL ? -1 :
	    answer_done(s, a, state_rewrite(&s->records, changes, &a->value)));
}

static int
on_state_renumber(void *ctx, struct packet *p, struct answer *a)
{
	struct server		*s = ctx;
	scoped_rec struct rec	*locks = request_rec(p, 0, RECORD(locks), a);

	return (locks == NULL ? -1 :
	    answer_done(s, a, state_renumber(&s->records, locks, &a->value)));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_state_open,	EMPTY,		on_state_open },
	{ MSG_state_record,	READY,		on_state_record },
	{ MSG_state_refresh,	READY,		on_state_refresh },
	{ MSG_state_scope,	READY,		on_state_scope },
	{ MSG_ctr_create,	READY,		on_ctr_create },
	{ MSG_ctr_find,		READY,		on_ctr_find },
	{ MSG_ctr_get,		READY,		on_ctr_get },
	{ MSG_ctr_list,		READY,		on_ctr_list },
	{ MSG_ctr_set,		READY,		on_ctr_set },
	{ MSG_ctr_remove,	READY,		on_ctr_remove },
	{ MSG_ctr_restore,	READY,		on_ctr_restore },
	{ MSG_ctr_rewrite,	READY,		on_ctr_rewrite },
	{ MSG_state_renumber,	READY,		on_state_renumber },
	{ MSG_event_to,		EMPTY,		on_event_to },
	{ MSG_event_add,	READY,		on_event_add },
	{ MSG_history_get,	READY,		on_history_get },
	{ MSG_ctr_list_at,	READY,		on_ctr_list_at },
	{ MSG_obj_put,		READY,		on_obj_put },
	{ MSG_obj_get,		READY,		on_obj_get },
	{ MSG_obj_list,		READY,		on_obj_list },
	{ MSG_obj_remove,	READY,		on_obj_remove },
};

/*
 * The heap of a static program begins inside of a page, behind its thread-local
 * storage. glibc's first malloc moves its end to that of the page by a second
 * brk. If that fails malloc works, but calls abort when it needs more. The
 * sanitizers have a malloc of their own.
 */
static void
check_heap(void)
{
#ifndef SANITIZED
	free(malloc(1));
	if (((uintptr_t)sbrk(0) & 4095) != 0)
		fatalx(EX_OSERR, "%s", strerror(ENOMEM));
#endif
}

int
main(int argc, char **argv)
{
	struct server	 s = { .helper = { .name = "statekeep",
			    .self = R_STATE, .policy = &statekeep_policy,
			    .sandbox_at = MSG_state_open, .dirs = directories },
			    .records.events = { .dir_fd = -1, .sock_fd = -1 },
			    .state = EMPTY };
	int		 rc;

	helper_args(&s.helper, argc, argv);
	helper_socket(&s.helper);
	check_heap();
	helper_drop(&s.helper);
	(void)umask(077);
	if (filelock_init() == -1)
		fatal("signal");
	rc = helper_serve(&s.helper, handlers,
	    NITEMS(handlers), &s.state, &s);
	state_clear(&s.records);
	return (rc);
}
