#include "given.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "messages.h"

#define MOUNTS	4097			/* the largest index of launch_give
					 * plus one */
#define KINDS	(LAUNCH_INIT + 1)

struct given {
	int	 one[KINDS];
	int	 mount[MOUNTS];
};

void
given_forget(struct given *g)
{
	for (size_t i = 0; i < KINDS; i++)
		g->one[i] = -1;
	for (size_t i = 0; i < MOUNTS; i++)
		g->mount[i] = -1;
}

struct given *
given_new(void)
{
	struct given	*g = malloc(sizeof(*g));

	if (g != NULL)
		given_forget(g);
	return (g);
}

static int *
slot(struct given *g, uint32_t kind, uint32_t index)
{
	if (kind == LAUNCH_MOUNT)
		return (index < MOUNTS ? &g->mount[index] : NULL);
	if (kind < KINDS && index == 0)
		return (&g->one[kind]);
	return (NULL);
}

/*
 * A mount is only attached, never read: it must be an O_PATH descriptor, and a
 * root a directory.
 */
static bool
suits(uint32_t kind, int fd)
{
	struct stat	 st;
	int		 flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fstat(fd, &st) == -1)
		return (false);
	switch (kind) {
	case LAUNCH_GRAPH:
	case LAUNCH_ROOTFS:
		return ((flags & O_PATH) != 0 && S_ISDIR(st.st_mode));
	case LAUNCH_MOUNT:
		return ((flags & O_PATH) != 0);
	case LAUNCH_SECCOMP:
	case LAUNCH_INIT:
		return ((flags & O_PATH) == 0 && S_ISREG(st.st_mode));
	case LAUNCH_NULL:
		return (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
	default:
		/*
		 * Accept no descriptor by which a process inside could leave
		 * the root.
		 */
		return ((flags & O_PATH) == 0 && !S_ISDIR(st.st_mode) &&
		    !S_ISBLK(st.st_mode));
	}
}

int
given_put(struct given *g, uint32_t kind, uint32_t index, int fd_in)
{
	scoped_fd int	 fd = fd_in;
	int		*where = slot(g, kind, index);

	if (where == NULL || fd == -1 || !suits(kind, fd)) {
		errno = EINVAL;
		return (-1);
	}
	if (*where != -1) {
		errno = EEXIST;
		return (-1);
	}
	*where = take_fd(&fd);
	return (0);
}

int
given_get(const struct given *g, uint32_t kind, uint32_t index)
{
	if (kind == LAUNCH_MOUNT)
		return (index < MOUNTS ? g->mount[index] : -1);
	return (kind < KINDS ? g->one[kind] : -1);
}

int
given_next(struct given *g, size_t *at, uint32_t *kind, uint32_t *index)
{
	for (; *at < KINDS + MOUNTS; (*at)++) {
		*kind = *at < KINDS ? (uint32_t)*at : LAUNCH_MOUNT;
		*index = *at < KINDS ? 0 : (uint32_t)(*at - KINDS);
		if (*at != LAUNCH_MOUNT && given_get(g, *kind, *index) != -1)
			return (take_fd(slot(g, *kind, *index)));
	}
	return (-1);
}

void
given_drop(struct given *g, uint32_t kind, uint32_t index)
{
	int	*where = slot(g, kind, index);

	if (where != NULL) {
		scope_close(where);
		*where = -1;
	}
}

void
given_clear(struct given *g)
{
	for (size_t i = 0; i < KINDS; i++)
		scope_close(&g->one[i]), g->one[i] = -1;
	for (size_t i = 0; i < MOUNTS; i++)
		scope_close(&g->mount[i]), g->mount[i] = -1;
}
