#include "userns.h"

#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <unistd.h>

#include "helper.h"

static bool	inside, single;

bool
userns_inside(void)
{
	return (inside);
}

bool
userns_single(void)
{
	return (single);
}

int
userns_on_make(void *ctx, struct packet *p, struct answer *a)
{
	(void)ctx;
	(void)p;
	if (unshare(CLONE_NEWUSER) == -1)
		return (answer_text(a, "this host allows no user namespace "
		    "(see user.max_user_namespaces)"));
	/*
	 * The maps are opened for writing through /proc by refresh, which is
	 * not root: the kernel lets it only while this process is dumpable.
	 */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1)
		return (-1);
	return (answer_fd(a, open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC)));
}

static int
become_root(bool one, struct answer *a)
{
	/* With one id, setgroups is denied, and the groups are the user's. */
	if ((!one && setgroups(0, NULL) == -1) ||
	    setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
		return (answer_text(a, "cannot become root of the user "
		    "namespace"));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return (-1);
	inside = true;
	single = one;
	return (0);
}

int
userns_on_ready(void *ctx, struct packet *p, struct answer *a)
{
	(void)ctx;
	return (become_root(p->body.userns_ready.single != 0, a));
}

int
userns_on_join(void *ctx, struct packet *p, struct answer *a)
{
	(void)ctx;
	if (setns(p->fds[0], CLONE_NEWUSER) == -1)
		return (answer_text(a, "cannot enter the user namespace"));
	return (become_root(p->body.userns_join.single != 0, a));
}
