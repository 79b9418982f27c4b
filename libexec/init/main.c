/*
 * init: the first process of a container with --init. It starts the command,
 * passes signals on to it, reaps orphans, and exits with the command's status.
 *
 * Trusts: no other process, and no program trusts it: it runs inside the
 *         container, as its user, under its configuration.
 * Holds:  nothing.
 * Dies:   with the command, and everything in the container with it.
 *
 * It is executed from a sealed copy in memory, so that the container can
 * neither reach nor change the program on the host.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* In a process group of its own: job control of the terminal works on it. */
static _Noreturn void
command(char **argv, const sigset_t *mask)
{
	(void)setpgid(0, 0);
	if (isatty(STDIN_FILENO))
		(void)tcsetpgrp(STDIN_FILENO, getpid());
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)execvp(argv[0], argv);
	fprintf(stderr, "init: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Reap all zombies. Returns only if the command is not among them. */
static void
reap(pid_t child)
{
	pid_t	 pid;
	int	 status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		if (WIFEXITED(status))
			_exit(WEXITSTATUS(status));
		if (WIFSIGNALED(status))
			_exit(128 + WTERMSIG(status));
	}
}

int
main(int argc, char **argv)
{
	sigset_t	 all, before;
	siginfo_t	 info;
	pid_t		 child;

	if (argc < 3 || strcmp(argv[1], "--") != 0) {
		fprintf(stderr, "usage: init -- command [argument ...]\n");
		return (EX_USAGE);
	}
	/* As process 1 it gets orphans without this. */
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		return (EX_OSERR);
	sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, &before) == -1 ||
	    (child = fork()) == -1)
		return (EX_OSERR);
	if (child == 0)
		command(argv + 2, &before);
	for (;;) {
		if (sigwaitinfo(&all, &info) == -1)
			continue;
		if (info.si_signo == SIGCHLD)
			reap(child);
		else if (info.si_signo != SIGTTOU && info.si_signo != SIGTTIN)
			(void)kill(child, info.si_signo);
	}
}
