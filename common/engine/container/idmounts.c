#include "idmounts.h"

#include <stddef.h>

#include "calls.h"
#include "cleanup.h"
#include "grant.h"
#include "record.h"
#include "session.h"
#include "start.h"
#include "volmounts.h"

static int
give_mount(struct start *st, enum launch_fd kind, uint32_t index)
{
	scoped_fd int	 fd = ids_mount_end(&st->s->client);

	return (fd == -1 ? -1 : launch_give_begin(&st->s->client, kind, index,
	    fd));
}

static int
mount_for(struct start *st, unsigned int grant, uint32_t slot, uint32_t flags,
    enum launch_fd kind, uint32_t index)
{
	return (ids_mount_begin(&st->s->client, grant, slot, flags) == -1 ? -1 :
	    give_mount(st, kind, index));
}

/*
 * Grants were numbered as they were made: 0 the storage, then the mounts of
 * the definition in their order, then --rootfs.
 */
int
idmounts_give(struct start *st, uint32_t slot)
{
	struct rec	*mount;
	size_t		 it = 0;
	unsigned int	 grant = 1, index = 0;
	int		 rc;

	if (rec_get(st->def, KEY(rootfs)) == NULL) {
		if (give_mount(st, LAUNCH_GRAPH, 0) == -1)
			return (-1);
	} else if (volmounts_inside(st->full) &&
	    mount_for(st, 0, slot, GRANT_NODEV, LAUNCH_GRAPH, 0) == -1)
		return (-1);
	for (; (mount = rec_sub(st->full, KEY(mount), &it)) != NULL; index++) {
		rc = grant_is_host(mount) ? mount_for(st, grant++, slot,
		    grant_flags(mount), LAUNCH_MOUNT, index) : 0;
		if (rc == -1)
			(void)error_prefix(&st->s->client.error,
			    rec_str(mount, KEY(src), ""));
		rec_free(mount);
		if (rc == -1)
			return (-1);
	}
	return (rec_get(st->def, KEY(rootfs)) == NULL ? 0 :
	    mount_for(st, grant, slot, GRANT_NODEV, LAUNCH_ROOTFS, 0));
}
