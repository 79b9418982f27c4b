/*
 * Finding and making places inside the container's root. Links are followed
 * within that root only, ".." does not leave it, magic links are refused.
 */
#ifndef LAUNCH_WALK_H
#define LAUNCH_WALK_H

#include <sys/types.h>

#include <stdbool.h>

/* Open what a path names, with open flags. A descriptor or -1. */
int	walk_open(int, const char *, int);
/*
 * The same for a directory that has to be one: no component may be a link.
 * Missing components are made. An O_PATH descriptor, or -1 with ENOTDIR or
 * ELOOP when something else is in the way.
 */
int	walk_plain_dir(int, const char *);
/*
 * The place where something is to be mounted: a directory, or anything that
 * is not one. What is missing is made, also at the far end of a link that
 * leads nowhere yet. An O_PATH descriptor or -1.
 */
int	walk_target(int, const char *, bool);

#endif
