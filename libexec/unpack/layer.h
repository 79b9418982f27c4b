/* One layer on its way from a stream to a directory. */
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

/* What is allowed unless the message says otherwise (A10). */
#define LAYER_BYTES	(64ULL << 30)
#define LAYER_INODES	2000000ULL

/* A directory whose time is set at the end, when nothing more goes in. */
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
	bool		 need_end;	/* a cut archive must show by itself */
	int		 owner_fd;	/* give up when it hangs up; -1 */
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
 * Unpack a stream into a directory; both are lent. The record of layer_unpack
 * for the caller to free, or NULL with why put into the last argument.
 */
struct rec	*layer_unpack(int, int, const struct layer_opts *,
		    struct why *);
/* Count one more inode. 0, or -1 with why set. */
int		 layer_count(struct layer *);
/* Remember a directory's time. 0, or -1 with why set. */
int		 layer_later(struct layer *, const char *, ino_t,
		    const struct timespec *);

#endif
