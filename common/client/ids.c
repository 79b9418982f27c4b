#include "ids.h"

#include "call.h"
#include "cleanup.h"

int
ids_query(struct client *c, uint64_t *count, char *why)
{
	struct packet	 p;

	if (call(c, H_REFRESH, MSG_ids_query, NULL, NULL, 0, &p) == -1)
		return (-1);
	*count = p.body.reply.value;
	(void)strlcpy(why, p.body.reply.text, 1024);
	packet_clear(&p);
	return (0);
}

int
ids_write_begin(struct client *c, uint32_t slot, int userns)
{
	union msg	 m = { .ids_write = { .slot = slot } };

	return (call_async(c, H_REFRESH, MSG_ids_write, &m, &userns, 1));
}

int
ids_grant(struct client *c, uint32_t flags, int fd)
{
	union msg	 m = { .ids_grant = { .flags = flags } };

	return (call_void(c, H_REFRESH, MSG_ids_grant, &m, &fd, 1));
}

int
ids_grant_begin(struct client *c, uint32_t flags, int fd)
{
	union msg	 m = { .ids_grant = { .flags = flags } };

	return (call_async(c, H_REFRESH, MSG_ids_grant, &m, &fd, 1));
}

int
ids_seal_begin(struct client *c)
{
	return (call_async(c, H_REFRESH, MSG_ids_seal, NULL, NULL, 0));
}

int
ids_mount_begin(struct client *c, unsigned int grant, uint32_t slot,
    uint32_t flags)
{
	union msg	 m = { .ids_mount = { .grant = grant, .slot = slot,
			    .recursive = (flags & GRANT_DEEP) != 0,
			    .nosuid = (flags & GRANT_NOSUID) != 0,
			    .nodev = (flags & GRANT_NODEV) != 0,
			    .readonly = (flags & GRANT_RDONLY) != 0 } };

	return (call_begin(c, H_REFRESH, MSG_ids_mount, &m, NULL, 0));
}

int
ids_mount_end(struct client *c)
{
	return (call_end_fd(c, H_REFRESH));
}

int
ids_mount(struct client *c, unsigned int grant, uint32_t slot, uint32_t flags)
{
	return (ids_mount_begin(c, grant, slot, flags) == -1 ? -1 :
	    ids_mount_end(c));
}

int
ids_give_userns(struct client *c, enum helper_id who, bool single)
{
	union msg	 make = { .userns_make = { .single = single } };
	union msg	 ready = { .userns_ready = { .single = single } };
	union msg	 slot_0 = { .ids_write = { .slot = 0 } };
	scoped_fd int	 ns = -1;

	if (call_begin(c, who, MSG_userns_make, &make, NULL, 0) == -1 ||
	    (ns = call_end_fd(c, who)) == -1 ||
	    (!single && call_void(c, H_REFRESH, MSG_ids_write, &slot_0, &ns,
	    1) == -1))
		return (-1);
	return (call_void(c, who, MSG_userns_ready, &ready, NULL, 0));
}

int
ids_join_userns(struct client *c, enum helper_id who, int userns, bool single)
{
	union msg	 m = { .userns_join = { .single = single } };

	return (call_void(c, who, MSG_userns_join, &m, &userns, 1));
}
