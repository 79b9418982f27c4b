#include "drop.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "layer.h"
#include "lock.h"
#include "path.h"
#include "place.h"
#include "store.h"
#include "text.h"
#include "trash.h"
#include "users.h"

static int
mark_image(json_t *set, const json_t *img)
{
	const char	*top = json_text(img, "layer");
	json_t		*v;
	size_t		 i;
	int		 rc = 0;

	if (top != NULL)
		rc = json_object_set_new(set, top, json_true());
	json_array_foreach(json_object_get(img, "mapped-layers"), i, v)
		if (json_is_string(v))
			rc |= json_object_set_new(set, json_string_value(v),
			    json_true());
	return (rc);
}

/*
 * Every layer that an image, a container or a mount names. The set is complete
 * or NULL, because layers that are not in it are deleted.
 */
static json_t *
used_layers(struct store *s, struct answer *a)
{
	json_t	*set = json_object(), *img;
	size_t	 i;
	int	 rc = set == NULL ? -1 : 0;

	json_array_foreach(s->images.root, i, img)
		rc |= mark_image(set, img);
	if (rc == 0 && users_mark(s, set, a) == 0)
		return (set);
	if (rc != 0)
		(void)fail(a, ENOMEM, "out of memory");
	json_decref(set);
	return (NULL);
}

static bool
has_child(const struct store *s, const char *id)
{
	const char	*parent;
	json_t		*l;
	size_t		 i;

	json_array_foreach(s->layers.root, i, l) {
		parent = json_text(l, "parent");
		if (parent != NULL && strcmp(parent, id) == 0)
			return (true);
	}
	return (false);
}

int
drop_lock(struct store *s, struct drop_locks *l, bool containers,
    struct answer *a)
{
	l->layers = l->images = l->containers = -1;
	if ((l->layers = lock_take(s, "layers", true, a)) == -1 ||
	    (l->images = lock_take(s, "images", true, a)) == -1 ||
	    (l->containers = lock_take(s, "containers", containers, a)) == -1 ||
	    index_read(&s->images, s->graph, a) == -1 ||
	    index_read(&s->layers, s->graph, a) == -1) {
		drop_unlock(l);
		return (-1);
	}
	return (0);
}

void
drop_unlock(struct drop_locks *l)
{
	int	 saved = errno;

	if (l->containers != -1)
		close(l->containers);
	if (l->images != -1)
		close(l->images);
	if (l->layers != -1)
		close(l->layers);
	l->layers = l->images = l->containers = -1;
	errno = saved;
}

/* How many were dropped, or -1 + error. */
static int
drop_entries(struct store *s, const json_t *used, const char *ids,
    struct answer *a)
{
	char	 id[ID_LEN + 1];
	int	 n = 0;

	for (; strlen(ids) > ID_LEN; ids += ID_LEN + 1) {
		memcpy(id, ids, ID_LEN);
		id[ID_LEN] = '\0';
		if (index_get(&s->layers, id) == NULL ||
		    json_object_get(used, id) != NULL || has_child(s, id))
			continue;
		if (index_drop(&s->layers, id, a) == -1)
			return (-1);
		n++;
	}
	return (n);
}

/*
 * Directories that no index names were left by a crash: a process that makes
 * one holds the locks.
 */
static void
trash_unlisted(struct store *s, const char *ids)
{
	char	 id[ID_LEN + 1], name[128];

	for (; strlen(ids) > ID_LEN; ids += ID_LEN + 1) {
		memcpy(id, ids, ID_LEN);
		id[ID_LEN] = '\0';
		if (!text_is_id(id))
			continue;
		if (index_get(&s->layers, id) == NULL)
			place_trash_layer(s, id);
		if (index_get(&s->images, id) != NULL)
			continue;
		snprintf(name, sizeof(name), "%s-images/%s", s->driver, id);
		(void)trash_put(s, name);
	}
}

int
drop_layers(struct store *s, const struct drop_locks *l, const char *ids,
    struct answer *a)
{
	json_t	*used = used_layers(s, a);
	int	 n;

	if (used == NULL)
		return (-1);
	n = drop_entries(s, used, ids, a);
	json_decref(used);
	if (n == -1 || (n > 0 && (lock_touch(l->layers, a) == -1 ||
	    index_save(&s->layers, s->graph, a) == -1))) {
		index_clear(&s->layers);
		return (-1);
	}
	if (index_read(&s->layers, s->graph, a) == -1 ||
	    index_read(&s->images, s->graph, a) == -1)
		return (-1);
	trash_unlisted(s, ids);
	return (0);
}

int
drop_unused(struct store *s, const char *ids, struct answer *a)
{
	struct drop_locks	 l;
	int			 rc;

	if (drop_lock(s, &l, false, a) == -1)
		return (-1);
	rc = drop_layers(s, &l, ids, a);
	drop_unlock(&l);
	return (rc);
}
