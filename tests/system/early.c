/*
 * early UID PROGRAM: can another process of this user reach a program before
 * its first instruction? The user's child executes it and stops there; a second
 * child of the user tries to trace it and to open its memory. Prints "closed",
 * or what it could do.
 */
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
become(uid_t uid)
{
	if (setgroups(0, NULL) == -1 || setresgid(uid, uid, uid) == -1 ||
	    setresuid(uid, uid, uid) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		err(2, "cannot become the user %u", (unsigned int)uid);
}

/* Does it stop with this signal? */
static int
stops(pid_t pid, int sig)
{
	int	 st;

	return (waitpid(pid, &st, WUNTRACED) == pid && WIFSTOPPED(st) &&
	    WSTOPSIG(st) == sig);
}

/* In a process of its own: the names of what succeeded, or "closed". */
static void
attack(pid_t pid)
{
	char	 path[64];
	int	 reached = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	if (open(path, O_RDWR) != -1)
		reached += puts("mem") > 0;
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0)
		reached += puts("ptrace") > 0;
	if (reached == 0)
		(void)puts("closed");
	exit(0);
}

int
main(int argc, char **argv)
{
	uid_t	 uid = argc == 3 ? (uid_t)strtoul(argv[1], NULL, 10) : 0;
	pid_t	 pid, attacker;
	int	 st;

	if (uid == 0)
		errx(2, "usage: early UID PROGRAM");
	if ((pid = fork()) == 0) {
		become(uid);
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
			(void)execl(argv[2], argv[2], (char *)NULL);
		err(2, "%s", argv[2]);
	}
	/* Let go of it where it stands, stopped: a second tracer may come. */
	if (!stops(pid, SIGTRAP) ||
	    ptrace(PTRACE_DETACH, pid, 0, SIGSTOP) == -1 ||
	    !stops(pid, SIGSTOP))
		errx(2, "%s does not stop at its start", argv[2]);
	if ((attacker = fork()) == 0) {
		become(uid);
		attack(pid);
	}
	if (waitpid(attacker, &st, 0) != attacker || st != 0)
		errx(2, "the other process has failed");
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return (0);
}
