/*
 * Who is root of the machine: not root of a user namespace, and not root
 * without CAP_SYS_ADMIN. And what a policy leaves to root of a namespace.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include <err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "confine.h"
#include "hostroot.h"
#include "policy.h"
#include "procaps.h"

static const struct rule	 rules[] = { NESTED_CAP(SETFCAP) };
static const struct policy	 bare = { "bare", NULL, 0, NULL, 0, NULL };
static const struct policy	 keeps = { "keeps", rules, 1, NULL, 0, NULL };

static void
be_nested(void)
{
	enter_userns(0);
}

static void
lose_admin(void)
{
	struct procaps	 c;

	if (procaps_get(&c) == -1)
		err(99, "capget");
	c.effective = 0;
	c.permitted &= ~CAP_BIT(CAP_SYS_ADMIN);
	if (procaps_set(&c) == -1)
		err(99, "capset");
}

/* In a child: as its functions say, then its exit status. */
static int
in_child(void (*become)(void), int (*look)(void))
{
	pid_t	 pid;
	int	 st;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (become != NULL)
			become();
		_exit(look());
	}
	return (waitpid(pid, &st, 0) == pid && WIFEXITED(st) ?
	    WEXITSTATUS(st) : -1);
}

static int
is_root(void)
{
	return (host_root());
}

/* 0: a program with this policy has just these, permitted and usable. */
static int
has_left(const struct policy *p, uint64_t want)
{
	struct procaps	 c;

	confine_drop(p);
	return (procaps_get(&c) == -1 || c.permitted != want ||
	    c.effective != want || c.inheritable != 0);
}

static int
bare_is_bare(void)
{
	return (has_left(&bare, 0));
}

static int
setfcap_stays(void)
{
	return (has_left(&keeps, CAP_BIT(CAP_SETFCAP)));
}

static int
setfcap_goes(void)
{
	return (has_left(&keeps, 0));
}

int
main(void)
{
	struct procaps	 c;

	if (procaps_get(&c) == -1)
		err(1, "capget");
	if (geteuid() == 0 && c.permitted & CAP_BIT(CAP_SYS_ADMIN)) {
		CHECK(in_child(NULL, is_root) == 1);
		CHECK(in_child(lose_admin, is_root) == 0);
		/* No helper runs as root of the machine, whatever it keeps. */
		CHECK(in_child(NULL, bare_is_bare) == EX_NOPERM);
		CHECK(in_child(NULL, setfcap_stays) == EX_NOPERM);
	} else {
		CHECK(in_child(NULL, is_root) == 0);
		CHECK(in_child(NULL, setfcap_goes) == 0);
	}
	CHECK(in_child(be_nested, is_root) == 0);
	CHECK(in_child(be_nested, bare_is_bare) == 0);
	CHECK(in_child(be_nested, setfcap_stays) == 0);
	return (finish());
}
