#include "claim.h"

#include <errno.h>
#include <string.h>

#include "slot.h"
#include "table.h"

static uint32_t
take_free(struct table *t)
{
	struct table_head	*h = table_head(t);
	uint32_t		 i = h->free_claim;

	if (i != 0)
		h->free_claim = table_claim(t, i)->member_next;
	return (i);
}

void
claim_link(struct table *t, uint32_t i, uint32_t slot, uint32_t member)
{
	struct claim	*c = table_claim(t, i);
	struct slot	*s = table_slot(t, slot);
	struct member	*m = table_member(t, member);

	c->prev = s->last;
	c->next = 0;
	if (s->last != 0)
		table_claim(t, s->last)->next = i;
	else
		s->first = i;
	s->last = i;
	c->member_prev = 0;
	c->member_next = m->first;
	if (m->first != 0)
		table_claim(t, m->first)->member_prev = i;
	m->first = i;
}

static void
unlink_claim(struct table *t, uint32_t i)
{
	struct claim	*c = table_claim(t, i);
	struct slot	*s = table_slot(t, c->slot);
	struct member	*m = table_member(t, c->member);

	if (c->prev != 0)
		table_claim(t, c->prev)->next = c->next;
	else
		s->first = c->next;
	if (c->next != 0)
		table_claim(t, c->next)->prev = c->prev;
	else
		s->last = c->prev;
	if (c->member_prev != 0)
		table_claim(t, c->member_prev)->member_next = c->member_next;
	else
		m->first = c->member_next;
	if (c->member_next != 0)
		table_claim(t, c->member_next)->member_prev = c->member_prev;
}

/* All held claims of a slot are of one kind: the first tells which. */
static bool
may_pass(const struct table *t, const struct slot *s, const struct claim *c)
{
	return (s->nheld == 0 ||
	    (c->shared && table_claim(t, s->first)->shared));
}

static void
grant(struct slot *s, struct claim *c)
{
	c->held = 1;
	c->since_ns = table_now();
	s->nheld++;
}

uint32_t
claim_add(struct table *t, uint32_t slot, bool shared)
{
	struct slot	*s = table_slot(t, slot);
	struct claim	*c;
	uint32_t	 i = take_free(t);

	if (i == 0) {
		claim_reap_dead(t);
		if ((i = take_free(t)) == 0) {
			errno = ENOLCK;
			return (0);
		}
	}
	c = table_claim(t, i);
	c->member = table_self(t);
	c->shared = shared;
	c->held = c->fresh = 0;
	c->since_ns = table_now();
	c->ticket = ++table_head(t)->ticket;
	claim_link(t, i, slot, c->member);
	if (s->nwait == 0 && may_pass(t, s, c))
		grant(s, c);
	else
		s->nwait++;
	/* Publish: from here on recovery treats the entry as a claim. */
	__atomic_store_n(&c->slot, slot, __ATOMIC_SEQ_CST);
	return (i);
}

void
claim_grant_next(struct table *t, uint32_t slot)
{
	struct slot	*s = table_slot(t, slot);
	uint32_t	 i = s->first, left = s->nheld;
	struct claim	*c;

	/* Skip the held claims, which come first. */
	for (; i != 0 && left > 0; left--)
		i = table_claim(t, i)->next;
	for (; i != 0 && s->nwait > 0; i = c->next) {
		c = table_claim(t, i);
		if (!may_pass(t, s, c))
			return;
		grant(s, c);
		s->nwait--;
		table_member(t, c->member)->waits = 0;
		table_wake(t, c->member);
	}
}

/*
 * The next claim in the queue watched the death of the removed one's broker; it
 * now has to watch another broker.
 */
void
claim_remove(struct table *t, uint32_t i)
{
	struct claim	*c = table_claim(t, i);
	uint32_t	 slot = c->slot, next = c->next;
	struct slot	*s = table_slot(t, slot);

	unlink_claim(t, i);
	if (c->held)
		s->nheld--;
	else
		s->nwait--;
	__atomic_store_n(&c->slot, 0, __ATOMIC_SEQ_CST);
	c->member_next = table_head(t)->free_claim;
	table_head(t)->free_claim = i;
	claim_grant_next(t, slot);
	if (next != 0 && !table_claim(t, next)->held)
		table_wake(t, table_claim(t, next)->member);
	if (c->fresh)
		(void)slot_free(t, s->name);
	slot_unused(t, slot);
}

uint32_t
claim_own(const struct table *t, uint32_t slot)
{
	uint32_t	 i = table_slot(t, slot)->first, n = 0;

	for (; i != 0; i = table_claim(t, i)->next) {
		if (table_claim(t, i)->member == table_self(t))
			return (i);
		if (n++ > 2 * TABLE_MEMBERS)
			table_broken();
	}
	return (0);
}

void
claim_reap(struct table *t, uint32_t member)
{
	struct member	*m = table_member(t, member);

	while (m->first != 0)
		claim_remove(t, m->first);
	m->waits = 0;
	/* Skip brokers that are alive. */
	if (member_dead(m))
		__atomic_store_n(&m->life, 0, __ATOMIC_SEQ_CST);
}

void
claim_reap_dead(struct table *t)
{
	for (uint32_t i = 1; i <= TABLE_MEMBERS; i++) {
		const struct member	*m = table_member(t, i);

		if (m->life != 0 && member_dead(m))
			claim_reap(t, i);
	}
}

struct walk {
	uint8_t		 seen[TABLE_MEMBERS + 1];
	uint32_t	 stack[TABLE_MEMBERS];
	uint32_t	 n;
};

/* Visit the claims that a claim waits for: those before it in its queue. */
static bool
add_before(const struct table *t, struct walk *w, uint32_t claim)
{
	uint32_t		 i = claim, n = 0, who;

	while ((i = table_claim(t, i)->prev) != 0) {
		who = table_claim(t, i)->member;
		if (who == table_self(t))
			return (true);
		if (n++ > 2 * TABLE_MEMBERS || who > TABLE_MEMBERS)
			table_broken();
		if (w->seen[who] || member_dead(table_member(t, who)))
			continue;
		w->seen[who] = 1;
		w->stack[w->n++] = who;
	}
	return (false);
}

bool
claim_in_cycle(const struct table *t, uint32_t claim)
{
	struct walk	 w;
	uint32_t	 waits;

	memset(&w, 0, sizeof(w));
	if (add_before(t, &w, claim))
		return (true);
	while (w.n > 0) {
		waits = table_member(t, w.stack[--w.n])->waits;
		if (waits != 0 && add_before(t, &w, waits))
			return (true);
	}
	return (false);
}
