/* Unpack one layer from a stream into a directory. */
#ifndef UNPACK_LAYER_H
#define UNPACK_LAYER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "input.h"
#include "meta.h"
#include "tree.h"
#include "why.h"

struct rec;
struct split;
struct tar;

/* Default limits, for layers that would fill the disk. */
#define LAYER_BYTES	(64ULL << 30)
#define LAYER_INODES	2000000ULL

/* A directory, whose time is set after all entries were made in it. */
struct dir_time {
	char		*path;
	ino_t		 ino;
	struct timespec	 mtime;
};

struct layer_opts {
	uint64_t	 max_bytes;	/* 0: the default */
	uint64_t	 max_inodes;
	bool		 merged;	/* vfs: whiteouts delete */
	bool		 single;	/* owners are not kept */
	bool		 want_split;
	bool		 need_end;	/* an archive without end is refused */
	int		 owner_fd;	/* stop when it hangs up; -1: none */
	struct idmap	 uids, gids;	/* of the user namespace */
};

struct layer {
	struct why	 why;
	struct tree	 tree;
	struct meta	 meta;
	struct input	*in;
	struct tar	*tar;
	struct split	*split;
	uint64_t	 max_bytes, max_inodes;
	uint64_t	 bytes, inodes;		/* made so far */
	uint64_t	 entries, skipped_devices;
	struct dir_time	*dirs;
	size_t		 ndirs, room;
};

/*
 * Unpack a stream into a directory; both are borrowed. The record of
 * layer_unpack, which the caller frees, or NULL with why set.
 */
struct rec	*layer_unpack(int, int, const struct layer_opts *,
		    struct why *);
/* Count one more inode. 0, or -1 with why set. */
int		 layer_count(struct layer *);
/* Remember a directory's time. 0, or -1 with why set. */
int		 layer_later(struct layer *, const char *, ino_t,
		    const struct timespec *);

#endif
