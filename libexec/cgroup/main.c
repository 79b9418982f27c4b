/*
 * cgroup: moves every process of one container into one cgroup.
 *
 * It is two processes: this one reads messages and can open no file; the
 * worker (worker.c) moves processes, and gets only two descriptors.
 *
 * Trusts: the front end for the cgroup; the container in nothing.
 * Holds:  in system mode a cgroup.procs that root has opened, and with it
 *         the right to move any process of the machine. It names processes
 *         only from inside the container's pid namespace, by their pids there.
 * Dies:   when its channel closes.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "cgroup-inside.policy.h"
#include "cgroup.policy.h"
#include "helper.h"
#include "log.h"
#include "messages.h"
#include "nitems.h"
#include "record.h"
#include "worker.h"

enum { READY = 1 };

static int
answer_tally(struct answer *a, const struct tally *t)
{
	scoped_rec struct rec	*r = rec_new();

	if (r == NULL)
		return (-1);
	(void)rec_add_num(r, KEY(moved), t->moved);
	for (size_t i = 0; i < t->nleft; i++)
		(void)rec_add_num(r, KEY(left), t->left[i]);
	return (answer_rec(a, r));
}

static int
on_cg_gather(void *ctx, struct packet *p, struct answer *a)
{
	static struct outcome	 o;
	const int		*worker = ctx;

	if (worker_ask(*worker, p->fds[0], p->fds[1], &o) == -1)
		fatal("the process that gathers");
	if ((errno = o.error) == 0)
		return (answer_tally(a, &o.tally));
	if (o.refused[0] != '\0')
		return (answer_text(a, "cannot gather a container's "
		    "processes: that is %s", o.refused));
	if (errno == ECHILD || errno == ETIMEDOUT)
		return (answer_text(a, "something in the container keeps its "
		    "processes from being moved into a cgroup"));
	return (answer_text(a, "the container's processes cannot be moved "
	    "into a cgroup: %s", strerror(errno)));
}

static const struct handler handlers[] = {
	/* message		states	handler */
	{ MSG_cg_gather,	READY,	on_cg_gather },
};

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "cgroup", .self = R_CGROUP,
			    .policy = &cgroup_policy,
			    .inner = &cgroup_inside_policy };
	unsigned int	 state = READY;
	int		 worker;

	helper_args(&h, argc, argv);		/* -P -t -v, -p role */
	helper_socket(&h);			/* descriptor 3, or exit */
	helper_drop(&h);
	if ((worker = worker_start(&cgroup_inside_policy)) == -1)
		fatal("starting the process that gathers");
	helper_sandbox(&h, NULL, 0);		/* limits, no files, seccomp */
	return (helper_serve(&h, handlers, NITEMS(handlers), &state,
	    &worker));
}
