/*
 * lockbroker's locks: holders, order, ends, and numbers. All of it with both
 * types of locks.
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "../statekeep/peer.h"
#include "records.h"

#define BOOT	"11111111-2222-3333-4444-555555555555"

static const char	*program, *dir, *type;
static uint32_t		 count = 2048;

#define OK(x, what)	ok_line((x), (what), __LINE__)
#define IS_SHM		(strcmp(type, "shm") == 0)

static void
ok_line(int good, const char *what, int line)
{
	char	 text[256];

	(void)snprintf(text, sizeof(text), "%s (%s)", what, type);
	check(good, text, line);
}

static uint32_t
open_with(struct peer *p, const char *kind, const char *boot, uint32_t n,
    uint32_t flags)
{
	union msg	 m = { 0 };
	int		 fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t	 rc;

	(void)snprintf(m.lock_open.type, sizeof(m.lock_open.type), "%s", kind);
	(void)snprintf(m.lock_open.boot_id, sizeof(m.lock_open.boot_id), "%s",
	    boot);
	m.lock_open.count = n;
	m.lock_open.flags = flags;
	peer_start(p, program, R_LOCK);
	rc = peer_ask(p, MSG_lock_open, &m, &fd, 1);
	close(fd);
	return (rc);
}

static void
lock_start(struct peer *p)
{
	uint32_t	 rc = open_with(p, type, BOOT, count, 0);

	if (rc != 0)
		printf("# %s\n", p->text);
	CHECK(rc == 0);
}

static union msg
take_msg(const char *name, bool shared, unsigned int wait_ms)
{
	union msg	 m = { 0 };

	(void)snprintf(m.lock_take.name, sizeof(m.lock_take.name), "%s",
	    name);
	m.lock_take.shared = shared;
	m.lock_take.wait_ms = wait_ms;
	return (m);
}

static uint32_t
take(struct peer *p, const char *name, bool shared, unsigned int wait_ms)
{
	union msg	 m = take_msg(name, shared, wait_ms);

	return (peer_ask(p, MSG_lock_take, &m, NULL, 0));
}

/* Take it with a number; that is in p->value. */
static uint32_t
take_new(struct peer *p, const char *name)
{
	union msg	 m = take_msg(name, false, 0);

	m.lock_take.alloc = 1;
	return (peer_ask(p, MSG_lock_take, &m, NULL, 0));
}

static uint32_t
drop(struct peer *p, const char *name)
{
	union msg	 m = { 0 };

	(void)snprintf(m.lock_drop.name, sizeof(m.lock_drop.name), "%s",
	    name);
	return (peer_ask(p, MSG_lock_drop, &m, NULL, 0));
}

static uint32_t
lock_free(struct peer *p, const char *name)
{
	union msg	 m = { 0 };

	(void)snprintf(m.lock_free.name, sizeof(m.lock_free.name), "%s",
	    name);
	return (peer_ask(p, MSG_lock_free, &m, NULL, 0));
}

static uint32_t
lock_alloc(struct peer *p, const char *name, uint32_t number)
{
	union msg	 m = { 0 };

	(void)snprintf(m.lock_alloc.name, sizeof(m.lock_alloc.name), "%s",
	    name);
	m.lock_alloc.number = number;
	return (peer_ask(p, MSG_lock_alloc, &m, NULL, 0));
}

static uint32_t
lock_find(struct peer *p, const char *name, uint32_t number)
{
	union msg	 m = { 0 };

	(void)snprintf(m.lock_find.name, sizeof(m.lock_find.name), "%s",
	    name);
	m.lock_find.number = number;
	return (peer_ask(p, MSG_lock_find, &m, NULL, 0));
}

/* The list, or NULL. */
static struct rec *
lock_list(struct peer *p, bool all)
{
	union msg	 m = { .lock_list = { .all = all } };

	if (peer_ask(p, MSG_lock_list, &m, NULL, 0) != 0 || p->fd == -1)
		return (NULL);
	return (rec_from_fd(p->fd, RECORD(any), NULL));
}

static uint32_t
renumber(struct peer *p, const struct rec *r, bool begin)
{
	union msg	 m = { .lock_renumber = { .begin = begin } };
	int		 fd = rec_memfd(r, "locks");
	uint32_t	 rc = peer_ask(p, MSG_lock_renumber, &m, &fd, 1);

	close(fd);
	return (rc);
}

static void
add_lock(struct rec *r, const char *name, int64_t number)
{
	struct rec	*l = rec_new();

	(void)rec_add(l, KEY(name), name);
	(void)rec_add_num(l, KEY(number), number);
	(void)rec_add_rec(r, KEY_IN(locks, lock), l);
	rec_free(l);
}

static double
now_us(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3);
}

/* Locks that the list has, with all those that are allocated. */
static int
listed(struct peer *p, bool all)
{
	struct rec	*r = lock_list(p, all);
	int		 n = r == NULL ? -1 : (int)rec_count(r, KEY(lock));

	rec_free(r);
	return (n);
}

static void
test_exclusive(struct peer *a, struct peer *b)
{
	char	 pid[32];

	CHECK(take(a, "ctr:1", false, 0) == 0);
	CHECK(take(b, "ctr:1", false, 0) == EBUSY);
	(void)snprintf(pid, sizeof(pid), "process %d (", getpid());
	CHECK(strstr(b->text, pid) != NULL);
	CHECK(take(b, "ctr:1", true, 60) == ETIMEDOUT);
	CHECK(strstr(b->text, "lock ctr:1 was not free within 60 ms") !=
	    NULL);
	CHECK(strstr(b->text, "lockbroker_test") != NULL);
	OK(take(a, "ctr:1", false, 0) == EDEADLK,
	    "S50: a lock that this command holds is refused");
	CHECK(take(b, "ctr:2", false, 0) == 0);
	CHECK(drop(b, "ctr:1") == ENOENT);
	CHECK(drop(a, "ctr:1") == 0);
	CHECK(drop(a, "ctr:1") == ENOENT);
	CHECK(take(b, "ctr:1", false, 0) == 0);
	CHECK(drop(b, "ctr:1") == 0);
	CHECK(drop(b, "ctr:2") == 0);
	CHECK(listed(a, true) == 0);
}

static void
test_shared(struct peer *a, struct peer *b)
{
	CHECK(take(a, "s", true, 0) == 0);
	CHECK(take(b, "s", true, 0) == 0);
	CHECK(drop(a, "s") == 0);
	CHECK(take(a, "s", false, 0) == EBUSY);
	CHECK(drop(b, "s") == 0);
	CHECK(take(a, "s", false, 0) == 0);
	CHECK(take(b, "s", true, 0) == EBUSY);
	CHECK(drop(a, "s") == 0);
}

static void
test_names(struct peer *a)
{
	CHECK(take(a, "", false, 0) == EINVAL);
	CHECK(take(a, "..", false, 0) == EINVAL);
	CHECK(take(a, "a/b", false, 0) == EINVAL);
	CHECK(take(a, ".x", false, 0) == EINVAL);
	CHECK(take(a, "7", false, 0) == EINVAL);
	if (IS_SHM)
		return;
	CHECK(symlinkat("/etc/passwd", open(dir, O_PATH), "link") == 0);
	CHECK(take(a, "link", false, 0) == ELOOP);
	CHECK(unlinkat(open(dir, O_PATH), "link", 0) == 0);
}

/* Numbers: allocate, allocate a given one, retrieve, free, free all. */
static void
test_numbers(struct peer *a, struct peer *b)
{
	struct rec	*r;

	OK(take_new(a, "ctr:a") == 0 && a->value == 1,
	    "S47: the first lock that is allocated is number 0");
	OK(take_new(b, "ctr:b") == 0 && b->value == 2,
	    "S47: the lowest number that is free is next");
	CHECK(drop(a, "ctr:a") == 0);
	CHECK(drop(b, "ctr:b") == 0 && take(b, "ctr:b", false, 0) == 0);
	OK(lock_find(a, "ctr:a", 0) == 0 && a->value == 1,
	    "S47: a number stays when nobody holds the lock");
	OK(lock_find(a, "", 2) == 0 && strcmp(a->text, "ctr:b") == 0,
	    "S47: a lock is retrieved by its number");
	OK(lock_alloc(a, "ctr:c", 6) == 0 && a->value == 6,
	    "S47: a given number is allocated");
	OK(lock_alloc(a, "ctr:d", 6) == EEXIST,
	    "S46: a number that was given is EEXIST");
	OK(lock_alloc(a, "ctr:c", 0) == EEXIST,
	    "S46: a name that has a number is EEXIST");
	if (IS_SHM) {
		OK(lock_alloc(a, "ctr:d", 2049) == EINVAL,
		    "S46: a number that is too large is EINVAL");
		OK(lock_find(a, "", 5000000) == EINVAL,
		    "S46: so is one to be retrieved");
	} else
		OK(lock_alloc(a, "ctr:z", 5001) == 0 &&
		    lock_free(a, "ctr:z") == 0,
		    "S42: numbers of files have no bound, and no ERANGE");
	OK(lock_find(a, "", 5) == ENOENT,
	    "S46: a number that is free is not found");
	OK(lock_free(a, "ctr:d") == ENOENT,
	    "S46: freeing a free one is ENOENT");
	OK(take_new(b, "ctr:d") == 0 && b->value == 3,
	    "S47: allocated between others");
	OK(lock_free(a, "ctr:b") == 0 && take(a, "ctr:b", false, 0) == EBUSY,
	    "S47: a lock that was freed is still its holder's");
	OK(drop(b, "ctr:b") == 0 && take(b, "ctr:b", false, 0) == 0 &&
	    b->value == 0, "S46: a lock without a number can be taken");
	CHECK(drop(b, "ctr:b") == 0);
	CHECK(lock_find(a, "ctr:b", 0) == ENOENT);
	OK(take_new(b, "ctr:e") == 0 && b->value == 2,
	    "S47: a number that was freed is given again");
	r = lock_list(a, true);
	OK(r != NULL && rec_num(r, KEY(allocated), 0) == 4,
	    "S47: those that are allocated are counted");
	OK(r != NULL && (!IS_SHM || rec_num(r, KEY(count), 0) == 2048),
	    "S47: and so are those that there are");
	OK(r != NULL && rec_count(r, KEY(lock)) == 5,
	    "S47: and listed, with the store's");
	rec_free(r);
	CHECK(drop(b, "ctr:e") == 0 && drop(b, "ctr:d") == 0);
}

static void
test_renumber(struct peer *a, struct peer *b)
{
	struct rec	*r = rec_new();
	union msg	 m = take_msg("ctr:x", false, 5000);
	double		 t;

	add_lock(r, "ctr:e", 0);
	add_lock(r, "ctr:new", 1);
	OK(renumber(b, r, false) == EPERM,
	    "X4: who does not hold the store alone renumbers nothing");
	CHECK(take(b, "ctr:work", false, 0) == 0);
	OK(take(a, "store", false, 100) == ETIMEDOUT,
	    "X4: a renumbering waits for commands at work");
	CHECK(drop(b, "ctr:work") == 0);
	/* a has freed a number: what it belongs to may still be recorded. */
	OK(take(a, "store", false, 0) == 0, "X4: and begins when they end");
	OK(take(b, "ctr:work", false, 0) == EBUSY && strstr(b->text,
	    "lock store is held") != NULL,
	    "X4: a command waits while locks are renumbered");
	CHECK(peer_send(b, MSG_lock_take, &m, NULL, 0) == 0);
	CHECK(renumber(a, r, true) == 0);
	OK(renumber(a, r, false) == 0 && lock_find(a, "ctr:new", 0) == 0 &&
	    a->value == 2 && lock_find(a, "ctr:d", 0) == ENOENT &&
	    lock_find(a, "ctr:e", 0) == 0 && a->value == 1,
	    "S49: all locks are freed, and given again");
	t = now_us();
	CHECK(drop(a, "store") == 0);
	OK(peer_answer(b) == 0, "X4: then what waited goes on");
	printf("# %.0f us after it\n", now_us() - t);
	CHECK(drop(b, "ctr:x") == 0);
	rec_free(r);
	r = rec_new();
	CHECK(take(a, "store", false, 1000) == 0);
	OK(renumber(a, r, false) == 0 && listed(a, true) <= 1,
	    "S46: free-all leaves none");
	CHECK(drop(a, "store") == 0);
	rec_free(r);
}

/* A number that was not recorded is released with its lock. */
static void
test_fresh(struct peer *a)
{
	struct peer	 b;

	lock_start(&b);
	CHECK(take_new(&b, "ctr:lost") == 0);
	CHECK(take_new(&b, "ctr:kept") == 0 && drop(&b, "ctr:kept") == 0);
	if (IS_SHM) {
		CHECK(kill(b.pid, SIGKILL) == 0);
		CHECK(peer_end(&b) == -SIGKILL);
	} else
		CHECK(peer_end(&b) == 0);
	OK(take(a, "ctr:lost", false, 1000) == 0 &&
	    lock_find(a, "ctr:lost", 0) == ENOENT &&
	    lock_find(a, "ctr:kept", 0) == 0,
	    "S47: the number of one that was never made is free again");
	CHECK(drop(a, "ctr:lost") == 0 && lock_free(a, "ctr:kept") == 0);
	CHECK(listed(a, true) == 1);
}

/* A renumbering that was only announced: the next to open the table is told. */
static void
test_stale(void)
{
	struct peer	 a, b;
	struct rec	*r = rec_new();

	lock_start(&a);
	CHECK(a.value == 0);
	CHECK(take(&a, "store", false, 0) == 0);
	CHECK(renumber(&a, r, true) == 0);
	CHECK(kill(a.pid, SIGKILL) == 0);
	CHECK(peer_end(&a) == -SIGKILL);
	lock_start(&b);
	OK(b.value == 1, "S49: a renumbering that was cut short is noticed");
	CHECK(take(&b, "store", false, 1000) == 0);
	CHECK(renumber(&b, r, false) == 0);
	CHECK(peer_end(&b) == 0);
	lock_start(&a);
	CHECK(a.value == 0);
	CHECK(peer_end(&a) == 0);
	rec_free(r);
}

/*
 * The holder is killed: a waiter has the lock at once, whatever it asked for.
 */
static void
test_death(void)
{
	struct peer	 a, b;
	union msg	 m = take_msg("d", false, 5000);
	double		 t;

	lock_start(&a);
	lock_start(&b);
	CHECK(take(&a, "d", false, 0) == 0);
	CHECK(peer_send(&b, MSG_lock_take, &m, NULL, 0) == 0);
	usleep(100000);
	t = now_us();
	CHECK(kill(a.pid, SIGKILL) == 0);
	CHECK(peer_answer(&b) == 0);
	t = now_us() - t;
	printf("# waited %.0f us after the holder's death\n", t);
	OK(t < 10000, "S46: the holder's death frees it in under 10 ms");
	CHECK(peer_end(&a) == -SIGKILL);
	CHECK(peer_end(&b) == 0);
}

/* A chain of waiters, any of whom may die: the others are not forgotten. */
static void
test_chain(void)
{
	struct peer	 p[5];
	union msg	 m = take_msg("chain", false, 5000);
	double		 t;

	for (int i = 0; i < 5; i++)
		lock_start(&p[i]);
	CHECK(take(&p[0], "chain", false, 0) == 0);
	for (int i = 1; i < 5; i++) {
		CHECK(peer_send(&p[i], MSG_lock_take, &m, NULL, 0) == 0);
		usleep(20000);
	}
	CHECK(kill(p[2].pid, SIGKILL) == 0 && kill(p[1].pid, SIGKILL) == 0);
	usleep(20000);
	t = now_us();
	CHECK(kill(p[0].pid, SIGKILL) == 0);
	if (IS_SHM) {
		CHECK(peer_answer(&p[3]) == 0);
		OK(now_us() - t < 10000,
		    "S46: the first of those who live is next");
		CHECK(drop(&p[3], "chain") == 0);
		CHECK(peer_answer(&p[4]) == 0);
	}
	for (int i = 0; i < 3; i++)
		CHECK(peer_end(&p[i]) == -SIGKILL);
	for (int i = 3; i < 5; i++)
		CHECK(peer_end(&p[i]) == 0);
}

/* The connection closes while it waits: the broker ends, the queue moves. */
static void
test_impatience(void)
{
	struct peer	 a, b;
	union msg	 m = take_msg("i", false, 600000);
	double		 t;

	lock_start(&a);
	lock_start(&b);
	CHECK(take(&a, "i", false, 0) == 0);
	CHECK(peer_send(&b, MSG_lock_take, &m, NULL, 0) == 0);
	usleep(50000);
	t = now_us();
	CHECK(peer_end(&b) == 0);
	CHECK(now_us() - t < 500000);
	CHECK(take(&a, "other", false, 0) == 0);
	CHECK(drop(&a, "other") == 0 && drop(&a, "i") == 0);
	CHECK(listed(&a, true) == 0);
	CHECK(peer_end(&a) == 0);
}

/* A has x and wants y, B has y and wants x; and a ring of three. */
static void
test_cycle(void)
{
	struct peer	 a, b, c;
	union msg	 y = take_msg("y", false, 5000);
	union msg	 z = take_msg("z", false, 5000);
	double		 t;

	lock_start(&a);
	lock_start(&b);
	lock_start(&c);
	CHECK(take(&a, "x", false, 0) == 0);
	CHECK(take(&b, "y", false, 0) == 0);
	CHECK(take(&c, "z", false, 0) == 0);
	CHECK(peer_send(&a, MSG_lock_take, &y, NULL, 0) == 0);
	usleep(70000);
	t = now_us();
	OK(take(&b, "x", false, 5000) == EDEADLK,
	    "S50: a cycle of two commands is refused");
	t = now_us() - t;
	printf("# after %.0f us\n", t);
	OK(t < 100000, "S50: in under 100 ms");
	CHECK(peer_send(&b, MSG_lock_take, &z, NULL, 0) == 0);
	usleep(70000);
	OK(take(&c, "x", false, 5000) == EDEADLK,
	    "S50: and one of three");
	CHECK(drop(&c, "z") == 0);
	OK(peer_answer(&b) == 0, "S50: the others go on");
	CHECK(drop(&b, "y") == 0);
	CHECK(peer_answer(&a) == 0);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	CHECK(peer_end(&c) == 0);
}

/* Pod, container, dependency: several are held at once. */
static void
test_nested(struct peer *a, struct peer *b)
{
	CHECK(take(a, "pod:p", false, 0) == 0);
	CHECK(take(a, "ctr:p1", false, 0) == 0);
	OK(take(a, "ctr:p2", false, 0) == 0,
	    "S50: locks of a pod and its containers are held together");
	CHECK(take(b, "ctr:p2", false, 0) == EBUSY);
	CHECK(drop(a, "ctr:p2") == 0);
	CHECK(take(b, "ctr:p2", false, 0) == 0);
	CHECK(drop(b, "ctr:p2") == 0);
	CHECK(drop(a, "pod:p") == 0 && drop(a, "ctr:p1") == 0);
}

/* What the peer heard on its stderr so far. */
static size_t
said(struct peer *p, char *out, size_t size)
{
	ssize_t	 n;

	(void)fcntl(p->log_fd, F_SETFL, O_NONBLOCK);
	n = read(p->log_fd, out, size - 1);
	out[n < 0 ? 0 : n] = '\0';
	(void)fcntl(p->log_fd, F_SETFL, 0);
	return (n < 0 ? 0 : (size_t)n);
}

static void
test_stopped(void)
{
	struct peer	 a, b;
	union msg	 m = take_msg("stopped", false, 20000);
	char		 text[512], want[64];

	lock_start(&a);
	lock_start(&b);
	CHECK(take(&a, "stopped", false, 0) == 0);
	CHECK(kill(a.pid, SIGSTOP) == 0);
	CHECK(peer_send(&b, MSG_lock_take, &m, NULL, 0) == 0);
	usleep(400000);
	CHECK(said(&b, text, sizeof(text)) == 0);
	for (int i = 0; i < 50 && said(&b, text, sizeof(text)) == 0; i++)
		usleep(100000);
	printf("# %s", text);
	(void)snprintf(want, sizeof(want), "process %d (", getpid());
	OK(strstr(text, want) != NULL && strchr(text, '\n') == text +
	    strlen(text) - 1, "D5: after a second one line names the holder");
	CHECK(kill(a.pid, SIGCONT) == 0);
	CHECK(drop(&a, "stopped") == 0);
	CHECK(peer_answer(&b) == 0);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
}

/* The list while locks are held and waited for. */
static void
test_list(void)
{
	struct peer	 a, b, c;
	union msg	 m = take_msg("ctr:l", false, 20000);
	struct rec	*r, *l, *k;
	size_t		 it = 0, jt = 0;
	bool		 found = false;

	lock_start(&a);
	lock_start(&b);
	CHECK(open_with(&c, type, BOOT, count, 1) == 0);
	CHECK(take_new(&a, "ctr:l") == 0);
	CHECK(peer_send(&b, MSG_lock_take, &m, NULL, 0) == 0);
	usleep(100000);
	r = lock_list(&c, false);
	while (r != NULL && (l = rec_sub(r, KEY_IN(locks, lock),
	    &it)) != NULL) {
		if (strcmp(rec_str(l, KEY(name), ""), "ctr:l") == 0) {
			found = rec_count(l, KEY(claim)) == 2 &&
			    rec_num(l, KEY(number), -1) == 0;
			k = rec_sub(l, KEY(claim), &jt);
			found = found && rec_num(k, KEY(held), 0) == 1 &&
			    rec_num(k, KEY(pid), 0) == getpid() &&
			    rec_num(k, KEY(age_ns), -1) >= 0 &&
			    strstr(rec_str(k, KEY(command), ""),
			    "lockbroker_test") != NULL;
			rec_free(k);
		}
		rec_free(l);
	}
	OK(found, "D5: the list shows holder and waiters of a held lock");
	rec_free(r);
	CHECK(drop(&a, "ctr:l") == 0);
	CHECK(peer_answer(&b) == 0);
	CHECK(lock_free(&b, "ctr:l") == 0);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	CHECK(peer_end(&c) == 0);
}

/* Ten take turns at one lock, whose name comes and goes: never two at once. */
#define CROWD	50
#define ROUNDS	100

static int	 inside, collisions, pause_us;

static void *
member(void *arg)
{
	struct peer	*p = arg;
	intptr_t	 bad = 0;
	union msg	 m = take_msg("crowd", false, 20000);
	union msg	 d = { 0 };

	(void)snprintf(d.lock_drop.name, sizeof(d.lock_drop.name), "crowd");
	for (int i = 0; i < ROUNDS; i++) {
		/* Own sequence numbers: peer_ask's are for one thread. */
		if (chan_send(&p->ch, MSG_lock_take, 1, &m, NULL, 0) == -1 ||
		    peer_answer(p) != 0)
			bad++;
		if (__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST) != 0)
			__atomic_fetch_add(&collisions, 1, __ATOMIC_SEQ_CST);
		if (pause_us > 0)
			usleep((useconds_t)pause_us);
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		if (chan_send(&p->ch, MSG_lock_drop, 1, &d, NULL, 0) == -1 ||
		    peer_answer(p) != 0)
			bad++;
	}
	return ((void *)bad);
}

static void
test_crowd(int n, int us)
{
	struct peer	 p[CROWD];
	pthread_t	 t[CROWD];
	void		*bad;
	intptr_t	 sum = 0;
	double		 start;

	pause_us = us;
	for (int i = 0; i < n; i++)
		lock_start(&p[i]);
	start = now_us();
	for (int i = 0; i < n; i++)
		CHECK(pthread_create(&t[i], NULL, member, &p[i]) == 0);
	for (int i = 0; i < n; i++) {
		CHECK(pthread_join(t[i], &bad) == 0);
		sum += (intptr_t)bad;
	}
	printf("# %s: %d takers: %.1f us each turn, %d of them asleep\n",
	    type, n, (now_us() - start) / (n * ROUNDS), us);
	CHECK(sum == 0);
	CHECK(collisions == 0);
	for (int i = 0; i < n; i++)
		CHECK(peer_end(&p[i]) == 0);
}

/* While others work, brokers are killed at any instruction. */
static void
test_killed(void)
{
	struct peer	 p[6], victim;
	pthread_t	 t[6];
	union msg	 m = take_msg("crowd", false, 20000);
	union msg	 d = { 0 };
	void		*bad;
	intptr_t	 sum = 0;
	int		 killed = 0;

	pause_us = 20;
	(void)snprintf(d.lock_drop.name, sizeof(d.lock_drop.name), "crowd");
	for (int i = 0; i < 6; i++)
		lock_start(&p[i]);
	for (int i = 0; i < 6; i++)
		CHECK(pthread_create(&t[i], NULL, member, &p[i]) == 0);
	for (int i = 0; i < 60; i++) {
		if (open_with(&victim, type, BOOT, count, 0) != 0)
			break;
		for (int j = 0; j < 40; j++)
			(void)(chan_send(&victim.ch, j & 1 ? MSG_lock_drop :
			    MSG_lock_take, 1, j & 1 ? &d : &m, NULL, 0));
		usleep((useconds_t)(random() % 3000));
		killed += kill(victim.pid, SIGKILL) == 0;
		(void)peer_end(&victim);
	}
	for (int i = 0; i < 6; i++) {
		CHECK(pthread_join(t[i], &bad) == 0);
		sum += (intptr_t)bad;
	}
	OK(killed == 60 && sum == 0,
	    "S46: who dies at any instruction stops nobody");
	for (int i = 0; i < 6; i++)
		CHECK(peer_end(&p[i]) == 0);
	lock_start(&victim);
	CHECK(listed(&victim, true) == 0);
	CHECK(peer_end(&victim) == 0);
}

static void
test_speed(struct peer *a)
{
	double	 t = now_us(), us;
	int	 bad = 0;

	for (int i = 0; i < 2000; i++)
		if (take(a, "fast", false, 0) != 0 || drop(a, "fast") != 0)
			bad++;
	us = (now_us() - t) / 4000;
	printf("# %s: an uncontended round trip: %.1f us\n", type, us);
	CHECK(bad == 0);
}

/* Sizes of the table: only that of shm has one. */
static void
test_sizes(void)
{
	struct peer	 a, b;
	char		 name[16];
	int		 n = 0;

	OK(open_with(&a, type, BOOT, 0, 0) == EINVAL,
	    "S46: a count of zero is EINVAL");
	CHECK(peer_end(&a) == 0);
	CHECK(open_with(&a, type, BOOT, 33, 0) == 0);
	for (;; n++) {
		(void)snprintf(name, sizeof(name), "ctr:%d", n);
		if (lock_alloc(&a, name, 0) != 0)
			break;
	}
	OK(n == 64, "S46: 33 locks are rounded up to 64");
	OK(take_new(&a, "ctr:more") == ENOSPC && strstr(a.text, "num_locks")
	    != NULL, "S46: when they are used up, it is ENOSPC, with advice");
	CHECK(take(&a, "ctr:5", false, 0) == 0);
	CHECK(open_with(&b, type, BOOT, 128, 0) == 0);
	OK(take_new(&b, "ctr:more") == 0 && b.value == 65,
	    "S44: raising num_locks grows the table under its users");
	OK(take(&b, "ctr:5", false, 0) == EBUSY && drop(&a, "ctr:5") == 0 &&
	    take(&b, "ctr:5", false, 0) == 0 && lock_find(&a, "", 65) == 0,
	    "S44: who has it open sees the same table");
	CHECK(peer_end(&a) == 0);
	OK(open_with(&a, type, BOOT, 64, 0) == ERANGE && strstr(a.text,
	    "system renumber") != NULL,
	    "S44: fewer than are in use is ERANGE, with advice");
	CHECK(peer_end(&a) == 0);
	CHECK(lock_free(&b, "ctr:more") == 0);
	OK(open_with(&a, type, BOOT, 64, 0) == 0,
	    "S44: what is not in use does not matter");
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	OK(open_with(&a, type, "another-boot", 32, 0) == 0 &&
	    listed(&a, true) == 0, "S43: the table of another boot is empty");
	CHECK(peer_end(&a) == 0);
}

/* 100,000 names, and all of them held by one. */
static void
test_many(void)
{
	struct peer	 a;
	char		 name[16];
	int		 bad = 0;
	double		 t = now_us();

	CHECK(open_with(&a, type, BOOT, 100000, 0) == 0);
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "ctr:%d", i);
		bad += take_new(&a, name) != 0;
	}
	OK(bad == 0, "D5: 100,000 locks are held");
	printf("# %.1f us each\n", (now_us() - t) / 100000);
	t = now_us();
	CHECK(peer_end(&a) == 0);
	printf("# let go in %.0f ms\n", (now_us() - t) / 1000);
}

static void
test_damage(void)
{
	struct peer	 a;
	char		 path[128];
	int		 fd;

	(void)snprintf(path, sizeof(path), "%s/table", dir);
	fd = open(path, O_WRONLY);
	CHECK(fd != -1 && pwrite(fd, "what", 4, 0) == 4);
	close(fd);
	OK(open_with(&a, type, "another-boot", 32, 0) == EBADF,
	    "S46: a table with another magic is EBADF");
	CHECK(peer_end(&a) == 0);
	OK(open_with(&a, type, "another-boot", 32, 1) == 0 &&
	    listed(&a, true) == 0,
	    "S44: a renumbering makes a damaged table anew");
	CHECK(peer_end(&a) == 0);
}

static void
test_types(void)
{
	struct peer	 a;

	OK(open_with(&a, "unknown", BOOT, 32, 0) == EINVAL && strstr(a.text,
	    "unknown lock type \"unknown\"") != NULL,
	    "S45: any other lock type is refused by name");
	CHECK(peer_end(&a) == 0);
	OK(open_with(&a, "", BOOT, 32, 0) == 0 && faccessat(open(dir, O_PATH),
	    "table", F_OK, 0) == 0, "S43: no lock type is shm");
	CHECK(peer_end(&a) == 0);
}

static void
test_all(const char *what)
{
	struct peer	 a, b;

	type = what;
	dir = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	lock_start(&a);
	lock_start(&b);
	test_exclusive(&a, &b);
	test_shared(&a, &b);
	test_names(&a);
	test_nested(&a, &b);
	test_speed(&a);
	test_numbers(&a, &b);
	test_renumber(&a, &b);
	test_fresh(&a);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	test_stale();
	test_list();
	test_death();
	test_chain();
	test_impatience();
	test_cycle();
	test_stopped();
	test_crowd(10, 50);
	if (IS_SHM)
		test_crowd(50, 0);
	test_killed();
	remove_dir(dir);
}

/* What two packets between two processes cost, without a broker. */
static void
bare_speed(void)
{
	int	 sp[2];
	char	 packet[128] = { 0 };
	double	 t;
	pid_t	 pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1 ||
	    (pid = fork()) == -1)
		err(1, "socketpair, fork");
	if (pid == 0) {
		close(sp[0]);
		while (recv(sp[1], packet, sizeof(packet), 0) > 0)
			(void)send(sp[1], packet, sizeof(packet), 0);
		_exit(0);
	}
	close(sp[1]);
	t = now_us();
	for (int i = 0; i < 4000; i++)
		if (send(sp[0], packet, sizeof(packet), 0) == -1 ||
		    recv(sp[0], packet, sizeof(packet), 0) <= 0)
			err(1, "send, recv");
	printf("# bare: two packets and no broker: %.1f us\n",
	    (now_us() - t) / 4000);
	close(sp[0]);
	(void)waitpid(pid, NULL, 0);
}

/*
 * Have everybody on one processor, which is then always awake: to wake another
 * one costs a virtual machine more than all that we measure.
 */
static void
stay_here(void)
{
	cpu_set_t	 one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	if (sched_setaffinity(0, sizeof(one), &one) == -1)
		err(1, "sched_setaffinity");
}

static void
bench_all(void)
{
	static const char *const	 kinds[] = { "shm", "file" };
	struct peer			 a;

	bare_speed();
	for (int i = 0; i < 2; i++) {
		type = kinds[i];
		lock_start(&a);
		test_speed(&a);
		CHECK(peer_end(&a) == 0);
		test_crowd(50, 0);
	}
}

/* What make bench wants to know. */
static int
bench(void)
{
	dir = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	printf("# processors: all, and most of them asleep\n");
	bench_all();
	stay_here();
	printf("# processors: one for all\n");
	bench_all();
	remove_dir(dir);
	return (finish());
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program [bench]", argv[0]);
	program = argv[1];
	if (argc > 2)
		return (bench());
	test_all("file");
	test_all("shm");
	dir = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	test_types();
	remove_dir(dir);
	dir = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	test_sizes();
	test_damage();
	test_many();
	remove_dir(dir);
	return (finish());
}
