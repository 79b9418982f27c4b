/*
 * lockbroker's locks: holders, numbers, the list, and the table of shm.
 */
#include "locks.h"

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
	OK(take(a, "ctr:1", false, 0) == EDEADLK,
	    "S50: a lock that this command holds is refused");
	CHECK(take(b, "ctr:2", false, 0) == 0);
	CHECK(drop(b, "ctr:1") == ENOENT);
	CHECK(drop(a, "ctr:1") == 0);
	CHECK(drop(a, "ctr:1") == ENOENT);
	CHECK(take(b, "ctr:1", false, 0) == 0);
	CHECK(drop(b, "ctr:1") == 0);
	CHECK(drop(b, "ctr:2") == 0);
	CHECK(listed(a, true) == 0);
}

static void
test_shared(struct peer *a, struct peer *b)
{
	CHECK(take(a, "s", true, 0) == 0);
	CHECK(take(b, "s", true, 0) == 0);
	CHECK(drop(a, "s") == 0);
	CHECK(take(a, "s", false, 0) == EBUSY);
	CHECK(drop(b, "s") == 0);
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
	CHECK(take(a, "7", false, 0) == EINVAL);
	if (IS_SHM)
		return;
	CHECK(symlinkat("/etc/passwd", open(dir, O_PATH), "link") == 0);
	CHECK(take(a, "link", false, 0) == ELOOP);
	CHECK(unlinkat(open(dir, O_PATH), "link", 0) == 0);
}

/* Numbers: allocate, allocate a given one, retrieve, free, free all. */
static void
test_numbers(struct peer *a, struct peer *b)
{
	struct rec	*r;

	OK(take_new(a, "ctr:a") == 0 && a->value == 1,
	    "S47: the first lock that is allocated is number 0");
	OK(take_new(b, "ctr:b") == 0 && b->value == 2,
	    "S47: the lowest number that is free is next");
	CHECK(drop(a, "ctr:a") == 0);
	CHECK(drop(b, "ctr:b") == 0 && take(b, "ctr:b", false, 0) == 0);
	OK(lock_find(a, "ctr:a", 0) == 0 && a->value == 1,
	    "S47: a number stays when nobody holds the lock");
	OK(lock_find(a, "", 2) == 0 && strcmp(a->text, "ctr:b") == 0,
	    "S47: a lock is retrieved by its number");
	OK(lock_alloc(a, "ctr:c", 6) == 0 && a->value == 6,
	    "S47: a given number is allocated");
	OK(lock_alloc(a, "ctr:d", 6) == EEXIST,
	    "S46: a number that was given is EEXIST");
	OK(lock_alloc(a, "ctr:c", 0) == EEXIST,
	    "S46: a name that has a number is EEXIST");
	if (IS_SHM) {
		OK(lock_alloc(a, "ctr:d", 2049) == EINVAL,
		    "S46: a number that is too large is EINVAL");
		OK(lock_find(a, "", 5000000) == EINVAL,
		    "S46: so is one to be retrieved");
	} else
		OK(lock_alloc(a, "ctr:z", 5001) == 0 &&
		    lock_free(a, "ctr:z") == 0,
		    "S42: numbers of files have no bound, and no ERANGE");
	OK(lock_find(a, "", 5) == ENOENT,
	    "S46: a number that is free is not found");
	OK(lock_free(a, "ctr:d") == ENOENT,
	    "S46: freeing a free one is ENOENT");
	OK(take_new(b, "ctr:d") == 0 && b->value == 3,
	    "S47: allocated between others");
	OK(lock_free(a, "ctr:b") == 0 && take(a, "ctr:b", false, 0) == EBUSY,
	    "S47: a lock that was freed is still its holder's");
	OK(drop(b, "ctr:b") == 0 && take(b, "ctr:b", false, 0) == 0 &&
	    b->value == 0, "S46: a lock without a number can be taken");
	CHECK(drop(b, "ctr:b") == 0);
	CHECK(lock_find(a, "ctr:b", 0) == ENOENT);
	OK(take_new(b, "ctr:e") == 0 && b->value == 2,
	    "S47: a number that was freed is given again");
	r = lock_list(a, true);
	OK(r != NULL && rec_num(r, KEY(allocated), 0) == 4,
	    "S47: those that are allocated are counted");
	OK(r != NULL && (!IS_SHM || rec_num(r, KEY(count), 0) == 2048),
	    "S47: and so are those that there are");
	OK(r != NULL && rec_count(r, KEY(lock)) == 5,
	    "S47: and listed, with the store's");
	rec_free(r);
	CHECK(drop(b, "ctr:e") == 0 && drop(b, "ctr:d") == 0);
}

static void
test_renumber(struct peer *a, struct peer *b)
{
	struct rec	*r = rec_new();
	union msg	 m = take_msg("ctr:x", false, 5000);
	double		 t;

	add_lock(r, "ctr:e", 0);
	add_lock(r, "ctr:new", 1);
	OK(renumber(b, r, false) == EPERM,
	    "X4: who does not hold the store alone renumbers nothing");
	CHECK(take(b, "ctr:work", false, 0) == 0);
	OK(take(a, "store", false, 100) == ETIMEDOUT,
	    "X4: a renumbering waits for commands at work");
	CHECK(drop(b, "ctr:work") == 0);
	/* a has freed a number: what it belongs to may still be recorded. */
	OK(take(a, "store", false, 0) == 0, "X4: and begins when they end");
	OK(take(b, "ctr:work", false, 0) == EBUSY && strstr(b->text,
	    "lock store is held") != NULL,
	    "X4: a command waits while locks are renumbered");
	CHECK(peer_send(b, MSG_lock_take, &m, NULL, 0) == 0);
	CHECK(renumber(a, r, true) == 0);
	OK(renumber(a, r, false) == 0 && lock_find(a, "ctr:new", 0) == 0 &&
	    a->value == 2 && lock_find(a, "ctr:d", 0) == ENOENT &&
	    lock_find(a, "ctr:e", 0) == 0 && a->value == 1,
	    "S49: all locks are freed, and given again");
	t = now_us();
	CHECK(drop(a, "store") == 0);
	OK(peer_answer(b) == 0, "X4: then what waited goes on");
	printf("# %.0f us after it\n", now_us() - t);
	CHECK(drop(b, "ctr:x") == 0);
	rec_free(r);
	r = rec_new();
	CHECK(take(a, "store", false, 1000) == 0);
	OK(renumber(a, r, false) == 0 && listed(a, true) <= 1,
	    "S46: free-all leaves none");
	CHECK(drop(a, "store") == 0);
	rec_free(r);
}

/* A number that was not recorded is released with its lock. */
static void
test_fresh(struct peer *a)
{
	struct peer	 b;

	lock_start(&b);
	CHECK(take_new(&b, "ctr:lost") == 0);
	CHECK(take_new(&b, "ctr:kept") == 0 && drop(&b, "ctr:kept") == 0);
	if (IS_SHM) {
		CHECK(kill(b.pid, SIGKILL) == 0);
		CHECK(peer_end(&b) == -SIGKILL);
	} else
		CHECK(peer_end(&b) == 0);
	OK(take(a, "ctr:lost", false, 1000) == 0 &&
	    lock_find(a, "ctr:lost", 0) == ENOENT &&
	    lock_find(a, "ctr:kept", 0) == 0,
	    "S47: the number of one that was never made is free again");
	CHECK(drop(a, "ctr:lost") == 0 && lock_free(a, "ctr:kept") == 0);
	CHECK(listed(a, true) == 1);
}

/* A renumbering that was only announced: the next to open the table is told. */
static void
test_stale(void)
{
	struct peer	 a, b;
	struct rec	*r = rec_new();

	lock_start(&a);
	CHECK(a.value == 0);
	CHECK(take(&a, "store", false, 0) == 0);
	CHECK(renumber(&a, r, true) == 0);
	CHECK(kill(a.pid, SIGKILL) == 0);
	CHECK(peer_end(&a) == -SIGKILL);
	lock_start(&b);
	OK(b.value == 1, "S49: a renumbering that was cut short is noticed");
	CHECK(take(&b, "store", false, 1000) == 0);
	CHECK(renumber(&b, r, false) == 0);
	CHECK(peer_end(&b) == 0);
	lock_start(&a);
	CHECK(a.value == 0);
	CHECK(peer_end(&a) == 0);
	rec_free(r);
}

/* Pod, container, dependency: several are held at once. */
static void
test_nested(struct peer *a, struct peer *b)
{
	CHECK(take(a, "pod:p", false, 0) == 0);
	CHECK(take(a, "ctr:p1", false, 0) == 0);
	OK(take(a, "ctr:p2", false, 0) == 0,
	    "S50: locks of a pod and its containers are held together");
	CHECK(take(b, "ctr:p2", false, 0) == EBUSY);
	CHECK(drop(a, "ctr:p2") == 0);
	CHECK(take(b, "ctr:p2", false, 0) == 0);
	CHECK(drop(b, "ctr:p2") == 0);
	CHECK(drop(a, "pod:p") == 0 && drop(a, "ctr:p1") == 0);
}

/* The list while locks are held and waited for. */
static void
test_list(void)
{
	struct peer	 a, b, c;
	union msg	 m = take_msg("ctr:l", false, 20000);
	struct rec	*r, *l, *k;
	size_t		 it = 0, jt = 0;
	bool		 found = false;

	lock_start(&a);
	lock_start(&b);
	CHECK(open_with(&c, type, BOOT, count, 1) == 0);
	CHECK(take_new(&a, "ctr:l") == 0);
	CHECK(peer_send(&b, MSG_lock_take, &m, NULL, 0) == 0);
	usleep(100000);
	r = lock_list(&c, false);
	while (r != NULL && (l = rec_sub(r, KEY_IN(locks, lock),
	    &it)) != NULL) {
		if (strcmp(rec_str(l, KEY(name), ""), "ctr:l") == 0) {
			found = rec_count(l, KEY(claim)) == 2 &&
			    rec_num(l, KEY(number), -1) == 0;
			k = rec_sub(l, KEY(claim), &jt);
			found = found && rec_num(k, KEY(held), 0) == 1 &&
			    rec_num(k, KEY(pid), 0) == getpid() &&
			    rec_num(k, KEY(age_ns), -1) >= 0 &&
			    strstr(rec_str(k, KEY(command), ""),
			    "lockbroker_test") != NULL;
			rec_free(k);
			k = rec_sub(l, KEY(claim), &jt);
			found = found && rec_num(k, KEY(held), 1) == 0;
			rec_free(k);
		}
		rec_free(l);
	}
	OK(found, "D5: the list shows holder and waiters of a held lock");
	rec_free(r);
	CHECK(drop(&a, "ctr:l") == 0);
	CHECK(peer_answer(&b) == 0);
	CHECK(lock_free(&b, "ctr:l") == 0);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	CHECK(peer_end(&c) == 0);
}

/* Sizes of the table: only that of shm has one. */
static void
test_sizes(void)
{
	struct peer	 a, b;
	char		 name[16];
	int		 n = 0;

	OK(open_with(&a, type, BOOT, 0, 0) == EINVAL,
	    "S46: a count of zero is EINVAL");
	CHECK(peer_end(&a) == 0);
	CHECK(open_with(&a, type, BOOT, 33, 0) == 0);
	for (;; n++) {
		(void)snprintf(name, sizeof(name), "ctr:%d", n);
		if (lock_alloc(&a, name, 0) != 0)
			break;
	}
	OK(n == 64, "S46: 33 locks are rounded up to 64");
	OK(take_new(&a, "ctr:more") == ENOSPC && strstr(a.text, "num_locks")
	    != NULL, "S46: when they are used up, it is ENOSPC, with advice");
	CHECK(take(&a, "ctr:5", false, 0) == 0);
	CHECK(open_with(&b, type, BOOT, 128, 0) == 0);
	OK(take_new(&b, "ctr:more") == 0 && b.value == 65,
	    "S44: raising num_locks grows the table under its users");
	OK(take(&b, "ctr:5", false, 0) == EBUSY && drop(&a, "ctr:5") == 0 &&
	    take(&b, "ctr:5", false, 0) == 0 && lock_find(&a, "", 65) == 0,
	    "S44: who has it open sees the same table");
	CHECK(peer_end(&a) == 0);
	OK(open_with(&a, type, BOOT, 64, 0) == ERANGE && strstr(a.text,
	    "system renumber") != NULL,
	    "S44: fewer than are in use is ERANGE, with advice");
	CHECK(peer_end(&a) == 0);
	CHECK(lock_free(&b, "ctr:more") == 0);
	OK(open_with(&a, type, BOOT, 64, 0) == 0,
	    "S44: what is not in use does not matter");
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	OK(open_with(&a, type, "another-boot", 32, 0) == 0 &&
	    listed(&a, true) == 0, "S43: the table of another boot is empty");
	CHECK(peer_end(&a) == 0);
}

/* 100,000 names, and all of them held by one. */
static void
test_many(void)
{
	struct peer	 a;
	char		 name[16];
	int		 bad = 0;
	double		 t = now_us();

	CHECK(open_with(&a, type, BOOT, 100000, 0) == 0);
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "ctr:%d", i);
		bad += take_new(&a, name) != 0;
	}
	OK(bad == 0, "D5: 100,000 locks are held");
	printf("# %.1f us each\n", (now_us() - t) / 100000);
	t = now_us();
	CHECK(peer_end(&a) == 0);
	printf("# let go in %.0f ms\n", (now_us() - t) / 1000);
}

static void
test_damage(void)
{
	struct peer	 a;
	char		 path[128];
	int		 fd;

	(void)snprintf(path, sizeof(path), "%s/table", dir);
	fd = open(path, O_WRONLY);
	CHECK(fd != -1 && pwrite(fd, "what", 4, 0) == 4);
	close(fd);
	OK(open_with(&a, type, "another-boot", 32, 0) == EBADF,
	    "S46: a table with another magic is EBADF");
	CHECK(peer_end(&a) == 0);
	OK(open_with(&a, type, "another-boot", 32, 1) == 0 &&
	    listed(&a, true) == 0,
	    "S44: a renumbering makes a damaged table anew");
	CHECK(peer_end(&a) == 0);
}

static void
test_types(void)
{
	struct peer	 a;

	OK(open_with(&a, "unknown", BOOT, 32, 0) == EINVAL && strstr(a.text,
	    "unknown lock type \"unknown\"") != NULL,
	    "S45: any other lock type is refused by name");
	CHECK(peer_end(&a) == 0);
	OK(open_with(&a, "", BOOT, 32, 0) == 0 && faccessat(open(dir, O_PATH),
	    "table", F_OK, 0) == 0, "S43: no lock type is shm");
	CHECK(peer_end(&a) == 0);
}

static void
test_all(const char *what)
{
	struct peer	 a, b;

	begin_type(what);
	lock_start(&a);
	lock_start(&b);
	test_exclusive(&a, &b);
	test_shared(&a, &b);
	test_names(&a);
	test_nested(&a, &b);
	test_numbers(&a, &b);
	test_renumber(&a, &b);
	test_fresh(&a);
	CHECK(peer_end(&a) == 0);
	CHECK(peer_end(&b) == 0);
	test_stale();
	test_list();
	remove_dir(dir);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	test_all("file");
	test_all("shm");
	begin_type("shm");
	test_types();
	remove_dir(dir);
	begin_type("shm");
	test_sizes();
	test_damage();
	test_many();
	remove_dir(dir);
	return (finish());
}
