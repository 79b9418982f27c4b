#include "meta.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <linux/capability.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "nitems.h"
#include "tar.h"
#include "tree.h"
#include "why.h"

#define XATTR_VALUE_MAX	65536

static int
unmapped(struct meta *m, const char *path, const char *what, uint32_t id,
    uint64_t total)
{
	return (why_set(m->why, ERANGE, "entry \"%.200s\" is owned by %s %u, "
	    "but only %llu ids are mapped here; give the user a larger range "
	    "in /etc/sub%s", path, what, id, (unsigned long long)total,
	    what));
}

int
meta_check(struct meta *m, const struct tar_entry *e, const char *path)
{
	if (idset_add(&m->used_uids, e->uid, m->why) == -1 ||
	    idset_add(&m->used_gids, e->gid, m->why) == -1)
		return (-1);
	if (!m->keep_owner)
		return (0);
	if (!idmap_has(&m->uids, e->uid))
		return (unmapped(m, path, "uid", e->uid, m->uids.total));
	if (!idmap_has(&m->gids, e->gid))
		return (unmapped(m, path, "gid", e->gid, m->gids.total));
	return (0);
}

/*
 * Extended attributes user.* are data, except for the names that overlayfs
 * without privilege and fuse-overlayfs obey: skip these.
 */
static bool
plain_xattr(const char *name)
{
	static const char *const	 orders[] = { "user.overlay.",
		"user.fuseoverlayfs.", "user.containers." };

	if (strncmp(name, "user.", 5) != 0 || name[5] == '\0')
		return (false);
	for (size_t i = 0; i < NITEMS(orders); i++)
		if (strncmp(name, orders[i], strlen(orders[i])) == 0)
			return (false);
	return (true);
}

/*
 * Set file capabilities in version 2: the kernel converts them to version 3,
 * valid only in the user namespace of this process. A root id of the layer is
 * left out.
 */
static bool
rewrite_caps(const struct tar_xattr *x, struct vfs_cap_data *caps)
{
	uint32_t	 magic;

	if (x->len != XATTR_CAPS_SZ_2 && x->len != XATTR_CAPS_SZ_3)
		return (false);
	memcpy(caps, x->value, XATTR_CAPS_SZ_2);
	magic = le32toh(caps->magic_etc);
	if ((magic & VFS_CAP_REVISION_MASK) != VFS_CAP_REVISION_2 &&
	    (magic & VFS_CAP_REVISION_MASK) != VFS_CAP_REVISION_3)
		return (false);
	caps->magic_etc = htole32(VFS_CAP_REVISION_2 |
	    (magic & VFS_CAP_FLAGS_EFFECTIVE));
	return (true);
}

static int
apply_xattr(struct meta *m, int fd, const struct tar_xattr *x,
    const char *path)
{
	struct vfs_cap_data	 caps;
	const void		*value = x->value;
	size_t			 len = x->len;

	if (strcmp(x->name, "security.capability") == 0) {
		if (!rewrite_caps(x, &caps)) {
			m->dropped_xattrs++;
			return (0);
		}
		value = &caps;
		len = XATTR_CAPS_SZ_2;
	} else if (!plain_xattr(x->name)) {
		m->dropped_xattrs++;
		return (0);
	}
	if (len > XATTR_VALUE_MAX || strlen(x->name) > 255)
		return (why_set(m->why, E2BIG, "entry \"%.200s\" has an "
		    "extended attribute larger than Linux allows; the layer "
		    "must be made again", path));
	if (fsetxattr(fd, x->name, value, len, 0) == 0)
		return (0);
	/* The file system has no such attributes, or it is a FIFO: ignore. */
	if (errno != ENOTSUP && errno != EPERM)
		return (tree_failed(m->why, path, "set an extended "
		    "attribute"));
	m->dropped_xattrs++;
	return (0);
}

static void
both_times(const struct tar_entry *e, struct timespec ts[2])
{
	ts[0] = ts[1] = e->mtime;
}

int
meta_apply(struct meta *m, int fd, const struct tar_entry *e,
    const char *path, bool times)
{
	struct timespec	 ts[2];

	/* The owner first: chown clears setuid bits and capabilities. */
	if (m->keep_owner && fchown(fd, e->uid, e->gid) == -1)
		return (tree_failed(m->why, path, "set its owner"));
	if (fchmod(fd, e->mode) == -1)
		return (tree_failed(m->why, path, "set its mode"));
	for (size_t i = 0; i < e->nxattrs; i++)
		if (apply_xattr(m, fd, &e->xattrs[i], path) == -1)
			return (-1);
	both_times(e, ts);
	if (times && futimens(fd, ts) == -1)
		return (tree_failed(m->why, path, "set its times"));
	return (0);
}

int
meta_apply_link(struct meta *m, int fd, const struct tar_entry *e,
    const char *path)
{
	struct timespec	 ts[2];

	if (m->keep_owner && fchownat(fd, "", e->uid, e->gid,
	    AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == -1)
		return (tree_failed(m->why, path, "set its owner"));
	both_times(e, ts);
	if (utimensat(fd, "", ts, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == -1)
		return (tree_failed(m->why, path, "set its times"));
	return (0);
}
