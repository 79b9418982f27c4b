/*
 * What goes into a user namespace's maps: pure arithmetic, no system calls.
 * Everything is 64 bits wide, so that no sum of 32-bit ids can wrap.
 */
#ifndef REFRESH_MAP_H
#define REFRESH_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "subids.h"

#define MAP_TEXT	4096		/* less than this, in one write */
#define MAP_BACK	(MAP_LINES * 33 + 1)

struct map {
	struct {
		uint64_t	 inside;
		uint64_t	 outside;
		uint64_t	 count;
	}		 line[MAP_LINES];
	size_t		 n;
};

enum map_kind {
	MAP_USER, MAP_SYSTEM,
	MAP_NESTED,		/* for root of a user namespace */
};

/*
 * Each returns NULL, or what is wrong as a phrase for a person. None leaves a
 * map that breaks a rule: every id in 1..2^32-2 on the host (of a nested map
 * in our user namespace, and the owner is its 0), no overlaps, at most 340
 * lines, each line within one range.
 */

/* Do the ranges themselves keep the rules, with this id beside them? */
const char *ranges_check(const struct ranges *, uint64_t own, enum map_kind);
/*
 * The map for an owner with this id and these ranges. 0 is the owner and 1 and
 * up are the ranges, in their order; in system mode slot 0 is the store's: 0 is
 * the owner, 1 to 65535 are the first ids of the first slot; of another, 0 to
 * 65535 are those of the slot-th whole 65,536 in the ranges.
 */
const char *map_make(struct map *, uint64_t own, const struct ranges *,
	    enum map_kind, uint64_t slot);

/* All ids in the ranges. */
uint64_t ranges_sum(const struct ranges *);

/*
 * As the kernel takes it, or, wide, as it gives it back: the length, or 0 if it
 * is too long.
 */
size_t	map_text(const struct map *, char *, size_t, bool wide);

#endif
