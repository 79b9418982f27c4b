/*
 * cgroup: moves every process of one container into one cgroup.
 *
 * Trusts: the front end for which cgroup it is; the container in nothing.
 * Holds:  in system mode a cgroup.procs that root has opened, and with it
 *         the right to move any process of the machine. It names none but by
 *         numbers of the container's own pid namespace, from inside of it.
 * Dies:   when its channel closes.
 */
#include <linux/nsfs.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gather.h"
#include "helper.h"
#include "log.h"
#include "policy.h"
#include "proto.h"
#include "record.h"
#include "scope.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

enum { READY = 1 };

static int
answer_tally(struct answer *a, const struct tally *t)
{
	struct rec	*r = rec_new();
	int		 rc;

	if (r == NULL)
		return (-1);
	(void)rec_add_num(r, "moved", t->moved);
	for (size_t i = 0; i < t->nleft; i++)
		(void)rec_add_num(r, "left", t->left[i]);
	rc = answer_rec(a, r);
	rec_free(r);
	return (rc);
}

static int
on_cg_gather(void *ctx, struct packet *p, struct answer *a)
{
	struct tally	 t;
	scoped_fd int	 users = -1;
	const char	*why;

	(void)ctx;
	if ((why = gather_check_procs(p->fds[0])) != NULL ||
	    (why = gather_check_pids(p->fds[1], &users)) != NULL) {
		errno = EINVAL;
		return (answer_text(a, "cannot gather a container's "
		    "processes: that is %s", why));
	}
	if (gather(p->fds[0], p->fds[1], users, &t) == 0)
		return (answer_tally(a, &t));
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

static const struct rule rules[] = {
#include "cgroup.policy"
};
#include "cgroup.bpf.h"

static const struct policy policy = { "cgroup", rules, NITEMS(rules), bpf,
	NITEMS(bpf) };

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "cgroup", .self = R_CGROUP,
			    .policy = &policy };
	unsigned int	 state = READY;

	helper_args(&h, argc, argv);		/* -P -t -v, -p role */
	helper_socket(&h);			/* descriptor 3, or exit */
	helper_drop(&h);
	helper_sandbox(&h, NULL, 0);		/* limits, seccomp */
	return (helper_serve(&h, handlers, NITEMS(handlers), &state, NULL));
}
