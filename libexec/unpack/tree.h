/*
 * The directory that a layer is unpacked into. It is opened once; every name
 * from the layer is resolved by the kernel as if this directory were the
 * root of all there is, and no further name is looked up twice.
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
	int		 root;		/* open for reading; ours */
	bool		 merged;	/* holds a copy of the parent layers */
	bool		 replaced;	/* its own contents are gone again */
	struct why	*why;
	char		*at;		/* parent that was looked up last */
	int		 at_fd;
	uint64_t	 made;		/* directories that nobody listed */
	ino_t		*seen;		/* merged: inodes of this layer */
	size_t		 nseen, room;
};

/* Start on a directory; an own descriptor of it is made. 0 or -1. */
int	tree_init(struct tree *, int, bool, struct why *);
void	tree_clear(struct tree *);
/*
 * A name from the archive as components with single slashes, "" for the root
 * itself. Refuses "..", and what is too long or too deep. The buffer has
 * room for TREE_PATH_MAX + 1. 0, or -1 with why set.
 */
int	tree_clean(const char *, char *, struct why *);
/*
 * The directory that a clean name is in (lent, until the next call), made if
 * it is not there, and the last component. Descriptor, or -1 with why set.
 */
int	tree_parent(struct tree *, const char *, const char **);
/*
 * The same, but nothing is made: -1 with errno ENOENT and no why when the
 * directory is not there. The descriptor is the caller's.
 */
int	tree_parent_of(struct tree *, const char *, const char **);
/* Open the directory of this clean name again; -1 with errno. */
int	tree_open_dir(struct tree *, const char *);
/* Remove what has this name, whatever it is. 0, or -1 with why set. */
int	tree_remove(struct tree *, int, const char *);
/* Merged: remove what is not of this layer. 0, or -1 with why set. */
int	tree_remove_old(struct tree *, int, const char *);
int	tree_empty_old(struct tree *, int);
/* An inode is of this layer. 0, or -1 with why set. */
int	tree_mark(struct tree *, ino_t);
bool	tree_is_ours(const struct tree *, ino_t);
/* Say that a step on this name failed, from errno. Returns -1. */
int	tree_failed(struct why *, const char *, const char *);

#endif
