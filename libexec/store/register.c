#include "register.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lock.h"
#include "path.h"
#include "place.h"
#include "scope.h"
#include "store.h"
#include "text.h"
#include "tree.h"

/* In the metadata of our entries, and as it stands in the file. */
#define ENGINE		"\"engine\":\"bulkhead\""
#define ENGINE_QUOTED	"\\\"engine\\\":\\\"bulkhead\\\""

/*
 * The layer that our entries name. Programs of containers/storage look up
 * the layer of every container and delete it with the container, so it must
 * be in layers.json and must not be a layer of an image: it is empty, has no
 * digest by which an image could find it, and is made again when it is gone.
 */
#define EMPTY_LAYER							\
	"6483d0ae63b89d8903e528f829413a1477cf58f640ad166ead12e19945ce36ea"

bool
register_is_ours(const json_t *o)
{
	const char	*text = json_text(o, "metadata");

	return (text != NULL && strstr(text, ENGINE) != NULL);
}

static bool
has_dir(struct store *s, const char *id)
{
	struct stat	 sb;
	char		 name[96];

	snprintf(name, sizeof(name), "bulkhead/%.64s", id);
	return (fstatat(s->graph, name, &sb, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT);
}

bool
register_is_stale(struct store *s, const json_t *o)
{
	return (register_is_ours(o) && !has_dir(s, json_text(o, "id")));
}

static bool
item_has(const struct item *it, const char *text)
{
	return (memmem(it->at, it->len, text, strlen(text)) != NULL);
}

/* The same of what is not parsed yet; the text decides for most entries. */
static bool
is_stale(struct store *s, struct index *ix, size_t n)
{
	const json_t	*o;

	if (!item_has(&ix->item[n], ENGINE_QUOTED) ||
	    has_dir(s, ix->item[n].id))
		return (false);
	o = index_item(ix, n);
	return (o != NULL && register_is_stale(s, o));
}

/* Which container has this name? Borrowed, 64 digits; NULL: none. */
static const char *
name_user(struct index *ix, const char *name)
{
	char	 quoted[300];
	json_t	*v;
	size_t	 k;

	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	for (size_t i = 0; i < ix->nitems; i++) {
		if (!item_has(&ix->item[i], quoted))
			continue;
		json_array_foreach(json_object_get(index_item(ix, i),
		    "names"), k, v)
			if (json_is_string(v) &&
			    strcmp(json_string_value(v), name) == 0)
				return (ix->item[i].id);
	}
	return (NULL);
}

static bool
is_listed(const struct index *ix, const char *id)
{
	for (size_t i = 0; i < ix->nitems; i++)
		if (memcmp(ix->item[i].id, id, ID_LEN) == 0)
			return (true);
	return (false);
}

/* What podman and buildah read of an entry: see ps --external. */
static json_t *
metadata(const json_t *img, const char *image, const char *name, time_t now)
{
	const char	*first = json_string_value(json_array_get(
			    json_object_get(img, "names"), 0));
	json_t		*m = json_pack("{s:s, s:s, s:s, s:I, s:s}",
			    "image-name", first == NULL ? "" : first,
			    "image-id", image, "name", name,
			    "created-at", (json_int_t)now,
			    "engine", "bulkhead"), *text = NULL;
	scoped_free char *dump = m == NULL ? NULL :
			    json_dump_checked(m);

	if (dump != NULL)
		text = json_string(dump);
	json_decref(m);
	return (text);
}

/* The text of a new entry, for the caller to free; NULL: out of memory. */
static char *
entry_text(const char *id, const char *name, const char *image,
    const json_t *img)
{
	struct timespec	 ts;
	char		 now[64], *text = NULL;
	json_t		*names = json_array(), *meta, *o = NULL;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	text_rfc3339(ts.tv_sec * 1000000000LL + ts.tv_nsec, now, sizeof(now));
	meta = metadata(img, image, name, ts.tv_sec);
	if (names != NULL && meta != NULL && (*name == '\0' ||
	    json_array_append_new(names, json_string(name)) == 0))
		o = json_pack("{s:s, s:O, s:s, s:s, s:O, s:s, s:{s:s, s:s}}",
		    "id", id, "names", names, "image", image,
		    "layer", EMPTY_LAYER, "metadata", meta, "created", now,
		    "flags", "MountLabel", "", "ProcessLabel", "");
	if (o != NULL)
		text = json_dump_checked(o);
	json_decref(names);
	json_decref(meta);
	json_decref(o);
	return (text);
}

struct text {
	char	*at;
	size_t	 len;
	size_t	 size;
};

/* The caller has asked for enough room. */
static void
add_text(struct text *t, const char *more, size_t len)
{
	if (t->len > 1)
		t->at[t->len++] = ',';
	memcpy(t->at + t->len, more, len);
	t->len += len;
}

/* All entries that are not stale, and one more (NULL: none). */
static int
compose(struct store *s, struct index *ix, const char *more, struct text *t)
{
	size_t	 size = 3 + (more == NULL ? 0 : strlen(more) + 1);

	for (size_t i = 0; i < ix->nitems; i++)
		size += ix->item[i].len + 1;
	if ((t->at = malloc(size)) == NULL)
		return (-1);
	t->at[t->len++] = '[';
	for (size_t i = 0; i < ix->nitems; i++)
		if (!is_stale(s, ix, i))
			add_text(t, ix->item[i].at, ix->item[i].len);
	if (more != NULL)
		add_text(t, more, strlen(more));
	t->at[t->len++] = ']';
	return (0);
}

/* The lock is held. */
static int
rewrite(struct store *s, struct index *ix, int lock, const char *more,
    struct answer *a)
{
	scoped_fd int	 dir = -1;
	struct text	 t = { NULL, 0, 0 };
	char		 name[64];
	int		 rc;

	if (compose(s, ix, more, &t) == -1)
		return (fail(a, ENOMEM, "out of memory"));
	snprintf(name, sizeof(name), "%s-containers", s->driver);
	dir = path_open(s->graph, name, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1)
		rc = fail_errno(a, "cannot open", name);
	else if ((rc = lock_touch(lock, a)) == 0 && path_replace(dir,
	    "containers.json", t.at, t.len, 0600, true) == -1)
		rc = fail_errno(a, "cannot write", ix->path);
	free(t.at);
	return (rc);
}

static int
name_taken(const char *name, const char *by, struct answer *a)
{
	return (fail(a, EEXIST, "creating container storage: the container "
	    "name \"%s\" is already in use by %.64s. You have to remove that "
	    "container to be able to reuse that name: that name is already "
	    "in use", name, by));
}

/* The lock is held, the list is read. */
static int
add_entry(struct store *s, struct index *ix, int lock, const char *id,
    const char *name, bool given, const char *image, struct answer *a)
{
	scoped_free char	*text = NULL;
	const char		*by;

	if (is_listed(ix, id))
		return (0);
	if (*name != '\0' && (by = name_user(ix, name)) != NULL) {
		if (given)
			return (name_taken(name, by, a));
		name = "";
	}
	text = entry_text(id, name, image, index_get(&s->images, image));
	if (text == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	return (rewrite(s, ix, lock, text, a));
}

/*
 * podman holds the lock of the layers while it unpacks one. The layer is
 * missed only by its lists of mounts until the next container is added.
 */
static void
make_layer(struct store *s)
{
	if (index_get(&s->layers, EMPTY_LAYER) == NULL)
		(void)place_empty(s, EMPTY_LAYER, &(struct answer){ 0 });
}

/*
 * A program that removes an image holds the lock of the containers while it
 * looks at this list and rewrites the images: an image that is still there
 * after the entry was written stays.
 */
static int
check_image(struct store *s, const char *image, struct answer *a)
{
	if (index_load(&s->images, s->graph, a) == -1)
		return (-1);
	if (index_get(&s->images, image) != NULL)
		return (0);
	return (fail(a, ENOENT, "%s: image not known: it was removed by "
	    "another program", image));
}

int
register_add(struct store *s, const char *id, const char *name, bool given,
    const char *image, struct answer *a)
{
	scoped_fd int	 lock = -1;
	struct index	 ix;
	int		 rc;

	if (!text_is_id(id) || !text_is_id(image) ||
	    (*name != '\0' && !path_is_name(name)))
		return (fail(a, EINVAL, "not a container and its image: %s",
		    id));
	if (check_image(s, image, a) == -1 ||
	    index_load(&s->layers, s->graph, a) == -1)
		return (-1);
	make_layer(s);
	index_init(&ix, s->driver, "containers", "containers.json");
	if ((lock = lock_take(s, "containers", true, a)) == -1 ||
	    index_load(&ix, s->graph, a) == -1)
		return (-1);
	rc = add_entry(s, &ix, lock, id, name, given, image, a);
	index_clear(&ix);
	return (rc == -1 ? -1 : check_image(s, image, a));
}

void
register_trash(struct store *s, const char *id)
{
	scoped_fd int	 run = -1;
	char		 name[128];

	snprintf(name, sizeof(name), "%s-containers/%.64s", s->driver, id);
	(void)place_trash(s, name);
	snprintf(name, sizeof(name), "%s-containers", s->driver);
	run = path_open(s->run, name, O_RDONLY | O_DIRECTORY, 0);
	snprintf(name, sizeof(name), "%.64s", id);
	if (run != -1)
		(void)tree_remove(run, name);
}

static bool
trash_stale(struct store *s, struct index *ix)
{
	bool	 any = false;

	for (size_t i = 0; i < ix->nitems; i++)
		if (is_stale(s, ix, i)) {
			register_trash(s, ix->item[i].id);
			any = true;
		}
	return (any);
}

int
register_tidy(struct store *s, struct answer *a)
{
	scoped_fd int	 lock = -1;
	struct index	 ix;
	int		 rc = 0;

	index_init(&ix, s->driver, "containers", "containers.json");
	if (index_load(&ix, s->graph, a) == -1)
		return (-1);
	if (trash_stale(s, &ix) &&
	    ((lock = lock_take(s, "containers", true, a)) == -1 ||
	    index_load(&ix, s->graph, a) == -1 ||
	    rewrite(s, &ix, lock, NULL, a) == -1))
		rc = -1;
	index_clear(&ix);
	return (rc);
}
