/*
 * What subids(8) found out, for refresh(8). It travels as this struct, whole,
 * over a pipe: refresh holds privilege, and reads a length and fixed fields,
 * no text with a syntax. Both programs are built from one tree.
 */
#ifndef PROTOCOL_SUBIDS_H
#define PROTOCOL_SUBIDS_H

#include <stdint.h>

#include "layout.h"

#define SUBIDS_MAGIC	0x73754201u	/* raised with each change below */
#define SLOT_IDS	65536		/* of one container in system mode */
#define MAP_LINES	340		/* the kernel's bound for one map */

/* Ids of the host that someone may use. */
struct range {
	uint64_t	 start;
	uint64_t	 count;
};

struct ranges {
	struct range	 r[MAP_LINES];
	uint64_t	 n;
};

struct subids {
	uint32_t	 magic;
	uint32_t	 asked;		/* the user id; 0: LAYOUT_ACCOUNT */
	uint32_t	 found;		/* it has an entry, with */
	uint32_t	 uid;
	uint32_t	 gid;
	uint32_t	 unused;
	struct ranges	 uids;
	struct ranges	 gids;
	char		 name[256];	/* or the number, without an entry */
	char		 why[512];	/* not empty: why they are of no use */
};

_Static_assert(sizeof(struct subids) == 24 + 2 * (8 + 16 * MAP_LINES) + 768,
    "no padding");

#endif
