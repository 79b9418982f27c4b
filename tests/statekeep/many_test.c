/*
 * Ten thousand containers: the list is right, `find` and `create` do not slow
 * down with them, and no process grows. Times are printed only; the test
 * compares the processor time of many with that of few.
 */
#include <sys/resource.h>

#include "records.h"
#include "state.h"

#define MANY	10000

/* The sanitizers' own memory is several times the program's. */
#ifdef SANITIZED
#define PEAK_KB	1048576
#else
#define PEAK_KB	16384
#endif

static const char	*program, *durable, *run;

static double
cpu_ms(const struct rusage *r)
{
	return ((double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1e3 +
	    (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e3);
}

/* What the processor has done for it so far. */
static double
busy_ms(const struct peer *p)
{
	struct timespec	 ts = { 0, 0 };
	clockid_t	 clock;

	if (clock_getcpuclockid(p->pid, &clock) != 0 ||
	    clock_gettime(clock, &ts) == -1)
		err(1, "no clock of a process");
	return ((double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6);
}

/* One more container, found, and gone again: the cheapest of many times. */
static double
one_more(struct peer *p)
{
	double	 best = 1e9, t;

	for (int i = 0; i < 40; i++) {
		t = busy_ms(p);
		CHECK(ctr_create(p, id_of(MANY + 1), "more", false, false) ==
		    0);
		CHECK(ctr_find(p, "more") == 0);
		CHECK(ctr_state(p, id_of(MANY + 1)) == CREATING);
		t = busy_ms(p) - t;
		if (t < best)
			best = t;
		CHECK(ctr_remove(p, id_of(MANY + 1)) == 0);
	}
	return (best);
}

/* Close it and print what it cost. Its largest size in kB. */
static long
end_measured(struct peer *p, const char *what)
{
	struct rusage	 r;
	int		 st;

	close(p->ch.fd);
	close(p->log_fd);
	if (p->fd != -1)
		close(p->fd);
	CHECK(wait4(p->pid, &st, 0, &r) == p->pid && st == 0);
	printf("# %s: %.1f ms CPU, %ld kB\n", what, cpu_ms(&r), r.ru_maxrss);
	return (r.ru_maxrss);
}

static void
open_again(struct peer *p)
{
	CHECK(state_open(p, program, durable, run, BOOT, "/g") == 0);
}

static void
fill(void)
{
	struct peer	 p;
	char		 name[32];
	int		 bad = 0;
	double		 t = now_ms(), few_ms = 0, many_ms;

	open_again(&p);
	for (unsigned int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "ctr-%05u", i);
		if (ctr_create(&p, id_of(i), name, false, false) != 0)
			bad++;
		if (i == 10)
			few_ms = one_more(&p);
	}
	many_ms = one_more(&p);
	printf("# create, find, get: %.3f ms CPU with ten, %.3f with %d\n",
	    few_ms, many_ms, MANY);
	CHECK(many_ms < 4 * few_ms);
	CHECK(bad == 0);
	printf("# create: %.3f ms each, %d of them\n", (now_ms() - t) / MANY,
	    MANY);
	(void)end_measured(&p, "all creates");
}

static void
test_list(const char *what)
{
	struct peer	 p;
	struct rec	*all, *r;
	size_t		 it = 0;
	int		 n = 0, wrong = 0;

	open_again(&p);
	all = ctr_list(&p);
	while (all != NULL && (r = rec_sub(all, KEY(ctr), &it)) != NULL) {
		if (strncmp(rec_str(r, KEY(name), ""), "ctr-", 4) != 0 ||
		    rec_num(r, KEY(state), 0) != CREATING ||
		    strcmp(rec_str(r, KEY(command), ""),
		    "sh -c sleep 1000") != 0)
			wrong++;
		n++;
		rec_free(r);
	}
	rec_free(all);
	CHECK(n == MANY);
	CHECK(wrong == 0);
	CHECK(end_measured(&p, what) < PEAK_KB);
}

static void
test_one(void)
{
	struct peer	 p;
	double		 t;

	open_again(&p);
	t = now_ms();
	CHECK(ctr_find(&p, "ctr-04711") == 0);
	CHECK(ctr_state(&p, p.text) == CREATING);
	printf("# find and get: %.2f ms\n", now_ms() - t);
	t = now_ms();
	CHECK(ctr_create(&p, id_of(MANY), "one-more", false, false) == 0);
	printf("# create: %.2f ms\n", now_ms() - t);
	t = now_ms();
	CHECK(ctr_set(&p, id_of(MANY), ANY, CREATED, NULL, NULL) == 0);
	printf("# created, synced: %.2f ms\n", now_ms() - t);
	CHECK(ctr_remove(&p, id_of(MANY)) == 0);
	t = now_ms();
	CHECK(ctr_create(&p, id_of(MANY), "", true, false) == 0);
	CHECK(ctr_set(&p, id_of(MANY), ANY, RUNNING, "pid", "1") == 0);
	CHECK(ctr_remove(&p, id_of(MANY)) == 0);
	printf("# what run --rm asks: %.2f ms\n", now_ms() - t);
	CHECK(end_measured(&p, "one container") < PEAK_KB);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	durable = new_dir("/tmp");
	run = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	fill();
	test_list("list");
	test_one();
	/* The index is gone: it comes back from the journal. */
	CHECK(unlinkat(open(durable, O_PATH), "state.kct", 0) == 0);
	test_list("list after making the index again");
	test_list("list");
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
