#include "layer.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "flow.h"
#include "make.h"
#include "record.h"
#include "split.h"
#include "tar.h"

int
layer_count(struct layer *l)
{
	l->inodes++;
	if (l->inodes + l->tree.made > l->max_inodes)
		return (why_set(&l->why, EFBIG, "the layer has more than the "
		    "%llu files that are allowed; if you trust where it is "
		    "from, raise --max-files",
		    (unsigned long long)l->max_inodes));
	return (0);
}

int
layer_later(struct layer *l, const char *path, ino_t ino,
    const struct timespec *mtime)
{
	struct dir_time	*bigger, *d;
	size_t		 room;

	if (l->ndirs == l->room) {
		room = l->room == 0 ? 256 : l->room * 2;
		bigger = reallocarray(l->dirs, room, sizeof(*bigger));
		if (bigger == NULL)
			return (why_set(&l->why, ENOMEM, "out of memory"));
		l->dirs = bigger;
		l->room = room;
	}
	d = &l->dirs[l->ndirs];
	if ((d->path = strdup(path)) == NULL)
		return (why_set(&l->why, ENOMEM, "out of memory"));
	d->ino = ino;
	d->mtime = *mtime;
	l->ndirs++;
	return (0);
}

/*
 * A later entry may have replaced the directory, or made a link of its name:
 * set the time only of the inode that was recorded.
 */
static int
set_dir_times(struct layer *l)
{
	struct stat	 st;

	for (size_t i = 0; i < l->ndirs; i++) {
		const struct dir_time	*d = &l->dirs[i];
		scoped_fd int		 fd = tree_open_dir(&l->tree, d->path);
		struct timespec		 ts[2] = { d->mtime, d->mtime };

		if (fd == -1 || fstat(fd, &st) == -1 || st.st_ino != d->ino)
			continue;
		if (futimens(fd, ts) == -1)
			return (tree_failed(&l->why, d->path,
			    "set its times"));
	}
	return (0);
}

static int
all_entries(struct layer *l)
{
	struct tar_entry	*e;
	char			 path[TREE_PATH_MAX + 1];
	int			 rc;

	while ((rc = tar_next(l->tar, &e)) == 1) {
		l->entries++;
		if (tree_clean(e->path, path, &l->why) == -1 ||
		    (l->split != NULL && split_entry(l->split, e) == -1))
			return (-1);
		rc = path[0] == '\0' ? make_root(l, e) :
		    make_entry(l, e, path);
		if (rc == -1)
			return (-1);
		if (l->split != NULL && split_entry_end(l->split) == -1)
			return (-1);
	}
	return (rc);
}

static struct rec *
report(struct layer *l)
{
	struct rec	*r = rec_new();

	if (r == NULL) {
		(void)why_set(&l->why, ENOMEM, "out of memory");
		return (NULL);
	}
	for (size_t i = 0; i < l->meta.used_uids.n; i++)
		(void)rec_add_num(r, KEY(uid), l->meta.used_uids.id[i]);
	for (size_t i = 0; i < l->meta.used_gids.n; i++)
		(void)rec_add_num(r, KEY(gid), l->meta.used_gids.id[i]);
	(void)rec_add_num(r, KEY(inodes), (int64_t)(l->inodes + l->tree.made));
	(void)rec_add_num(r, KEY(entries), (int64_t)l->entries);
	(void)rec_add_num(r, KEY(skipped_devices), (int64_t)l->skipped_devices);
	(void)rec_add_num(r, KEY(dropped_xattrs),
	    (int64_t)l->meta.dropped_xattrs);
	/* A replaced file is not on the disk any more: no tar-split. */
	if (l->split != NULL && !l->tree.replaced)
		split_report(l->split, r);
	return (r);
}

static void
layer_clear(struct layer *l)
{
	for (size_t i = 0; i < l->ndirs; i++)
		free(l->dirs[i].path);
	free(l->dirs);
	idset_clear(&l->meta.used_uids);
	idset_clear(&l->meta.used_gids);
	split_free(l->split);
	tar_free(l->tar);
	input_free(l->in);
	tree_clear(&l->tree);
}

static int
start(struct layer *l, int stream, int dir, const struct layer_opts *o)
{
	struct input_limits	 lim = { .max_bytes = l->max_bytes,
				    .stall_ms = FLOW_READ_MS,
				    .owner_fd = o->owner_fd };

	l->tree.root = -1;
	l->meta.why = &l->why;
	l->meta.keep_owner = !o->single;
	if (tree_init(&l->tree, dir, o->merged, &l->why) == -1 ||
	    (l->in = input_open(stream, &lim, &l->why)) == NULL ||
	    (l->tar = tar_new(l->in, &l->why)) == NULL)
		return (-1);
	tar_need_end(l->tar, o->need_end);
	if (!o->want_split)
		return (0);
	if ((l->split = split_new(&l->why)) == NULL)
		return (-1);
	tar_set_tap(l->tar, split_tap, l->split);
	return (0);
}

struct rec *
layer_unpack(int stream, int dir, const struct layer_opts *o, struct why *w)
{
	struct layer		*l = calloc(1, sizeof(*l));
	struct rec		*r = NULL;

	if (l == NULL) {
		(void)why_set(w, ENOMEM, "out of memory");
		return (NULL);
	}
	l->max_bytes = o->max_bytes != 0 ? o->max_bytes : LAYER_BYTES;
	l->max_inodes = o->max_inodes != 0 ? o->max_inodes : LAYER_INODES;
	l->meta.uids = o->uids;
	l->meta.gids = o->gids;
	if (start(l, stream, dir, o) == 0 && all_entries(l) == 0 &&
	    set_dir_times(l) == 0 &&
	    (l->split == NULL || split_finish(l->split) == 0) &&
	    input_close(l->in) == 0)
		r = report(l);
	if (r == NULL)
		*w = l->why;
	layer_clear(l);
	free(l);
	return (r);
}
