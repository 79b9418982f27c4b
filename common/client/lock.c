#include "lock.h"

#include "call.h"

int
lock_open_begin(struct client *c, int dir, const char *type,
    const char *boot_id, uint32_t count, bool any)
{
	union msg	 m = { .lock_open = { .count = count, .flags = any } };

	SET(m.lock_open.type, type);
	SET(m.lock_open.boot_id, boot_id);
	return (call_begin(c, H_LOCK, MSG_lock_open, &m, &dir, 1));
}

int
lock_open_end(struct client *c, bool *stale)
{
	uint64_t	 value;

	if (call_end_value(c, H_LOCK, &value) == -1)
		return (-1);
	*stale = value != 0;
	return (0);
}

int
lock_take(struct client *c, const char *name, unsigned int wait_ms)
{
	union msg	 m = { .lock_take = { .wait_ms = wait_ms } };

	SET(m.lock_take.name, name);
	return (call_void(c, H_LOCK, MSG_lock_take, &m, NULL, 0));
}

int
lock_take_begin(struct client *c, const char *name, unsigned int wait_ms,
    bool number)
{
	union msg	 m = { .lock_take = { .wait_ms = wait_ms,
			    .alloc = number } };

	SET(m.lock_take.name, name);
	return (call_async(c, H_LOCK, MSG_lock_take, &m, NULL, 0));
}

int
lock_take_end(struct client *c, uint64_t *number)
{
	if (client_sync(c, H_LOCK) == -1)
		return (-1);
	*number = c->value[H_LOCK];
	return (0);
}

int
lock_drop(struct client *c, const char *name)
{
	union msg	 m = { .lock_drop = { .name = "" } };

	SET(m.lock_drop.name, name);
	return (call_void(c, H_LOCK, MSG_lock_drop, &m, NULL, 0));
}

void
lock_drop_quiet(struct client *c, const char *name)
{
	struct error	 e;

	error_save(&c->error, &e);
	(void)lock_drop(c, name);
	error_restore(&c->error, &e);
}

void
lock_drop_begin(struct client *c, const char *name)
{
	union msg	 m = { .lock_drop = { .name = "" } };

	SET(m.lock_drop.name, name);
	(void)call_async(c, H_LOCK, MSG_lock_drop, &m, NULL, 0);
}

int
lock_free(struct client *c, const char *name)
{
	union msg	 m = { .lock_free = { .name = "" } };

	SET(m.lock_free.name, name);
	return (call_void(c, H_LOCK, MSG_lock_free, &m, NULL, 0));
}

int
lock_alloc(struct client *c, const char *name, int64_t *number)
{
	union msg	 m = { .lock_alloc = { .name = "" } };
	uint64_t	 value;

	SET(m.lock_alloc.name, name);
	if (call_value(c, H_LOCK, MSG_lock_alloc, &m, &value) == -1)
		return (-1);
	*number = (int64_t)value - 1;
	return (0);
}

int
lock_find(struct client *c, const char *name, int64_t *number)
{
	union msg	 m = { .lock_find = { .name = "" } };
	uint64_t	 value;

	SET(m.lock_find.name, name);
	if (call_value(c, H_LOCK, MSG_lock_find, &m, &value) == -1)
		return (-1);
	*number = (int64_t)value - 1;
	return (0);
}

struct rec *
lock_list(struct client *c, bool all)
{
	union msg	 m = { .lock_list = { .all = all } };

	return (call_rec(c, H_LOCK, MSG_lock_list, &m, NULL, 0, RECORD(locks)));
}

int
lock_renumber(struct client *c, const struct rec *locks, bool begin)
{
	union msg	 m = { .lock_renumber = { .begin = begin } };

	return (call_put(c, H_LOCK, MSG_lock_renumber, &m, locks));
}
