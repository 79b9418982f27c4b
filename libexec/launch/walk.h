/*
 * Find and make files inside the container's root. Links are followed within
 * the root only, ".." does not leave it, magic links are refused.
 */
#ifndef LAUNCH_WALK_H
#define LAUNCH_WALK_H

#include <sys/types.h>

#include <stdbool.h>

/* Open a path with these open flags. A descriptor or -1. */
int	walk_open(int, const char *, int);
/*
 * The same for a directory of which no component may be a link. Missing
 * components are made. An O_PATH descriptor, or -1 with ENOTDIR or ELOOP.
 */
int	walk_plain_dir(int, const char *);
/*
 * Open a mount point: a directory, or a file. Missing parts are made, also at
 * the end of a dangling link. An O_PATH descriptor or -1.
 */
int	walk_target(int, const char *, bool);

#endif
