/*
 * launch: builds a container, and ends when its program runs.
 *
 * Trusts: no contents: every key of a definition is checked again.
 * Holds:  the rights of the user who runs it; in the new process, all of
 *         those in the container's own user namespace and none outside.
 * Dies:   when its channel closes, or the program runs. The new process
 *         ends with it, unless it has executed the program.
 *
 * Confinement is inherited, and the container must have only its own: this
 * process confines itself after it has cloned the new one, and the new one
 * never does. The new process reads one sealed record, with the decoder that
 * every helper uses and the table in spec.c.
 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <sysexits.h>

#include "chan.h"
#include "child.h"
#include "cleanup.h"
#include "fault.h"
#include "given.h"
#include "helper.h"
#include "launch.policy.h"
#include "log.h"
#include "nitems.h"
#include "record.h"
#include "spec.h"

#define WAITING		32		/* of the 64 that the policy allows */

enum state { EMPTY = 1, CREATED = 2, DEFINED = 4, BUILT = 8, FAILED = 16,
    GONE = 32 };

struct launch {
	unsigned int	 state;
	struct given	*given;
	unsigned int	 waiting;
	struct child	 child;
	struct fault	 fault;
};

static int
answer_fault(struct launch *l, struct answer *a)
{
	l->state = FAILED;
	errno = l->fault.error == 0 ? EIO : l->fault.error;
	return (answer_text(a, "%s", l->fault.text));
}

/*
 * Collect descriptors and send them on together; at most WAITING, because with
 * too many open descriptors this process could receive no more.
 */
static int
on_launch_give(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_launch_give	*m = &p->body.launch_give;
	struct launch			*l = ctx;

	if (given_put(l->given, m->kind, m->index, packet_take_fd(p, 0)) == -1)
		return (answer_text(a, "descriptor %u:%u cannot be used",
		    m->kind, m->index));
	if (l->state == EMPTY || ++l->waiting < WAITING)
		return (0);
	l->waiting = 0;
	return (child_give(&l->child, l->given, &l->fault) == 0 ? 0 :
	    answer_fault(l, a));
}

static int
on_launch_create(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_launch_create	*m = &p->body.launch_create;
	struct launch			*l = ctx;

	if (child_start(&l->child, l->given, m->host_net == 1, &l->fault) == -1)
		return (answer_fault(l, a));
	l->state = CREATED;
	a->type = MSG_reply_fd3;
	a->fds[0] = take_fd(&l->child.pidfd);
	a->fds[1] = take_fd(&l->child.userns);
	a->fds[2] = take_fd(&l->child.netns);
	a->nfds = 3;
	a->value = (uint64_t)l->child.pid;
	return (0);
}

/*
 * The new process decodes the record itself: the strings must be in its memory.
 */
static int
on_launch_define(void *ctx, struct packet *p, struct answer *a)
{
	struct launch		*l = ctx;
	struct child_ask	 ask = { .op = CHILD_DEFINE,
				    .single = p->body.launch_define.single };

	if (child_ask(&l->child, &ask, p->fds[0], NULL, &l->fault) == -1)
		return (answer_fault(l, a));
	l->state = DEFINED;
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

	if (child_give(&l->child, l->given, &l->fault) == -1 ||
	    child_ask(&l->child, &ask, -1, &master, &l->fault) == -1)
		return (answer_fault(l, a));
	l->state = BUILT;
	return (master == -1 ? 0 : answer_fd(a, master));
}

static int
on_launch_exec(void *ctx, struct packet *p, struct answer *a)
{
	struct launch		*l = ctx;
	struct child_ask	 ask = { .op = CHILD_EXEC };

	(void)p;
	if (child_ask(&l->child, &ask, -1, NULL, &l->fault) == -1)
		return (answer_fault(l, a));
	l->state = GONE;
	return (0);
}

/* The first failure is also the answer to each later request. */
static int
on_failed(void *ctx, struct packet *p, struct answer *a)
{
	(void)p;
	return (answer_fault(ctx, a));
}

static const struct handler handlers[] = {
	/* message		states			handler */
	{ MSG_launch_give,	EMPTY | CREATED | DEFINED, on_launch_give },
	{ MSG_launch_create,	EMPTY,			on_launch_create },
	{ MSG_launch_define,	CREATED,		on_launch_define },
	{ MSG_launch_build,	DEFINED,		on_launch_build },
	{ MSG_launch_exec,	BUILT,			on_launch_exec },
};

static const struct handler failed[] = {
	{ MSG_launch_give,	FAILED,			on_failed },
	{ MSG_launch_define,	FAILED,			on_failed },
	{ MSG_launch_build,	FAILED,			on_failed },
	{ MSG_launch_exec,	FAILED,			on_failed },
};

static int
serve(struct helper *h, struct launch *l, unsigned int states)
{
	int	 rc = 1;

	while (rc == 1 && (l->state & states) != 0)
		rc = l->state == FAILED ?
		    helper_once(&h->chan, failed, NITEMS(failed), &l->state,
		    l) :
		    helper_once(&h->chan, handlers, NITEMS(handlers),
		    &l->state, l);
	return (rc);
}

/*
 * Layers and mounts of a container may need more descriptors than the soft
 * limit. The container gets the limit as it was.
 */
static void
more_files(struct rlimit *before)
{
	struct rlimit	 all;

	if (getrlimit(RLIMIT_NOFILE, before) == -1)
		fatal("limit of files");
	all = (struct rlimit){ before->rlim_max, before->rlim_max };
	if (setrlimit(RLIMIT_NOFILE, &all) == -1)
		fatal("limit of files");
}

int
main(int argc, char **argv)
{
	struct launch	 l = { .state = EMPTY,
			    .child = { .sock = -1, .pidfd = -1, .userns = -1,
			    .netns = -1 } };
	struct helper	 h = { .name = "launch", .self = R_LAUNCH,
			    .policy = &launch_policy };
	int		 rc;

	/* It is executed from a descriptor, whose number would be its name. */
	(void)prctl(PR_SET_NAME, "launch", 0, 0, 0);
	helper_args(&h, argc, argv);
	helper_socket(&h);
	l.child.channel = h.chan.fd;
	more_files(&l.child.nofile);
	if ((l.given = given_new()) == NULL)
		fatal("table of descriptors");
	rc = serve(&h, &l, EMPTY);
	if (rc == 1 && l.state != EMPTY) {
		helper_drop(&h);
		helper_sandbox(&h, NULL, 0);
		rc = serve(&h, &l, CREATED | DEFINED | BUILT | FAILED);
	}
	return (rc == -1 ? EX_PROTOCOL : EX_OK);
}
