/*
 * Copy a directory of the image to the mount that is to cover it: a tmpfs, or a
 * volume in its first use.
 */
#ifndef LAUNCH_COPY_H
#define LAUNCH_COPY_H

#include <stdbool.h>

/*
 * Copy the contents of the first directory to the second, links as links; also
 * the mode and owner of the directory, unless told to keep them. 0 or -1.
 */
int	copy_tree(int, int, bool);
/*
 * The same into a directory that may have parts of an earlier copy, which are
 * replaced.
 */
int	copy_tree_again(int, int);
/* Copy only the mode and owner of the directory. */
int	copy_owner(int, int);
/* 1: the directory is empty, 0: it is not, -1: it cannot be read. */
int	copy_is_empty(int);

#endif
