/*
 * What a store was made with, and by which version of us.
 */
#include <dirent.h>

#include "anykey.h"
#include "nitems.h"
#include "records.h"
#include "state.h"

#define OLD	"tests/statekeep/schema1.journal"	/* see schema1.c */

static const char	*program, *durable, *run;
static struct peer	 p;

/* Six settings, as the front end has them. */
static struct rec *
six(const char *key, const char *value)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, KEY(os), "linux");
	(void)rec_add(r, KEY_AS(path_state), "/static");
	(void)rec_add(r, KEY_AS(path_run), "/tmpdir");
	(void)rec_add(r, KEY_AS(path_graph), "/graph");
	(void)rec_add(r, KEY_AS(path_run_storage), "/runroot");
	(void)rec_add(r, KEY_AS(storage_driver), "overlay");
	(void)rec_add(r, KEY_AS(volume_path), "/volumes");
	if (key != NULL)
		(void)rec_set(r, KEY_FROM(key), value);
	return (r);
}

static uint32_t
open_with(struct rec *settings)
{
	return (state_open_as(&p, program, durable, run, BOOT, settings, "",
	    false));
}

static const char *const	 keys[] = { "os", "path.state", "path.run",
				    "path.graph", "path.run_storage",
				    "storage.driver", "engine.volume_path" };

#define NKEYS	NITEMS(keys)

/* One of them is another: what the store has comes back, and no service. */
static void
other_value(const char *key)
{
	struct rec	*have;

	CHECK(open_with(six(key, "/other")) == 0);
	CHECK(p.fd != -1);
	have = p.fd == -1 ? NULL : rec_from_fd(p.fd, RECORD(any), NULL);
	CHECK(have != NULL && rec_len(have) == NKEYS);
	CHECK(have != NULL && strcmp(rec_str(have, KEY_FROM(key), ""),
	    "/other") != 0);
	CHECK(have != NULL && strcmp(rec_str(have, KEY_AS(path_graph), ""),
	    "/graph") == 0);
	rec_free(have);
	CHECK(ctr_count(&p) == -1);
	CHECK(peer_end(&p) >= 0);
}

static void
test_values(void)
{
	durable = new_dir("/tmp");
	title = "S54: what the first one stored comes back";
	CHECK(open_with(six(NULL, NULL)) == 0 && p.fd == -1);
	CHECK(ctr_count(&p) == 0);
	CHECK(state_record(&p) == 0);
	CHECK(peer_end(&p) == 0);
	for (size_t i = 0; i < NKEYS; i++)
		other_value(keys[i]);
	title = "S58: the same passes, and an empty value on either side";
	CHECK(open_with(six(NULL, NULL)) == 0 && p.fd == -1);
	CHECK(peer_end(&p) == 0);
	CHECK(open_with(six("storage.driver", "")) == 0 && p.fd == -1);
	CHECK(ctr_count(&p) == 0);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

static off_t
journal_size(void)
{
	char		 path[128];
	struct stat	 st;

	(void)snprintf(path, sizeof(path), "%s/state.journal", durable);
	return (stat(path, &st) == -1 ? -1 : st.st_size);
}

/* A key that the store lacks is filled in; nothing is written twice. */
static void
test_missing(void)
{
	off_t	 before;

	title = "S58: missing keys are filled in, after a look without writing";
	durable = new_dir("/tmp");
	CHECK(open_with(some_settings("/graph")) == 0);
	CHECK(state_record(&p) == 0);
	CHECK(peer_end(&p) == 0);
	before = journal_size();
	CHECK(open_with(six(NULL, NULL)) == 0 && p.fd == -1);
	CHECK((p.value & STATE_UNRECORDED) != 0);
	CHECK(state_record(&p) == 0);
	CHECK(peer_end(&p) == 0);
	CHECK(journal_size() > before);
	before = journal_size();
	CHECK(open_with(six(NULL, NULL)) == 0);
	CHECK((p.value & STATE_UNRECORDED) == 0);
	CHECK(state_record(&p) == 0);
	CHECK(peer_end(&p) == 0);
	CHECK(journal_size() == before);
	other_value("path.run");
	CHECK(journal_size() == before);
	remove_dir(durable);
}

/* Open, and end like a command that fails, with these settings. */
static void
fail_with(const char *key, const char *value)
{
	CHECK(open_with(six(key, value)) == 0 && p.fd == -1);
	CHECK((p.value & STATE_UNRECORDED) != 0);
	CHECK(ctr_count(&p) == 0);
	CHECK(peer_end(&p) == 0);
}

static uint32_t
put_volume(const char *name)
{
	struct rec	*r = rec_new();
	union msg	 m = { 0 };
	uint32_t	 rc;
	int		 fd;

	(void)rec_add(r, KEY(name), name);
	m.obj_put.kind = OBJ_VOLUME;
	fd = rec_fd(r);
	rc = peer_ask(&p, MSG_obj_put, &m, &fd, 1);
	close(fd);
	return (rc);
}

/* What a first command has recorded, the second cannot change. */
static void
test_record(void)
{
	const char	*old = run;

	for (int how = 0; how < 4; how++) {
		title = "X7: a command that fails records no settings, and the "
		    "first object or success does";
		durable = new_dir("/tmp");
		run = new_dir("/tmp");
		fail_with("path.run", "/other");
		fail_with("storage.driver", "vfs");
		CHECK(open_with(six(NULL, NULL)) == 0 && p.fd == -1);
		switch (how) {
		case 0:
			CHECK(state_record(&p) == 0);
			break;
		case 1:
			CHECK(ctr_create(&p, id_of(1), "a", false, false) == 0);
			break;
		case 2:
			CHECK(ctr_create(&p, id_of(1), "a", true, false) == 0);
			break;
		case 3:
			CHECK(put_volume("v") == 0);
			break;
		}
		CHECK(peer_end(&p) == 0);
		CHECK(open_with(six("path.run", "/other")) == 0 && p.fd != -1);
		CHECK(peer_end(&p) >= 0);
		CHECK(open_with(six(NULL, NULL)) == 0 && p.fd == -1);
		CHECK((p.value & STATE_UNRECORDED) == 0);
		CHECK(peer_end(&p) == 0);
		remove_dir(durable);
		remove_dir(run);
	}
	run = old;
}

/* Two first commands at once, with different settings. */
static void
test_record_twice(void)
{
	struct peer	 first;
	const char	*old = run;

	run = new_dir("/tmp");
	title = "X7: of two first commands one records, the other is refused";
	durable = new_dir("/tmp");
	CHECK(open_with(six(NULL, NULL)) == 0);
	first = p;
	CHECK(open_with(six("storage.driver", "vfs")) == 0 && p.fd == -1);
	CHECK(ctr_create(&first, id_of(1), "a", false, false) == 0);
	CHECK(ctr_create(&p, id_of(2), "b", false, false) == ESTALE);
	CHECK(strstr(p.text, "with other settings; try again") != NULL);
	CHECK(state_record(&p) == ESTALE);
	CHECK(peer_end(&p) == 0);
	p = first;
	CHECK(ctr_count(&p) == 1);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
	remove_dir(run);
	run = old;
}

static void
run_dir_is(const char *boot, struct rec *settings, const char *want)
{
	struct rec	*have;

	CHECK(state_open_as(&p, program, durable, run, boot, settings, "",
	    false) == 0);
	have = p.fd == -1 ? NULL : rec_from_fd(p.fd, RECORD(any), NULL);
	CHECK(want == NULL ? have == NULL : have != NULL &&
	    strcmp(rec_str(have, KEY_AS(path_run), ""), want) == 0 &&
	    rec_len(have) == NKEYS);
	rec_free(have);
	CHECK(want != NULL || state_record(&p) == 0);
	CHECK(peer_end(&p) >= 0);
}

static void
test_instead(void)
{
	struct rec	*r = six(NULL, NULL);

	title = "S55: another tmp dir, until the next boot";
	durable = new_dir("/tmp");
	run_dir_is(BOOT, six(NULL, NULL), NULL);
	(void)rec_add(r, any_key("now:path.run"), "/instead");
	run_dir_is(BOOT, r, NULL);
	run_dir_is(BOOT, six(NULL, NULL), "/instead");
	run_dir_is(BOOT, six("path.run", "/instead"), NULL);
	run_dir_is(BOOT, six("path.run", "/third"), "/instead");
	run_dir_is("next-boot", six(NULL, NULL), NULL);
	run_dir_is("next-boot", six("path.run", "/instead"), "/tmpdir");
	remove_dir(durable);
}

static unsigned int
files_in(const char *dir)
{
	DIR		*d = opendir(dir);
	unsigned int	 n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return (n);
}

static void
test_memory(void)
{
	const char	*empty = new_dir("/tmp");

	title = "S51: state type memory: nothing on disk, and all of it works";
	CHECK(state_open_as(&p, program, empty, empty, BOOT, six(NULL, NULL),
	    "", true) == 0 && p.fd == -1);
	CHECK(ctr_create(&p, id_of(1), "a", false, false) == 0);
	CHECK(ctr_create(&p, id_of(2), "b", true, true) == 0 && p.value == 1);
	CHECK(ctr_create(&p, id_of(3), "a", false, false) == EEXIST);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), IN(CREATED), RUNNING, "pid", "5") == 0);
	CHECK(ctr_set(&p, id_of(1), IN(CREATED), RUNNING, "pid", "5") ==
	    ESTALE);
	CHECK(ctr_state(&p, id_of(1)) == RUNNING);
	CHECK(ctr_find(&p, "b") == 0);
	CHECK(ctr_count(&p) == 2);
	CHECK(ctr_remove(&p, id_of(2)) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, EXITED, "exit", "7") == 0);
	CHECK(ctr_count(&p) == 1);
	CHECK(peer_end(&p) == 0);
	CHECK(files_in(empty) == 2);
	title = "S51: state type memory: validation does nothing, all is gone";
	CHECK(state_open_as(&p, program, empty, empty, "another-boot",
	    six("path.graph", "/elsewhere"), "", true) == 0 && p.fd == -1);
	CHECK(ctr_count(&p) == 0);
	CHECK(peer_end(&p) == 0);
	remove_dir(empty);
}

static void
open_scope(const char *ns)
{
	CHECK(state_open_as(&p, program, durable, run, BOOT, six(NULL, NULL),
	    ns, false) == 0);
}

static uint32_t
see_all(bool all)
{
	union msg	 m = { .state_scope = { .all = all } };

	return (peer_ask(&p, MSG_state_scope, &m, NULL, 0));
}

/*
 * A namespace is a view, not a protection: naming an object of another one is
 * an error that says so.
 */
static void
test_scope(void)
{
	const char	*old = run;
	char		 part[16];

	title = "S59: a namespace sees its own, none sees all";
	durable = new_dir("/tmp");
	run = new_dir("/tmp");
	open_scope("red");
	CHECK(ctr_create(&p, id_of(1), "r", false, false) == 0);
	CHECK(ctr_create(&p, id_of(2), "e", true, false) == 0);
	CHECK(ctr_count(&p) == 2);
	CHECK(peer_end(&p) == 0);
	open_scope("blue");
	CHECK(ctr_count(&p) == 0);
	CHECK(ctr_get(&p, id_of(1)) == NULL);
	CHECK(strstr(p.text, "as it is part of namespace \"red\" and we are in "
	    "namespace \"blue\": target is in a different namespace") != NULL);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == EXDEV);
	CHECK(ctr_remove(&p, id_of(1)) == EXDEV);
	CHECK(ctr_set(&p, id_of(2), ANY, CREATED, NULL, NULL) == EXDEV);
	CHECK(ctr_create(&p, id_of(3), "r", false, false) == EEXIST);
	CHECK(ctr_create(&p, id_of(1), "x", false, false) == EEXIST);
	(void)snprintf(part, sizeof(part), "%.8s", id_of(1));
	CHECK(ctr_find(&p, part) == ENOENT);
	CHECK(ctr_create(&p, id_of(4), "b", false, false) == 0);
	/* What must see every object does, and makes nothing in another. */
	CHECK(see_all(true) == 0 && ctr_count(&p) == 3);
	CHECK(ctr_find(&p, part) == 0 && ctr_state(&p, id_of(1)) == CREATING);
	CHECK(ctr_create(&p, id_of(6), "b6", false, false) == 0);
	CHECK(see_all(false) == 0 && ctr_count(&p) == 2);
	CHECK(ctr_find(&p, part) == ENOENT);
	CHECK(ctr_remove(&p, id_of(6)) == 0);
	CHECK(peer_end(&p) == 0);
	open_scope("");
	CHECK(ctr_count(&p) == 3);
	CHECK(ctr_find(&p, part) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	CHECK(ctr_create(&p, id_of(5), "plain", false, false) == 0);
	CHECK(peer_end(&p) == 0);
	open_scope("red");
	CHECK(ctr_count(&p) == 2);
	CHECK(ctr_state(&p, id_of(1)) == CREATED);
	CHECK(ctr_get(&p, id_of(5)) == NULL);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
	remove_dir(run);
	run = old;
}

/* The journal that the statekeep of schema 1 left, as a backup has it. */
static void
restore_old(void)
{
	char	 command[256];

	durable = new_dir("/tmp");
	(void)snprintf(command, sizeof(command), "cp %s %s/state.journal && "
	    "chmod 600 %s/state.journal && chown --reference=%s "
	    "%s/state.journal", OLD, durable, durable, durable, durable);
	if (system(command) != 0)
		errx(1, "no " OLD " here");
}

static int
count_bytes(const char *what)
{
	char	 path[128], buf[1 << 16], *at = buf;
	int	 fd, n = 0;
	ssize_t	 len;

	(void)snprintf(path, sizeof(path), "%s/state.journal", durable);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (len = read(fd, buf, sizeof(buf))) == -1)
		err(1, "%s", path);
	close(fd);
	while ((at = memmem(at, (size_t)(buf + len - at), what,
	    strlen(what))) != NULL) {
		at += strlen(what);
		n++;
	}
	return (n);
}

static void
test_migration(void)
{
	char	 id[65];
	off_t	 size;

	title = "S53: a store of schema 1 is brought to ours, with all in it";
	restore_old();
	CHECK(count_bytes("ctr 00000000") == 0);
	CHECK(open_with(some_settings("/graph")) == 0 && p.fd == -1);
	CHECK(ctr_count(&p) == 4);
	CHECK(ctr_find(&p, "web") == 0 && strcmp(p.text, id_of(0)) == 0);
	CHECK(ctr_state(&p, id_of(0)) == EXITED);	/* it ran: no boot */
	CHECK(ctr_state(&p, id_of(1)) == CREATED);
	CHECK(ctr_state(&p, id_of(2)) == EXITED);
	CHECK(ctr_state(&p, id_of(3)) == CREATING);
	CHECK(ctr_find(&p, "gone") == ENOENT);
	CHECK(ctr_create(&p, id_of(9), "web", false, false) == EEXIST);
	CHECK(ctr_create(&p, id_of(4), "gone", false, false) == 0);
	CHECK(peer_end(&p) == 0);
	(void)snprintf(id, sizeof(id), "ctr %.60s", id_of(0));
	CHECK(count_bytes(id) == 1);
	CHECK(count_bytes("s:schema2") == 1);
	size = journal_size();
	CHECK(open_with(some_settings("/graph")) == 0);
	CHECK(ctr_count(&p) == 5);
	CHECK(peer_end(&p) == 0);
	CHECK(journal_size() == size);
	remove_dir(durable);
}

/* Killed anywhere on the way: the old one, or the new one. */
static void
test_migration_killed(void)
{
	int	 wrong = 0, whole = 0;

	title = "S53: a migration that is killed has happened or has not";
	for (int i = 0; i < 40; i++) {
		restore_old();
		(void)state_begin(&p, program, durable, run, BOOT,
		    some_settings("/graph"), "", false);
		usleep((useconds_t)(i * 150));
		(void)kill(p.pid, SIGKILL);
		(void)peer_end(&p);
		if (open_with(some_settings("/graph")) != 0)
			wrong++;
		else if (ctr_count(&p) == 4 && ctr_find(&p, "cache") == 0)
			whole++;
		(void)peer_end(&p);
		remove_dir(durable);
	}
	CHECK(wrong == 0);
	CHECK(whole == 40);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	program = argv[1];
	run = new_dir("/tmp");
	test_values();
	test_missing();
	test_instead();
	test_record();
	test_record_twice();
	test_memory();
	test_scope();
	test_migration();
	test_migration_killed();
	remove_dir(run);
	return (finish());
}
