/*
 * The directory that a layer is unpacked into. It is opened once; the kernel
 * resolves every name of the layer with this directory as root, and no name is
 * looked up twice.
 */
#ifndef UNPACK_TREE_H
#define UNPACK_TREE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;

#define TREE_PATH_MAX	4095	/* bytes of a name */
#define TREE_DEPTH_MAX	256	/* components of a name */

struct tree {
	int		 root;		/* open for reading; owned */
	bool		 merged;	/* has a copy of the parent layers */
	bool		 replaced;	/* this layer's own file was replaced */
	struct why	*why;
	char		*at;		/* parent that was looked up last */
	int		 at_fd;
	uint64_t	 made;		/* directories without an entry */
	ino_t		*seen;		/* merged: inodes of this layer */
	size_t		 nseen, room;
};

/* Begin with a directory, which is opened again. 0 or -1. */
int	tree_init(struct tree *, int, bool, struct why *);
void	tree_clear(struct tree *);
/*
 * Normalise a name of the archive: components with single slashes, "" for the
 * root. Refuses "..", and names that are too long or too deep. The buffer has
 * TREE_PATH_MAX + 1 bytes. 0, or -1 with why set.
 */
int	tree_clean(const char *, char *, struct why *);
/*
 * The directory of a clean name (borrowed until the next call), made if it does
 * not exist, and the last component. A descriptor, or -1 with why set.
 */
int	tree_parent(struct tree *, const char *, const char **);
/*
 * The same without making anything: -1 with ENOENT and no why if the directory
 * does not exist. The descriptor is the caller's.
 */
int	tree_parent_of(struct tree *, const char *, const char **);
/* Open the directory of this clean name again; -1 with errno. */
int	tree_open_dir(struct tree *, const char *);
/* Remove the file or tree of this name. 0, or -1 with why set. */
int	tree_remove(struct tree *, int, const char *);
/*
 * Merged: remove what other layers have under this name, or in this directory.
 * 0, or -1 with why set.
 */
int	tree_remove_old(struct tree *, int, const char *);
int	tree_empty_old(struct tree *, int);
/* Record an inode as one of this layer. 0, or -1 with why set. */
int	tree_mark(struct tree *, ino_t);
/* Is it one of this layer? */
bool	tree_is_ours(const struct tree *, ino_t);
/* Set why for a failed step on this name, from errno. Returns -1. */
int	tree_failed(struct why *, const char *, const char *);

#endif
