#include "owners.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nitems.h"
#include "why.h"

int
idmap_read(struct idmap *m, const char *path)
{
	FILE		*f = fopen(path, "re");
	unsigned int	 inside, outside, count;

	memset(m, 0, sizeof(*m));
	if (f == NULL)
		return (-1);
	while (m->n < NITEMS(m->range) &&
	    fscanf(f, "%u %u %u", &inside, &outside, &count) == 3) {
		m->range[m->n].first = inside;
		m->range[m->n++].count = count;
		m->total += count;
	}
	fclose(f);
	return (0);
}

bool
idmap_has(const struct idmap *m, uint32_t id)
{
	for (size_t i = 0; i < m->n; i++)
		if (id >= m->range[i].first &&
		    id - m->range[i].first < m->range[i].count)
			return (true);
	return (false);
}

/* The index of an id, or of the first larger one. */
static size_t
place(const struct idset *s, uint32_t id)
{
	size_t	 low = 0, high = s->n;

	while (low < high) {
		size_t	 mid = low + (high - low) / 2;

		if (s->id[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return (low);
}

int
idset_add(struct idset *s, uint32_t id, struct why *w)
{
	size_t		 at = place(s, id), room;
	uint32_t	*bigger;

	if (at < s->n && s->id[at] == id)
		return (0);
	if (s->n == OWNERS_MAX)
		return (why_set(w, EFBIG, "the layer has files of more than "
		    "%u different owners; do not use it unless you trust "
		    "where it is from", OWNERS_MAX));
	if (s->n == s->room) {
		room = s->room == 0 ? 16 : s->room * 2;
		bigger = reallocarray(s->id, room, sizeof(*bigger));
		if (bigger == NULL)
			return (why_set(w, ENOMEM, "out of memory"));
		s->id = bigger;
		s->room = room;
	}
	memmove(s->id + at + 1, s->id + at, (s->n - at) * sizeof(*s->id));
	s->id[at] = id;
	s->n++;
	return (0);
}

void
idset_clear(struct idset *s)
{
	free(s->id);
	memset(s, 0, sizeof(*s));
}
