/*
 * Locks in the shared segment: a broker that takes a lock adds a claim and
 * sleeps until the holder before it has released the lock or has died.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "lock.h"
#include "log.h"
#include "record.h"
#include "slot.h"
#include "table.h"

#define MS		1000000LL
#define REPORT_NS	(1000 * MS)
/*
 * How often a waiter checks that its peer still exists: more often when other
 * brokers may wait for a lock that it holds.
 */
#define SLICE_NS	(50 * MS)
#define SHORT_SLICE_NS	(4 * MS)

struct shm {
	struct table	*table;
	uint32_t	 count;
	uint32_t	 blocked;	/* the slot of the last failed take */
};

static void
shm_close(void *ctx)
{
	struct shm	*s = ctx;

	/* A broker that holds the mutex now finds this one dead instead. */
	if (s->table != NULL && table_self(s->table) != 0 &&
	    table_lock(s->table) == 0) {
		claim_reap(s->table, table_self(s->table));
		table_leave(s->table);
		table_unlock(s->table);
	}
	table_close(s->table);
	free(s);
}

static int
join(struct table *t, const struct locks_want *want)
{
	int	 rc;

	if (table_lock(t) == -1)
		return (-1);
	if ((rc = table_join(t, want->pid, want->command)) == -1) {
		claim_reap_dead(t);
		rc = table_join(t, want->pid, want->command);
	}
	table_unlock(t);
	return (rc);
}

static void *
shm_open_table(int dir_fd, const struct locks_want *want)	/* takes */
{
	struct shm	*s = calloc(1, sizeof(*s));

	if (s != NULL && (s->table = table_open(dir_fd, want)) != NULL &&
	    join(s->table, want) == -1) {
		(void)locks_fail(errno, errno == EAGAIN ? "too many commands "
		    "are at work at the same time: %s" : "cannot enter the "
		    "table of locks: %s", strerror(errno));
		shm_close(s);
		s = NULL;
	} else if (s != NULL && s->table == NULL) {
		free(s);
		s = NULL;
	}
	close(dir_fd);
	if (s != NULL)
		s->count = want->count;
	return (s);
}

static bool
shm_stale(void *ctx)
{
	const struct shm	*s = ctx;

	return (table_head(s->table)->stale != 0);
}

/* Log the holder, once. */
static void
report(struct shm *s, uint32_t claim)
{
	struct table		*t = s->table;
	struct claim		 first;
	struct member		 holder;
	char			 name[LOCK_NAME];
	const struct slot	*slot;

	if (table_lock(t) == -1)
		return;
	slot = table_slot(t, table_claim(t, claim)->slot);
	first = *table_claim(t, slot->first);
	holder = *table_member(t, first.member);
	locks_copy_name(name, slot->name);
	table_unlock(t);
	log_warnx("waiting for lock %s, which process %u (%s) holds", name,
	    holder.pid, holder.command);
}

/* A waiter watches its own wake word and the life of the member before it. */
struct watch {
	uint32_t	 wake;
	uint32_t	 member;
	uint32_t	 life;
};

/*
 * With the mutex: is the claim granted? Remove dead members before it first,
 * which may grant it.
 */
static bool
is_ours(struct table *t, uint32_t claim, struct watch *w)
{
	const struct claim	*c = table_claim(t, claim);
	struct member		*before;

	while (!c->held) {
		if (c->prev == 0)
			table_broken();
		w->member = table_claim(t, c->prev)->member;
		before = table_member(t, w->member);
		if ((w->life = member_watch(before)) != 0) {
			w->wake = table_member(t, table_self(t))->wake;
			return (false);
		}
		claim_reap(t, w->member);
	}
	return (true);
}

static bool
is_changed(const struct table *t, const struct watch *w)
{
	const struct member	*self = table_member(t, table_self(t));
	const struct member	*before = table_member(t, w->member);

	return (__atomic_load_n(&self->wake, __ATOMIC_SEQ_CST) != w->wake ||
	    __atomic_load_n(&before->life, __ATOMIC_SEQ_CST) != w->life);
}

/* Does this process have another claim, besides LOCK_STORE? */
static bool
has_others(const struct table *t, uint32_t claim)
{
	uint32_t	 next = table_claim(t, claim)->member_next;

	return (next != 0 && (table_claim(t, next)->slot != SLOT_STORE ||
	    table_claim(t, next)->member_next != 0));
}

/* Without the mutex. 0: check the claim again. -1: give up. */
static int
doze(struct shm *s, uint32_t claim, const struct watch *w, uint64_t deadline,
    uint64_t *report_at)
{
	struct table	*t = s->table;
	uint64_t	 now = table_now();
	int64_t		 slice = has_others(t, claim) ? SHORT_SLICE_NS :
			    SLICE_NS;

	while (!is_changed(t, w)) {
		if (now >= *report_at) {
			*report_at = UINT64_MAX;
			report(s, claim);
		}
		if (now >= deadline) {
			errno = ETIMEDOUT;
			return (-1);
		}
		table_sleep(t, w->wake, w->member, w->life, slice <
		    (int64_t)(deadline - now) ? slice :
		    (int64_t)(deadline - now));
		if (locks_peer_gone()) {
			errno = ECONNRESET;
			return (-1);
		}
		now = table_now();
	}
	return (0);
}

/*
 * Wait; the mutex is held at the beginning and at the end. 0, or -1 with the
 * claim removed. If the mutex cannot be had again, the claim stays until this
 * process ends.
 */
static int
await(struct shm *s, uint32_t claim, unsigned int wait_ms)
{
	struct table	*t = s->table;
	struct member	*self = table_member(t, table_self(t));
	struct watch	 w;
	uint64_t	 start = table_now(), report_at = start + REPORT_NS;
	int		 rc = 0, saved;

	while (!is_ours(t, claim, &w)) {
		self->waits = claim;
		if (rc == 0 && wait_ms == 0) {
			errno = ETIMEDOUT;
			rc = -1;
		} else if (rc == 0 && claim_in_cycle(t, claim)) {
			errno = EDEADLK;
			rc = -1;
		}
		if (rc == -1) {
			self->waits = 0;
			saved = errno;
			s->blocked = table_claim(t, claim)->slot;
			claim_remove(t, claim);
			errno = saved;
			return (-1);
		}
		table_unlock(t);
		rc = doze(s, claim, &w, start + wait_ms * (uint64_t)MS,
		    &report_at);
		saved = errno;
		if (table_lock(t) == -1)
			fatalx(1, "process %u keeps the table of locks",
			    table_keeper(t));
		errno = saved;
	}
	self->waits = 0;
	return (0);
}

/*
 * The slot of the lock to take; *fresh: its number was allocated now. 0 with
 * errno.
 */
static uint32_t
slot_for(struct shm *s, const struct take *k, bool *fresh)
{
	uint32_t	 slot = slot_find(s->table, k->name);

	*fresh = false;
	if (slot != 0 && claim_own(s->table, slot) != 0) {
		errno = EDEADLK;
		return (0);
	}
	if (!k->alloc)
		return (slot != 0 ? slot : slot_get(s->table, k->name));
	*fresh = slot == 0 || slot_number(s->table, slot) == 0;
	return (slot_allocate(s->table, k->name, 0, s->count));
}

static int
take(struct shm *s, const struct take *k, uint32_t *number)
{
	struct table	*t = s->table;
	uint32_t	 slot, claim;
	bool		 fresh;
	int		 rc;

	if ((slot = slot_for(s, k, &fresh)) == 0)
		return (-1);
	if ((claim = claim_add(t, slot, k->shared)) == 0) {
		if (fresh)
			(void)slot_free(t, k->name);
		slot_unused(t, slot);
		errno = ENOLCK;
		return (-1);
	}
	table_claim(t, claim)->fresh = fresh;
	rc = await(s, claim, k->wait_ms);
	if (rc == 0)
		*number = slot_number(t, table_claim(t, claim)->slot);
	return (rc);
}

static int
shm_take(void *ctx, const struct take *k, uint32_t *number)
{
	struct shm	*s = ctx;
	int		 rc;

	s->blocked = 0;
	if (table_lock(s->table) == -1)
		return (-1);
	rc = take(s, k, number);
	table_unlock(s->table);
	return (rc);
}

static int
shm_drop(void *ctx, const char *name)
{
	struct shm	*s = ctx;
	uint32_t	 slot, claim = 0;

	if (table_lock(s->table) == -1)
		return (-1);
	if ((slot = slot_find(s->table, name)) != 0 &&
	    (claim = claim_own(s->table, slot)) != 0) {
		/* A lock that is dropped has its number recorded. */
		table_claim(s->table, claim)->fresh = 0;
		claim_remove(s->table, claim);
	}
	table_unlock(s->table);
	errno = ENOENT;
	return (claim == 0 ? -1 : 0);
}

static int
shm_alloc(void *ctx, const char *name, uint32_t want, uint32_t *got)
{
	struct shm	*s = ctx;
	uint32_t	 slot;

	if (table_lock(s->table) == -1)
		return (-1);
	slot = slot_find(s->table, name);
	if (slot != 0 && slot_number(s->table, slot) != 0) {
		errno = EEXIST;
		slot = 0;
	} else
		slot = slot_allocate(s->table, name, want, s->count);
	*got = slot == 0 ? 0 : slot_number(s->table, slot);
	table_unlock(s->table);
	return (slot == 0 ? -1 : 0);
}

static int
shm_free(void *ctx, const char *name)
{
	struct shm	*s = ctx;
	int		 rc;

	if (table_lock(s->table) == -1)
		return (-1);
	rc = slot_free(s->table, name);
	table_unlock(s->table);
	return (rc);
}

static int
find(struct table *t, char name[LOCK_NAME], uint32_t *number)
{
	uint32_t	 slot;

	if (*number == 0) {
		slot = slot_find(t, name);
		*number = slot == 0 ? 0 : slot_number(t, slot);
	} else if ((slot = slot_of(t, *number)) == 0)
		return (-1);
	errno = ENOENT;
	if (slot == 0 || !table_slot(t, slot)->allocated)
		return (-1);
	locks_copy_name(name, table_slot(t, slot)->name);
	return (0);
}

static int
shm_find(void *ctx, char name[LOCK_NAME], uint32_t *number)
{
	struct shm	*s = ctx;
	int		 rc, saved;

	if (table_lock(s->table) == -1)
		return (-1);
	rc = find(s->table, name, number);
	saved = errno;
	table_unlock(s->table);
	errno = saved;
	return (rc);
}

static int
add_claim(const struct table *t, const struct claim *c, uint64_t now,
    struct rec *lock)
{
	const struct member	*m = table_member(t, c->member);
	scoped_rec struct rec	*r = rec_new();
	int			 rc = -1;

	if (r != NULL && rec_add_num(r, KEY(pid), m->pid) == 0 &&
	    rec_add(r, KEY(command), m->command) == 0 &&
	    rec_add_num(r, KEY(held), c->held != 0) == 0 &&
	    rec_add_num(r, KEY(shared), c->shared != 0) == 0 &&
	    rec_add_num(r, KEY(age_ns), (int64_t)(now - c->since_ns)) == 0)
		rc = rec_add_rec(lock, KEY(claim), r);
	return (rc);
}

static int
add_lock(const struct table *t, uint32_t i, uint64_t now, struct rec *out)
{
	const struct slot	*s = table_slot(t, i);
	scoped_rec struct rec	*lock = rec_new();
	uint32_t		 n = 0;
	int			 rc;

	if (lock == NULL)
		return (-1);
	rc = rec_add(lock, KEY(name), s->name);
	if (rc == 0 && s->allocated)
		rc = rec_add_num(lock, KEY(number), i - TABLE_EXTRA - 1);
	for (uint32_t c = s->first; c != 0 && rc == 0;
	    c = table_claim(t, c)->next) {
		rc = add_claim(t, table_claim(t, c), now, lock);
		if (n++ > 2 * TABLE_MEMBERS)
			table_broken();
	}
	if (rc == 0)
		rc = rec_add_rec(out, KEY_IN(locks, lock), lock);
	return (rc);
}

/* List a copy, so that no other broker waits meanwhile. */
static int
shm_list(void *ctx, struct rec *out, bool all)
{
	struct shm	*s = ctx;
	struct table	*t;
	uint64_t	 now = table_now();
	int		 rc;

	if (table_lock(s->table) == -1)
		return (-1);
	claim_reap_dead(s->table);
	t = table_copy(s->table);
	table_unlock(s->table);
	if (t == NULL)
		return (-1);
	rc = rec_add_num(out, KEY(count), (s->count + LOCK_GROUP - 1) /
	    LOCK_GROUP * LOCK_GROUP);
	if (rc == 0)
		rc = rec_add_num(out, KEY(allocated),
		    table_head(t)->nallocated);
	for (uint32_t i = 1; i <= table_slots(t) && rc == 0; i++) {
		const struct slot	*l = table_slot(t, i);

		if (l->first != 0 || (all && l->allocated))
			rc = add_lock(t, i, now, out);
	}
	table_close(t);
	return (rc);
}

static int
shm_begin(void *ctx)
{
	struct shm	*s = ctx;

	if (table_lock(s->table) == -1)
		return (-1);
	table_head(s->table)->stale = 1;
	table_unlock(s->table);
	return (0);
}

/* LOCK_STORE is held exclusively, so there is no other claim. */
static int
replace_all(struct shm *s, const struct rec *r)
{
	struct rec	*lock;
	size_t		 it = 0;
	uint32_t	 slot = 1;

	if (table_grow(s->table, s->count) == -1)
		return (-1);
	slot_clear_all(s->table);
	while (slot != 0 && (lock = rec_sub(r, KEY_IN(locks, lock),
	    &it)) != NULL) {
		const char	*name = rec_str(lock, KEY(name), "");
		int64_t		 n = rec_num(lock, KEY(number), -1);

		errno = EINVAL;
		slot = !locks_name_good(name) || n < 0 || n >= LOCK_MAX ? 0 :
		    slot_allocate(s->table, name, (uint32_t)n + 1, s->count);
		rec_free(lock);
	}
	return (slot == 0 ? -1 : 0);
}

static int
shm_renumber(void *ctx, const struct rec *r)
{
	struct shm	*s = ctx;
	int		 rc;

	if (table_lock(s->table) == -1)
		return (-1);
	if ((rc = replace_all(s, r)) == 0)
		table_head(s->table)->stale = 0;
	table_unlock(s->table);
	return (rc);
}

static void
shm_holder(void *ctx, char name[LOCK_NAME], char *out, size_t size)
{
	struct shm		*s = ctx;
	const struct member	*m;
	uint32_t		 claim;

	*out = '\0';
	if (table_lock(s->table) == -1) {
		(void)snprintf(out, size, "broker %u, which is stopped",
		    table_keeper(s->table));
		return;
	}
	if (s->blocked != 0 &&
	    (claim = table_slot(s->table, s->blocked)->first) != 0) {
		m = table_member(s->table, table_claim(s->table,
		    claim)->member);
		locks_copy_name(name, table_slot(s->table, s->blocked)->name);
		(void)snprintf(out, size, "process %u (%s)", m->pid,
		    m->command);
	}
	table_unlock(s->table);
}

const struct kind	kind_shm = {
	.open = shm_open_table, .close = shm_close, .stale = shm_stale,
	.take = shm_take, .drop = shm_drop, .alloc = shm_alloc,
	.free = shm_free, .find = shm_find, .list = shm_list,
	.begin = shm_begin, .renumber = shm_renumber, .holder = shm_holder,
};
