/*
 * What a boot leaves to the next, seen by statekeep: the same stores opened
 * with another boot ID. The run directory stays, as on a disk.
 */
#include "nitems.h"
#include "records.h"
#include "state.h"

static const char	*program, *durable, *run;
static struct peer	 p;

/* Opened: is a refresh due? */
static bool
opened(const char *boot_id)
{
	CHECK(state_open(&p, program, durable, run, boot_id, "/graph") == 0);
	return ((p.value & STATE_STALE) != 0);
}

static void
ended(void)
{
	CHECK(peer_end(&p) == 0);
}

static uint32_t
step(enum refresh_step n)
{
	union msg	 m = { .state_refresh = { .step = n } };

	return (peer_ask(&p, MSG_state_refresh, &m, NULL, 0));
}

/* What becomes of one, in the answer to plan or apply; "" if nothing. */
static const char *
then(const char *id, bool *failed)
{
	static char	 out[32];
	struct rec	*r = rec_from_fd(p.fd, RECORD(any), NULL), *item;
	size_t		 it = 0;

	out[0] = '\0';
	*failed = false;
	while (r != NULL && (item = rec_sub(r, KEY(item), &it)) != NULL) {
		if (strcmp(rec_str(item, KEY(id), ""), id) == 0) {
			(void)snprintf(out, sizeof(out), "%s",
			    rec_str(item, KEY(then), ""));
			*failed = rec_get(item, KEY(error)) != NULL;
		}
		rec_free(item);
	}
	rec_free(r);
	return (out);
}

static bool
becomes(const char *id, const char *what)
{
	bool		 failed;
	const char	*is = then(id, &failed);

	if (strcmp(is, what) == 0 && !failed)
		return (true);
	printf("# becomes \"%s\"%s\n", is, failed ? ", and failed" : "");
	return (false);
}

static void
test_steps(void)
{
	char	 ran[65], gone[65], old[65], half[65];

	(void)snprintf(ran, sizeof(ran), "%s", id_of(1));
	(void)snprintf(gone, sizeof(gone), "%s", id_of(2));
	(void)snprintf(old, sizeof(old), "%s", id_of(3));
	(void)snprintf(half, sizeof(half), "%s", id_of(4));
	title = "S76: a store that is new to a boot says so, until it is done";
	CHECK(opened("boot-1"));
	CHECK(step(REFRESH_DONE) == 0);
	ended();
	CHECK(!opened("boot-1"));
	CHECK(ctr_create(&p, ran, "ran", false, true) == 0);
	CHECK(ctr_set(&p, ran, ANY, RUNNING, "pid", "77") == 0);
	CHECK(ctr_set(&p, ran, ANY, 0, "restart_count", "5") == 0);
	CHECK(ctr_create(&p, gone, "gone", true, true) == 0);
	CHECK(ctr_set(&p, gone, ANY, RUNNING, "pid", "78") == 0);
	CHECK(ctr_create(&p, old, "old", false, false) == 0);
	CHECK(ctr_set(&p, old, ANY, RUNNING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, old, ANY, EXITED, "exit", "4") == 0);
	CHECK(ctr_create(&p, half, "half", false, false) == 0);
	CHECK(step(REFRESH_PLAN) == 0);
	CHECK(becomes(ran, ""));
	ended();

	title = "D8: in another boot everything is read as it is there";
	CHECK(opened("boot-2"));
	CHECK(ctr_state(&p, ran) == EXITED);
	CHECK(ctr_state(&p, gone) == REMOVING);
	CHECK(ctr_state(&p, old) == EXITED);

	title = "D15: the plan, and nothing has changed";
	for (int i = 0; i < 2; i++) {
		CHECK(step(REFRESH_PLAN) == 0);
		CHECK(becomes(ran, "exited"));
		CHECK(step(REFRESH_PLAN) == 0);
		CHECK(becomes(gone, "removed"));
		CHECK(step(REFRESH_PLAN) == 0);
		CHECK(becomes(half, "removed"));
		CHECK(step(REFRESH_PLAN) == 0);
		CHECK(becomes(old, ""));
	}

	title = "S80: applied, and the second time there is nothing";
	CHECK(step(REFRESH_APPLY) == 0);
	CHECK(becomes(ran, "exited"));
	CHECK(step(REFRESH_APPLY) == 0);
	CHECK(becomes(ran, ""));
	ended();
	CHECK(opened("boot-2"));	/* killed before it was done: again */
	CHECK(step(REFRESH_DONE) == 0);
	ended();
	CHECK(!opened("boot-2"));
	ended();
}

static void
test_row(void)
{
	struct rec	*r;

	title = "S80: what only a boot knew is gone, exit codes stay";
	CHECK(!opened("boot-2"));
	CHECK((r = ctr_get(&p, id_of(1))) != NULL);
	CHECK(rec_num(r, KEY(state), 0) == EXITED);
	CHECK(rec_text(r, KEY(pid)) == NULL && rec_text(r, KEY(slot)) == NULL &&
	    rec_text(r, KEY(restart_count)) == NULL);
	rec_free(r);
	CHECK((r = ctr_get(&p, id_of(3))) != NULL);
	CHECK(rec_num(r, KEY(exit), 0) == 4);
	rec_free(r);

	title = "a change may say what it expects";
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, "pid", "80") == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, EXITED, "=pid", "77") == ESTALE);
	CHECK(ctr_state(&p, id_of(1)) == RUNNING);
	CHECK(ctr_set(&p, id_of(1), ANY, EXITED, "=pid", "80") == 0);
	CHECK((r = ctr_get(&p, id_of(1))) != NULL);
	CHECK(rec_num(r, KEY(state), 0) == EXITED && !rec_has(r,
	    KEY_AS(is_pid)));
	rec_free(r);
	/* A count outlives the run, not the boot. */
	CHECK(ctr_set(&p, id_of(1), ANY, 0, "restart_count", "2") == 0);
	CHECK((r = ctr_get(&p, id_of(1))) != NULL);
	CHECK(rec_num(r, KEY(restart_count), 0) == 2);
	rec_free(r);
	ended();
	CHECK(opened("boot-3"));
	CHECK((r = ctr_get(&p, id_of(1))) != NULL);
	CHECK(rec_text(r, KEY(restart_count)) == NULL);
	rec_free(r);
	ended();
}

/* What ran in the boot, as the front end's records say; the state if not 0. */
static int64_t	 ran_state;

static uint32_t
restore(const char *boot_id, const char *id, bool with_def, int64_t pid)
{
	static const union msg	 none;
	struct rec	*all = rec_new(), *ran = rec_new(), *def;
	uint32_t	 rc;
	int		 fd;

	(void)rec_add(ran, KEY(id), id);
	(void)rec_add(ran, KEY(boot_id), boot_id);
	(void)rec_add_num(ran, KEY(pid), pid);
	(void)rec_add_num(ran, KEY(pid_start), 42);
	(void)rec_add_num(ran, KEY(slot), 3);
	if (ran_state != 0)
		(void)rec_add_num(ran, KEY(state), ran_state);
	if (with_def) {
		fd = definition(100);
		def = rec_from_fd(fd, RECORD(any), NULL);
		(void)rec_add(def, KEY(name), "brief");
		(void)rec_add_num(def, KEY(rm), 1);
		(void)rec_add_rec(ran, KEY(def), def);
		rec_free(def);
		close(fd);
	}
	(void)rec_add_rec(all, KEY(ctr), ran);
	rec_free(ran);
	fd = rec_fd(all);
	rc = peer_ask(&p, MSG_ctr_restore, &none, &fd, 1);
	close(fd);
	return (rc);
}

static bool
is_pid(const char *id, int64_t pid)
{
	struct rec	*r = ctr_get(&p, id);
	bool		 is = r != NULL && rec_num(r, KEY(pid), 0) == pid;

	rec_free(r);
	return (is);
}

/* The per-boot files, as a logout removes them. */
static void
lose_run(void)
{
	static const char *const names[] = { "boot.kct", "boot.journal",
				    "boot.lock", "boot.reserve" };
	char	 path[4200];

	for (size_t i = 0; i < NITEMS(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", run, names[i]);
		(void)unlink(path);
	}
}

static void
test_lost(void)
{
	char	 lasts[65], brief[65], other[65];

	(void)snprintf(lasts, sizeof(lasts), "%s", id_of(21));
	(void)snprintf(brief, sizeof(brief), "%s", id_of(22));
	(void)snprintf(other, sizeof(other), "%s", id_of(23));
	title = "what ran is put back when the per-boot files are lost";
	(void)opened("boot-7");
	CHECK(ctr_create(&p, lasts, "lasts", false, true) == 0);
	CHECK(ctr_set(&p, lasts, 0, RUNNING, "pid", "77") == 0);
	CHECK(ctr_create(&p, other, "other", false, false) == 0);
	CHECK(ctr_set(&p, other, 0, CREATED, NULL, NULL) == 0);
	ended();
	lose_run();
	(void)opened("boot-7");
	CHECK(ctr_state(&p, lasts) == EXITED);
	CHECK(restore("boot-7", lasts, false, 77) == 0);
	CHECK(ctr_state(&p, lasts) == RUNNING && is_pid(lasts, 77));
	title = "a later run replaces the one of a run directory left before";
	CHECK(restore("boot-7", lasts, false, 78) == 0);
	CHECK(ctr_state(&p, lasts) == RUNNING && is_pid(lasts, 78));
	title = "what is frozen was paused";
	ran_state = PAUSED;
	CHECK(restore("boot-7", lasts, false, 78) == 0);
	CHECK(ctr_state(&p, lasts) == PAUSED && is_pid(lasts, 78));
	ran_state = 0;
	CHECK(restore("boot-7", lasts, false, 78) == 0);
	CHECK(ctr_state(&p, lasts) == RUNNING && is_pid(lasts, 78));
	title = "what goes at its end is put back from its record";
	CHECK(restore("boot-7", brief, true, 79) == 0);
	CHECK(ctr_state(&p, brief) == RUNNING && is_pid(brief, 79));
	CHECK(ctr_find(&p, "brief") == 0);
	title = "... and nothing else";
	CHECK(restore("boot-7", other, false, 80) == 0);
	CHECK(ctr_state(&p, other) == CREATED);
	CHECK(restore("boot-6", lasts, false, 80) == EINVAL);
	CHECK(restore("boot-7", "../x", false, 80) == EBADMSG);
	CHECK(restore("boot-7", id_of(24), false, 80) == 0);
	CHECK(ctr_state(&p, id_of(24)) == 0);
	CHECK(ctr_set(&p, lasts, 1u << RUNNING, EXITED, NULL, NULL) ==
	    0);
	CHECK(ctr_remove(&p, brief) == 0);
	ended();
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		errx(1, "usage: refresh_test STATEKEEP");
	program = argv[1];
	durable = new_dir("/var/tmp");
	run = new_dir("/var/tmp");
	test_steps();
	test_row();
	test_lost();
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
