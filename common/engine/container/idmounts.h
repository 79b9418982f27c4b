/*
 * Root's containers: the storage and what is mounted into a container, each
 * with the ids of the container's own range.
 */
#ifndef ENGINE_IDMOUNTS_H
#define ENGINE_IDMOUNTS_H

#include <stdint.h>

struct start;

/*
 * In system mode: have refresh mount all of it with the ids of a slot, and
 * give it to launch. The storage's mount is on its way (ids_mount_begin) unless
 * the container has a root directory of its own. 0, or -1 with an error.
 */
int	idmounts_give(struct start *, uint32_t slot);

#endif
