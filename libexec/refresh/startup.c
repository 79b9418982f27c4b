#include "startup.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "caps.h"
#include "log.h"
#include "policy.h"
#include "streams.h"

static void
reset_signals(void)
{
	struct sigaction	 sa = { .sa_handler = SIG_DFL };
	sigset_t		 none;

	/* KILL and STOP refuse, and so do the two that glibc keeps. */
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &sa, NULL);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		_exit(EX_OSERR);
}

void
startup_clean(int argc, char **argv)
{
	/* The kernel has done this where the exec gave capabilities. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		_exit(EX_OSERR);
	if (argc < 1 || argv[0] == NULL || clearenv() != 0)
		_exit(EX_USAGE);
	streams_fill(EX_OSERR);
	reset_signals();
	(void)umask(077);
	if (chdir("/") == -1)
		_exit(EX_OSERR);
	caps_drop_effective();
}

void
startup_args(int argc, char **argv, const struct policy *policy)
{
	log_init(policy->name, 0, 0);
	if (argc == 2 && strcmp(argv[1], "-P") == 0)
		exit(fputs(policy->words, stdout) == EOF ? EX_IOERR : EX_OK);
	if (argc < 3)
		fatalx(EX_USAGE, "%s is started by bulkhead, not by hand; "
		    "see bulkhead-%s(8)", policy->name, policy->name);
}

void
startup_channel(int fd)
{
	static const int ignored[] = { SIGINT, SIGHUP, SIGQUIT, SIGTSTP,
			    SIGPIPE, SIGXFSZ };
	struct ucred	 who;
	uid_t		 r, e, s;
	gid_t		 rg, eg, sg;
	socklen_t	 len = sizeof(int);
	int		 domain = 0, type = 0, null;

	if (getresuid(&r, &e, &s) == -1 || getresgid(&rg, &eg, &sg) == -1)
		fatal("who am I");
	if (r != e || r != s || rg != eg || rg != sg)
		fatalx(EX_NOPERM, "installed setuid or setgid; take the bit "
		    "off, refresh uses file capabilities");
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == -1 ||
	    domain != AF_UNIX)
		fatalx(EX_PROTOCOL, "descriptor %d is not a local socket", fd);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    type != SOCK_SEQPACKET)
		fatalx(EX_PROTOCOL, "descriptor %d is not a packet socket", fd);
	len = sizeof(who);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == -1)
		fatal("peer");
	if (who.pid == 0 || who.uid != r)
		fatalx(EX_NOPERM, "descriptor %d was not made by user %u", fd,
		    r);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1 ||
	    close(null) == -1)
		fatal("/dev/null");
	if (syscall(SYS_close_range, fd + 1, ~0U, 0) == -1)
		fatal("close_range");
	/* The owner stops a helper by closing its channel, not by keyboard. */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

void
startup_become(uid_t uid, gid_t gid)
{
	uid_t	 r, e, s;
	gid_t	 rg, eg, sg;

	caps_unbound();
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
		fatal("keep capabilities");
	if (caps_raise(CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID)) == -1)
		fatal("root without CAP_SETUID and CAP_SETGID");
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		fatal("become user %u", uid);
	caps_lower();
	if (getresuid(&r, &e, &s) == -1 || getresgid(&rg, &eg, &sg) == -1 ||
	    r != uid || e != uid || s != uid ||
	    rg != gid || eg != gid || sg != gid || getgroups(0, NULL) != 0)
		fatalx(EX_SOFTWARE, "still not user %u", uid);
}
