/*
 * A strict reader of tar: ustar, PAX, the GNU forms for long names and sparse
 * files, and version 7. Anything that two readers could understand differently
 * is refused. It knows nothing of files on disk.
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

/* An entry. The reader owns all of it; it is valid until the next tar_next. */
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

/* Called with all bytes that are not contents of files, for tar-split. */
typedef int	(*tar_tap)(void *, const void *, size_t);

/* A reader of this input (borrowed). NULL: out of memory. */
struct tar	*tar_new(struct input *, struct why *);
void		 tar_free(struct tar *);
void		 tar_set_tap(struct tar *, tar_tap, void *);
/*
 * Refuse an archive without two blocks of zeros at its end, which may have been
 * cut off.
 */
void		 tar_need_end(struct tar *, bool);
/*
 * Read the next entry: 1. 0 at the end (the input is consumed). -1: why is set.
 */
int		 tar_next(struct tar *, struct tar_entry **);
/*
 * Read the next bytes of the entry's stored contents, at most SSIZE_MAX: their
 * number, 0 at the end, -1 with why set. Read all before tar_next.
 */
ssize_t		 tar_data(struct tar *, const uint8_t **);

#endif
