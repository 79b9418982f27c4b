/*
 * statekeep is killed at any instant, again and again: the next one opens,
 * everything that was acknowledged is there, and nothing is there twice.
 */
#include <time.h>

#include "state.h"

#define SLOTS	24		/* containers the test plays with */
#define SECONDS	5

enum known { ABSENT, PRESENT, UNSURE };

struct ctr {
	enum known	 known;
	bool		 ephemeral;
	int		 state;		/* 0: not sure */
};

static const char	*program, *durable, *run;
static struct ctr	 ctrs[SLOTS];
static unsigned int	 kills, wrong, operations;

static double
now(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* After which it is known what became of what was under way. */
static void
compare(struct peer *p)
{
	struct rec	*all = ctr_list(p), *r;
	size_t		 it = 0;
	int		 state[SLOTS] = { 0 };
	unsigned int	 n;

	if (all == NULL) {
		printf("# list: %s\n", p->text);
		wrong++;
		return;
	}
	while ((r = rec_sub(all, "ctr", &it)) != NULL) {
		if (sscanf(rec_str(r, "name", ""), "k%u", &n) != 1 ||
		    n >= SLOTS || state[n] != 0) {
			printf("# what is %s?\n", rec_str(r, "name", ""));
			wrong++;
		} else
			state[n] = (int)rec_num(r, "state", 0);
		rec_free(r);
	}
	rec_free(all);
	for (n = 0; n < SLOTS; n++) {
		struct ctr	*c = &ctrs[n];

		if ((c->known == PRESENT && state[n] == 0) ||
		    (c->known == ABSENT && state[n] != 0) ||
		    (c->known == PRESENT && c->state != 0 &&
		    c->state != state[n])) {
			printf("# k%u: known %d state %d, is %d\n", n,
			    c->known, c->state, state[n]);
			wrong++;
		}
		c->known = state[n] == 0 ? ABSENT : PRESENT;
		c->state = state[n];
	}
}

/* One step in some container's life. False when statekeep is gone. */
static bool
step(struct peer *p)
{
	unsigned int	 n = (unsigned int)random() % SLOTS;
	struct ctr	*c = &ctrs[n];
	struct ctr	 was = *c;
	char		 name[16];
	uint32_t	 rc;
	int		 to;

	(void)snprintf(name, sizeof(name), "k%u", n);
	c->known = UNSURE;
	if (was.known == ABSENT) {
		was.ephemeral = random() % 3 == 0;
		rc = ctr_create(p, id_of(n), name, was.ephemeral, false);
		was.known = PRESENT;
		was.state = CREATING;
	} else if (was.state == RUNNING || random() % 3 != 0) {
		to = was.state == RUNNING ? EXITED : RUNNING;
		rc = ctr_set(p, id_of(n), IN(was.state), (unsigned int)to,
		    "pid", "77");
		was.state = to;
	} else {
		rc = ctr_remove(p, id_of(n));
		was.known = ABSENT;
		was.state = 0;
	}
	if (rc == UINT32_MAX) {
		c->state = 0;
		c->ephemeral = was.ephemeral;
		return (false);
	}
	if (rc != 0) {
		printf("# k%u: error %u: %s\n", n, rc, p->text);
		wrong++;
	}
	*c = was;
	operations++;
	return (true);
}

/* Let it work for a few milliseconds, then kill it. */
static void
one_life(void)
{
	struct peer	 p;
	pid_t		 killer;

	if (state_open(&p, program, durable, run, BOOT, "/g") != 0) {
		printf("# open: %s\n", p.text);
		wrong++;
		(void)peer_end(&p);
		return;
	}
	compare(&p);
	if ((killer = fork()) == -1)
		err(1, "fork");
	if (killer == 0) {
		usleep((useconds_t)(random() % 12000));
		(void)kill(p.pid, SIGKILL);
		_exit(0);
	}
	while (step(&p))
		;
	(void)waitpid(killer, NULL, 0);
	kills++;
	(void)peer_end(&p);
}

int
main(int argc, char **argv)
{
	struct peer	 p;
	double		 end = now() + SECONDS;

	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	program = argv[1];
	srandom((unsigned int)getpid());
	durable = new_dir("/tmp");
	run = new_dir("/tmp");
	while (now() < end && wrong == 0) {
		(void)random();
		one_life();
	}
	CHECK(state_open(&p, program, durable, run, BOOT, "/g") == 0);
	compare(&p);
	CHECK(peer_end(&p) == 0);
	printf("# %u kills, %u acknowledged operations\n", kills, operations);
	CHECK(kills > 20);
	CHECK(wrong == 0);
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
