#include "table.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/futex.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "filelock.h"
#include "log.h"
#include "path.h"

#define MAGIC		0x62684c32u	/* "bhL2"; it changes with the layout */
#define FILE_NAME	"table"
#define PAGE		4096u
#define MEMBERS_AT	PAGE
#define GROUPS_AT	((MEMBERS_AT + TABLE_MEMBERS * sizeof(struct member) + \
			    PAGE - 1) / PAGE * PAGE)
#define EXTRA_GROUPS	(TABLE_EXTRA / LOCK_GROUP)
#define MAX_GROUPS	(EXTRA_GROUPS + LOCK_MAX / LOCK_GROUP)
#define MAP_SIZE	(GROUPS_AT + (size_t)MAX_GROUPS * sizeof(struct group))

#define NS		1000000000LL
#define MS		1000000LL
#define LOCK_NS		(10 * NS)	/* longer than any use of the mutex */
#define SLICE_NS	(250 * MS)
#define POLL_NS		(4 * MS)	/* on kernels without futex_waitv */
#define TURN_MS		10000
#define WAKES		64

/*
 * The robust list, which the kernel reads when this process ends: the futexes
 * that the process holds, and the one that it is taking or releasing. The list
 * has at most one entry, the member's life; the pending one is the mutex. The
 * kernel finds both at one fixed distance from an entry, so entries are
 * addresses that are only compared or added to, and none is in shared memory.
 * The C library's list is not used: nothing here uses its robust mutexes.
 */
struct robust {
	struct robust_list_head	 head;
	struct robust_list	 life;
};

struct table {
	uint8_t			*map;
	int			 fd;
	bool			 copy;
	uint32_t		 tid;
	uint32_t		 self;
	struct robust		 alone;		/* before table_join */
	struct robust		 joined;
	struct robust		*robust;	/* the one in use */
	uint32_t		 wakes[WAKES];
	size_t			 nwakes;
};

void
table_broken(void)
{
	fatalx(EX_DATAERR, "the table of locks is damaged; bulkhead system "
	    "renumber makes it again");
}

uint64_t
table_now(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * NS + (uint64_t)ts.tv_nsec);
}

struct table_head *
table_head(const struct table *t)
{
	void	*p = t->map;

	return (p);
}

static struct group *
group_at(const struct table *t, uint32_t i)
{
	void	*p = t->map + GROUPS_AT + (size_t)i * sizeof(struct group);

	return (p);
}

uint32_t
table_slots(const struct table *t)
{
	uint32_t	 n = table_head(t)->ngroups;

	if (n < EXTRA_GROUPS || n > MAX_GROUPS)
		table_broken();
	return (n * LOCK_GROUP);
}

struct slot *
table_slot(const struct table *t, uint32_t i)
{
	if (i == 0 || i > table_slots(t))
		table_broken();
	i--;
	return (&group_at(t, i / LOCK_GROUP)->slot[i % LOCK_GROUP]);
}

struct claim *
table_claim(const struct table *t, uint32_t i)
{
	if (i == 0 || i > table_slots(t) / LOCK_GROUP * TABLE_CLAIMS)
		table_broken();
	i--;
	return (&group_at(t, i / TABLE_CLAIMS)->claim[i % TABLE_CLAIMS]);
}

struct member *
table_member(const struct table *t, uint32_t i)
{
	void	*p = t->map + MEMBERS_AT;

	if (i == 0 || i > TABLE_MEMBERS)
		table_broken();
	return ((struct member *)p + i - 1);
}

uint32_t
table_self(const struct table *t)
{
	return (t->self);
}

/* --- futexes --- */

static uint32_t
load(const uint32_t *word)
{
	return (__atomic_load_n(word, __ATOMIC_SEQ_CST));
}

static bool
swap(uint32_t *word, uint32_t old, uint32_t new)
{
	return (__atomic_compare_exchange_n(word, &old, new, false,
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

/* These futexes are shared between processes: not FUTEX_PRIVATE. */
static void
wait_word(uint32_t *word, uint32_t value, int64_t ns)
{
	struct timespec	 ts = { ns / NS, ns % NS };

	(void)syscall(SYS_futex, word, FUTEX_WAIT, value, &ts, NULL, 0);
}

static void
wake_word(uint32_t *word, int n)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

static void
robust_init(struct robust *r, uint32_t *life, ptrdiff_t distance)
{
	r->head.list.next = life == NULL ? &r->head.list : &r->life;
	r->life.next = &r->head.list;
	r->head.futex_offset = distance;
	r->head.list_op_pending = NULL;
}

/* From here to the next call this process may hold the mutex. */
static void
robust_pending(struct table *t, uint32_t *mutex)
{
	struct robust	*r = t->robust;
	void		*entry = mutex == NULL ? NULL :
			    (char *)mutex - r->head.futex_offset;

	__atomic_store_n(&r->head.list_op_pending, entry, __ATOMIC_SEQ_CST);
}

static int
robust_register(struct table *t, struct robust *r)
{
	if (syscall(SYS_set_robust_list, &r->head, sizeof(r->head)) == -1)
		return (-1);
	t->robust = r;
	return (0);
}

int
table_lock(struct table *t)
{
	uint32_t	*mutex = &table_head(t)->mutex, v, others = 0;
	uint64_t	 until = 0;

	robust_pending(t, mutex);
	for (;;) {
		v = load(mutex);
		if ((v & FUTEX_TID_MASK) == 0) {
			if (!swap(mutex, v, t->tid | others |
			    (v & FUTEX_WAITERS)))
				continue;
			if (v & FUTEX_OWNER_DIED)
				table_rebuild(t);
			return (0);
		}
		if ((v & FUTEX_WAITERS) == 0 &&
		    !swap(mutex, v, v | FUTEX_WAITERS))
			continue;
		if (until == 0)
			until = table_now() + LOCK_NS;
		else if (table_now() > until)
			break;
		wait_word(mutex, v | FUTEX_WAITERS, SLICE_NS);
		/* More processes may sleep: the next holder wakes one. */
		others = FUTEX_WAITERS;
	}
	robust_pending(t, NULL);
	errno = ETIMEDOUT;
	return (-1);
}

void
table_unlock(struct table *t)
{
	uint32_t	*mutex = &table_head(t)->mutex;

	if (__atomic_exchange_n(mutex, 0, __ATOMIC_SEQ_CST) & FUTEX_WAITERS)
		wake_word(mutex, 1);
	robust_pending(t, NULL);
	/*
	 * If the process is killed before these wakes, its death wakes those
	 * that wait for its claims; others check again after a time.
	 */
	while (t->nwakes > 0)
		wake_word(&table_member(t, t->wakes[--t->nwakes])->wake,
		    INT_MAX);
}

uint32_t
table_keeper(const struct table *t)
{
	return (load(&table_head(t)->mutex) & FUTEX_TID_MASK);
}

void
table_wake(struct table *t, uint32_t i)
{
	struct member	*m = table_member(t, i);

	(void)__atomic_add_fetch(&m->wake, 1, __ATOMIC_SEQ_CST);
	if (i == t->self)
		return;
	if (t->nwakes < WAKES)
		t->wakes[t->nwakes++] = i;
	else
		wake_word(&m->wake, INT_MAX);
}

bool
member_dead(const struct member *m)
{
	uint32_t	 v = load(&m->life);

	return ((v & FUTEX_OWNER_DIED) != 0 || (v & FUTEX_TID_MASK) == 0);
}

uint32_t
member_watch(struct member *m)
{
	uint32_t	 v;

	do {
		v = load(&m->life);
		if ((v & FUTEX_OWNER_DIED) || (v & FUTEX_TID_MASK) == 0)
			return (0);
	} while (!swap(&m->life, v, v | FUTEX_WAITERS));
	return (v | FUTEX_WAITERS);
}

/* Wait on two words: the kernel wakes the process for either. */
void
table_sleep(struct table *t, uint32_t wake, uint32_t other, uint32_t life,
    int64_t ns)
{
	uint32_t		*words[2] = { &table_member(t, t->self)->wake,
				    &table_member(t, other)->life };
	uint32_t		 values[2] = { wake, life };
	struct futex_waitv	 w[2];
	struct timespec		 ts;
	int64_t			 end = (int64_t)table_now() + ns;

	memset(w, 0, sizeof(w));
	for (int i = 0; i < 2; i++) {
		w[i].val = values[i];
		w[i].uaddr = (uintptr_t)words[i];
		w[i].flags = FUTEX_32;
	}
	ts = (struct timespec){ end / NS, end % NS };
	if (syscall(SYS_futex_waitv, w, 2, 0, &ts, CLOCK_MONOTONIC) == -1 &&
	    errno == ENOSYS)
		wait_word(words[0], wake, ns < POLL_NS ? ns : POLL_NS);
}

/* --- members --- */

int
table_join(struct table *t, uint32_t pid, const char *command)
{
	struct member	*m;
	uint32_t	 i;

	for (i = 1; i <= TABLE_MEMBERS; i++)
		if (load(&(m = table_member(t, i))->life) == 0)
			break;
	if (i > TABLE_MEMBERS) {
		errno = EAGAIN;
		return (-1);
	}
	m->pid = pid;
	m->first = m->waits = 0;
	(void)snprintf(m->command, sizeof(m->command), "%s", command);
	/*
	 * Use another list from this call on, so that the kernel never looks
	 * for the mutex at a wrong distance.
	 */
	robust_init(&t->joined, &m->life, (char *)&m->life -
	    (char *)&t->joined.life);
	t->joined.head.list_op_pending = (void *)((char *)
	    &table_head(t)->mutex - t->joined.head.futex_offset);
	if (robust_register(t, &t->joined) == -1)
		return (-1);
	__atomic_store_n(&m->life, t->tid, __ATOMIC_SEQ_CST);
	t->self = i;
	return (0);
}

void
table_leave(struct table *t)
{
	struct member	*m;

	if (t->self == 0)
		return;
	m = table_member(t, t->self);
	m->pid = m->first = m->waits = 0;
	if (__atomic_exchange_n(&m->life, 0, __ATOMIC_SEQ_CST) & FUTEX_WAITERS)
		wake_word(&m->life, INT_MAX);
	t->self = 0;
}

/* --- the file --- */

static size_t
size_of(uint32_t ngroups)
{
	return (GROUPS_AT + (size_t)ngroups * sizeof(struct group));
}

static uint32_t
groups_for(uint32_t count)
{
	return (EXTRA_GROUPS + (count + LOCK_GROUP - 1) / LOCK_GROUP);
}

/*
 * Allocate all pages: a write to a page that a full file system cannot provide
 * ends the process with SIGBUS.
 */
static int
make_room(int fd, uint32_t ngroups)
{
	struct stat	 st;
	off_t		 size = (off_t)size_of(ngroups);

	if (fallocate(fd, 0, 0, size) == 0)
		return (0);
	if (errno != EOPNOTSUPP || fstat(fd, &st) == -1)
		return (-1);
	return (st.st_size >= size ? 0 : ftruncate(fd, size));
}

int
table_grow(struct table *t, uint32_t count)
{
	struct table_head	*h = table_head(t);
	uint32_t		 n = groups_for(count);

	if (n <= h->ngroups)
		return (0);
	if (make_room(t->fd, n) == -1)
		return (-1);
	h->ngroups = n;
	table_rebuild(t);
	return (0);
}

/* Make a table of a file of zeros. The magic is written last. */
static int
set_up(struct table *t, const struct locks_want *want)
{
	struct table_head	*h = table_head(t);
	uint32_t		 n = groups_for(want->count);

	if (make_room(t->fd, n) == -1)
		return (-1);
	h->ngroups = n;
	h->stale = 1;			/* recorded objects may have numbers */
	(void)snprintf(h->boot_id, sizeof(h->boot_id), "%s", want->boot_id);
	(void)snprintf(table_slot(t, SLOT_STORE)->name, LOCK_NAME, "%s",
	    LOCK_STORE);
	table_rebuild(t);
	__atomic_store_n(&h->magic, MAGIC, __ATOMIC_SEQ_CST);
	return (0);
}

enum fit { FIT_GOOD, FIT_EMPTY, FIT_OLD, FIT_BAD };

/* Check the contents of the mapped file. */
static enum fit
look(const struct table *t, const struct locks_want *want)
{
	const struct table_head	*h = table_head(t);
	struct stat		 st;

	if (fstat(t->fd, &st) == -1)
		return (FIT_BAD);
	if (st.st_size == 0)
		return (FIT_EMPTY);
	if ((size_t)st.st_size < size_of(EXTRA_GROUPS))
		return (FIT_BAD);
	if (h->magic == 0 && h->boot_id[0] == '\0')
		return (FIT_EMPTY);
	if (strncmp(h->boot_id, want->boot_id, sizeof(h->boot_id)) != 0)
		return (FIT_OLD);
	if (h->magic == 0)
		return (FIT_EMPTY);	/* its maker died */
	if (h->magic != MAGIC || h->ngroups < EXTRA_GROUPS ||
	    h->ngroups > MAX_GROUPS ||
	    (size_t)st.st_size < size_of(h->ngroups))
		return (FIT_BAD);
	return (FIT_GOOD);
}

/*
 * Only one process at a time makes it. No process uses a table of an earlier
 * boot.
 */
static int
make(struct table *t, int dir_fd, const struct locks_want *want, bool *again)
{
	struct stat	 st;
	enum fit	 fit;
	int		 rc = 0;

	if (filelock_take(t->fd, true, TURN_MS) == -1)
		return (-1);
	*again = fstat(t->fd, &st) == 0 && st.st_nlink == 0;
	fit = *again ? FIT_GOOD : look(t, want);
	if (fit == FIT_OLD || (fit == FIT_BAD && want->any)) {
		*again = true;
		rc = unlinkat(dir_fd, FILE_NAME, 0);
	} else if (fit == FIT_BAD) {
		errno = EBADF;
		rc = -1;
	} else if (fit == FIT_EMPTY)
		rc = set_up(t, want);
	filelock_drop(t->fd);
	return (rc);
}

static void
unmap(struct table *t)
{
	if (t->map != NULL)
		(void)munmap(t->map, MAP_SIZE);
	if (t->fd != -1)
		close(t->fd);
	t->map = NULL;
	t->fd = -1;
}

/* Reserve the address space for the largest table, so that it never moves. */
static int
map(struct table *t, int dir_fd)
{
	void	*p;

	t->fd = path_regular(path_open(dir_fd, FILE_NAME, O_RDWR | O_CREAT |
	    O_NOFOLLOW | O_NONBLOCK, 0600));
	if (t->fd == -1)
		return (-1);
	p = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	if (p == MAP_FAILED)
		return (-1);
	t->map = p;
	return (0);
}

static int
attach(struct table *t, int dir_fd, const struct locks_want *want)
{
	bool	 again;

	for (int tries = 0; tries < 10; tries++) {
		if (map(t, dir_fd) == -1)
			return (-1);
		if (look(t, want) == FIT_GOOD)
			return (0);
		again = false;
		if (make(t, dir_fd, want, &again) == -1)
			return (-1);
		if (!again)
			return (0);
		unmap(t);
	}
	errno = EAGAIN;
	return (-1);
}

/* The highest number in use plus one. */
static uint32_t
highest(const struct table *t)
{
	uint32_t	 n = table_slots(t);

	while (n > TABLE_EXTRA && !table_slot(t, n)->allocated)
		n--;
	return (n - TABLE_EXTRA);
}

static int
check_size(struct table *t, const struct locks_want *want)
{
	uint32_t	 n = groups_for(want->count), top;

	if (table_head(t)->ngroups == n)
		return (0);
	if (table_grow(t, want->count) == -1)
		return (-1);
	if (want->any || table_head(t)->ngroups == n)
		return (0);
	top = highest(t);
	if (top <= (n - EXTRA_GROUPS) * LOCK_GROUP)
		return (0);
	(void)locks_fail(ERANGE, "lock %u is in use, but engine.num_locks is "
	    "%u now: raise it again, or have bulkhead system renumber give "
	    "all objects new locks", top - 1, want->count);
	return (-1);
}

static int
open_in(struct table *t, int dir_fd, const struct locks_want *want)
{
	int	 rc, saved;

	t->tid = (uint32_t)syscall(SYS_gettid);
	robust_init(&t->alone, NULL, 0);
	if (robust_register(t, &t->alone) == -1 ||
	    attach(t, dir_fd, want) == -1 || table_lock(t) == -1) {
		(void)locks_fail(errno, errno == EBADF ? "the table of locks "
		    "is damaged: %s; bulkhead system renumber makes it again" :
		    "cannot open the table of locks: %s", path_why(errno));
		return (-1);
	}
	rc = check_size(t, want);
	saved = errno;
	table_unlock(t);
	if (rc == -1 && saved != ERANGE)
		(void)locks_fail(saved, "cannot enlarge the table of locks: "
		    "%s", strerror(saved));
	errno = saved;
	return (rc);
}

struct table *
table_open(int dir_fd, const struct locks_want *want)
{
	struct table	*t = calloc(1, sizeof(*t));

	if (t == NULL)
		return (locks_fail(ENOMEM, "out of memory"));
	t->fd = -1;
	if (open_in(t, dir_fd, want) == 0)
		return (t);
	table_close(t);
	return (NULL);
}

void
table_close(struct table *t)
{
	int	 saved = errno;

	if (t == NULL)
		return;
	if (t->copy)
		free(t->map);
	else
		unmap(t);
	/* The kernel still has the address of the list in here. */
	if (t->robust != NULL)
		(void)syscall(SYS_set_robust_list, NULL,
		    sizeof(struct robust_list_head));
	free(t);
	errno = saved;
}

struct table *
table_copy(const struct table *t)
{
	struct table	*c = calloc(1, sizeof(*c));
	size_t		 size = size_of(table_slots(t) / LOCK_GROUP);

	if (c == NULL || (c->map = malloc(size)) == NULL) {
		free(c);
		return (NULL);
	}
	memcpy(c->map, t->map, size);
	c->fd = -1;
	c->copy = true;
	return (c);
}
