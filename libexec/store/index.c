#include "index.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "scope.h"
#include "store.h"
#include "text.h"

#define INDEX_MAX	(64u << 20)	/* about 30,000 images */

void
index_init(struct index *ix, const char *driver, const char *kind,
    const char *file)
{
	memset(ix, 0, sizeof(*ix));
	snprintf(ix->path, sizeof(ix->path), "%s-%s/%s", driver, kind, file);
}

void
index_clear(struct index *ix)
{
	json_decref(ix->root);
	free(ix->slot);
	ix->root = NULL;
	ix->slot = NULL;
	ix->nslots = 0;
	ix->ino = 0;
	ix->mtime_ns = 0;
	ix->size = 0;
}

const char *
json_text(const json_t *o, const char *key)
{
	return (json_string_value(json_object_get(o, key)));
}

/*
 * jansson stops at 2,048 levels, which is more than we want to walk; brackets
 * are counted first, outside of strings.
 */
static bool
too_deep(const char *p, size_t len)
{
	unsigned int	 depth = 0;
	bool		 in = false;

	for (size_t i = 0; i < len; i++) {
		if (in && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			in = !in;
		else if (!in && (p[i] == '{' || p[i] == '[') && ++depth > 64)
			return (true);
		else if (!in && (p[i] == '}' || p[i] == ']') && depth > 0)
			depth--;
	}
	return (false);
}

json_t *
json_strict(const char *p, size_t len, char *why, size_t size)
{
	json_error_t	 err;
	json_t		*j;

	if (too_deep(p, len)) {
		snprintf(why, size, "nested more than 64 levels deep");
		return (NULL);
	}
	j = json_loadb(p, len, JSON_REJECT_DUPLICATES, &err);
	if (j == NULL)
		snprintf(why, size, "line %d: %s", err.line, err.text);
	return (j);
}

static size_t
hash(const char *id)
{
	uint64_t	 h = 14695981039346656037u;

	/* Ids are themselves hashes: 16 digits spread well enough. */
	for (int i = 0; i < 16 && id[i] != '\0'; i++)
		h = (h ^ (uint8_t)id[i]) * 1099511628211u;
	return ((size_t)(h ^ h >> 32));
}

static void
slot_put(struct index *ix, json_t *o)
{
	const char	*id = json_text(o, "id");
	size_t		 i = hash(id) & (ix->nslots - 1);

	while (ix->slot[i] != NULL)
		i = (i + 1) & (ix->nslots - 1);
	ix->slot[i] = o;
}

static int
rehash(struct index *ix)
{
	size_t	 n = json_array_size(ix->root);

	free(ix->slot);
	for (ix->nslots = 64; ix->nslots < 2 * n + 2; ix->nslots *= 2)
		;
	if ((ix->slot = calloc(ix->nslots, sizeof(json_t *))) == NULL)
		return (-1);
	for (size_t i = 0; i < n; i++)
		slot_put(ix, json_array_get(ix->root, i));
	return (0);
}

json_t *
index_get(const struct index *ix, const char *id)
{
	size_t	 i;

	if (ix->slot == NULL || id == NULL)
		return (NULL);
	for (i = hash(id) & (ix->nslots - 1); ix->slot[i] != NULL;
	    i = (i + 1) & (ix->nslots - 1))
		if (strcmp(json_text(ix->slot[i], "id"), id) == 0)
			return (ix->slot[i]);
	return (NULL);
}

static int
check_items(const struct index *ix, struct answer *a)
{
	json_t	*o;
	size_t	 i;

	if (!json_is_array(ix->root))
		return (fail(a, EBADMSG, "%s is damaged: not a list; restore "
		    "it or remove the store", ix->path));
	json_array_foreach(ix->root, i, o)
		if (!text_is_id(json_text(o, "id")))
			return (fail(a, EBADMSG, "%s is damaged: entry %zu "
			    "has no valid id; restore it or remove the store",
			    ix->path, i));
	return (0);
}

static int
parse(struct index *ix, const char *text, size_t len, struct answer *a)
{
	char	 why[256];

	/* podman writes null, or nothing at all, for an empty list. */
	if (len == 0 || strcmp(text, "null") == 0)
		ix->root = json_array();
	else
		ix->root = json_strict(text, len, why, sizeof(why));
	if (ix->root == NULL)
		return (fail(a, EBADMSG, "%s is damaged (%s); restore it or "
		    "remove the store", ix->path, why));
	if (check_items(ix, a) == -1 ||
	    (rehash(ix) == -1 && fail(a, ENOMEM, "out of memory") == -1)) {
		index_clear(ix);
		return (-1);
	}
	return (0);
}

static int64_t
stamp(const struct stat *st)
{
	return (st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec);
}

int
index_load(struct index *ix, int graph, struct answer *a)
{
	scoped_free char	*text = NULL;
	struct stat		 st;
	size_t			 len = 0;

	if (fstatat(graph, ix->path, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno != ENOENT)
			return (fail_errno(a, "cannot read", ix->path));
		index_clear(ix);
		return (parse(ix, "", 0, a));
	}
	if (ix->root != NULL && ix->ino == st.st_ino &&
	    ix->mtime_ns == stamp(&st) && ix->size == st.st_size)
		return (0);
	index_clear(ix);
	if ((text = path_slurp(graph, ix->path, INDEX_MAX, &len)) == NULL)
		return (fail_errno(a, "cannot read", ix->path));
	if (parse(ix, text, len, a) == -1)
		return (-1);
	ix->ino = st.st_ino;
	ix->mtime_ns = stamp(&st);
	ix->size = st.st_size;
	return (0);
}

int
index_save(struct index *ix, int graph, struct answer *a)
{
	scoped_free char	*text = json_dumps(ix->root, JSON_COMPACT);
	scoped_fd int		 dir = -1;
	char			*slash = strchr(ix->path, '/');
	int			 rc;

	if (text == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	*slash = '\0';
	dir = path_open(graph, ix->path, O_RDONLY | O_DIRECTORY, 0);
	*slash = '/';
	rc = dir == -1 ? -1 :
	    path_replace(dir, slash + 1, text, strlen(text), 0600, true);
	if (rc == -1)
		rc = fail_errno(a, "cannot write", ix->path);
	/* What is in memory is now either old or of unknown stamp. */
	index_clear(ix);
	return (rc);
}

int
index_add(struct index *ix, json_t *o, struct answer *a)
{
	if (json_array_append(ix->root, o) == -1 || rehash(ix) == -1)
		return (fail(a, ENOMEM, "out of memory"));
	return (0);
}

void
index_drop(struct index *ix, const char *id)
{
	json_t	*o;
	size_t	 i;

	json_array_foreach(ix->root, i, o)
		if (strcmp(json_text(o, "id"), id) == 0) {
			json_array_remove(ix->root, i);
			break;
		}
	(void)rehash(ix);
}
