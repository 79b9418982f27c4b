/* What lockbroker promises: who holds what, and when it ends. */
#include <pthread.h>
#include <time.h>

#include "../statekeep/peer.h"

static const char	*program, *dir;

static void
lock_start(struct peer *p)
{
	union msg	 m = { 0 };
	int		 fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	peer_start(p, program, R_LOCK);
	CHECK(peer_ask(p, MSG_lock_open, &m, &fd, 1) == 0);
	close(fd);
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

static uint32_t
drop(struct peer *p, const char *name)
{
	union msg	 m = { 0 };

	(void)snprintf(m.lock_drop.name, sizeof(m.lock_drop.name), "%s",
	    name);
	return (peer_ask(p, MSG_lock_drop, &m, NULL, 0));
}

static double
now_us(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3);
}

static bool
file_there(const char *name)
{
	char		 path[256];
	struct stat	 st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return (lstat(path, &st) == 0);
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
	CHECK(take(a, "ctr:1", false, 0) == EDEADLK);
	CHECK(take(b, "ctr:2", false, 0) == 0);
	CHECK(drop(b, "ctr:1") == ENOENT);
	CHECK(drop(a, "ctr:1") == 0);
	CHECK(drop(a, "ctr:1") == ENOENT);
	CHECK(take(b, "ctr:1", false, 0) == 0);
	CHECK(drop(b, "ctr:1") == 0);
	CHECK(drop(b, "ctr:2") == 0);
	CHECK(!file_there("ctr:1") && !file_there("ctr:2"));
}

static void
test_shared(struct peer *a, struct peer *b)
{
	CHECK(take(a, "s", true, 0) == 0);
	CHECK(take(b, "s", true, 0) == 0);
	CHECK(drop(a, "s") == 0);
	CHECK(file_there("s"));
	CHECK(take(a, "s", false, 0) == EBUSY);
	CHECK(drop(b, "s") == 0);
	CHECK(!file_there("s"));
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
	CHECK(symlinkat("/etc/passwd", open(dir, O_PATH), "link") == 0);
	CHECK(take(a, "link", false, 0) == ELOOP);
}

/* The holder is killed: who waits has it at once, whatever he asked for. */
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
	CHECK(t < 10000);
	CHECK(peer_end(&a) == -SIGKILL);
	CHECK(peer_end(&b) == 0);
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
	CHECK(peer_end(&a) == 0);
	CHECK(!file_there("i") && !file_there("other"));
}

/* Ten take turns at one lock, whose file comes and goes: never two at once. */
#define CROWD	10
#define ROUNDS	200

static int	 inside, collisions;

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
		usleep(50);
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		if (chan_send(&p->ch, MSG_lock_drop, 1, &d, NULL, 0) == -1 ||
		    peer_answer(p) != 0)
			bad++;
	}
	return ((void *)bad);
}

static void
test_crowd(void)
{
	struct peer	 p[CROWD];
	pthread_t	 t[CROWD];
	void		*bad;
	intptr_t	 sum = 0;
	double		 start;

	for (int i = 0; i < CROWD; i++)
		lock_start(&p[i]);
	start = now_us();
	for (int i = 0; i < CROWD; i++)
		CHECK(pthread_create(&t[i], NULL, member, &p[i]) == 0);
	for (int i = 0; i < CROWD; i++) {
		CHECK(pthread_join(t[i], &bad) == 0);
		sum += (intptr_t)bad;
	}
	printf("# %d takers: %.1f us each turn, 50 of them asleep\n", CROWD,
	    (now_us() - start) / (CROWD * ROUNDS));
	CHECK(sum == 0);
	CHECK(collisions == 0);
	for (int i = 0; i < CROWD; i++)
		CHECK(peer_end(&p[i]) == 0);
	CHECK(!file_there("crowd"));
}

static void
test_speed(struct peer *a)
{
	double	 t = now_us();
	int	 bad = 0;

	for (int i = 0; i < 2000; i++)
		if (take(a, "fast", false, 0) != 0 || drop(a, "fast") != 0)
			bad++;
	printf("# take and drop: %.1f us\n", (now_us() - t) / 2000);
	CHECK(bad == 0);
}

int
main(int argc, char **argv)
{
	struct peer	 a, b;

	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	dir = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	lock_start(&a);
	lock_start(&b);
	test_exclusive(&a, &b);
	test_shared(&a, &b);
	test_names(&a);
	test_speed(&a);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	test_death();
	test_impatience();
	test_crowd();
	remove_dir(dir);
	return (finish());
}
