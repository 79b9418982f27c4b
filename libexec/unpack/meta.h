/*
 * Set owner, mode, extended attributes and times, always through a descriptor
 * of the new inode, never by name.
 */
#ifndef UNPACK_META_H
#define UNPACK_META_H

#include <stdbool.h>
#include <stdint.h>

#include "owners.h"

struct tar_entry;
struct why;

struct meta {
	struct why	*why;
	bool		 keep_owner;	/* false: one id, all is the user's */
	struct idmap	 uids, gids;	/* of the user namespace */
	struct idset	 used_uids, used_gids;
	uint64_t	 dropped_xattrs;
};

/* Record the entry's owners and check that they are mapped. 0 or -1. */
int	meta_check(struct meta *, const struct tar_entry *, const char *);
/* For files, directories and FIFOs: all metadata; times only if asked. */
int	meta_apply(struct meta *, int, const struct tar_entry *, const char *,
	    bool);
/* For symbolic links, by an O_PATH descriptor: owner and times. */
int	meta_apply_link(struct meta *, int, const struct tar_entry *,
	    const char *);

#endif
