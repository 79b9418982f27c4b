/*
 * statekeep is killed at any instant, again and again: the next one opens,
 * everything that was acknowledged is there, and nothing is there twice.
 */
#include <time.h>

#include "records.h"
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
static unsigned int	 kills, wrong, operations, copies;

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
	while ((r = rec_sub(all, KEY(ctr), &it)) != NULL) {
		if (sscanf(rec_str(r, KEY(name), ""), "k%u", &n) != 1 ||
		    n >= SLOTS || state[n] != 0) {
			printf("# what is %s?\n", rec_str(r, KEY(name), ""));
			wrong++;
		} else
			state[n] = (int)rec_num(r, KEY(state), 0);
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

/* Another process has changed the files: only recorded changes are known. */
static void
forget(void)
{
	for (unsigned int n = 0; n < SLOTS; n++)
		ctrs[n].known = UNSURE;
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
	/* Another object's id never gets a name that is taken. */
	if (was.known == PRESENT && random() % 8 == 0) {
		rc = ctr_create(p, id_of(SLOTS + n), name, random() % 2 == 0,
		    false);
		if (rc == EEXIST)
			rc = 0;
		else if (rc != UINT32_MAX)
			rc = EPROTO;
	} else if (was.known == ABSENT) {
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

/* What was copied while it worked: it opens, and makes sense. */
static void
open_copy(const char *copy)
{
	struct peer	 p;
	struct rec	*all = NULL, *r;
	const char	*empty = new_dir("/tmp");
	size_t		 it = 0;

	if (state_open(&p, program, copy, empty, BOOT, "/g") != 0 ||
	    (all = ctr_list(&p)) == NULL) {
		printf("# copy: %s\n", p.text);
		wrong++;
	}
	while (all != NULL && (r = rec_sub(all, KEY(ctr), &it)) != NULL) {
		if (rec_num(r, KEY(state), DAMAGED) == DAMAGED ||
		    ctr_find(&p, rec_str(r, KEY(name), "")) != 0 ||
		    strcmp(p.text, rec_str(r, KEY(id), "")) != 0) {
			printf("# copy: what is %s?\n", rec_str(r, KEY(id),
			    ""));
			wrong++;
		}
		rec_free(r);
	}
	rec_free(all);
	(void)peer_end(&p);
	remove_dir(empty);
	copies++;
}

/* Without a lock: cp takes none. */
static const char *
copy_now(void)
{
	const char	*copy = new_dir("/tmp");
	char		 cmd[256];

	(void)snprintf(cmd, sizeof(cmd), "cp -p %s/* %s/ 2>/dev/null",
	    durable, copy);
	(void)!system(cmd);
	return (copy);
}

/* Let it work for a few milliseconds, then kill it. */
static void
one_life(void)
{
	struct peer	 p;
	pid_t		 killer;
	const char	*copy = NULL;

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
	if (kills % 10 != 0)
		return;
	/* Again, with a copy made during a write. */
	if (state_open(&p, program, durable, run, BOOT, "/g") != 0) {
		wrong++;
		(void)peer_end(&p);
		return;
	}
	compare(&p);
	if ((killer = fork()) == 0) {
		while (step(&p))
			;
		_exit(0);
	}
	copy = copy_now();
	(void)kill(p.pid, SIGKILL);
	(void)waitpid(killer, NULL, 0);
	(void)peer_end(&p);
	open_copy(copy);
	remove_dir(copy);
	forget();
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
	/* Its names are used again after a while. */
	if ((durable = strdup(new_dir("/tmp"))) == NULL ||
	    (run = strdup(new_dir("/tmp"))) == NULL)
		err(1, "strdup");
	while (now() < end && wrong == 0) {
		(void)random();
		one_life();
	}
	CHECK(state_open(&p, program, durable, run, BOOT, "/g") == 0);
	compare(&p);
	CHECK(peer_end(&p) == 0);
	printf("# %u kills, %u acknowledged operations, %u copies\n", kills,
	    operations, copies);
	CHECK(kills > 20);
	CHECK(copies > 1);
	CHECK(wrong == 0);
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
