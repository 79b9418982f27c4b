/*
 * lockbroker with several commands at one lock: who waits, dies, is killed or
 * stopped; and how long a turn takes, which make bench asks for, too.
 */
#include <pthread.h>
#include <sched.h>

#include "locks.h"

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

static void
test_all(const char *what)
{
	struct peer	 a;

	begin_type(what);
	lock_start(&a);
	test_speed(&a);
	CHECK(peer_end(&a) == 0);
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
	begin_type("shm");
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
	return (finish());
}
