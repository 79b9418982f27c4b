/*
 * launch: builds a container, and ends when its program runs.
 *
 * Trusts: nobody for contents: every key of a definition is checked again.
 * Holds:  the rights of the user who runs it; in the new process, all of
 *         those in the container's own user namespace and none outside.
 * Dies:   when its channel closes, or the program runs. The new process
 *         ends with it, unless it has executed the program.
 *
 * Confinement is inherited, and the container is to have none but its own:
 * so this process confines itself only when the new one has been cloned, and
 * the new one never. What is read before that is one sealed record, by the
 * decoder that every helper uses, and the table in spec.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include "chan.h"
#include "child.h"
#include "fault.h"
#include "given.h"
#include "helper.h"
#include "log.h"
#include "policy.h"
#include "record.h"
#include "scope.h"
#include "spec.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

enum state { EMPTY = 1, CREATED = 2, BUILT = 4, GONE = 8 };

struct launch {
	unsigned int	 state;
	struct given	*given;
	struct spec	 spec;
	struct child	 child;
	struct fault	 fault;
};

static const struct rule rules[] = {
#include "launch.policy"
};
#include "launch.bpf.h"
static const struct policy policy = { "launch", rules, NITEMS(rules), bpf,
    NITEMS(bpf) };

static int
answer_fault(struct answer *a, const struct fault *f)
{
	errno = f->error == 0 ? EIO : f->error;
	return (answer_text(a, "%s", f->text));
}

/* Once there is a process, descriptors go on to it. */
static int
on_launch_give(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_launch_give	*m = &p->body.launch_give;
	struct launch			*l = ctx;
	scoped_fd int			 fd = packet_take_fd(p, 0);
	struct child_ask		 ask = { .op = CHILD_GIVE,
					    .kind = m->kind,
					    .index = m->index };

	if (l->state == EMPTY) {
		if (given_put(l->given, m->kind, m->index, take_fd(&fd)) == -1)
			return (answer_text(a, "descriptor %u:%u cannot be "
			    "used", m->kind, m->index));
		return (0);
	}
	if (child_ask(&l->child, &ask, fd, NULL, &l->fault) == -1)
		return (answer_fault(a, &l->fault));
	return (0);
}

static int
on_launch_create(void *ctx, struct packet *p, struct answer *a)
{
	struct launch	*l = ctx;
	scoped_fd int	 fd = packet_take_fd(p, 0);
	struct rec	*rec = rec_from_fd(fd);

	if (rec == NULL)
		return (answer_text(a, "the container's definition cannot be "
		    "read"));
	/* The record stays: the spec's strings are in it. */
	if (spec_read(&l->spec, rec, &l->fault) == -1)
		return (answer_fault(a, &l->fault));
	l->state = GONE;
	if (child_start(&l->child, &l->spec, l->given,
	    p->body.launch_create.single == 1, &l->fault) == -1)
		return (answer_fault(a, &l->fault));
	l->state = CREATED;
	a->type = MSG_reply_fd3;
	a->fds[0] = take_fd(&l->child.pidfd);
	a->fds[1] = take_fd(&l->child.userns);
	a->fds[2] = take_fd(&l->child.netns);
	a->nfds = 3;
	a->value = (uint64_t)l->child.pid;
	return (0);
}

static int
on_launch_build(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_launch_build	*m = &p->body.launch_build;
	struct launch			*l = ctx;
	struct child_ask		 ask = { .op = CHILD_BUILD,
					    .rows = m->rows,
					    .cols = m->cols };
	int				 master = -1;

	l->state = GONE;
	if (child_ask(&l->child, &ask, -1, &master, &l->fault) == -1)
		return (answer_fault(a, &l->fault));
	l->state = BUILT;
	return (master == -1 ? 0 : answer_fd(a, master));
}

static int
on_launch_exec(void *ctx, struct packet *p, struct answer *a)
{
	struct launch		*l = ctx;
	struct child_ask	 ask = { .op = CHILD_EXEC };

	(void)p;
	l->state = GONE;
	if (child_ask(&l->child, &ask, -1, NULL, &l->fault) == -1)
		return (answer_fault(a, &l->fault));
	return (0);
}

static const struct handler handlers[] = {
	/* message		states			handler */
	{ MSG_launch_give,	EMPTY | CREATED,	on_launch_give },
	{ MSG_launch_create,	EMPTY,			on_launch_create },
	{ MSG_launch_build,	CREATED,		on_launch_build },
	{ MSG_launch_exec,	BUILT,			on_launch_exec },
};

static int
serve(struct helper *h, struct launch *l, unsigned int states)
{
	int	 rc = 1;

	while (rc == 1 && (l->state & states) != 0)
		rc = helper_once(&h->chan, handlers, NITEMS(handlers),
		    &l->state, l);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct launch	 l = { .state = EMPTY,
			    .child = { .sock = -1, .pidfd = -1, .userns = -1,
			    .netns = -1 } };
	struct helper	 h = { .name = "launch", .self = R_LAUNCH,
			    .policy = &policy };
	int		 rc;

	helper_args(&h, argc, argv);
	helper_socket(&h);
	l.child.channel = h.chan.fd;
	if ((l.given = given_new()) == NULL)
		fatal("table of descriptors");
	rc = serve(&h, &l, EMPTY);
	if (rc == 1 && l.state == CREATED) {
		helper_drop(&h);
		helper_sandbox(&h, NULL, 0);
		rc = serve(&h, &l, CREATED | BUILT);
	}
	return (rc == -1 ? EX_PROTOCOL : EX_OK);
}
