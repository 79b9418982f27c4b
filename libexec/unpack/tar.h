/*
 * A strict reader of tar: ustar, PAX, the GNU forms for long names and sparse
 * files, and what version 7 wrote. What two readers could understand in two
 * ways is refused, not guessed (A08). It knows nothing of files on disk.
 */
#ifndef UNPACK_TAR_H
#define UNPACK_TAR_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct input;
struct why;
struct tar;

#define TAR_BLOCK_LEN	512
#define TAR_META_MAX	(1u << 20)	/* one PAX header or long name */
#define TAR_PADDING_MAX	(64u << 20)	/* zeros behind the end */
#define TAR_EXTENTS_MAX	1000000u	/* pieces of one sparse file */

enum tar_type {
	TAR_FILE, TAR_LINK, TAR_SYMLINK, TAR_CHAR, TAR_BLOCK, TAR_DIR,
	TAR_FIFO,
};

struct tar_xattr {
	const char	*name;
	const void	*value;
	size_t		 len;
};

struct tar_extent {
	uint64_t	 offset;
	uint64_t	 len;
};

/* All of it is the reader's, and good until the next tar_next. */
struct tar_entry {
	enum tar_type		 type;
	const char		*path;		/* as written, never empty */
	const char		*link;		/* target; "" unless a link */
	uint64_t		 stored;	/* bytes in the archive */
	uint64_t		 size;		/* bytes of the file */
	mode_t			 mode;		/* 07777 */
	uint32_t		 uid, gid;
	struct timespec		 mtime;
	bool			 sparse;
	struct tar_extent	*extents;
	size_t			 nextents;
	struct tar_xattr	*xattrs;
	size_t			 nxattrs;
};

/* Everything that is not file content passes here, for tar-split. */
typedef int	(*tar_tap)(void *, const void *, size_t);

/* The input is lent. NULL: out of memory. */
struct tar	*tar_new(struct input *, struct why *);
void		 tar_free(struct tar *);
void		 tar_set_tap(struct tar *, tar_tap, void *);
/*
 * An archive without its two blocks of zeros at the end may be a cut one.
 * It is refused when this is set.
 */
void		 tar_need_end(struct tar *, bool);
/* The next entry: 1. 0 at the end (the input is used up). -1: why is set. */
int		 tar_next(struct tar *, struct tar_entry **);
/*
 * The next bytes of the entry's stored content, at most SSIZE_MAX: their
 * number, 0 at the end, -1 with why set. Must be read before tar_next.
 */
ssize_t		 tar_data(struct tar *, const uint8_t **);

#endif
