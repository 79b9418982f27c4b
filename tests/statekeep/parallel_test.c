/*
 * Many commands at once, each with its own statekeep: all get through, names
 * stay unique, slots stay disjoint.
 */
#include "state.h"

static const char	*program, *durable, *run;

/* What one command does. Returns how often it was refused. */
static int
command(unsigned int n, bool ephemeral)
{
	struct peer	 p;
	int		 bad = 0;

	if (state_open(&p, program, durable, run, BOOT, "/g") != 0) {
		printf("# %u: %s\n", n, p.text);
		return (1);
	}
	bad += ctr_create(&p, id_of(n), "", ephemeral, ephemeral) != 0;
	bad += ctr_set(&p, id_of(n), IN(CREATING), STARTING, NULL, NULL) != 0;
	bad += ctr_set(&p, id_of(n), IN(STARTING), RUNNING, "pid", "9") != 0;
	bad += ctr_set(&p, id_of(n), IN(RUNNING), EXITED, "exit", "0") != 0;
	if (ephemeral)
		bad += ctr_remove(&p, id_of(n)) != 0;
	if (bad != 0)
		printf("# %u: %s\n", n, p.text);
	return (bad + (peer_end(&p) != 0));
}

static void
test_crowd(unsigned int first, unsigned int count, bool ephemeral)
{
	double	 t = now_ms();
	int	 st, bad = 0;
	pid_t	 pid;

	(void)fflush(stdout);
	for (unsigned int i = 0; i < count; i++) {
		if ((pid = fork()) == -1)
			err(1, "fork");
		if (pid == 0) {
			st = command(first + i, ephemeral);
			(void)fflush(stdout);
			_exit(st);
		}
	}
	for (unsigned int i = 0; i < count; i++)
		if (wait(&st) == -1 || st != 0)
			bad++;
	printf("# %u %s commands at once: %.0f ms\n", count,
	    ephemeral ? "ephemeral" : "durable", now_ms() - t);
	CHECK(bad == 0);
}

/* Everybody wants the same name: one has it. */
static void
test_one_name(unsigned int first, unsigned int count)
{
	struct peer	 p;
	int		 st, had = 0, refused = 0;
	pid_t		 pid;
	uint32_t	 rc;

	(void)fflush(stdout);
	for (unsigned int i = 0; i < count; i++) {
		if ((pid = fork()) == -1)
			err(1, "fork");
		if (pid == 0) {
			if (state_open(&p, program, durable, run, BOOT,
			    "/g") != 0)
				_exit(3);
			rc = ctr_create(&p, id_of(first + i), "same",
			    i % 2 == 0, false);
			_exit(rc == 0 ? 0 : rc == EEXIST ? 1 : 2);
		}
	}
	for (unsigned int i = 0; i < count; i++) {
		if (wait(&st) == -1 || !WIFEXITED(st))
			continue;
		had += WEXITSTATUS(st) == 0;
		refused += WEXITSTATUS(st) == 1;
	}
	CHECK(had == 1);
	CHECK(refused == (int)count - 1);
}

static void
test_all_there(void)
{
	struct peer	 p;

	CHECK(state_open(&p, program, durable, run, BOOT, "/g") == 0);
	CHECK(ctr_count(&p) == 51);
	CHECK(peer_end(&p) == 0);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	durable = new_dir("/tmp");
	run = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	test_crowd(0, 50, false);
	test_crowd(1000, 200, true);
	test_one_name(2000, 50);
	test_all_there();
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
