#include "slot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

/* FNV-1a. Collisions made on purpose gain an attacker nothing. */
static uint32_t
bucket_of(const struct table *t, const char *name)
{
	uint32_t	 h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return (h % table_slots(t) + 1);
}

static bool
is_free(const struct slot *s)
{
	return (s->name[0] == '\0' && !s->allocated);
}

uint32_t
slot_find(const struct table *t, const char *name)
{
	uint32_t	 i = table_slot(t, bucket_of(t, name))->bucket, n = 0;

	for (; i != 0; i = table_slot(t, i)->chain) {
		const struct slot	*s = table_slot(t, i);

		if (strncmp(s->name, name, LOCK_NAME) == 0)
			return (i);
		if (n++ > table_slots(t))
			table_broken();
	}
	return (0);
}

void
slot_index(struct table *t, uint32_t i)
{
	struct slot	*s = table_slot(t, i);
	struct slot	*b = table_slot(t, bucket_of(t, s->name));

	s->chain = b->bucket;
	b->bucket = i;
}

static void
unindex(struct table *t, uint32_t i)
{
	struct slot	*s = table_slot(t, i);
	uint32_t	*at = &table_slot(t, bucket_of(t, s->name))->bucket;
	uint32_t	 n = 0;

	for (; *at != i; at = &table_slot(t, *at)->chain)
		if (*at == 0 || n++ > table_slots(t))
			table_broken();
	*at = s->chain;
	s->chain = 0;
}

/* Write the first letter last: after a death here the slot has no name. */
static void
set_name(struct table *t, uint32_t i, const char *name)
{
	struct slot	*s = table_slot(t, i);

	(void)snprintf(s->name + 1, LOCK_NAME - 1, "%s", name + 1);
	__atomic_store_n(&s->name[0], name[0], __ATOMIC_SEQ_CST);
	slot_index(t, i);
}

void
slot_unused(struct table *t, uint32_t i)
{
	struct slot	*s = table_slot(t, i);

	if (i == SLOT_STORE || s->allocated || s->first != 0 ||
	    s->name[0] == '\0')
		return;
	unindex(t, i);
	s->name[0] = '\0';
	if (i > TABLE_EXTRA && i - TABLE_EXTRA - 1 < table_head(t)->lowest)
		table_head(t)->lowest = i - TABLE_EXTRA - 1;
}

uint32_t
slot_get(struct table *t, const char *name)
{
	uint32_t	 i = slot_find(t, name);

	if (i != 0)
		return (i);
	for (i = SLOT_STORE + 1; i <= TABLE_EXTRA; i++)
		if (is_free(table_slot(t, i))) {
			set_name(t, i, name);
			return (i);
		}
	errno = ENOLCK;
	return (0);
}

static uint32_t
lowest_free(struct table *t, uint32_t count)
{
	struct table_head	*h = table_head(t);

	for (uint32_t n = h->lowest; n < count; n++)
		if (is_free(table_slot(t, TABLE_EXTRA + 1 + n))) {
			h->lowest = n + 1;
			return (TABLE_EXTRA + 1 + n);
		}
	errno = ENOSPC;
	return (0);
}

/* Claims on the slot without a number move to the one with it. */
static void
move_claims(struct table *t, uint32_t from, uint32_t to)
{
	struct slot	*a = table_slot(t, from), *b = table_slot(t, to);
	uint32_t	 n = 0;

	for (uint32_t i = a->first; i != 0; i = table_claim(t, i)->next) {
		table_claim(t, i)->slot = to;
		if (n++ > 2 * TABLE_MEMBERS)
			table_broken();
	}
	b->first = a->first;
	b->last = a->last;
	b->nheld = a->nheld;
	b->nwait = a->nwait;
	a->first = a->last = a->nheld = a->nwait = 0;
}

static uint32_t
round_up(uint32_t count)
{
	return ((count + LOCK_GROUP - 1) / LOCK_GROUP * LOCK_GROUP);
}

static uint32_t
choose(struct table *t, uint32_t want, uint32_t count)
{
	if (want == 0)
		return (lowest_free(t, round_up(count)));
	if (want > round_up(count)) {
		errno = EINVAL;
		return (0);
	}
	if (is_free(table_slot(t, TABLE_EXTRA + want)))
		return (TABLE_EXTRA + want);
	errno = EEXIST;
	return (0);
}

uint32_t
slot_allocate(struct table *t, const char *name, uint32_t want, uint32_t count)
{
	uint32_t	 old = slot_find(t, name), i;

	if (old != 0 && table_slot(t, old)->allocated) {
		if (want == 0 || want == slot_number(t, old))
			return (old);
		errno = EEXIST;
		return (0);
	}
	/* Freed while it was held: allocate it again. */
	if (old > TABLE_EXTRA && (want == 0 || want == old - TABLE_EXTRA))
		i = old;
	else if ((i = choose(t, want, count)) == 0)
		return (0);
	/*
	 * Set the number first: of two slots with one name, recovery keeps the
	 * one with a number.
	 */
	table_slot(t, i)->allocated = 1;
	table_head(t)->nallocated++;
	if (i != old) {
		if (old != 0)
			unindex(t, old);
		set_name(t, i, name);
	}
	if (old != 0 && i != old) {
		move_claims(t, old, i);
		table_slot(t, old)->name[0] = '\0';
	}
	return (i);
}

int
slot_free(struct table *t, const char *name)
{
	uint32_t	 i = slot_find(t, name);

	if (i == 0 || !table_slot(t, i)->allocated) {
		errno = ENOENT;
		return (-1);
	}
	table_slot(t, i)->allocated = 0;
	table_head(t)->nallocated--;
	slot_unused(t, i);
	return (0);
}

uint32_t
slot_number(const struct table *t, uint32_t i)
{
	return (i > TABLE_EXTRA && table_slot(t, i)->allocated ?
	    i - TABLE_EXTRA : 0);
}

uint32_t
slot_of(const struct table *t, uint32_t number)
{
	if (number != 0 && number <= table_slots(t) - TABLE_EXTRA)
		return (TABLE_EXTRA + number);
	errno = EINVAL;
	return (0);
}

void
slot_clear_all(struct table *t)
{
	uint32_t	 n = table_slots(t);

	for (uint32_t i = SLOT_STORE + 1; i <= n; i++) {
		struct slot	*s = table_slot(t, i);

		s->allocated = 0;
		s->name[0] = '\0';
	}
	table_rebuild(t);
}
