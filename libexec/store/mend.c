/*
 * An index that is missing or empty beside the directories of its images or
 * layers is damaged: a store without images has none of them, or an index that
 * says so ("[]" or null). It is written anew from the index before its last
 * change, which is kept beside it, and from the documents in the directories of
 * images: the manifest names the config, the config names the contents of the
 * layers, and these make the layers' ids. What had another id (buildah gives
 * layers random ones) is found only in the former index, and so are names.
 */
#include "mend.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "commit.h"
#include "image.h"
#include "layer.h"
#include "lock.h"
#include "log.h"
#include "path.h"
#include "record.h"
#include "register.h"
#include "stage.h"
#include "store.h"
#include "text.h"

/* One of the two indexes. */
struct lost {
	struct index	*ix;
	char		 dirs[64];	/* where its objects are */
	const char	*noun;
	bool		 lost;
	size_t		 ndirs;		/* directories */
	size_t		 nfound;	/* ... that it lists now */
};

/* podman writes at least "[]" or "null", where it writes the file at all. */
static bool
is_blank(const struct store *s, const struct index *ix)
{
	struct stat	 st;

	if (fstatat(s->graph, ix->path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT);
	return (S_ISREG(st.st_mode) && st.st_size < 2);
}

/* Call the function, which may be NULL, for each directory. Their number. */
static size_t
each_dir(struct store *s, const char *dirs, void (*fn)(struct store *,
    const char *id, void *), void *ctx)
{
	DIR		*d = path_open_dir(s->graph, dirs);
	struct dirent	*e;
	size_t		 n = 0;

	if (d == NULL)
		return (0);
	while ((e = readdir(d)) != NULL) {
		if (!text_is_id(e->d_name))
			continue;
		n++;
		if (fn != NULL)
			fn(s, e->d_name, ctx);
	}
	closedir(d);
	return (n);
}

static bool
is_lost(struct store *s, struct lost *l)
{
	l->lost = is_blank(s, l->ix) &&
	    (l->ndirs = each_dir(s, l->dirs, NULL, NULL)) > 0;
	return (l->lost);
}

/* Is one of them lost? Both are looked at. */
static bool
is_any_lost(struct store *s, struct lost *layers, struct lost *images)
{
	bool	 one = is_lost(s, layers), other = is_lost(s, images);

	return (one || other);
}

/* Does a program make what the index does not have yet, or was it killed? */
static bool
is_busy(struct store *s)
{
	DIR		*d = path_open_dir(s->graph, STAGE);
	struct dirent	*e;
	bool		 busy = false;

	if (d == NULL)
		return (false);
	while (!busy && (e = readdir(d)) != NULL)
		busy = path_is_name(e->d_name);
	closedir(d);
	return (busy);
}

static bool
has_dir(const struct store *s, const struct lost *l, const char *id)
{
	struct stat	 st;
	char		 path[160];

	snprintf(path, sizeof(path), "%s/%s", l->dirs, id);
	return (fstatat(s->graph, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode));
}

/* The index as it was before its last change, of what is still there. */
static int
add_former(struct store *s, struct lost *l, struct answer *a)
{
	struct index	 former;
	json_t		*o;
	size_t		 i;
	int		 rc = 0;

	index_init_former(&former, l->ix);
	/* It may be damaged, too. */
	if (index_read(&former, s->graph, &(struct answer){ 0 }) == 0)
		json_array_foreach(former.root, i, o)
			if (rc == 0 && has_dir(s, l, json_text(o, "id")))
				rc = index_add(l->ix, o, a);
	index_clear(&former);
	return (rc);
}

/*
 * The config and the manifest of an image, as texts, the caller's. NULL: they
 * are not there, or not this image's.
 */
static json_t *
documents(struct store *s, const char *id, char **config, char **manifest)
{
	struct answer	 ignored = { 0 };
	json_t		*img = json_pack("{s:s}", "id", id), *c = NULL;

	if (img != NULL)
		c = image_config(s, img, config, manifest, &ignored);
	json_decref(img);
	return (c);
}

static json_t *
layer_entry(const char *id, const char *parent, const char *diff,
    const char *digest)
{
	struct timespec	 ts;
	char		 now[64];

	clock_gettime(CLOCK_REALTIME, &ts);
	text_rfc3339(ts.tv_sec * 1000000000LL + ts.tv_nsec, now, sizeof(now));
	return (json_pack("{s:s, s:s*, s:s, s:s, s:s}", "id", id, "parent",
	    *parent == '\0' ? NULL : parent, "created", now, "diff-digest",
	    diff, "compressed-diff-digest", text_is_digest(digest) ? digest :
	    diff));
}

/* What is mended, for the functions that each_dir calls. */
struct mending {
	struct lost	*layers, *images;
	int		 lock;		/* of the images */
	int		 rc;
	struct answer	*a;
};

/*
 * The layers of an image, the lowest first, as far as they are there. The id of
 * the top one, or "" if one is not there.
 */
static void
add_layers(struct store *s, struct mending *m, const json_t *config,
    const char *manifest, char top[ID_LEN + 1])
{
	json_t		*ids = json_object_get(json_object_get(config,
			    "rootfs"), "diff_ids");
	json_t		*doc = image_manifest(manifest, strlen(manifest), "",
			    &(struct answer){ 0 }), *o;
	const char	*diff;
	char		 id[ID_LEN + 1], parent[ID_LEN + 1] = "";

	for (size_t i = 0; i < json_array_size(ids) && m->rc == 0; i++) {
		diff = json_string_value(json_array_get(ids, i));
		if (!text_is_digest(diff))
			break;
		layer_make_id(parent, diff, id);
		if (index_get(&s->layers, id) == NULL) {
			if (!m->layers->lost || !has_dir(s, m->layers, id))
				break;
			o = layer_entry(id, parent, diff, json_text(
			    json_array_get(json_object_get(doc, "layers"), i),
			    "digest"));
			m->rc = o == NULL ? fail(m->a, ENOMEM, "out of "
			    "memory") : index_add(&s->layers, o, m->a);
			json_decref(o);
		}
		(void)strlcpy(parent, id, sizeof(parent));
		if (i + 1 == json_array_size(ids))
			(void)strlcpy(top, id, ID_LEN + 1);
	}
	json_decref(doc);
}

/* The layer of containers, which is of no image. */
static int
add_empty(struct store *s, const struct lost *l, struct answer *a)
{
	json_t	*o;
	int	 rc;

	if (index_get(&s->layers, REGISTER_LAYER) != NULL ||
	    !has_dir(s, l, REGISTER_LAYER))
		return (0);
	if ((o = json_pack("{s:s}", "id", REGISTER_LAYER)) == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	rc = index_add(&s->layers, o, a);
	json_decref(o);
	return (rc);
}

static void
layers_of(struct store *s, const char *id, void *ctx)
{
	scoped_free char	*config = NULL, *manifest = NULL;
	json_t			*c = documents(s, id, &config, &manifest);
	char			 top[ID_LEN + 1] = "";

	if (c != NULL)
		add_layers(s, ctx, c, manifest, top);
	json_decref(c);
}

/* Record an image that the former index did not have, without a name. */
static void
add_image(struct store *s, const char *id, void *ctx)
{
	struct mending		*m = ctx;
	scoped_free char	*config = NULL, *manifest = NULL;
	scoped_rec struct rec	*r = rec_new();
	json_t			*c;
	char			 top[ID_LEN + 1] = "";

	if (m->rc == -1 || index_read(&s->images, s->graph, m->a) == -1 ||
	    index_get(&s->images, id) != NULL ||
	    (c = documents(s, id, &config, &manifest)) == NULL)
		return;
	add_layers(s, m, c, manifest, top);
	json_decref(c);
	(void)rec_add(r, KEY(config_json), config);
	(void)rec_add(r, KEY(manifest_json), manifest);
	(void)rec_add(r, KEY_IN(image, layer), top);
	/* One whose layers are not known stays as it is, and is counted. */
	(void)commit_again(s, r, id, m->lock, &(struct answer){ 0 });
}

static int
save(struct store *s, struct lost *l, int lock, struct answer *a)
{
	return (lock_touch(lock, a) == -1 ? -1 :
	    index_save(l->ix, s->graph, a));
}

/* The caller holds both locks. */
static int
mend(struct store *s, struct mending *m, int layers_lock)
{
	struct lost	*layers = m->layers, *images = m->images;

	if (index_read(&s->layers, s->graph, m->a) == -1)
		return (-1);
	if (layers->lost) {
		if (add_former(s, layers, m->a) == -1)
			return (-1);
		(void)each_dir(s, images->dirs, layers_of, m);
		if (m->rc == -1 || add_empty(s, layers, m->a) == -1 ||
		    save(s, layers, layers_lock, m->a) == -1)
			return (-1);
	}
	if (images->lost && (index_read(&s->images, s->graph, m->a) == -1 ||
	    add_former(s, images, m->a) == -1 ||
	    save(s, images, m->lock, m->a) == -1 ||
	    index_read(&s->layers, s->graph, m->a) == -1))
		return (-1);
	if (images->lost)
		(void)each_dir(s, images->dirs, add_image, m);
	return (m->rc);
}

/* The images without a name. */
static size_t
count_nameless(struct index *ix, struct answer *a)
{
	size_t	 n = 0, i;
	json_t	*image;

	if (index_parse(ix, a) == -1)
		return (0);
	json_array_foreach(ix->root, i, image)
		n += json_array_size(json_object_get(image, "names")) == 0;
	return (n);
}

static void
report(struct store *s, struct lost *l, const struct answer *a)
{
	size_t	 nameless;

	if (!l->lost)
		return;
	if (a->text[0] == '\0' && index_load(l->ix, s->graph,
	    &(struct answer){ 0 }) == 0)
		l->nfound = l->ix->nitems;
	if (a->text[0] != '\0')
		log_warnx("%s is empty or missing beside %zu directories of "
		    "%ss, and cannot be written anew: %s", l->ix->path,
		    l->ndirs, l->noun, a->text);
	else
		log_warnx("%s was empty or missing beside %zu directories of "
		    "%ss, and is written anew: %zu of them %s in it%s",
		    l->ix->path, l->ndirs, l->noun, l->nfound, l->nfound == 1 ?
		    "is" : "are", l->nfound < l->ndirs ? "; restore the rest "
		    "from a backup, or load it again" : "");
	if (a->text[0] == '\0' && l->ix == &s->images &&
	    (nameless = count_nameless(l->ix, &(struct answer){ 0 })) > 0)
		log_warnx("%zu of these images ha%s no name (<none>): load "
		    "again what had one, or use the id", nameless, nameless ==
		    1 ? "s" : "ve");
}

void
mend_indexes(struct store *s)
{
	struct answer	 a = { 0 };
	struct lost	 layers = { .ix = &s->layers, .noun = "layer" };
	struct lost	 images = { .ix = &s->images, .noun = "image" };
	struct mending	 m = { &layers, &images, -1, 0, &a };
	scoped_fd int	 lock = -1, images_lock = -1;

	snprintf(layers.dirs, sizeof(layers.dirs), "%s", s->vfs ? "vfs/dir" :
	    "overlay");
	snprintf(images.dirs, sizeof(images.dirs), "%s-images", s->driver);
	if (!is_blank(s, &s->images) && !is_blank(s, &s->layers))
		return;
	if (!is_any_lost(s, &layers, &images) || is_busy(s))
		return;
	if ((lock = lock_take_now(s, "layers")) == -1 ||
	    (images_lock = lock_take_now(s, "images")) == -1)
		(void)fail_errno(&a, "cannot lock", s->driver);
	else if (is_any_lost(s, &layers, &images)) {
		/* Still: no other program has written them meanwhile. */
		m.lock = images_lock;
		(void)mend(s, &m, lock);
	}
	report(s, &layers, &a);
	report(s, &images, &a);
}
