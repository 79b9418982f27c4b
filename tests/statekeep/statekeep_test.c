/* What statekeep promises, message by message. */
#include "records.h"
#include "state.h"

static const char	*program;
static const char	*durable, *run;
static struct peer	 p;

static uint32_t
reopen(const char *boot_id)
{
	CHECK(peer_end(&p) == 0);
	return (state_open(&p, program, durable, run, boot_id, "/graph"));
}

/* One name, one container, in both databases. */
static void
test_names(void)
{
	title = "S94 S60: a name is reserved with the container, in both";
	CHECK(ctr_create(&p, id_of(1), "web", false, false) == 0);
	CHECK(strcmp(p.text, "web") == 0);
	CHECK(ctr_create(&p, id_of(2), "web", false, false) == EEXIST);
	CHECK(strstr(p.text, "the container name \"web\" is already in use "
	    "by ") != NULL && strstr(p.text, id_of(1)) != NULL);
	CHECK(ctr_create(&p, id_of(2), "web", true, false) == EEXIST);
	CHECK(ctr_create(&p, id_of(1), "other", false, false) == EEXIST);
	CHECK(ctr_create(&p, id_of(3), "brief", true, false) == 0);
	CHECK(ctr_create(&p, id_of(4), "brief", false, false) == EEXIST);
	CHECK(ctr_create(&p, id_of(5), "_no", false, false) == EINVAL);
	CHECK(ctr_create(&p, id_of(5), "a/b", false, false) == EINVAL);
	CHECK(ctr_create(&p, "beef", "b", false, false) == EINVAL);
	CHECK(ctr_create(&p, id_of(6), "", false, false) == 0);
	CHECK(strchr(p.text, '_') != NULL);
}

static void
test_find(void)
{
	char	 ref[65];

	title = "S60: full id, exact name, unique prefix; an ambiguous one";
	CHECK(ctr_find(&p, id_of(1)) == 0 && strcmp(p.text, id_of(1)) == 0);
	CHECK(ctr_find(&p, "web") == 0 && strcmp(p.text, id_of(1)) == 0);
	CHECK(ctr_find(&p, "brief") == 0 && strcmp(p.text, id_of(3)) == 0);
	(void)snprintf(ref, sizeof(ref), "%.12s", id_of(3));
	CHECK(ctr_find(&p, ref) == 0 && strcmp(p.text, id_of(3)) == 0);
	CHECK(ctr_find(&p, "we") == ENOENT);
	CHECK(strcmp(p.text, "no container with name or ID \"we\" found: no "
	    "such container") == 0);
	CHECK(ctr_find(&p, "") == EINVAL);
	CHECK(ctr_create(&p, "aaaa000000000000000000000000000000000000000000"
	    "000000000000000001", "a1", false, false) == 0);
	CHECK(ctr_create(&p, "aaaa000000000000000000000000000000000000000000"
	    "000000000000000002", "a2", true, false) == 0);
	CHECK(ctr_find(&p, "aaaa") == EEXIST);
	CHECK(strstr(p.text, "more than one result") != NULL);
}

static void
test_states(const char *id, bool ephemeral)
{
	struct rec	*r, *def;
	size_t		 it = 0;

	title = "S61: states, and the steps between them";
	CHECK(ctr_state(&p, id) == CREATING);
	CHECK(ctr_set(&p, id, IN(CREATING), CREATED, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id, IN(CREATING), CREATED, NULL, NULL) == ESTALE);
	CHECK(strstr(p.text, "is created and must be creating") != NULL);
	CHECK(ctr_set(&p, id, IN(CREATED) | IN(EXITED), STARTING, NULL,
	    NULL) == 0);
	CHECK(ctr_set(&p, id, IN(CREATED) | IN(EXITED), STARTING, NULL,
	    NULL) == EBUSY);
	CHECK(strstr(p.text, "is starting and must be created or exited") !=
	    NULL);
	CHECK(ctr_set(&p, id, IN(STARTING), RUNNING, "pid", "4711") == 0);
	CHECK(ctr_set(&p, id, ANY, 0, "pid", "one") == EBADMSG);
	CHECK(strstr(p.text, "\"pid\" of the ") != NULL);
	CHECK(ctr_set(&p, id, ANY, 0, "exit", "256") == EBADMSG);
	CHECK(strstr(p.text, "\"exit\" of the ") != NULL);
	CHECK(ctr_set(&p, id, ANY, 0, "of a newer peer", "kept") == 0);
	CHECK(ctr_set(&p, id, ANY, 0, "started", "123") == 0);
	r = ctr_get(&p, id);
	CHECK(r != NULL && rec_num(r, KEY(pid), 0) == 4711);
	CHECK(r != NULL && rec_num(r, KEY(started), 0) == 123);
	CHECK(r != NULL && rec_num(r, KEY(state), 0) == RUNNING);
	CHECK(r != NULL && strcmp(rec_str(r, KEY(state_name), ""),
	    "running") == 0);
	CHECK(r != NULL && strcmp(rec_str(r, KEY(command), ""),
	    "sh -c sleep 1000") == 0);
	CHECK(r != NULL && rec_count(r, KEY(label)) == 2);
	def = r == NULL ? NULL : rec_sub(r, KEY(def), &it);
	CHECK(def != NULL && strcmp(rec_str(def, KEY(id), ""), id) == 0);
	CHECK(def != NULL && rec_count(def, KEY(arg)) == 3);
	rec_free(def);
	rec_free(r);
	/* A --rm container goes in one step; another must have ended. */
	if (!ephemeral)
		CHECK(ctr_remove(&p, id) == EBUSY);
	CHECK(ctr_set(&p, id, IN(RUNNING), STOPPING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id, IN(RUNNING), STOPPING, NULL, NULL) == EBUSY);
	CHECK(ctr_state(&p, id) == STOPPING);
	CHECK(ctr_set(&p, id, IN(STOPPING), RUNNING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id, IN(RUNNING), PAUSED, NULL, NULL) == 0);
	CHECK(ctr_state(&p, id) == PAUSED);
	CHECK(ctr_set(&p, id, IN(PAUSED), STOPPING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id, IN(STOPPING), EXITED, "exit", "3") == 0);
	r = ctr_get(&p, id);
	CHECK(r != NULL && rec_text(r, KEY(pid)) == NULL);
	CHECK(r != NULL && rec_num(r, KEY(exit), 0) == 3);
	rec_free(r);
	CHECK(ctr_set(&p, id, ANY, 0, "id", id_of(7)) == EINVAL);
}

static void
test_remove(const char *id, const char *name)
{
	CHECK(ctr_set(&p, id, ANY, REMOVING, NULL, NULL) == 0);
	CHECK(ctr_remove(&p, id) == 0);
	CHECK(ctr_remove(&p, id) == ENOENT);
	CHECK(ctr_find(&p, id) == ENOENT);
	CHECK(ctr_find(&p, name) == ENOENT);
	CHECK(ctr_set(&p, id, ANY, EXITED, NULL, NULL) == ENOENT);
	CHECK(ctr_get(&p, id) == NULL);
}

/* Which one of a list has this name; its state, or 0. */
static int
listed_state(const char *name)
{
	struct rec	*all = ctr_list(&p), *r;
	size_t		 it = 0;
	int		 state = 0;

	while (all != NULL && (r = rec_sub(all, KEY(ctr), &it)) != NULL) {
		if (strcmp(rec_str(r, KEY(name), ""), name) == 0)
			state = (int)rec_num(r, KEY(state), 0);
		rec_free(r);
	}
	rec_free(all);
	return (state);
}

/* S80, D8: what ran in another boot has ended; what rested is as it was. */
static void
test_reboot(void)
{
	title = "S80: what ran in another boot has ended";
	CHECK(ctr_create(&p, id_of(20), "runs", false, false) == 0);
	CHECK(ctr_set(&p, id_of(20), ANY, RUNNING, "pid", "99") == 0);
	CHECK(ctr_create(&p, id_of(21), "rests", false, false) == 0);
	CHECK(ctr_set(&p, id_of(21), ANY, CREATED, NULL, NULL) == 0);
	CHECK(ctr_create(&p, id_of(22), "fleeting", true, false) == 0);
	CHECK(ctr_set(&p, id_of(22), ANY, RUNNING, "pid", "98") == 0);
	CHECK(listed_state("runs") == RUNNING);
	CHECK(listed_state("fleeting") == RUNNING);
	CHECK(reopen("another-boot") == 0);
	CHECK(listed_state("runs") == EXITED);
	CHECK(listed_state("rests") == CREATED);
	CHECK(listed_state("fleeting") == REMOVING);
	CHECK(ctr_state(&p, id_of(20)) == EXITED);
	CHECK(ctr_set(&p, id_of(20), IN(EXITED), RUNNING, "pid", "5") == 0);
	CHECK(listed_state("runs") == RUNNING);
	CHECK(reopen(BOOT) == 0);
	CHECK(listed_state("runs") == EXITED);

	/* The per-boot database is gone: so is what it knew. */
	CHECK(ctr_set(&p, id_of(20), ANY, RUNNING, "pid", "6") == 0);
	remove_dir(run);
	run = new_dir("/tmp");
	CHECK(reopen(BOOT) == 0);
	CHECK(listed_state("runs") == EXITED);
	CHECK(listed_state("fleeting") == 0);
	CHECK(ctr_remove(&p, id_of(20)) == 0);
	CHECK(ctr_remove(&p, id_of(21)) == 0);
}

static uint32_t
slot_set(const char *id, unsigned int to, bool want)
{
	union msg	 m = { 0 };
	uint32_t	 rc;
	int		 fd = rec_fd(rec_new());

	SET(m.ctr_set.id, id);
	m.ctr_set.to = to;
	m.ctr_set.want_slot = want;
	rc = peer_ask(&p, MSG_ctr_set, &m, &fd, 1);
	close(fd);
	return (rc);
}

/* System mode: the lowest free range, given back when the container stops. */
static void
test_slots(void)
{
	title = "ranges of ids";
	CHECK(ctr_create(&p, id_of(30), "s1", false, true) == 0);
	CHECK(p.value == 1);
	CHECK(ctr_create(&p, id_of(31), "s2", true, true) == 0);
	CHECK(p.value == 2);
	CHECK(ctr_create(&p, id_of(32), "s3", false, true) == 0);
	CHECK(p.value == 3);
	CHECK(slot_set(id_of(30), RUNNING, true) == 0 && p.value == 1);
	CHECK(ctr_remove(&p, id_of(31)) == 0);
	CHECK(ctr_create(&p, id_of(33), "s4", true, true) == 0);
	CHECK(p.value == 2);
	CHECK(slot_set(id_of(30), EXITED, false) == 0 && p.value == 0);
	CHECK(ctr_create(&p, id_of(34), "s5", true, true) == 0);
	CHECK(p.value == 1);
	CHECK(slot_set(id_of(30), STARTING, true) == 0 && p.value == 4);
	CHECK(slot_set(id_of(32), CREATED, false) == 0 && p.value == 0);
	/* They are this boot's: in another all are free again. */
	CHECK(reopen("third-boot") == 0);
	CHECK(ctr_create(&p, id_of(35), "s6", true, true) == 0);
	CHECK(p.value == 1);
	CHECK(reopen(BOOT) == 0);
	CHECK(ctr_set(&p, id_of(30), IN(STARTING), EXITED, NULL, NULL) == 0);
	for (unsigned int i = 30; i <= 35; i++)
		if (i != 31)
			CHECK(ctr_remove(&p, id_of(i)) == 0);
}

/* --rm: nothing durable changes, so nothing is written there. */
static void
test_ephemeral_writes_nothing(void)
{
	struct stat	 a, b;
	char		 path[128];

	(void)snprintf(path, sizeof(path), "%s/state.journal", durable);
	title = "run --rm: nothing durable is written";
	CHECK(stat(path, &a) == 0);
	CHECK(ctr_create(&p, id_of(40), "", true, false) == 0);
	CHECK(ctr_set(&p, id_of(40), ANY, RUNNING, "pid", "1") == 0);
	CHECK(ctr_remove(&p, id_of(40)) == 0);
	CHECK(stat(path, &b) == 0);
	CHECK(a.st_size == b.st_size && a.st_mtim.tv_nsec ==
	    b.st_mtim.tv_nsec);
}

int
main(int argc, char **argv)
{
	int	 before;

	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	durable = new_dir("/tmp");
	run = new_dir("/tmp");
	CHECK(state_open(&p, program, durable, run, BOOT, "/graph") == 0);
	CHECK(ctr_count(&p) == 0);
	test_names();
	test_find();
	test_states(id_of(1), false);
	test_states(id_of(3), true);
	before = ctr_count(&p);
	CHECK(before == 5);
	CHECK(reopen(BOOT) == 0);
	CHECK(ctr_count(&p) == before);
	CHECK(ctr_find(&p, "web") == 0);
	test_remove(id_of(1), "web");
	test_remove(id_of(3), "brief");
	CHECK(ctr_count(&p) == before - 2);
	test_reboot();
	test_slots();
	test_ephemeral_writes_nothing();
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
