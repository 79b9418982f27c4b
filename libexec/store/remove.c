#include "remove.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "drop.h"
#include "layer.h"
#include "list.h"
#include "lock.h"
#include "names.h"
#include "record.h"
#include "stage.h"
#include "store.h"
#include "text.h"
#include "trash.h"
#include "users.h"

#define CHAIN_MAX	512		/* images that go with one */

/* What is removed: IDs of images, then of their layers, for the note. */
struct doomed {
	char	 images[CHAIN_MAX][ID_LEN + 1];
	size_t	 nimages;
	char	*ids;			/* all of them, a newline after each */
	size_t	 len;
};

static void
join_names(const json_t *img, char *out, size_t size)
{
	json_t	*v;
	size_t	 i, at = 0;

	*out = '\0';
	json_array_foreach(json_object_get(img, "names"), i, v)
		if (json_is_string(v) && at < size)
			at += (size_t)snprintf(out + at, size - at, "%s%s",
			    i == 0 ? "" : " ", json_string_value(v));
}

static size_t
name_count(const json_t *img)
{
	return (json_array_size(json_object_get(img, "names")));
}

static void
untag(json_t *img, const char *name)
{
	json_t	*names = json_object_get(img, "names"), *v;
	size_t	 i;

	json_array_foreach(names, i, v)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), name) == 0) {
			json_array_remove(names, i);
			return;
		}
}

static int
doom(struct doomed *d, const char *id)
{
	char	*more = realloc(d->ids, d->len + ID_LEN + 2);

	if (more == NULL)
		return (-1);
	d->ids = more;
	d->len += (size_t)sprintf(more + d->len, "%s\n", id);
	return (0);
}

static int
doom_layers(struct store *s, struct doomed *d, const char *top)
{
	struct answer	 ignored;
	json_t		*chain[LAYERS_MAX];
	int		 n = layer_chain(s, top, chain, &ignored);

	/* A damaged chain must not keep the image from being removed. */
	for (int i = 0; i < n; i++)
		if (doom(d, json_text(chain[i], "id")) == -1)
			return (-1);
	return (0);
}

/*
 * The copies for other IDs belong to the image and come before its other
 * layers.
 */
static int
doom_mapped(struct doomed *d, const json_t *img)
{
	json_t	*v;
	size_t	 i;

	json_array_foreach(json_object_get(img, "mapped-layers"), i, v)
		if (text_is_id(json_string_value(v)) &&
		    doom(d, json_string_value(v)) == -1)
			return (-1);
	return (0);
}

static void
report_names(const json_t *img, struct rec *r)
{
	json_t	*v;
	size_t	 i;

	json_array_foreach(json_object_get(img, "names"), i, v)
		if (json_is_string(v))
			rec_add(r, KEY(untagged), json_string_value(v));
}

/* A container that uses this image: 1 with its ID in the buffer, 0, or -1. */
static int
find_user(struct store *s, const char *image, char *out, struct answer *a)
{
	json_t	*ctrs = users_find(s, image, a);
	int	 n = ctrs == NULL ? -1 : json_array_size(ctrs) > 0;

	if (n == 1)
		strcpy(out, json_text(json_array_get(ctrs, 0), "id"));
	json_decref(ctrs);
	return (n);
}

/*
 * Remove the image, then each parent that has no name and no other child. An
 * image with a child stays on the disk without names: podman then reports only
 * that it was untagged.
 */
static int
collect(struct store *s, json_t *img, struct doomed *d, struct rec *r,
    struct answer *a)
{
	json_t	*parent;
	char	 id[ID_LEN + 1];

	while (img != NULL && d->nimages < CHAIN_MAX) {
		snprintf(id, sizeof(id), "%s", json_text(img, "id"));
		parent = list_parent(s, img);
		report_names(img, r);
		if (!list_has_child(s, img))
			rec_add(r, KEY(deleted), id);
		strcpy(d->images[d->nimages++], id);
		if (doom(d, id) == -1 || doom_mapped(d, img) == -1 ||
		    doom_layers(s, d, json_text(img, "layer")) == -1)
			return (-1);
		if (index_drop(&s->images, id, a) == -1)
			return (-1);
		img = parent != NULL && name_count(parent) == 0 &&
		    !list_has_child(s, parent) &&
		    find_user(s, json_text(parent, "id"), id,
		    &(struct answer){ 0 }) == 0 ? parent : NULL;
	}
	return (0);
}

static int
save_images(struct store *s, const struct drop_locks *l, struct answer *a)
{
	if (lock_touch(l->images, a) == -1 ||
	    index_save(&s->images, s->graph, a) == -1)
		return (-1);
	return (index_read(&s->images, s->graph, a));
}

/*
 * The writable layers of the containers that are removed; before those of the
 * image.
 */
static int
doom_containers(struct doomed *d, const json_t *ctrs)
{
	json_t	*o;
	size_t	 i;

	json_array_foreach(ctrs, i, o)
		if (text_is_id(json_text(o, "layer")) &&
		    doom(d, json_text(o, "layer")) == -1)
			return (-1);
	return (0);
}

static int
delete(struct store *s, const struct drop_locks *l, json_t *img,
    const json_t *ctrs, struct rec *r, struct answer *a)
{
	struct doomed	*d = calloc(1, sizeof(*d));
	char		 token[64];
	int		 rc = -1;

	if (d == NULL || doom_containers(d, ctrs) == -1 ||
	    collect(s, img, d, r, a) == -1)
		(void)fail(a, ENOMEM, "out of memory");
	else if (stage_note(s, d->ids, token, sizeof(token), a) == 0) {
		rc = users_remove(s, l->containers, ctrs, a);
		if (rc == 0)
			rc = save_images(s, l, a);
		if (rc == 0)
			rc = drop_layers(s, l, d->ids, a);
		stage_forget(s, token);
	}
	index_clear(&s->images);
	if (d != NULL)
		free(d->ids);
	free(d);
	return (rc);
}

/* It has more than one name and was not referred to by a name. */
static int
refuse_names(const json_t *img, const char *ref, struct answer *a)
{
	char	 names[700];

	join_names(img, names, sizeof(names));
	return (fail(a, EINVAL, "unable to delete image \"%s\" by %s with "
	    "more than one tag ([%s]): please force removal",
	    json_text(img, "id"), strncmp(ref, "sha256:", 7) == 0 ? "digest" :
	    "ID", names));
}

static int
refuse_used(struct store *s, const json_t *img, struct answer *a)
{
	char	 ctr[ID_LEN + 1];
	int	 n = find_user(s, json_text(img, "id"), ctr, a);

	if (n == 1)
		return (fail(a, EBUSY, "image used by %s: image is in use by "
		    "a container: consider listing external containers and "
		    "force-removing image", ctr));
	return (n);
}

/* With --force the containers of other engines are removed, too. */
static int
delete_by_force(struct store *s, const struct drop_locks *l, json_t *img,
    struct rec *r, struct answer *a)
{
	json_t	*ctrs = users_find(s, json_text(img, "id"), a);
	int	 rc = -1;

	if (ctrs != NULL && users_check(s, ctrs, a) == 0)
		rc = delete(s, l, img, ctrs, r, a);
	json_decref(ctrs);
	return (rc);
}

static int
remove_locked(struct store *s, const struct drop_locks *l, const char *ref,
    bool force, struct rec *r, struct answer *a)
{
	const char	*by;
	char		 name[512];
	json_t		*img = names_find(s, ref, &by, a);

	if (img == NULL)
		return (-1);
	if (name_count(img) > 1 && by != NULL) {
		snprintf(name, sizeof(name), "%s", by);
		untag(img, name);
		rec_add(r, KEY(untagged), name);
		return (save_images(s, l, a));
	}
	if (name_count(img) > 1 && !force)
		return (refuse_names(img, ref, a));
	if (force)
		return (delete_by_force(s, l, img, r, a));
	if (refuse_used(s, img, a) == -1)
		return (-1);
	return (delete(s, l, img, NULL, r, a));
}

struct rec *
remove_image(struct store *s, const char *ref, bool force, struct answer *a)
{
	struct drop_locks	 l;
	struct rec		*r;
	int			 rc, left;

	if ((r = rec_new()) == NULL || drop_lock(s, &l, force, a) == -1) {
		rec_free(r);
		return (NULL);
	}
	rc = remove_locked(s, &l, ref, force, r, a);
	if (rc == -1)
		index_clear(&s->images);
	drop_unlock(&l);
	if (rc == -1) {
		rec_free(r);
		return (NULL);
	}
	/* Delete files after the locks are released: it may take long. */
	if ((left = trash_empty(s, &(struct answer){ 0 })) > 0)
		rec_add_num(r, KEY(left), left);
	return (r);
}
