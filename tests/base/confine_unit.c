/*
 * Confinement that cannot be had is fatal: only a kernel without Landlock
 * lets a program go on without it. Each failure is brought about by a filter
 * that answers one Landlock call with an errno. And a call that is not in a
 * policy ends the process, with the name of the call.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "confine.h"
#include "policy.h"
#include "sigsys.h"

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

/* --- a call that is not in the policy --- */

static const struct sock_filter	 no_getcwd[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 1000, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getcwd, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
};
static const struct policy	 strict = { "strict", NULL, 0, no_getcwd, 5 };
static char			 said[512];

/*
 * The wait status of a child that makes the call under the policy, with this
 * exit status for such a fault, and SIGSYS blocked or not.
 */
static int
denied(long call, int status, bool blocked)
{
	char		 cwd[64];
	sigset_t	 set;
	ssize_t		 n;
	int		 p[2], st = -1;
	pid_t		 pid;

	(void)fflush(stdout);
	if (pipe(p) == -1)
		return (-1);
	if ((pid = fork()) == 0) {
		sigemptyset(&set);
		sigaddset(&set, SIGSYS);
		(void)sigprocmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set,
		    NULL);
		(void)dup2(p[1], STDERR_FILENO);
		sigsys_exit(status);
		confine_seccomp(&strict);
		(void)syscall(call, cwd, sizeof(cwd));
		_exit(77);
	}
	close(p[1]);
	n = read(p[0], said, sizeof(said) - 1);
	said[n < 0 ? 0 : n] = '\0';
	close(p[0]);
	(void)waitpid(pid, &st, 0);
	return (st);
}

static void
test_denied(void)
{
	int	 st = denied(SYS_getcwd, 125, false);

	CHECK(WIFEXITED(st) && WEXITSTATUS(st) == 125);
	CHECK(strcmp(said, "strict: internal fault: its policy strict.policy "
	    "does not allow the system call getcwd; please report it\n") == 0);
	/* A helper dies by the signal, for its parent to see. */
	st = denied(SYS_getcwd, 0, false);
	CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGSYS);
	CHECK(strstr(said, "the system call getcwd;") != NULL);
	st = denied(5000, 125, false);
	CHECK(WIFEXITED(st) && WEXITSTATUS(st) == 125);
	CHECK(strstr(said, "the system call number 5000;") != NULL);
	/* Nothing is said then, but it does not go on either. */
	st = denied(SYS_getcwd, 125, true);
	CHECK(WIFSIGNALED(st) && WTERMSIG(st) == SIGSYS);
	st = denied(SYS_getpid, 125, false);
	CHECK(WIFEXITED(st) && WEXITSTATUS(st) == 77);
}

static void
test_landlock(void)
{
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1) {
		printf("# SKIP this kernel has no Landlock\n");
		return;
	}
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
}

int
main(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	test_landlock();
	test_denied();
	return (finish());
}
