/*
 * A denied call raises SIGSYS (SECCOMP_RET_TRAP) instead of killing the process
 * in the kernel (SECCOMP_RET_KILL_PROCESS), because only the process itself can
 * report which call it was: the parent sees only the signal, and only root can
 * read the audit log.
 *
 * The call is not made in either case. KILL_PROCESS also prevents that a
 * process that was taken over tries another call and continues. TRAP does that
 * too as long as the handler cannot be replaced: no policy allows rt_sigaction
 * for SIGSYS, and a SIGSYS that is blocked or ignored kills the process at
 * once. The handler runs once (SA_RESETHAND), makes one write, and ends the
 * process.
 */
#include "sigsys.h"

#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"

#include "callnames.h"

#define NO_SUCH_CALL	100000L		/* in no policy */

static const char	*program;
static int		 exit_status;

static size_t
append(char *out, size_t size, size_t at, const char *text)
{
	while (*text != '\0' && at < size)
		out[at++] = *text++;
	return (at);
}

static size_t
append_call(char *out, size_t size, size_t at, unsigned int nr)
{
	char	 digits[12];
	size_t	 n = sizeof(digits);

	if (nr < sizeof(call_names) / sizeof(call_names[0]) &&
	    call_names[nr] != NULL)
		return (append(out, size, at, call_names[nr]));
	digits[--n] = '\0';
	do
		digits[--n] = (char)('0' + nr % 10);
	while ((nr /= 10) != 0);
	return (append(out, size, append(out, size, at, "number "),
	    &digits[n]));
}

/* Only async-signal-safe calls: no stdio, no memory. */
static void
on_sigsys(int sig, siginfo_t *si, void *context)
{
	char	 line[256];
	size_t	 n;

	(void)sig;
	(void)context;
	n = append(line, sizeof(line), 0, program);
	n = append(line, sizeof(line), n, ": internal fault: its policy ");
	n = append(line, sizeof(line), n, program);
	n = append(line, sizeof(line), n, ".policy does not allow the system "
	    "call ");
	n = append_call(line, sizeof(line), n, (unsigned int)si->si_syscall);
	n = append(line, sizeof(line), n, "; please report it\n");
	(void)!write(STDERR_FILENO, line, n);
	if (exit_status == 0)
		(void)syscall(NO_SUCH_CALL);
	_exit(exit_status == 0 ? EX_SOFTWARE : exit_status);
}

void
sigsys_exit(int status)
{
	exit_status = status;
}

void
sigsys_report(const char *name)
{
	struct sigaction	 sa = { .sa_sigaction = on_sigsys,
				    .sa_flags = SA_SIGINFO | SA_RESETHAND };

	program = name;
	if (sigaction(SIGSYS, &sa, NULL) == -1)
		fatal("the handler of SIGSYS");
}
