/*
 * The table of locks after a death at the worst moment: a child with the mutex
 * overwrites all that can be derived, or stops in the middle of a change, and
 * ends; the next process with the mutex finds the table in order.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../libexec/lockbroker/claim.h"
#include "harness.h"
#include "../../libexec/lockbroker/lock.h"
#include "../../libexec/lockbroker/slot.h"
#include "../../libexec/lockbroker/table.h"

static int	 dir_fd;

static struct table *
enter(const char *command)
{
	struct locks_want	 want = { .type = "shm", .boot_id = "boot",
				    .count = 64, .command = command,
				    .pid = (uint32_t)getpid() };
	struct table		*t = table_open(dir_fd, &want);

	if (t == NULL || table_lock(t) == -1 ||
	    table_join(t, want.pid, want.command) == -1)
		_exit(99);
	table_unlock(t);
	return (t);
}

/* A child does this with the mutex, and is gone. */
static void
die_in(void (*fn)(struct table *))
{
	pid_t	 pid = fork();
	int	 st;

	if (pid == 0) {
		struct table	*t = enter("dies");

		if (table_lock(t) == 0)
			fn(t);
		_exit(0);
	}
	CHECK(waitpid(pid, &st, 0) == pid && st == 0);
}

/* A child that lives, and waits for a lock. */
static pid_t
waiter(const char *name, bool shared)
{
	int	 fds[2];
	char	 c;
	pid_t	 pid;

	CHECK(pipe(fds) == 0);
	if ((pid = fork()) == 0) {
		struct table	*t = enter("waits");

		if (table_lock(t) == 0) {
			(void)claim_add(t, slot_find(t, name), shared);
			table_unlock(t);
		}
		(void)!write(fds[1], "x", 1);
		for (;;)
			pause();
	}
	CHECK(read(fds[0], &c, 1) == 1);
	close(fds[0]);
	close(fds[1]);
	return (pid);
}

static void
nonsense(struct table *t)
{
	struct table_head	*h = table_head(t);

	for (uint32_t i = 1; i <= table_slots(t); i++) {
		struct slot	*s = table_slot(t, i);

		s->bucket = s->chain = s->first = s->last = 0x12345678;
		s->nheld = s->nwait = 77;
	}
	for (uint32_t i = 1; i <= 32 * TABLE_CLAIMS / LOCK_GROUP; i++) {
		struct claim	*c = table_claim(t, i);

		c->next = c->prev = c->member_next = c->member_prev = 9999999;
	}
	h->free_claim = h->lowest = h->nallocated = 0xffffff;
}

static void
held_and_half_given(struct table *t)
{
	struct slot	*s = table_slot(t, TABLE_EXTRA + 9);

	(void)claim_add(t, slot_get(t, "theirs"), false);
	table_claim(t, claim_add(t, slot_allocate(t, "fresh", 0, 64),
	    false))->fresh = 1;
	s->allocated = 1;		/* and no name yet */
}

/* Between giving the number and moving the claims without one. */
static void
named_twice(struct table *t)
{
	struct slot	*s = table_slot(t, TABLE_EXTRA + 20);

	s->allocated = 1;
	(void)snprintf(s->name, sizeof(s->name), "ours");
}

static void
test_nonsense(struct table *t)
{
	uint32_t	 slot, claim;
	pid_t		 a, b;

	CHECK(table_lock(t) == 0);
	slot = slot_allocate(t, "ours", 5, 64);
	claim = claim_add(t, slot, false);
	CHECK(slot == TABLE_EXTRA + 5 && table_claim(t, claim)->held);
	table_unlock(t);
	a = waiter("ours", false);
	b = waiter("ours", true);
	die_in(nonsense);
	CHECK(table_lock(t) == 0);
	check(slot_find(t, "ours") == slot, "S46: names are found", __LINE__);
	check(slot_number(t, slot) == 5, "S46: numbers are kept", __LINE__);
	check(claim_own(t, slot) == claim && table_claim(t, claim)->held,
	    "S46: what is held stays held", __LINE__);
	check(table_slot(t, slot)->nheld == 1 &&
	    table_slot(t, slot)->nwait == 2, "S46: who waits, waits", __LINE__);
	check(table_claim(t, claim)->next != 0 &&
	    !table_claim(t, table_claim(t, claim)->next)->shared,
	    "S46: in the order of arrival", __LINE__);
	check(table_head(t)->nallocated == 1, "S46: numbers are counted",
	    __LINE__);
	claim_remove(t, claim);
	check(table_slot(t, slot)->nheld == 1 &&
	    table_slot(t, slot)->nwait == 1, "S46: and the next has his turn",
	    __LINE__);
	table_unlock(t);
	CHECK(kill(a, SIGKILL) == 0 && waitpid(a, NULL, 0) == a);
	CHECK(table_lock(t) == 0);
	claim_reap_dead(t);
	check(table_slot(t, slot)->nheld == 1 &&
	    table_slot(t, slot)->nwait == 0, "S46: when that dies, the other",
	    __LINE__);
	table_unlock(t);
	CHECK(kill(b, SIGKILL) == 0 && waitpid(b, NULL, 0) == b);
	CHECK(table_lock(t) == 0);
	claim_reap_dead(t);
	CHECK(table_slot(t, slot)->first == 0);
	CHECK(slot_free(t, "ours") == 0 && slot_find(t, "ours") == 0);
	table_unlock(t);
}

static void
test_half(struct table *t)
{
	uint32_t	 slot, claim;

	die_in(held_and_half_given);
	CHECK(table_lock(t) == 0);
	check(slot_find(t, "theirs") == 0 && slot_find(t, "fresh") == 0,
	    "S46: the locks of the dead are gone", __LINE__);
	check(table_head(t)->nallocated == 0,
	    "S46: with numbers that nobody recorded", __LINE__);
	slot = slot_get(t, "ours");
	claim = claim_add(t, slot, false);
	CHECK(slot < TABLE_EXTRA);
	table_unlock(t);
	die_in(named_twice);
	CHECK(table_lock(t) == 0);
	slot = slot_find(t, "ours");
	check(slot == TABLE_EXTRA + 20 && claim_own(t, slot) == claim &&
	    table_slot(t, slot)->nheld == 1,
	    "S46: a number that was being given is given", __LINE__);
	claim_remove(t, claim);
	CHECK(slot_free(t, "ours") == 0);
	table_unlock(t);
}

int
main(void)
{
	char		 name[] = "/tmp/bh-table-XXXXXX", path[64];
	struct table	*t;

	CHECK(mkdtemp(name) != NULL);
	dir_fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	t = enter("the test");
	test_nonsense(t);
	test_half(t);
	table_close(t);
	(void)snprintf(path, sizeof(path), "%s/table", name);
	CHECK(unlink(path) == 0 && rmdir(name) == 0);
	return (finish());
}
