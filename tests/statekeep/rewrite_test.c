/*
 * ctr_rewrite of system migrate: all definitions change, or none; and requests
 * out of order.
 */
#include "records.h"
#include "state.h"

static const char	*program;
static const char	*durable, *run;
static struct peer	 p;

static uint32_t
rewrite(const char *key, const char *value)
{
	struct rec	*r = rec_new();
	union msg	 m = { 0 };
	uint32_t	 rc;
	int		 fd;

	if (key != NULL)
		(void)rec_add(r, KEY_FROM(key), value);
	fd = rec_fd(r);
	rc = peer_ask(&p, MSG_ctr_rewrite, &m, &fd, 1);
	close(fd);
	return (rc);
}

/* Is this the runtime in the definition, and the rest as it was? */
static bool
has_runtime(const char *id, const char *want)
{
	struct rec	*row = ctr_get(&p, id), *def;
	size_t		 it = 0;
	bool		 ok;

	if (row == NULL || (def = rec_sub(row, KEY(def), &it)) == NULL) {
		rec_free(row);
		return (false);
	}
	ok = strcmp(rec_str(def, KEY(runtime), "none"), want) == 0 &&
	    rec_count(def, KEY(arg)) == 3 && rec_count(def, KEY(label)) == 2 &&
	    strcmp(rec_str(def, KEY(id), ""), id) == 0;
	rec_free(def);
	rec_free(row);
	return (ok);
}

static void
test_rewrite(void)
{
	title = "S88: each definition is rewritten, and counted once";
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_create(&p, id_of(2), "two", false, false) == 0);
	CHECK(ctr_create(&p, id_of(3), "brief", true, false) == 0);
	CHECK(has_runtime(id_of(1), "none"));
	CHECK(rewrite("runtime", "launch") == 0 && p.value == 3);
	CHECK(has_runtime(id_of(1), "launch"));
	CHECK(has_runtime(id_of(2), "launch"));
	CHECK(has_runtime(id_of(3), "launch"));
	CHECK(rewrite("runtime", "launch") == 0 && p.value == 0);
	CHECK(ctr_create(&p, id_of(4), "new", false, false) == 0);
	CHECK(rewrite("runtime", "launch") == 0 && p.value == 1);
	CHECK(ctr_count(&p) == 4);
}

static void
test_refused(void)
{
	title = "S88: nothing else of a definition is rewritten";
	CHECK(rewrite("arg", "rm") == EINVAL);
	CHECK(rewrite("id", id_of(9)) == EINVAL);
	CHECK(rewrite(NULL, NULL) == EINVAL);
	CHECK(has_runtime(id_of(1), "launch"));
}

/* The next statekeep has the same. */
static void
test_lasting(void)
{
	title = "S88: what was rewritten stays so";
	CHECK(peer_end(&p) == 0);
	CHECK(state_open(&p, program, durable, run, BOOT, "/graph") == 0);
	CHECK(has_runtime(id_of(2), "launch"));
	CHECK(has_runtime(id_of(4), "launch"));
}

static void
test_out_of_turn(void)
{
	union msg	 m = { 0 };
	int		 fds[3];
	uint32_t	 rc;

	title = "S97: what is open is not opened again";
	fds[0] = open(durable, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[2] = rec_fd(some_settings("/elsewhere"));
	SET(m.state_open.boot_id, BOOT);
	rc = peer_ask(&p, MSG_state_open, &m, fds, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	CHECK(rc == EBUSY);
	CHECK(ctr_count(&p) == 4);
	CHECK(peer_end(&p) == 0);

	title = "S97: nor is anything served before";
	peer_start(&p, program, R_STATE);
	CHECK(ctr_find(&p, "one") == EBUSY);
	CHECK(peer_end(&p) == 0);
}

/* Another command has removed it between the lookup and the use. */
static void
test_removed(void)
{
	struct peer	 other;
	union msg	 m = { 0 };

	title = "S99: found, and then removed by another";
	CHECK(state_open(&p, program, durable, run, BOOT, "/graph") == 0);
	CHECK(ctr_find(&p, "two") == 0);
	(void)snprintf(m.ctr_get.id, sizeof(m.ctr_get.id), "%.64s", p.text);
	CHECK(state_open(&other, program, durable, run, BOOT, "/graph") == 0);
	CHECK(ctr_remove(&other, m.ctr_get.id) == 0);
	CHECK(peer_end(&other) == 0);
	CHECK(peer_ask(&p, MSG_ctr_get, &m, NULL, 0) == ENOENT);
	CHECK(ctr_set(&p, m.ctr_get.id, ANY, RUNNING, NULL, NULL) == ENOENT);
	CHECK(ctr_remove(&p, m.ctr_get.id) == ENOENT);
	CHECK(peer_end(&p) == 0);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return (2);
	program = argv[1];
	durable = new_dir("/var/tmp");
	run = new_dir("/tmp");
	CHECK(state_open(&p, program, durable, run, BOOT, "/graph") == 0);
	test_rewrite();
	test_refused();
	test_lasting();
	test_out_of_turn();
	test_removed();
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
