/*
 * Confinement that cannot be had is fatal: only a kernel without Landlock
 * lets a program go on without it. Each failure is brought about by a filter
 * that answers one Landlock call with an errno.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "confine.h"
#include "policy.h"

static const struct rule	 rules[] = { PATH("/etc", DIR_READ) };
static const struct policy	 policy = { "confine_unit", rules, 1, NULL,
				    0 };

/* From now on this call fails so. */
static int
make_fail(unsigned int call, unsigned int error)
{
	struct sock_filter	 code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog	 prog = { 4, code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return (-1);
	return (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0));
}

/* The exit status of a child that confines itself: 0 when it went on. */
static int
status_of(long call, unsigned int error, rlim_t files)
{
	struct rlimit	 lim = { files, files };
	int		 st;
	pid_t		 pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if ((files != 0 && setrlimit(RLIMIT_NOFILE, &lim) == -1) ||
		    (call != 0 && make_fail((unsigned int)call, error) == -1))
			_exit(99);
		confine_landlock(&policy, NULL, 0);
		_exit(0);
	}
	if (pid == -1 || waitpid(pid, &st, 0) != pid || !WIFEXITED(st))
		return (-1);
	return (WEXITSTATUS(st));
}

int
main(void)
{
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1) {
		printf("ok 1 - # SKIP this kernel has no Landlock\n1..1\n");
		return (0);
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	CHECK(status_of(0, 0, 0) == 0);
	CHECK(status_of(SYS_landlock_create_ruleset, ENOSYS, 0) == 0);
	CHECK(status_of(SYS_landlock_create_ruleset, EOPNOTSUPP, 0) == 0);
	CHECK(status_of(SYS_landlock_create_ruleset, EPERM, 0) == EX_OSERR);
	CHECK(status_of(SYS_landlock_create_ruleset, ENOMEM, 0) == EX_OSERR);
	CHECK(status_of(SYS_landlock_create_ruleset, EINVAL, 0) == EX_OSERR);
	CHECK(status_of(SYS_landlock_add_rule, EPERM, 0) == EX_OSERR);
	CHECK(status_of(SYS_landlock_add_rule, ENOSYS, 0) == EX_OSERR);
	CHECK(status_of(SYS_landlock_restrict_self, EPERM, 0) == EX_OSERR);
	CHECK(status_of(SYS_landlock_restrict_self, E2BIG, 0) == EX_OSERR);
	/* No descriptor is left for the ruleset. */
	CHECK(status_of(0, 0, 3) == EX_OSERR);
	return (finish());
}
