/*
 * inject: run a command, and have one system call of one of our programs fail.
 *
 *	inject [-c call -n number -e errno] [-p program] [-o report]
 *	    [-t seconds] [-w ms] -- command...
 *
 * It traces the command and everything that it starts. A process counts as
 * the program that it executes, by the last element of the path; only
 * programs of Bulkhead are traced on, all others are let go when they start.
 * The number-th call of that program, over all of its processes, returns the
 * error and is not made: close(-1), which every policy allows, takes its
 * place, because a seccomp filter also sees the changed number.
 *
 * The report has a line for each thing that is worth knowing:
 *
 *	count PROGRAM CALL NUMBER	only without -c
 *	injected PROGRAM CALL NUMBER
 *	signal PROGRAM NUMBER CALL NAME	it was killed by that signal, in or
 *					after that call
 *	hung PROGRAM CALL		where it was when the time was over
 *
 * Exit: that of the command; 124 when the time (-t, 20 s) was over, and then
 * everything traced is killed; 125 for a failure of its own. What is left
 * when the command ends is traced for -w milliseconds more, and let go.
 * Only for x86-64: elsewhere it exits 77.
 */
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "nitems.h"

#define TRACEES		256
#define PROGRAMS	32
#define EXIT_HUNG	124
#define EXIT_OWN	125
#define EXIT_SKIP	77

#ifndef __x86_64__
int
main(void)
{
	puts("inject: only for x86-64");
	return (EXIT_SKIP);
}
#else

struct call {
	const char	*name;
	unsigned int	 nr;
};

/* What can fail for want of something, or because of a device. */
static const struct call calls[] = {
#define C(name)		{ #name, SYS_##name }
	C(open), C(openat), C(openat2), C(read), C(pread64), C(readv),
	C(write), C(pwrite64), C(pwritev), C(writev), C(fsync), C(fdatasync),
	C(sync_file_range), C(syncfs), C(rename), C(renameat), C(renameat2),
	C(link), C(linkat), C(unlink), C(unlinkat), C(rmdir), C(mkdir),
	C(mkdirat), C(mknodat), C(symlinkat), C(readlinkat), C(getdents64),
	C(mmap), C(brk), C(mremap), C(munmap), C(mprotect), C(clone),
	C(clone3), C(vfork), C(fork), C(execve), C(execveat), C(socket),
	C(socketpair), C(connect), C(bind), C(listen), C(accept4), C(sendmsg),
	C(recvmsg), C(sendto), C(recvfrom), C(fcntl), C(dup2), C(dup3),
	C(pipe2), C(flock), C(ftruncate), C(fallocate), C(fstat),
	C(newfstatat), C(statx), C(fstatfs), C(statfs), C(access),
	C(faccessat), C(faccessat2), C(fchmod), C(fchmodat), C(fchown),
	C(fchownat), C(utimensat), C(fchdir), C(chdir), C(getrandom),
	C(memfd_create), C(poll), C(ppoll), C(epoll_create1), C(epoll_ctl),
	C(epoll_wait), C(signalfd4), C(eventfd2), C(timerfd_create),
	C(pidfd_open), C(pidfd_send_signal), C(waitid), C(wait4),
	C(close_range), C(setrlimit), C(prlimit64), C(getrlimit), C(prctl),
	C(capset), C(seccomp), C(landlock_create_ruleset),
	C(landlock_add_rule), C(landlock_restrict_self), C(setresuid),
	C(setresgid), C(setgroups), C(setsid), C(ioctl), C(mount), C(umount2),
	C(pivot_root), C(open_tree), C(move_mount), C(mount_setattr),
	C(fsopen), C(fsconfig), C(fsmount), C(setns), C(unshare),
	C(sethostname), C(keyctl), C(getxattr), C(fgetxattr), C(setxattr),
	C(fsetxattr), C(lgetxattr), C(copy_file_range), C(sendfile),
	C(splice), C(nanosleep), C(clock_nanosleep),
#undef C
};
#define NCALLS		NITEMS(calls)

static const struct {
	const char	*name;
	int		 number;
} errors[] = {
#define E(name)		{ #name, name }
	E(EIO), E(ENOSPC), E(EMFILE), E(ENFILE), E(ENOMEM), E(EINTR),
	E(EAGAIN), E(EACCES), E(EPERM), E(ENOENT), E(EROFS), E(EDQUOT),
	E(ENOSYS), E(EINVAL), E(ECONNRESET), E(EBUSY),
#undef E
};

static const char *const ours[] = {
	"bulkhead", "bulkhead-oci", "cgroup", "fetch", "init", "launch",
	"lockbroker", "mapper", "monitor", "reaper", "refresh", "resolve",
	"statekeep", "store", "subids", "subids-nss", "systemd", "unpack",
};

struct tracee {
	pid_t		 pid;
	int		 program;	/* in ours, or -1 */
	long		 call;		/* in calls, or -1 */
	bool		 known;		/* its first stop was seen */
	bool		 failing;	/* its call is being made to fail */
	unsigned long long arg;		/* what close(-1) took the place of */
	unsigned long long last;	/* the number of its last call */
};

static struct tracee	 tracees[TRACEES];
static unsigned int	 counts[NITEMS(ours)][NCALLS];
static const char	*program, *call_name, *report_path;
static unsigned int	 number, seconds = 20, linger;
static int		 error;
static bool		 injected;
static volatile sig_atomic_t	 over;
static FILE		*report;

static void
on_alarm(int sig)
{
	(void)sig;
	over = 1;
}

static struct tracee *
find(pid_t pid)
{
	for (size_t i = 0; i < TRACEES; i++)
		if (tracees[i].pid == pid)
			return (&tracees[i]);
	return (NULL);
}

static bool
any(void)
{
	for (size_t i = 0; i < TRACEES; i++)
		if (tracees[i].pid != 0)
			return (true);
	return (false);
}

/* Which of our programs a process executes; a copy in memory counts too. */
static int
program_of(pid_t pid)
{
	static const char	 mem[] = "/memfd:", gone[] = " (deleted)";
	char			 link[32], path[4096], *base, *end;
	ssize_t			 len;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	if ((len = readlink(link, path, sizeof(path) - 1)) == -1)
		return (-1);
	path[len] = '\0';
	if ((end = strstr(path, gone)) != NULL)
		*end = '\0';
	base = strncmp(path, mem, sizeof(mem) - 1) == 0 ?
	    path + sizeof(mem) - 1 : basename(path);
	for (size_t i = 0; i < NITEMS(ours); i++)
		if (strcmp(base, ours[i]) == 0)
			return ((int)i);
	return (-1);
}

static struct tracee *
add(pid_t pid)
{
	struct tracee	*t = find(pid);

	if (t != NULL)
		return (t);
	if ((t = find(0)) == NULL)
		errx(EXIT_OWN, "too many processes");
	*t = (struct tracee){ .pid = pid, .program = program_of(pid),
	    .call = -1 };
	return (t);
}

static const char *
name_of(const struct tracee *t)
{
	return (t->program == -1 ? "other" : ours[t->program]);
}

static long
call_of(unsigned long long nr)
{
	for (size_t i = 0; i < NCALLS; i++)
		if (calls[i].nr == nr)
			return ((long)i);
	return (-1);
}

static bool
is_the_one(const struct tracee *t)
{
	return (call_name != NULL && !injected &&
	    strcmp(calls[t->call].name, call_name) == 0 &&
	    (program == NULL || strcmp(ours[t->program], program) == 0) &&
	    counts[t->program][t->call] == number);
}

/*
 * The number-th one: close(-1) instead. brk answers with an address: where
 * the memory ends, when it gives none; so brk(0), which asks for that, is what
 * takes its place, and does not count itself.
 */
static void
enter(struct tracee *t, unsigned long long nr, unsigned long long first)
{
	struct user_regs_struct	 regs;

	t->last = nr;
	if ((t->call = call_of(nr)) == -1 || t->program == -1 ||
	    (nr == SYS_brk && first == 0))
		return;
	counts[t->program][t->call]++;
	if (!is_the_one(t))
		return;
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) == -1)
		return;
	t->arg = regs.rdi;
	if (nr != SYS_brk)
		regs.orig_rax = SYS_close;
	regs.rdi = nr == SYS_brk ? 0 : ~0ULL;
	if (ptrace(PTRACE_SETREGS, t->pid, NULL, &regs) == -1)
		return;
	t->failing = injected = true;
	fprintf(report, "injected %s %s %u\n", ours[t->program],
	    calls[t->call].name, number);
}

static void
leave(struct tracee *t)
{
	struct user_regs_struct	 regs;

	t->call = -1;
	if (!t->failing ||
	    ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) == -1)
		return;
	if (t->last != SYS_brk)
		regs.rax = (unsigned long long)-(long long)error;
	regs.rdi = t->arg;
	(void)ptrace(PTRACE_SETREGS, t->pid, NULL, &regs);
	t->failing = false;
}

static void
at_call(struct tracee *t)
{
	struct __ptrace_syscall_info	 si;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(si), &si) == -1)
		return;
	if (si.op == PTRACE_SYSCALL_INFO_ENTRY)
		enter(t, si.entry.nr, si.entry.args[0]);
	else if (si.op == PTRACE_SYSCALL_INFO_EXIT)
		leave(t);
}

static void
go_on(struct tracee *t, int sig)
{
	(void)ptrace(PTRACE_SYSCALL, t->pid, NULL, (void *)(intptr_t)sig);
}

static void
forget(struct tracee *t)
{
	*t = (struct tracee){ .pid = 0 };
}

/* A program of its own begins: one of ours, or let go. */
static void
executes(struct tracee *t)
{
	t->program = program_of(t->pid);
	t->call = -1;
	if (t->program != -1) {
		go_on(t, 0);
		return;
	}
	/* Before the first of ours there are env, setpriv and a shell. */
	for (size_t i = 0; i < NITEMS(ours); i++)
		for (size_t c = 0; c < NCALLS; c++)
			if (counts[i][c] != 0) {
				(void)ptrace(PTRACE_DETACH, t->pid, NULL, NULL);
				forget(t);
				return;
			}
	go_on(t, 0);
}

static void
event(struct tracee *t, int kind)
{
	unsigned long	 pid = 0;

	switch (kind) {
	case PTRACE_EVENT_EXEC:
		executes(t);
		return;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		if (ptrace(PTRACE_GETEVENTMSG, t->pid, NULL, &pid) == 0)
			(void)add((pid_t)pid);
		break;
	default:
		break;
	}
	go_on(t, 0);
}

static void
stopped(struct tracee *t, int status)
{
	int	 sig = WSTOPSIG(status), kind = status >> 16;

	if (sig == (SIGTRAP | 0x80)) {
		at_call(t);
		go_on(t, 0);
	} else if (kind == PTRACE_EVENT_STOP) {
		/* A new process, or one that a signal stops: it stays so. */
		if (t->known && (sig == SIGSTOP || sig == SIGTSTP ||
		    sig == SIGTTIN || sig == SIGTTOU))
			(void)ptrace(PTRACE_LISTEN, t->pid, NULL, NULL);
		else
			go_on(t, 0);
		t->known = true;
	} else if (kind != 0)
		event(t, kind);
	else
		go_on(t, sig);
}

static void
ended(struct tracee *t, int status)
{
	long	 call = call_of(t->last);

	if (WIFSIGNALED(status) && t->program != -1)
		fprintf(report, "signal %s %d %llu %s\n", name_of(t),
		    WTERMSIG(status), t->last,
		    call == -1 ? "-" : calls[call].name);
	forget(t);
}

static void
timer(unsigned int ms)
{
	struct itimerval	 t = { .it_value = { ms / 1000,
				    ms % 1000 * 1000 } };

	(void)setitimer(ITIMER_REAL, &t, NULL);
}

/* True while there is something to wait for. */
static bool
turn(pid_t command, int *result)
{
	struct tracee	*t;
	pid_t		 pid;
	int		 status;

	if ((pid = waitpid(-1, &status, __WALL)) == -1)
		return (errno == EINTR && !over && any());
	if (pid == command && (WIFEXITED(status) || WIFSIGNALED(status))) {
		*result = WIFEXITED(status) ? WEXITSTATUS(status) :
		    128 + WTERMSIG(status);
		if (linger == 0)
			over = 1;
		else
			timer(linger);
	}
	if (WIFSTOPPED(status))
		stopped(add(pid), status);
	else if ((t = find(pid)) != NULL)
		ended(t, status);
	return (!over && any());
}

static void
tell_hung(void)
{
	struct tracee	*t;

	for (t = tracees; t < tracees + TRACEES; t++) {
		if (t->pid == 0)
			continue;
		if (t->program != -1)
			fprintf(report, "hung %s %s\n", name_of(t),
			    t->call == -1 ? "-" : calls[t->call].name);
		(void)kill(t->pid, SIGKILL);
	}
}

static void
tell_counts(void)
{
	for (size_t i = 0; i < NITEMS(ours); i++)
		for (size_t c = 0; c < NCALLS; c++)
			if (counts[i][c] != 0)
				fprintf(report, "count %s %s %u\n", ours[i],
				    calls[c].name, counts[i][c]);
}

/* The command waits until it is traced. */
static pid_t
start(char **argv)
{
	const long	 options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			    PTRACE_O_TRACECLONE;
	int		 go[2];
	char		 byte = 0;
	pid_t		 pid;

	if (pipe(go) == -1 || (pid = fork()) == -1)
		err(EXIT_OWN, "cannot start");
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &byte, 1) != 0)
			_exit(EXIT_OWN);
		close(go[0]);
		execvp(argv[0], argv);
		err(EXIT_OWN, "%s", argv[0]);
	}
	close(go[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) == -1) {
		(void)kill(pid, SIGKILL);
		err(EXIT_OWN, "cannot trace");
	}
	add(pid)->known = true;
	/* It stops at calls from its first stop on, which is its execve. */
	close(go[1]);
	return (pid);
}

static int
errno_named(const char *name)
{
	for (size_t i = 0; i < NITEMS(errors); i++)
		if (strcmp(errors[i].name, name) == 0)
			return (errors[i].number);
	errx(EXIT_OWN, "no error is called %s", name);
}

static _Noreturn void
usage(void)
{
	fprintf(stderr, "usage: inject [-c call -n number -e errno] "
	    "[-p program] [-o report]\n    [-t seconds] [-w ms] -- "
	    "command...\n");
	exit(EXIT_OWN);
}

static void
options(int argc, char **argv)
{
	int	 ch;

	while ((ch = getopt(argc, argv, "+p:c:n:e:o:t:w:")) != -1)
		switch (ch) {
		case 'p': program = optarg; break;
		case 'c': call_name = optarg; break;
		case 'n': number = (unsigned int)atoi(optarg); break;
		case 'e': error = errno_named(optarg); break;
		case 'o': report_path = optarg; break;
		case 't': seconds = (unsigned int)atoi(optarg); break;
		case 'w': linger = (unsigned int)atoi(optarg); break;
		default: usage();
		}
	if (optind == argc || (call_name != NULL) != (number != 0) ||
	    (call_name != NULL) != (error != 0))
		usage();
}

int
main(int argc, char **argv)
{
	struct sigaction	 sa = { .sa_handler = on_alarm };
	int			 result = -1;
	pid_t			 pid;

	options(argc, argv);
	report = report_path == NULL ? stderr : fopen(report_path, "we");
	if (report == NULL)
		err(EXIT_OWN, "%s", report_path);
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	pid = start(argv + optind);
	timer(seconds * 1000);
	while (turn(pid, &result))
		;
	if (result == -1) {
		tell_hung();
		result = EXIT_HUNG;
	}
	if (call_name == NULL)
		tell_counts();
	/* What is still traced goes on when its tracer ends. */
	return (result);
}
#endif
