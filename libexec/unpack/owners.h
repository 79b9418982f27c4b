/* The ids of the user namespace, and those that the layer uses. */
#ifndef UNPACK_OWNERS_H
#define UNPACK_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;

#define OWNERS_MAX	65536u		/* different ids in one layer */

struct idmap {
	struct { uint32_t first, count; } range[340];	/* the kernel's limit */
	size_t		 n;
	uint64_t	 total;
};

struct idset {
	uint32_t	*id;		/* sorted */
	size_t		 n, room;
};

/* Read /proc/self/uid_map or gid_map. 0 or -1. */
int	idmap_read(struct idmap *, const char *);
/* Is this id of the namespace mapped? */
bool	idmap_has(const struct idmap *, uint32_t);
/* Add one id. 0, or -1 with why set. */
int	idset_add(struct idset *, uint32_t, struct why *);
void	idset_clear(struct idset *);

#endif
