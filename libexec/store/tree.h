/* Whole directory trees: copied with everything, removed with everything. */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include <stdbool.h>

/*
 * Remove a tree below a directory. Links are not followed, other devices not
 * entered, directories of ours that are closed to us are opened first. All
 * that may be removed is, also when something may not: 0, or -1 with errno
 * of the first failure. What is not there is removed already.
 */
int	tree_remove(int, const char *);
/*
 * Copy the contents of one directory into another, empty one: owners, modes,
 * times, xattrs, hard links, holes, sharing blocks where the filesystem can.
 * With `single` ownership and device nodes are not kept. 0, or -1 and errno;
 * what has been copied by then is the caller's to remove.
 */
int	tree_copy(int, int, bool);

#endif
