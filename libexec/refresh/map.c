#include "map.h"

#include <stdio.h>

#define ID_MAX		0xfffffffeULL	/* 2^32 - 1 is "no id" */

/* start and count are below 2^33 when they are added: see the first test. */
static bool
range_valid(const struct range *r)
{
	return (r->start >= 1 && r->start <= ID_MAX &&
	    r->count >= 1 && r->count <= ID_MAX &&
	    r->start + r->count - 1 <= ID_MAX);
}

static bool
overlap(const struct range *a, const struct range *b)
{
	return (a->start < b->start + b->count &&
	    b->start < a->start + a->count);
}

const char *
ranges_check(const struct ranges *rs, uint64_t own, enum map_kind kind)
{
	const struct range	 self = { own, 1 };

	if (kind == MAP_NESTED ? own != 0 : !range_valid(&self))
		return ("the owner's own id is 0 or too large");
	/* One line is for the owner. */
	if (rs->n > MAP_LINES - 1)
		return ("more than 339 ranges");
	for (size_t i = 0; i < rs->n; i++) {
		if (!range_valid(&rs->r[i]))
			return ("a range that is empty, starts at 0 or runs "
			    "past 4294967294");
		if (overlap(&rs->r[i], &self))
			return ("a range that contains the owner's own id");
		for (size_t j = 0; j < i; j++)
			if (overlap(&rs->r[i], &rs->r[j]))
				return ("two ranges that overlap");
	}
	return (NULL);
}

uint64_t
ranges_sum(const struct ranges *rs)
{
	uint64_t	 sum = 0;

	for (size_t i = 0; i < rs->n; i++)
		sum += rs->r[i].count;
	return (sum);
}

/* No overlap inside: each line begins where the one before has ended. */
static void
map_add(struct map *m, uint64_t outside, uint64_t count)
{
	uint64_t	 inside = 0;

	if (m->n > 0)
		inside = m->line[m->n - 1].inside + m->line[m->n - 1].count;
	m->line[m->n].inside = inside;
	m->line[m->n].outside = outside;
	m->line[m->n].count = count;
	m->n++;
}

/* Where the slot begins; 0 if the ranges are too small. */
static uint64_t
slot_start(const struct ranges *rs, uint64_t slot)
{
	uint64_t	 here;

	for (size_t i = 0; i < rs->n; i++) {
		here = rs->r[i].count / SLOT_IDS;
		if (slot < here)
			return (rs->r[i].start + slot * SLOT_IDS);
		slot -= here;
	}
	return (0);
}

const char *
map_make(struct map *m, uint64_t own, const struct ranges *rs,
    enum map_kind kind, uint64_t slot)
{
	const char	*why = ranges_check(rs, own, kind);
	bool		 system = kind == MAP_SYSTEM;
	uint64_t	 start;

	m->n = 0;
	if (why != NULL)
		return (why);
	if (!system || slot == 0)
		map_add(m, own, 1);
	/* Inside, too, the last id may be 2^32 - 2 and no more. */
	if (!system && ranges_sum(rs) > ID_MAX)
		return ("ranges of more than 4294967294 ids together");
	for (size_t i = 0; !system && i < rs->n; i++)
		map_add(m, rs->r[i].start, rs->r[i].count);
	if (!system)
		return (NULL);
	if ((start = slot_start(rs, slot)) == 0)
		return (slot == 0 ? "no range of 65536 ids" : "too few ids");
	map_add(m, start, slot == 0 ? SLOT_IDS - 1 : SLOT_IDS);
	return (NULL);
}

size_t
map_text(const struct map *m, char *out, size_t cap, bool wide)
{
	size_t	 len = 0;
	int	 n;

	for (size_t i = 0; i < m->n; i++) {
		n = snprintf(out + len, cap - len,
		    wide ? "%10llu %10llu %10llu\n" : "%llu %llu %llu\n",
		    (unsigned long long)m->line[i].inside,
		    (unsigned long long)m->line[i].outside,
		    (unsigned long long)m->line[i].count);
		if (n < 0 || (size_t)n >= cap - len)
			return (0);
		len += (size_t)n;
	}
	return (len);
}
