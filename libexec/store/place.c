#include "place.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "layer.h"
#include "lock.h"
#include "path.h"
#include "random.h"
#include "record.h"
#include "store.h"
#include "text.h"
#include "trash.h"

#define LINK_LEN	26
#define LINK_SET	"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

/* The directory of a layer; for vfs it is the tree itself. */
static void
home_of(const struct store *s, const char *id, char out[96])
{
	snprintf(out, 96, s->vfs ? "vfs/dir/%s" : "overlay/%s", id);
}

/*
 * unpack sets the mode of the root that the layer has an entry for. Without one
 * it gets the mode of the layer below, or 0555 for a base, as with podman.
 */
static int
root_mode(struct store *s, const char *diff, const char *parent)
{
	struct stat	 sb;
	char		 below[96];
	mode_t		 mode = 0555;

	if (fstatat(s->graph, diff, &sb, AT_SYMLINK_NOFOLLOW) == -1)
		return (-1);
	if ((sb.st_mode & 07777) != 0700)
		return (0);
	if (*parent != '\0') {
		layer_dir(s, parent, below, sizeof(below));
		if (fstatat(s->graph, below, &sb, AT_SYMLINK_NOFOLLOW) == -1)
			return (-1);
		mode = sb.st_mode & 07777;
	}
	return (fchmodat(s->graph, diff, mode, 0));
}

static int
read_link(struct store *s, const char *id, char out[LINK_LEN + 1])
{
	scoped_free char	*text = NULL;
	char			 path[96];
	size_t			 len;

	snprintf(path, sizeof(path), "overlay/%s/link", id);
	if ((text = path_slurp(s->graph, path, 64, &len)) == NULL)
		return (-1);
	if (len != LINK_LEN || strspn(text, LINK_SET) != LINK_LEN) {
		errno = EBADMSG;
		return (-1);
	}
	strcpy(out, text);
	return (0);
}

/* "l/TOP:l/NEXT:...": the layers below, for the file "lower" of podman. */
static char *
lower_text(struct store *s, const char *parent, struct answer *a)
{
	json_t	*chain[LAYERS_MAX];
	char	*text, link[LINK_LEN + 1];
	int	 n = layer_chain(s, parent, chain, a);
	size_t	 at = 0, size;

	if (n == -1)
		return (NULL);
	size = (size_t)n * (LINK_LEN + 3) + 1;
	if ((text = malloc(size)) == NULL) {
		fail(a, ENOMEM, "out of memory");
		return (NULL);
	}
	for (int i = 0; i < n; i++) {
		const char	*id = json_text(chain[i], "id");

		if (read_link(s, id, link) == -1) {
			fail(a, EBADMSG, "overlay/%s/link is missing or "
			    "damaged; remove the images that use this layer "
			    "and load them again", id);
			free(text);
			return (NULL);
		}
		at += (size_t)snprintf(text + at, size - at, "%sl/%s",
		    i == 0 ? "" : ":", link);
	}
	return (text);
}

static int
new_link(char out[LINK_LEN + 1])
{
	uint8_t	 rnd[LINK_LEN];

	if (random_bytes(rnd, sizeof(rnd)) == -1)
		return (-1);
	for (int i = 0; i < LINK_LEN; i++)
		out[i] = LINK_SET[rnd[i] & 31];
	out[LINK_LEN] = '\0';
	return (0);
}

static int
prepare_overlay(struct store *s, int dir, const char *parent,
    struct answer *a)
{
	scoped_free char	*lower = NULL;
	char			 link[LINK_LEN + 1];

	if (*parent != '\0' && (lower = lower_text(s, parent, a)) == NULL)
		return (-1);
	if (new_link(link) == -1 ||
	    path_replace(dir, "link", link, LINK_LEN, 0644, false) == -1 ||
	    (lower != NULL && path_replace(dir, "lower", lower, strlen(lower),
	    0644, false) == -1) ||
	    (lower == NULL && mkdirat(dir, "empty", 0700) == -1) ||
	    mkdirat(dir, "merged", 0700) == -1 ||
	    mkdirat(dir, "work", 0700) == -1)
		return (fail_errno(a, "cannot write", "a new layer"));
	return (0);
}

int
place_prepare(struct store *s, const char *stage, const char *parent,
    struct answer *a)
{
	scoped_fd int	 dir = path_open(s->graph, stage,
			    O_RDONLY | O_DIRECTORY, 0);
	char		 diff[128];

	snprintf(diff, sizeof(diff), "%s/diff", stage);
	if (dir == -1 || root_mode(s, diff, parent) == -1)
		return (fail_errno(a, "cannot finish", stage));
	if (!s->vfs && prepare_overlay(s, dir, parent, a) == -1)
		return (-1);
	/*
	 * The files of a layer must be on the disk before the index names it: a
	 * power cut could leave files of the right size without contents. One
	 * syncfs is cheaper than many fsync.
	 */
	if (syncfs(dir) == -1)
		return (fail_errno(a, "cannot sync", stage));
	return (0);
}

/*
 * To move a directory changes its "..", for which it must be writable: make it
 * so meanwhile.
 */
static int
move_tree(struct store *s, const char *from, const char *to)
{
	struct stat	 sb;

	if (renameat(s->graph, from, s->graph, to) == 0)
		return (0);
	if (errno != EACCES ||
	    fstatat(s->graph, from, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(sb.st_mode) ||
	    fchmodat(s->graph, from, 0700, 0) == -1 ||
	    renameat(s->graph, from, s->graph, to) == -1)
		return (-1);
	return (fchmodat(s->graph, to, sb.st_mode & 07777, 0));
}

static int
short_link(struct store *s, const char *id)
{
	char	 link[LINK_LEN + 1], name[64], to[96];

	if (read_link(s, id, link) == -1)
		return (-1);
	snprintf(name, sizeof(name), "overlay/l/%s", link);
	snprintf(to, sizeof(to), "../%s/diff", id);
	return (symlinkat(to, s->graph, name));
}

int
place_move(struct store *s, const char *stage, const char *id,
    struct answer *a)
{
	char	 from[128], home[96];

	home_of(s, id, home);
	snprintf(from, sizeof(from), "%s%s", stage, s->vfs ? "/diff" : "");
	/* No index names it and the lock is held: it was left by a crash. */
	(void)trash_discard(s, home);
	if (move_tree(s, from, home) == -1 ||
	    (!s->vfs && short_link(s, id) == -1))
		return (fail_errno(a, "cannot make", home));
	return (0);
}

/* The ids that a layer uses; NULL: out of memory. */
static json_t *
id_set(const struct rec *r, struct key_num key)
{
	json_t		*set = json_array();
	const char	*text;
	size_t		 at = 0;
	int		 rc = set == NULL ? -1 : 0;

	while (rec_next(r, key, &at, &text))
		rc |= json_array_append_new(set, json_integer(atoll(text)));
	if (rec_count(r, key) == 0)
		rc |= json_array_append_new(set, json_integer(0));
	if (rc == 0)
		return (set);
	json_decref(set);
	return (NULL);
}

/* Set the sizes in the entry of a layer. 0 or -1. */
static int
set_sizes(json_t *o, const struct rec *r)
{
	int64_t	 kind = rec_num(r, KEY(compression), 0);
	int64_t	 size = rec_num(r, KEY(size), 0);

	if (json_object_set_new(o, "compressed-size",
	    json_integer(rec_num(r, KEY(compressed_size), size))) == -1 ||
	    json_object_set_new(o, "diff-size", json_integer(size)) == -1)
		return (-1);
	if (kind <= 0 || kind > 4)	/* bzip2, gzip, xz, zstd */
		return (0);
	return (json_object_set_new(o, "compression", json_integer(kind)));
}

/* A layer's entry in the index; NULL: out of memory. */
static json_t *
entry(const char *id, const char *parent, const struct rec *r)
{
	json_t		*o = json_object();
	const char	*diff = rec_get(r, KEY(diff_id));
	const char	*digest = rec_str(r, KEY(digest), diff);
	char		 now[64];
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	text_rfc3339(ts.tv_sec * 1000000000LL + ts.tv_nsec, now, sizeof(now));
	if (json_object_set_new(o, "id", json_string(id)) == 0 &&
	    (*parent == '\0' || json_object_set_new(o, "parent",
	    json_string(parent)) == 0) &&
	    json_object_set_new(o, "created", json_string(now)) == 0 &&
	    json_object_set_new(o, "compressed-diff-digest",
	    json_string(text_is_digest(digest) ? digest : diff)) == 0 &&
	    json_object_set_new(o, "diff-digest", json_string(diff)) == 0 &&
	    set_sizes(o, r) == 0 &&
	    json_object_set_new(o, "uidset", id_set(r, KEY(uid))) == 0 &&
	    json_object_set_new(o, "gidset", id_set(r, KEY(gid))) == 0)
		return (o);
	json_decref(o);
	return (NULL);
}

/*
 * Write the file with which podman assembles the same tar archive again, to
 * save or push the layer. It is not needed to run the layer.
 */
static int
put_split(struct store *s, const char *id, const struct rec *r,
    struct answer *a)
{
	scoped_fd int	 dir = -1;
	size_t		 len;
	const void	*split = rec_bytes(r, KEY(tar_split), &len);
	char		 name[96];

	if (split == NULL)
		return (0);
	snprintf(name, sizeof(name), "%s-layers", s->driver);
	dir = path_open(s->graph, name, O_RDONLY | O_DIRECTORY, 0);
	snprintf(name, sizeof(name), "%s.tar-split.gz", id);
	if (dir == -1 || path_replace(dir, name, split, len, 0600, true) == -1)
		return (fail_errno(a, "cannot write", name));
	return (0);
}

static void
unlink_split(struct store *s, const char *id)
{
	char	 name[128];

	snprintf(name, sizeof(name), "%s-layers/%s.tar-split.gz", s->driver,
	    id);
	(void)unlinkat(s->graph, name, 0);
}

int
place_record(struct store *s, const char *id, const char *parent,
    const struct rec *r, struct answer *a)
{
	json_t	*o = entry(id, parent, r);
	int	 rc = o == NULL ? fail(a, ENOMEM, "out of memory") :
		    put_split(s, id, r, a);

	if (rc == 0)
		rc = index_add(&s->layers, o, a);
	json_decref(o);
	if (rc == 0)
		return (index_save(&s->layers, s->graph, a));
	index_clear(&s->layers);
	return (-1);
}

static void
unlink_short(struct store *s, const char *id)
{
	char	 link[LINK_LEN + 1], name[96];

	if (s->vfs || read_link(s, id, link) == -1)
		return;
	snprintf(name, sizeof(name), "overlay/l/%s", link);
	(void)unlinkat(s->graph, name, 0);
}

static void
take_away(struct store *s, const char *id,
    int (*trash)(struct store *, const char *))
{
	char	 home[96];

	unlink_short(s, id);
	unlink_split(s, id);
	home_of(s, id, home);
	(void)trash(s, home);
}

void
place_trash_layer(struct store *s, const char *id)
{
	take_away(s, id, trash_put);
}

int
place_back_unlisted(struct store *s, const char *id, struct answer *a)
{
	index_clear(&s->layers);
	if (index_read(&s->layers, s->graph, a) == -1)
		return (-1);
	if (index_get(&s->layers, id) == NULL)
		take_away(s, id, trash_discard);
	return (0);
}

static int
make_empty_tree(struct store *s, const char *id, struct answer *a)
{
	scoped_fd int	 dir = -1;
	char		 home[96];

	place_trash_layer(s, id);	/* not listed: left by a crash */
	home_of(s, id, home);
	if (mkdirat(s->graph, home, s->vfs ? 0755 : 0700) == -1)
		return (fail_errno(a, "cannot make", home));
	if (s->vfs)
		return (0);
	dir = path_open(s->graph, home, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1 || mkdirat(dir, "diff", 0755) == -1)
		return (fail_errno(a, "cannot make", home));
	if (prepare_overlay(s, dir, "", a) == -1)
		return (-1);
	return (short_link(s, id) == 0 ? 0 :
	    fail_errno(a, "cannot make", home));
}

static int
list_empty(struct store *s, const char *id, int lock, struct answer *a)
{
	struct timespec	 ts;
	char		 now[64];
	json_t		*o;
	int		 rc;

	clock_gettime(CLOCK_REALTIME, &ts);
	text_rfc3339(ts.tv_sec * 1000000000LL + ts.tv_nsec, now, sizeof(now));
	if ((o = json_pack("{s:s, s:s}", "id", id, "created", now)) == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	rc = index_add(&s->layers, o, a);
	json_decref(o);
	return (rc == -1 || lock_touch(lock, a) == -1 ? -1 :
	    index_save(&s->layers, s->graph, a));
}

int
place_empty(struct store *s, const char *id, struct answer *a)
{
	scoped_fd int	 lock = lock_take_now(s, "layers");

	if (lock == -1)
		return (fail_errno(a, "cannot lock", s->layers.path));
	if (index_read(&s->layers, s->graph, a) == -1)
		return (-1);
	if (index_get(&s->layers, id) != NULL)
		return (0);
	if (make_empty_tree(s, id, a) == 0 && list_empty(s, id, lock, a) == 0)
		return (0);
	(void)place_back_unlisted(s, id, &(struct answer){ 0 });
	return (-1);
}

int
place_undo(struct store *s, const char *id, struct answer *a)
{
	scoped_fd int	 lock = -1;

	if (!text_is_id(id))
		return (0);
	if ((lock = lock_take(s, "layers", true, a)) == -1)
		return (-1);
	return (place_back_unlisted(s, id, a));
}
