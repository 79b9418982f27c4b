/*
 * lockbroker's messages as functions, for its tests. Each test runs with both
 * types of locks.
 */
#ifndef TESTS_LOCKBROKER_LOCKS_H
#define TESTS_LOCKBROKER_LOCKS_H

#include <time.h>

#include "../statekeep/peer.h"
#include "records.h"

#define BOOT	"11111111-2222-3333-4444-555555555555"

static const char	*program, *dir, *type;
static uint32_t		 count = 2048;

#define OK(x, what)	ok_line((x), (what), __LINE__)
#define IS_SHM		(strcmp(type, "shm") == 0)

/* From here on locks of this type, in a new directory. */
static void
begin_type(const char *what)
{
	type = what;
	dir = new_dir(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

UNUSED static void
ok_line(int good, const char *what, int line)
{
	char	 text[256];

	(void)snprintf(text, sizeof(text), "%s (%s)", what, type);
	check(good, text, line);
}

UNUSED static uint32_t
open_with(struct peer *p, const char *kind, const char *boot, uint32_t n,
    uint32_t flags)
{
	union msg	 m = { 0 };
	int		 fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t	 rc;

	SET(m.lock_open.type, kind);
	SET(m.lock_open.boot_id, boot);
	m.lock_open.count = n;
	m.lock_open.flags = flags;
	peer_start(p, program, R_LOCK);
	rc = peer_ask(p, MSG_lock_open, &m, &fd, 1);
	close(fd);
	return (rc);
}

UNUSED static void
lock_start(struct peer *p)
{
	uint32_t	 rc = open_with(p, type, BOOT, count, 0);

	if (rc != 0)
		printf("# %s\n", p->text);
	CHECK(rc == 0);
}

UNUSED static union msg
take_msg(const char *name, bool shared, unsigned int wait_ms)
{
	union msg	 m = { 0 };

	SET(m.lock_take.name, name);
	m.lock_take.shared = shared;
	m.lock_take.wait_ms = wait_ms;
	return (m);
}

UNUSED static uint32_t
take(struct peer *p, const char *name, bool shared, unsigned int wait_ms)
{
	union msg	 m = take_msg(name, shared, wait_ms);

	return (peer_ask(p, MSG_lock_take, &m, NULL, 0));
}

/* Take it with a number; that is in p->value. */
UNUSED static uint32_t
take_new(struct peer *p, const char *name)
{
	union msg	 m = take_msg(name, false, 0);

	m.lock_take.alloc = 1;
	return (peer_ask(p, MSG_lock_take, &m, NULL, 0));
}

UNUSED static uint32_t
drop(struct peer *p, const char *name)
{
	union msg	 m = { 0 };

	SET(m.lock_drop.name, name);
	return (peer_ask(p, MSG_lock_drop, &m, NULL, 0));
}

UNUSED static uint32_t
lock_free(struct peer *p, const char *name)
{
	union msg	 m = { 0 };

	SET(m.lock_free.name, name);
	return (peer_ask(p, MSG_lock_free, &m, NULL, 0));
}

UNUSED static uint32_t
lock_alloc(struct peer *p, const char *name, uint32_t number)
{
	union msg	 m = { 0 };

	SET(m.lock_alloc.name, name);
	m.lock_alloc.number = number;
	return (peer_ask(p, MSG_lock_alloc, &m, NULL, 0));
}

UNUSED static uint32_t
lock_find(struct peer *p, const char *name, uint32_t number)
{
	union msg	 m = { 0 };

	SET(m.lock_find.name, name);
	m.lock_find.number = number;
	return (peer_ask(p, MSG_lock_find, &m, NULL, 0));
}

/* The list, or NULL. */
UNUSED static struct rec *
lock_list(struct peer *p, bool all)
{
	union msg	 m = { .lock_list = { .all = all } };

	if (peer_ask(p, MSG_lock_list, &m, NULL, 0) != 0 || p->fd == -1)
		return (NULL);
	return (rec_from_fd(p->fd, RECORD(any), NULL));
}

UNUSED static uint32_t
renumber(struct peer *p, const struct rec *r, bool begin)
{
	union msg	 m = { .lock_renumber = { .begin = begin } };
	int		 fd = rec_memfd(r, "locks");
	uint32_t	 rc = peer_ask(p, MSG_lock_renumber, &m, &fd, 1);

	close(fd);
	return (rc);
}

UNUSED static void
add_lock(struct rec *r, const char *name, int64_t number)
{
	struct rec	*l = rec_new();

	(void)rec_add(l, KEY(name), name);
	(void)rec_add_num(l, KEY(number), number);
	(void)rec_add_rec(r, KEY_IN(locks, lock), l);
	rec_free(l);
}

UNUSED static double
now_us(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3);
}

/* Locks that the list has, with all those that are allocated. */
UNUSED static int
listed(struct peer *p, bool all)
{
	struct rec	*r = lock_list(p, all);
	int		 n = r == NULL ? -1 : (int)rec_count(r, KEY(lock));

	rec_free(r);
	return (n);
}

#endif
