#include "confine.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/landlock.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cleanup.h"
#include "hostroot.h"
#include "log.h"
#include "policy.h"
#include "procaps.h"
#include "sigsys.h"

/* Newer than Debian 12's headers; the values are the kernel's ABI. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE	(1ULL << 14)
#endif
#define FS_IOCTL_DEV			(1ULL << 15)
#define NET_BIND_TCP			(1ULL << 0)
#define NET_CONNECT_TCP			(1ULL << 1)
#define SCOPE_ABSTRACT_UNIX		(1ULL << 0)
#define SCOPE_SIGNAL			(1ULL << 1)

struct ruleset {
	uint64_t	 fs;
	uint64_t	 net;		/* ABI 4 */
	uint64_t	 scoped;	/* ABI 6 */
};

static bool
policy_has(const struct policy *p, enum rule_kind kind)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].kind == kind)
			return (true);
	return (false);
}

static uint64_t
listed_caps(const struct policy *p, enum rule_kind kind)
{
	uint64_t	 caps = 0;

	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].kind == kind)
			caps |= CAP_BIT(p->rules[i].nr);
	return (caps);
}

static void
cap_reduce(uint64_t keep, uint64_t nested)
{
	struct procaps	 now, want = { 0, 0, 0 };

	if (procaps_get(&now) == -1)
		fatal("capget");
	want.permitted = now.permitted & (keep | nested);
	want.effective = now.permitted & nested;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		fatal("clear ambient capabilities");
	if (procaps_set(&want) == -1 || procaps_get(&now) == -1)
		fatal("capset");
	if (now.permitted != want.permitted ||
	    now.effective != want.effective || now.inheritable != 0)
		fatalx(EX_SOFTWARE, "capabilities are still there");
}

void
confine_drop(const struct policy *p)
{
	uint64_t	 keep = listed_caps(p, RULE_CAP);
	bool		 nested = geteuid() == 0 && !host_root();

	if (keep == 0 && host_root())
		fatalx(EX_NOPERM, "%s never runs as root; start bulkhead and "
		    "let it change its user", p->name);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("no_new_privs");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("dumpable");
	cap_reduce(keep, nested ? listed_caps(p, RULE_NESTED_CAP) : 0);
	if (keep == 0 && !nested && setuid(0) != -1)
		fatalx(EX_SOFTWARE, "still able to become root");
}

void
confine_limits(const struct policy *p)
{
	struct rlimit	 lim;

	for (size_t i = 0; i < p->nrules; i++) {
		const struct rule *r = &p->rules[i];

		if (r->kind != RULE_LIMIT)
			continue;
		if (getrlimit(r->nr, &lim) == -1)
			fatal("limit %s", r->text);
		/* Only lower a limit: the caller may have set a lower one. */
		if (lim.rlim_max > r->value)
			lim.rlim_max = r->value;
		lim.rlim_cur = lim.rlim_max;
		if (setrlimit(r->nr, &lim) == -1)
			fatal("limit %s", r->text);
	}
}

#define FS_READ		(LANDLOCK_ACCESS_FS_READ_FILE |			\
			    LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_EXEC		(LANDLOCK_ACCESS_FS_EXECUTE)
#define FS_DEV		(LANDLOCK_ACCESS_FS_MAKE_CHAR |			\
			    LANDLOCK_ACCESS_FS_MAKE_BLOCK)
/* Every right of its first three versions; what is left is to write. */
#define FS_ALL		(2 * LANDLOCK_ACCESS_FS_TRUNCATE - 1)
#define FS_WRITE	(FS_ALL & ~(FS_READ | FS_EXEC | FS_DEV))
#define FS_FILE		(LANDLOCK_ACCESS_FS_READ_FILE |			\
			    LANDLOCK_ACCESS_FS_WRITE_FILE | FS_EXEC |	\
			    LANDLOCK_ACCESS_FS_TRUNCATE)

static uint64_t
fs_rights(unsigned int arg)
{
	return (((arg & DIR_READ) ? FS_READ : 0) |
	    ((arg & DIR_WRITE) ? FS_WRITE : 0) |
	    ((arg & DIR_EXEC) ? FS_EXEC : 0) |
	    ((arg & DIR_DEV) ? FS_DEV : 0) |
	    ((arg & DIR_FILES) ? LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_WRITE_FILE : 0));
}

static void
landlock_beneath(int ruleset, int fd, uint64_t rights, const char *text)
{
	struct landlock_path_beneath_attr	 a = { rights, fd };

	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &a, 0) == 0)
		return;
	/* A file takes no rights of directories: try again with the rest. */
	a.allowed_access &= FS_FILE;
	if (errno == EINVAL && syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0)
		return;
	fatal("landlock %s", text);
}

static void
landlock_rows(const struct policy *p, int ruleset, uint64_t handled,
    const int *dirs, size_t ndirs)
{
	for (size_t i = 0; i < p->nrules; i++) {
		const struct rule	*r = &p->rules[i];
		scoped_fd int		 opened = -1;
		int			 fd = -1;

		if (r->kind == RULE_DIR && (size_t)r->nr < ndirs)
			fd = dirs[r->nr];
		else if (r->kind == RULE_PATH)
			fd = opened = openat(AT_FDCWD, r->text,
			    O_PATH | O_CLOEXEC);
		if (fd != -1)
			landlock_beneath(ruleset, fd,
			    fs_rights(r->arg) & handled, r->text);
	}
}

/*
 * The version of Landlock, or 0 if the kernel was built without it (ENOSYS) or
 * started without it (EOPNOTSUPP). Any other failure is fatal: otherwise, who
 * can cause an EPERM or EMFILE here could make the program run without its
 * rules.
 */
static long
landlock_version(void)
{
	long	 abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
		    LANDLOCK_CREATE_RULESET_VERSION);

	if (abi >= 1)
		return (abi);
	if (abi == 0 || (errno != ENOSYS && errno != EOPNOTSUPP))
		fatal("asking the kernel for its version of Landlock");
	log_debug("this kernel has no Landlock, or it is switched off");
	return (0);
}

void
confine_landlock(const struct policy *p, const int *dirs, size_t ndirs)
{
	struct ruleset	 attr = { 0, 0, 0 };
	scoped_fd int	 ruleset = -1;
	long		 abi = landlock_version();
	size_t		 size = sizeof(attr.fs);

	if (abi == 0)
		return;
	if (!policy_has(p, RULE_OPEN_FS)) {
		attr.fs = FS_ALL | (abi >= 5 ? FS_IOCTL_DEV : 0);
		if (abi < 3)
			attr.fs &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
		if (abi < 2)
			attr.fs &= ~LANDLOCK_ACCESS_FS_REFER;
	}
	if (abi >= 4) {
		size += sizeof(attr.net);
		if (!policy_has(p, RULE_NET))
			attr.net = NET_BIND_TCP | NET_CONNECT_TCP;
	}
	if (abi >= 6) {
		size += sizeof(attr.scoped);
		attr.scoped = SCOPE_ABSTRACT_UNIX;
		if (!policy_has(p, RULE_SIGNALS))
			attr.scoped |= SCOPE_SIGNAL;
	}
	if (attr.fs == 0 && attr.net == 0 && attr.scoped == 0)
		return;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset == -1)
		fatal("making a Landlock ruleset");
	landlock_rows(p, ruleset, attr.fs, dirs, ndirs);
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		fatal("entering the Landlock domain");
}

void
confine_seccomp(const struct policy *p)
{
	struct sock_fprog	 prog;

	if (p->nbpf == 0 || p->nbpf > UINT16_MAX)
		fatalx(EX_SOFTWARE, "%s has no filter", p->name);
	sigsys_report(p->name);
	prog.len = (unsigned short)p->nbpf;
	memcpy(&prog.filter, &p->bpf, sizeof(prog.filter));
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == -1)
		fatal("seccomp");
}
