#include "idle.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#define NSIG_BYTES	8		/* the kernel's sigset */
#define SEGMENTS	4

struct segments {
	uintptr_t	 start[SEGMENTS];
	size_t		 len[SEGMENTS];
	size_t		 n;
};

/*
 * A system call made here and not through syscall(), which is elsewhere: the
 * kernel maps 64 kB of file around every page that is used.
 */
static inline __attribute__((always_inline)) long
bare_syscall(long nr, long a, long b, long c, long d, long e)
{
#ifdef __x86_64__
	register long	 r10 __asm__("r10") = d;
	register long	 r8 __asm__("r8") = e;
	long		 rc;

	__asm__ volatile("syscall" : "=a"(rc) : "a"(nr), "D"(a), "S"(b),
	    "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return (rc);
#else
	long		 rc = syscall(nr, a, b, c, d, e);

	return (rc == -1 ? -errno : rc);
#endif
}

/*
 * The first object is the program; its segments that are not writable are code.
 */
static int
note_segments(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct segments	*s = arg;
	uintptr_t	 mask = (uintptr_t)getpagesize() - 1;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum && s->n < SEGMENTS; i++) {
		const ElfW(Phdr)	*ph = &info->dlpi_phdr[i];
		uintptr_t		 at = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W) != 0)
			continue;
		s->start[s->n] = at & ~mask;
		s->len[s->n] = ((at + ph->p_memsz + mask) & ~mask) -
		    s->start[s->n];
		s->n++;
	}
	return (1);
}

static __attribute__((noinline)) long
sleep_bare(const struct segments *s, struct pollfd *pfd, nfds_t n,
    const struct timespec *ts, const sigset_t *mask)
{
	for (size_t i = 0; i < s->n; i++)
		(void)bare_syscall(SYS_madvise, (long)s->start[i],
		    (long)s->len[i], MADV_DONTNEED, 0, 0);
	return (bare_syscall(SYS_ppoll, (long)pfd, (long)n, (long)ts,
	    (long)mask, NSIG_BYTES));
}

int
idle_ppoll(struct pollfd *pfd, nfds_t n, const struct timespec *ts,
    const sigset_t *mask)
{
	static struct segments	 s;
	struct timespec		 second = { 1, 0 };
	long			 rc;

	if (ts != NULL)
		return (ppoll(pfd, n, ts, mask));
	if ((rc = ppoll(pfd, n, &second, mask)) != 0)
		return ((int)rc);
	if (s.n == 0)
		(void)dl_iterate_phdr(note_segments, &s);
	if ((rc = sleep_bare(&s, pfd, n, NULL, mask)) < 0) {
		errno = (int)-rc;
		return (-1);
	}
	return ((int)rc);
}
