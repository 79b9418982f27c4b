#include "users.h"

#include <errno.h>
#include <string.h>

#include "lock.h"
#include "nitems.h"
#include "register.h"
#include "store.h"
#include "text.h"

/*
 * Not all of them exist. The first are lists of containers; newer versions list
 * some only until the boot.
 */
static const struct {
	bool		 run;		/* beneath the run root */
	const char	*kind;
	const char	*file;
	const char	*key;		/* the member that names a layer */
} lists[] = {
	{ false, "containers",	"containers.json",	"layer" },
	{ false, "containers",	"volatile-containers.json", "layer" },
	{ true,	 "containers",	"volatile-containers.json", "layer" },
	{ false, "layers",	"volatile-layers.json",	"parent" },
	{ true,	 "layers",	"volatile-layers.json",	"parent" },
	{ true,	 "layers",	"mountpoints.json",	"id" },
};
#define NCONTAINERS	3
#define NLISTS		NITEMS(lists)

static int
root_of(const struct store *s, size_t i)
{
	return (lists[i].run ? s->run : s->graph);
}

/* The caller clears the index. */
static int
load_list(struct store *s, size_t i, struct index *ix, struct answer *a)
{
	index_init(ix, s->driver, lists[i].kind, lists[i].file);
	return (index_read(ix, root_of(s, i), a));
}

int
users_mark(struct store *s, json_t *set, struct answer *a)
{
	struct index	 ix;
	const char	*id;
	json_t		*o;
	size_t		 at;
	int		 rc = 0;

	for (size_t i = 0; i < NLISTS && rc == 0; i++) {
		rc = load_list(s, i, &ix, a);
		json_array_foreach(ix.root, at, o)
			if (rc == 0 &&
			    (id = json_text(o, lists[i].key)) != NULL &&
			    json_object_set_new(set, id, json_true()) == -1)
				rc = fail(a, ENOMEM, "out of memory");
		index_clear(&ix);
	}
	return (rc);
}

/* Is this layer mounted? Also true if the list of mounts cannot be read. */
static bool
is_mounted(struct store *s, const char *layer)
{
	struct index	 ix;
	bool		 found;

	index_init(&ix, s->driver, "layers", "mountpoints.json");
	found = index_load(&ix, s->run, &(struct answer){ 0 }) == -1 ||
	    (layer != NULL && index_get(&ix, layer) != NULL);
	index_clear(&ix);
	return (found);
}

static int
may_go(struct store *s, const json_t *o, struct answer *a)
{
	const char	*id = json_text(o, "id");

	if (register_is_ours(o))
		return (fail(a, EBUSY, "image used by %s: image is in use by "
		    "a container of bulkhead with another state directory: "
		    "remove it there first", id));
	if (is_mounted(s, json_text(o, "layer")))
		return (fail(a, EBUSY, "image used by %s: image is in use by "
		    "a container of another engine that runs or is mounted: "
		    "stop or unmount it there first", id));
	return (0);
}

int
users_check(struct store *s, const json_t *users, struct answer *a)
{
	json_t	*o;
	size_t	 at;

	json_array_foreach(users, at, o)
		if (may_go(s, o, a) == -1)
			return (-1);
	return (0);
}

static int
find_in(struct store *s, const struct index *ix, const char *image,
    json_t *found, struct answer *a)
{
	const char	*of;
	json_t		*o;
	size_t		 at;

	json_array_foreach(ix->root, at, o) {
		of = json_text(o, "image");
		if (of == NULL || strcmp(of, image) != 0 ||
		    register_is_stale(s, o))
			continue;
		if (json_array_append(found, o) == -1)
			return (fail(a, ENOMEM, "out of memory"));
	}
	return (0);
}

json_t *
users_find(struct store *s, const char *image, struct answer *a)
{
	struct index	 ix;
	json_t		*found = json_array();
	int		 rc = 0;

	if (found == NULL)
		rc = fail(a, ENOMEM, "out of memory");
	for (size_t i = 0; i < NCONTAINERS && rc == 0; i++) {
		if ((rc = load_list(s, i, &ix, a)) == 0)
			rc = find_in(s, &ix, image, found, a);
		index_clear(&ix);
	}
	if (rc == 0)
		return (found);
	json_decref(found);
	return (NULL);
}

/* Remove these containers from a list: how many were in it, or -1. */
static ssize_t
drop_entries(struct index *ix, const json_t *gone, struct answer *a)
{
	size_t	 at, n = json_array_size(ix->root);
	json_t	*o;

	json_array_foreach(gone, at, o)
		if (index_drop(ix, json_text(o, "id"), a) == -1)
			return (-1);
	return ((ssize_t)(n - json_array_size(ix->root)));
}

/* Remove these containers from one list and write it if it changed. */
static int
drop_from(struct store *s, size_t i, int lock, const json_t *gone,
    struct answer *a)
{
	struct index	 ix;
	ssize_t		 n;
	int		 rc = -1;

	if (load_list(s, i, &ix, a) == 0 &&
	    (n = drop_entries(&ix, gone, a)) != -1)
		rc = n == 0 ? 0 : lock_touch(lock, a);
	else
		n = 0;
	if (rc == 0 && n > 0)
		rc = index_save(&ix, root_of(s, i), a);
	index_clear(&ix);
	return (rc);
}

int
users_remove(struct store *s, int lock, const json_t *gone, struct answer *a)
{
	json_t	*o;
	size_t	 at;

	for (size_t i = 0; i < NCONTAINERS; i++)
		if (drop_from(s, i, lock, gone, a) == -1)
			return (-1);
	json_array_foreach(gone, at, o)
		register_trash(s, json_text(o, "id"));
	return (0);
}
