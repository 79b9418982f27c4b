#include "rw.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "image.h"
#include "layer.h"
#include "mark.h"
#include "path.h"
#include "record.h"
#include "register.h"
#include "store.h"
#include "text.h"
#include "trash.h"
#include "userns.h"

#define LOOKS	64		/* entries of a layer that are looked at */

/* Add the layers of an image; each must exist. */
static int
add_lower(struct store *s, const char *image, struct rec *r, struct answer *a)
{
	json_t		*img, *chain[LAYERS_MAX];
	struct stat	 sb;
	char		 dir[96];
	int		 n;

	if (*image == '\0')
		return (0);
	if (index_load(&s->images, s->graph, a) == -1 ||
	    index_load(&s->layers, s->graph, a) == -1)
		return (-1);
	if ((img = index_get(&s->images, image)) == NULL)
		return (fail(a, ENOENT, "the image %.12s, which the container "
		    "was made from, is not in the store any more: load it "
		    "again, or remove the container", image));
	if ((n = layer_chain(s, json_text(img, "layer"), chain, a)) == -1)
		return (-1);
	for (int i = 0; i < n && (i == 0 || !s->vfs); i++) {
		layer_dir(s, json_text(chain[i], "id"), dir, sizeof(dir));
		if (fstatat(s->graph, dir, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
		    !S_ISDIR(sb.st_mode))
			return (fail(a, ENOENT, "%s is missing from the image "
			    "store; remove the image and load it again", dir));
		rec_add(r, KEY(lower), dir);
	}
	return (0);
}

/* The container's / gets the mode and owner that the image gives it. */
static int
match_root(struct store *s, int dir, const struct rec *r)
{
	const char	*top = rec_get(r, KEY(lower));
	struct stat	 sb = { .st_mode = 0755, .st_uid = geteuid(),
			    .st_gid = getegid() };

	if (top != NULL &&
	    fstatat(s->graph, top, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	/*
	 * Without a user namespace EPERM is expected for other IDs than ours.
	 */
	if ((sb.st_uid != geteuid() || sb.st_gid != getegid()) &&
	    fchown(dir, sb.st_uid, sb.st_gid) == -1 && errno != EPERM)
		return (-1);
	return (fchmod(dir, sb.st_mode & 07777));
}

/* "work" is made last: where it exists, an earlier start has finished this. */
static int
make_overlay(struct store *s, int dir, const char *id, struct rec *r)
{
	scoped_fd int	 upper = -1;

	rec_addf(r, KEY(upper), "bulkhead/%s/upper", id);
	rec_addf(r, KEY(work), "bulkhead/%s/work", id);
	if (path_is_there(dir, "work"))
		return (0);
	if ((mkdirat(dir, "upper", 0700) == -1 && errno != EEXIST) ||
	    (upper = path_open(dir, "upper", O_RDONLY | O_DIRECTORY, 0)) == -1
	    || match_root(s, upper, r) == -1)
		return (-1);
	return (mkdirat(dir, "work", 0700));
}

static int
make_vfs(struct store *s, int dir, const char *id, struct rec *r)
{
	const char	*top = rec_get(r, KEY(lower));
	scoped_fd int	 from = -1, to = -1;

	rec_addf(r, KEY(rootfs), "bulkhead/%s/rootfs", id);
	if (path_is_there(dir, "rootfs")) {
		rec_del(r, KEY(lower));
		return (0);
	}
	/*
	 * Copy under another name first: an incomplete copy is never used as a
	 * root.
	 */
	if (path_remove(dir, "copy") == -1 || mkdirat(dir, "copy", 0700) == -1
	    || (to = path_open(dir, "copy", O_RDONLY | O_DIRECTORY, 0)) == -1)
		return (-1);
	if (top == NULL) {
		if (fchmod(to, 0755) == -1)
			return (-1);
	} else if ((from = path_open(s->graph, top, O_RDONLY | O_DIRECTORY,
	    0)) == -1 || store_copy(s, from, to) == -1)
		return (-1);
	rec_del(r, KEY(lower));
	return (renameat(dir, "copy", dir, "rootfs"));
}

static int
populate(struct store *s, int all, const char *id, uint32_t mark,
    struct rec *r)
{
	scoped_fd int	 dir = path_open(all, id, O_RDONLY | O_DIRECTORY, 0);

	/* The mark first, so that a layer which needs one never lacks it. */
	if (dir == -1 || mark_put(s, dir, mark) == -1)
		return (-1);
	return (s->vfs ? make_vfs(s, dir, id, r) :
	    make_overlay(s, dir, id, r));
}

static int
make(struct store *s, const char *id, uint32_t mark, struct rec *r,
    struct answer *a)
{
	scoped_fd int	 all = path_open(s->graph, "bulkhead",
			    O_RDONLY | O_DIRECTORY, 0);
	bool		 made;
	int		 error;

	made = all != -1 && mkdirat(all, id, 0700) == 0;
	if (!made && (all == -1 || errno != EEXIST))
		return (fail_errno(a, "cannot make the writable layer of",
		    id));
	if (populate(s, all, id, mark, r) == 0)
		return (0);
	error = errno;
	if (made)
		(void)path_remove(all, id);
	errno = error;
	if (error == EPERM && s->vfs && !userns_inside())
		return (fail(a, error, "the image has files of several "
		    "owners: a user namespace is needed to copy it"));
	return (fail_errno(a, "cannot make the writable layer of", id));
}

struct rec *
rw_make(struct store *s, const char *id, const char *image, uint32_t mark,
    struct answer *a)
{
	struct rec	*r;

	if (!text_is_id(id)) {
		fail(a, EINVAL, "not a container id: %s", id);
		return (NULL);
	}
	if ((r = rec_new()) == NULL) {
		fail(a, ENOMEM, "out of memory");
		return (NULL);
	}
	rec_add(r, KEY(driver), s->driver);
	if (add_lower(s, image, r, a) == -1 || make(s, id, mark, r, a) == -1) {
		rec_free(r);
		return (NULL);
	}
	return (r);
}

int
rw_keep(struct store *s, const char *id, struct answer *a)
{
	char		 name[96];
	scoped_fd int	 dir = -1;

	if (!text_is_id(id))
		return (fail(a, EINVAL, "not a container id: %s", id));
	snprintf(name, sizeof(name), "bulkhead/%s", id);
	dir = path_open(s->graph, name, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1 || mark_drop(s, dir) == -1)
		return (fail_errno(a, "cannot remove the mark of", name));
	return (0);
}

/*
 * Do all directories of a tree belong to this user, so that it can be deleted
 * without a user namespace? Of a large tree only a few entries are looked at:
 * some others are likely to be owned by another id.
 */
static bool
is_ours(int dir, const char *name, unsigned int *looks)
{
	DIR		*d = path_open_dir(dir, name);
	struct dirent	*e;
	struct stat	 sb;
	bool		 ours;

	if (d == NULL)
		return (false);
	ours = fstat(dirfd(d), &sb) == 0 && sb.st_uid == geteuid();
	while (ours && (e = readdir(d)) != NULL) {
		if (!path_is_name(e->d_name))
			continue;
		ours = (*looks)-- > 0 && e->d_type != DT_UNKNOWN &&
		    (e->d_type != DT_DIR || is_ours(dirfd(d), e->d_name,
		    looks));
	}
	closedir(d);
	return (ours);
}

int
rw_trash(struct store *s, const char *id)
{
	char	 name[96];

	snprintf(name, sizeof(name), "bulkhead/%s", id);
	if (trash_put(s, name) == -1)
		return (errno == ENOENT ? 0 : -1);
	register_gone(s, id);
	s->tidy_at_end = true;
	return (1);
}

int
rw_remove(struct store *s, const char *id, struct answer *a)
{
	char		 name[96];
	unsigned int	 looks = LOOKS;
	bool		 ours;
	int		 moved;

	if (!text_is_id(id))
		return (fail(a, EINVAL, "not a container id: %s", id));
	snprintf(name, sizeof(name), "bulkhead/%s/upper", id);
	ours = is_ours(s->graph, name, &looks);
	if ((moved = rw_trash(s, id)) == -1)
		return (fail_errno(a, "cannot remove the writable layer of",
		    id));
	return (moved == 0 || ours ? 0 : 1);
}
