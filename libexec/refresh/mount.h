/* Id-mapped mounts of what root granted. */
#ifndef REFRESH_MOUNT_H
#define REFRESH_MOUNT_H

#include <stdbool.h>
#include <stdint.h>

/* May this be mounted at all? NULL, or what it is instead. */
const char *mount_check(int);
/*
 * A detached mount of it, private, with its ids mapped as in the namespace,
 * and what flags (enum grant_flags) say.
 * A descriptor; -1 with errno, and what has failed in the last argument.
 */
int	mount_mapped(int, int, uint32_t, const char **);

#endif
