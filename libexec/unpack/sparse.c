#include "sparse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "pax.h"
#include "why.h"

static int
bad_map(struct why *w, const char *what)
{
	return (why_set(w, EBADMSG, "a sparse file's map is wrong (%s); the "
	    "layer must be made again", what));
}

void
sparse_clear(struct sparse *s)
{
	s->n = 0;
}

int
sparse_add(struct sparse *s, uint64_t offset, uint64_t len, struct why *w)
{
	struct tar_extent	*bigger;
	size_t			 room;

	if (s->n == TAR_EXTENTS_MAX)
		return (bad_map(w, "over 1,000,000 pieces"));
	if (s->n == s->room) {
		room = s->room == 0 ? 16 : s->room * 2;
		bigger = reallocarray(s->ext, room, sizeof(*bigger));
		if (bigger == NULL)
			return (why_set(w, ENOMEM, "out of memory"));
		s->ext = bigger;
		s->room = room;
	}
	s->ext[s->n++] = (struct tar_extent){ offset, len };
	return (0);
}

int
sparse_slots(struct sparse *s, const uint8_t *p, size_t n, struct why *w)
{
	uint64_t	 offset, len;

	for (; n > 0 && p[0] != '\0'; n--, p += 24)
		if (header_number(p, 12, "sparse offset", &offset, w) == -1 ||
		    header_number(p + 12, 12, "sparse length", &len,
		    w) == -1 || sparse_add(s, offset, len, w) == -1)
			return (-1);
	return (0);
}

int
sparse_map(struct sparse *s, const char *v, size_t count, struct why *w)
{
	uint64_t	 offset, len;

	for (size_t i = 0; i < count; i++) {
		if (!pax_digits(v, INT64_MAX, &offset, &v) || *v++ != ',' ||
		    !pax_digits(v, INT64_MAX, &len, &v))
			return (bad_map(w, "not numbers"));
		if (*v != (i + 1 < count ? ',' : '\0'))
			return (bad_map(w, "not as many as announced"));
		v += *v == ',';
		if (sparse_add(s, offset, len, w) == -1)
			return (-1);
	}
	return (count > 0 || *v == '\0' ? 0 : bad_map(w, "not empty"));
}

int
sparse_check(const struct sparse *s, uint64_t stored, uint64_t size,
    struct why *w)
{
	uint64_t	 at = 0, sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct tar_extent	*e = &s->ext[i];

		if (e->offset < at)
			return (bad_map(w, "pieces overlap"));
		if (e->offset > size || e->len > size - e->offset)
			return (bad_map(w, "a piece is beyond the end"));
		at = e->offset + e->len;
		sum += e->len;
	}
	if (sum != stored)
		return (bad_map(w, "it does not match the size"));
	return (0);
}
