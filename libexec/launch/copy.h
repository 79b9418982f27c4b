/*
 * Copying a directory of the image into what is to cover it: a tmpfs, or a
 * volume that is used for the first time.
 */
#ifndef LAUNCH_COPY_H
#define LAUNCH_COPY_H

#include <stdbool.h>

/*
 * Copy what is in the first directory to the second, links as links; mode
 * and owner of the directory itself too, unless told to keep them. 0 or -1.
 */
int	copy_tree(int, int, bool);
/*
 * The same into a directory that may have parts of an earlier copy, which
 * are made anew.
 */
int	copy_tree_again(int, int);
/* Mode and owner of the directory itself, and nothing else. */
int	copy_owner(int, int);
/* 1: it has no entries, 0: it has, -1: it cannot be read. */
int	copy_is_empty(int);

#endif
