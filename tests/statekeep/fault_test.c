/*
 * System calls that fail: the real program is traced, the nth call of one
 * kind fails, and after that nothing is lost or half done, and the next
 * command works. FAULTS=all tries every n, else a sample.
 */
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>

#include <limits.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "nitems.h"
#include "state.h"
#include "tracer.h"

#define NOT_THERE	UINT32_MAX

/* A kind of call, how it fails, and whether it does so from then on. */
struct fault {
	const char	*name;
	uint64_t	 nr;
	int		 error;
	bool		 lasting;
	bool		 mends;		/* while the index is made again */
};

static const struct fault	 faults[] = {
	{ "pwrite64 EIO", SYS_pwrite64, EIO, false, false },
	{ "pwrite64 ENOSPC", SYS_pwrite64, ENOSPC, false, false },
	{ "pwrite64 ENOSPC from then on", SYS_pwrite64, ENOSPC, true, false },
	{ "openat ENOSPC", SYS_openat, ENOSPC, false, false },
	{ "openat EMFILE", SYS_openat, EMFILE, false, false },
	{ "pread64 EIO", SYS_pread64, EIO, false, false },
	{ "fallocate ENOSPC", SYS_fallocate, ENOSPC, false, false },
	{ "renameat EIO", SYS_renameat, EIO, false, true },
	{ "ftruncate EIO", SYS_ftruncate, EIO, false, true },
	{ "ftruncate EIO from then on", SYS_ftruncate, EIO, true, true },
	{ "mending, pwrite64 EIO", SYS_pwrite64, EIO, false, true },
	{ "mending, pwrite64 ENOSPC", SYS_pwrite64, ENOSPC, true, true },
	{ "mending, openat EACCES", SYS_openat, EACCES, false, true },
	{ "unlink EIO", SYS_unlink, EIO, false, false },
	{ "unlinkat EIO from then on", SYS_unlinkat, EIO, true, true },
	{ "fdatasync EIO", SYS_fdatasync, EIO, false, false },
	{ "fsync EIO", SYS_fsync, EIO, false, false },
};

/* Shared with the tracer, which is a process of its own. */
struct shared {
	_Atomic int	 left;		/* calls until one fails */
	_Atomic int	 hits;
};

static const char		*program, *durable, *run;
static struct peer		 p;
static struct shared		*shared;
static const struct fault	*fault;

#ifdef __x86_64__
/* Let the call fail by itself, with arguments that make no sense. */
static void
spoil(pid_t pid)
{
	struct user_regs_struct	 regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) == -1)
		_exit(1);
	regs.rdi = fault->nr == SYS_unlink ? 0 : (unsigned long long)-1;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) == -1)
		_exit(1);
}

static void
answer(pid_t pid)
{
	struct user_regs_struct	 regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) == -1)
		_exit(1);
	regs.rax = (unsigned long long)-fault->error;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) == -1)
		_exit(1);
}
#else
static void spoil(pid_t pid) { (void)pid; }
static void answer(pid_t pid) { (void)pid; }
#endif

/* Is this the call that is to fail? */
static bool
strikes(uint64_t nr)
{
	int	 left;

	if (nr != fault->nr)
		return (false);
	left = atomic_fetch_sub(&shared->left, 1);
	if (left != 1 && !(fault->lasting && left < 1))
		return (false);
	atomic_fetch_add(&shared->hits, 1);
	return (true);
}

static void
at_call(pid_t pid, const struct ptrace_syscall_info *info)
{
	static bool	 struck;

	if (info->op == PTRACE_SYSCALL_INFO_ENTRY &&
	    (struck = strikes(info->entry.nr)))
		spoil(pid);
	else if (info->op == PTRACE_SYSCALL_INFO_EXIT && struck) {
		answer(pid);
		struck = false;
	}
}

static void
be_traced(void)
{
	if (fault != NULL)
		tracer_start(at_call);
}

static uint32_t
reopen(void)
{
	return (state_open(&p, program, durable, run, BOOT, "/g"));
}

/* The index is gone, and the end of the journal was not written. */
static void
disorder(void)
{
	int		 dir = open(durable, O_PATH | O_CLOEXEC);
	int		 fd = openat(dir, "state.journal", O_WRONLY |
	    O_CLOEXEC);
	struct stat	 st;

	if (fd == -1 || fstat(fd, &st) == -1 ||
	    ftruncate(fd, st.st_size + 100) == -1 ||
	    unlinkat(dir, "state.kct", 0) == -1)
		err(1, "disorder");
	close(fd);
	close(dir);
}

/* What was asked for, and what was answered. */
struct said {
	uint32_t	 created, exited, removed, temporary;
};

static void
prepare(void)
{
	durable = new_dir("/tmp");
	run = new_dir("/tmp");
	fault = NULL;
	if (reopen() != 0 || ctr_create(&p, id_of(0), "c0", false,
	    false) != 0 ||
	    ctr_create(&p, id_of(1), "c1", false, false) != 0 ||
	    ctr_set(&p, id_of(0), ANY, RUNNING, NULL, NULL) != 0 ||
	    peer_end(&p) != 0)
		errx(1, "no store");
}

/* One command, in which a call fails. Its exit status, or minus the signal. */
static int
disturbed(struct said *s)
{
	*s = (struct said){ NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE };
	if (reopen() == 0) {
		s->created = ctr_create(&p, id_of(2), "c2", false, false);
		s->exited = ctr_set(&p, id_of(0), ANY, EXITED, NULL, NULL);
		(void)ctr_count(&p);
		s->removed = ctr_remove(&p, id_of(1));
		s->temporary = ctr_create(&p, id_of(3), "c3", true, true);
	}
	return (peer_end(&p));
}

/* Was it done? After a sync that failed it may have been all the same. */
static bool
agrees(uint32_t answered, bool is)
{
	if (fault->nr == SYS_fdatasync || fault->nr == SYS_fsync)
		return (answered != 0 || is);
	return ((answered == 0) == is);
}

/* What the next command finds, and that it can go on. */
static const char *
look(const struct said *s, const struct fault *f)
{
	const char	*bad = NULL;

	fault = NULL;
	if (reopen() != 0)
		bad = "cannot be opened";
	fault = f;
	if (bad == NULL && !agrees(s->created, ctr_find(&p, "c2") == 0))
		bad = "create";
	if (bad == NULL && !agrees(s->exited,
	    ctr_state(&p, id_of(0)) == EXITED))
		bad = "set";
	if (bad == NULL && !agrees(s->removed, ctr_find(&p, "c1") == ENOENT))
		bad = "remove";
	if (bad == NULL && !agrees(s->temporary, ctr_find(&p, "c3") == 0))
		bad = "create of an ephemeral";
	if (bad == NULL && ctr_create(&p, id_of(4), "c4", false, false) != 0)
		bad = "cannot add";
	if (bad == NULL && ctr_remove(&p, id_of(4)) != 0)
		bad = "cannot remove";
	if (bad != NULL)
		printf("# %s\n", p.text);
	if (peer_end(&p) != 0 && bad == NULL)
		bad = "ended by itself";
	return (bad);
}

/* Was there such a call at all? */
static bool
strike(const struct fault *f, int n, int *wrong)
{
	struct said	 s;
	const char	*bad;
	int		 st;

	prepare();
	if (f->mends)
		disorder();
	fault = f;
	atomic_store(&shared->left, n);
	atomic_store(&shared->hits, 0);
	st = disturbed(&s);
	bad = look(&s, f);
	if (st < 0 || st > 128 || bad != NULL) {
		printf("# %s, number %d: %s (exit status %d)\n", f->name, n,
		    bad == NULL ? "killed" : bad, st);
		(*wrong)++;
	}
	remove_dir(durable);
	remove_dir(run);
	return (atomic_load(&shared->hits) > 0);
}

int
main(int argc, char **argv)
{
	const char	*want = getenv("FAULTS");
	bool		 all = want != NULL && strcmp(want, "all") == 0;
	unsigned int	 seed = want == NULL ? 7 :
			    (unsigned int)strtoul(want, NULL, 10);
	static char	 names[NITEMS(faults)][80];

	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
#ifndef __x86_64__
	printf("1..0 # SKIP registers of another machine\n");
	return (0);
#endif
	program = argv[1];
	start_before_exec = be_traced;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	srandom(seed);
	for (size_t i = 0; i < NITEMS(faults); i++) {
		int	 n = 1, wrong = 0, tried = 0;

		while (strike(&faults[i], n, &wrong)) {
			tried++;
			n += all ? 1 : 1 + (int)(random() % (1 + n / 2));
		}
		(void)snprintf(names[i], sizeof(names[i]), "%s, %d of %d",
		    faults[i].name, tried, n);
		title = names[i];
		CHECK(wrong == 0);
	}
	return (finish());
}
