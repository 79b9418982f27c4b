/*
 * table_rebuild: derive the indexes and counters again from the names, the
 * numbers and the claims.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sysexits.h>

#include "claim.h"
#include "cleanup.h"
#include "log.h"
#include "slot.h"
#include "table.h"

struct found {
	uint64_t	 ticket;
	uint32_t	 claim;
};

static int
by_ticket(const void *va, const void *vb)
{
	const struct found	*a = va, *b = vb;

	return ((a->ticket > b->ticket) - (a->ticket < b->ticket));
}

static uint32_t
nclaims(const struct table *t)
{
	return (table_slots(t) / LOCK_GROUP * TABLE_CLAIMS);
}

static void
reset_slots(struct table *t)
{
	uint32_t	 n = table_slots(t);

	for (uint32_t i = 1; i <= n; i++) {
		struct slot	*s = table_slot(t, i);

		s->bucket = s->chain = s->first = s->last = 0;
		s->nheld = s->nwait = 0;
		s->name[LOCK_NAME - 1] = '\0';
		/*
		 * A number without a name: its broker died while it allocated
		 * it.
		 */
		if (s->allocated && s->name[0] == '\0')
			s->allocated = 0;
	}
}

static void
reset_members(struct table *t)
{
	for (uint32_t i = 1; i <= TABLE_MEMBERS; i++) {
		struct member	*m = table_member(t, i);

		m->first = m->waits = 0;
		if (m->life != 0 && member_dead(m))
			m->life = 0;
	}
}

/* Move the claims of a slot to another slot. */
static void
move_claims(struct table *t, uint32_t from, uint32_t to)
{
	for (uint32_t i = 1; i <= nclaims(t); i++)
		if (table_claim(t, i)->slot == from)
			table_claim(t, i)->slot = to;
}

/*
 * Two slots have one name if a broker died while it gave the name a number.
 * Index those with numbers first, so that the name keeps its number.
 */
static void
index_slots(struct table *t)
{
	uint32_t	 first;

	for (uint32_t i = table_slots(t); i > 0; i--) {
		struct slot	*s = table_slot(t, i);

		if (s->name[0] == '\0')
			continue;
		if ((first = slot_find(t, s->name)) == 0) {
			slot_index(t, i);
			continue;
		}
		move_claims(t, i, first);
		s->allocated = 0;
		s->name[0] = '\0';
	}
}

static bool
is_good(const struct table *t, const struct claim *c)
{
	return (c->slot != 0 && c->slot <= table_slots(t) && c->member != 0 &&
	    c->member <= TABLE_MEMBERS &&
	    !member_dead(table_member(t, c->member)) &&
	    table_slot(t, c->slot)->name[0] != '\0');
}

/* In the order of their tickets, link each claim to the end of its queue. */
static void
relink(struct table *t, uint32_t i)
{
	struct claim	*c = table_claim(t, i);
	struct slot	*s = table_slot(t, c->slot);
	struct member	*m = table_member(t, c->member);

	claim_link(t, i, c->slot, c->member);
	if (c->held)
		s->nheld++;
	else {
		s->nwait++;
		m->waits = i;
	}
}

static void
relink_claims(struct table *t)
{
	scoped_free struct found	*all = NULL;
	uint32_t			 n = nclaims(t), used = 0;
	struct table_head		*h = table_head(t);

	if ((all = calloc(n, sizeof(*all))) == NULL)
		fatalx(EX_OSERR, "no memory to repair the table of locks");
	h->free_claim = 0;
	for (uint32_t i = n; i > 0; i--) {
		struct claim	*c = table_claim(t, i);

		if (is_good(t, c)) {
			all[used].ticket = c->ticket;
			all[used++].claim = i;
			continue;
		}
		if (c->fresh && c->slot != 0 && c->slot <= table_slots(t))
			table_slot(t, c->slot)->allocated = 0;
		c->slot = c->fresh = 0;
		c->member_next = h->free_claim;
		h->free_claim = i;
	}
	qsort(all, used, sizeof(*all), by_ticket);
	for (uint32_t i = 0; i < used; i++)
		relink(t, all[i].claim);
}

/* Remove names without use, and wake every waiter, which checks its claim. */
static void
grant_waiting(struct table *t)
{
	struct table_head	*h = table_head(t);
	uint32_t		 n = table_slots(t);

	h->nallocated = 0;
	for (uint32_t i = 1; i <= n; i++) {
		struct slot	*s = table_slot(t, i);

		if (s->name[0] == '\0')
			continue;
		h->nallocated += s->allocated != 0;
		claim_grant_next(t, i);
		slot_unused(t, i);
	}
	h->lowest = 0;
	for (uint32_t i = 1; i <= TABLE_MEMBERS; i++)
		if (table_member(t, i)->waits != 0)
			table_wake(t, i);
}

void
table_rebuild(struct table *t)
{
	reset_slots(t);
	reset_members(t);
	index_slots(t);
	relink_claims(t);
	grant_waiting(t);
}
