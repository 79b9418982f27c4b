/*
 * Who is root of the machine: root of the first user namespace, also without
 * CAP_SYS_ADMIN. And what a policy leaves to root of a namespace.
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "confine.h"
#include "hostroot.h"
#include "nitems.h"
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

static void
lose_proc(void)
{
	if (chroot("/proc/self/fdinfo") == -1)
		err(99, "chroot");
}

static char	 forged[] = "/tmp/hostroot.XXXXXX";
static const char	*const dirs[] = { "proc", "proc/self", "proc/self/ns" };
#define NAMESPACE	"proc/self/ns/user"

/* A file of this name that is no namespace. */
static void
forge(void)
{
	int	 fd;

	if (mkdtemp(forged) == NULL || chdir(forged) == -1)
		err(1, "%s", forged);
	for (size_t i = 0; i < NITEMS(dirs); i++)
		if (mkdir(dirs[i], 0700) == -1)
			err(1, "%s", dirs[i]);
	if ((fd = open(NAMESPACE, O_CREAT | O_WRONLY, 0600)) == -1)
		err(1, NAMESPACE);
	close(fd);
}

static void
unforge(void)
{
	(void)unlink(NAMESPACE);
	for (size_t i = NITEMS(dirs); i-- > 0;)
		(void)rmdir(dirs[i]);
	(void)rmdir(forged);
}

static void
forge_proc(void)
{
	if (chroot(".") == -1)
		err(99, "chroot");
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
		CHECK(in_child(lose_admin, is_root) == 1);
		CHECK(in_child(lose_proc, is_root) == 1);
		forge();
		CHECK(in_child(forge_proc, is_root) == 1);
		unforge();
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
