/*
 * Run statekeep under ptrace: a function is called at each entry and exit of a
 * system call. The tracer is a process of its own, the parent of statekeep.
 */
#ifndef TESTS_STATEKEEP_TRACER_H
#define TESTS_STATEKEEP_TRACER_H

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <linux/ptrace.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef void	(*tracer_fn)(pid_t, const struct ptrace_syscall_info *);

static _Noreturn void
tracer_run(pid_t pid, tracer_fn fn)
{
	struct ptrace_syscall_info	 info;
	int				 st, sig = 0;

	(void)waitpid(pid, &st, 0);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD |
	    PTRACE_O_EXITKILL) == -1)
		_exit(1);
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, sig) == -1 ||
		    waitpid(pid, &st, 0) != pid)
			_exit(126);
		if (WIFSIGNALED(st))
			_exit(128 + WTERMSIG(st));
		if (WIFEXITED(st))
			_exit(WEXITSTATUS(st));
		/* execve stops the process with SIGTRAP, too. */
		sig = (WSTOPSIG(st) & 0x7f) == SIGTRAP ? 0 : WSTOPSIG(st);
		if (sig != 0)
			continue;
		memset(&info, 0, sizeof(info));
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info),
		    &info) > 0)
			fn(pid, &info);
	}
}

/*
 * Called where statekeep is about to be executed: the child goes on, and the
 * parent traces it and exits as it does.
 */
static void
tracer_start(tracer_fn fn)
{
	pid_t	 pid = fork();

	if (pid == -1)
		_exit(126);
	if (pid != 0) {
		/* The channel must close when statekeep ends. */
		(void)close_range(3, ~0u, 0);
		tracer_run(pid, fn);
	}
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 ||
	    raise(SIGSTOP) != 0)
		_exit(126);
}

#endif
