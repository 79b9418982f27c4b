/*
 * Copying a directory of the image into a tmpfs that is to cover it.
 */
#ifndef LAUNCH_COPY_H
#define LAUNCH_COPY_H

#include <stdbool.h>

/*
 * Copy what is in the first directory to the second, links as links; mode
 * and owner of the directory itself too, unless told to keep them. 0 or -1.
 */
int	copy_tree(int, int, bool);

#endif
